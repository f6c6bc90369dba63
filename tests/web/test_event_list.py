"""The police desk's list: events come by themselves, are found by filters and judged in place."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from quantrac_core.contracts.messages import utc_from_ms
from tests.peers.gateway import CALLER
from tests.web.conftest import Centre
from tests.web.desk_camera import DeskCamera

pytestmark = pytest.mark.browser
NewCamera = Callable[[str], DeskCamera]


@pytest.fixture(scope="module")
def centre(desk: Centre) -> Centre:
    return desk


def open_list(page: Page, centre: Centre, address: str, count: int) -> None:
    """Go to the list and wait until it shows ``count`` events."""
    page.goto(f"{centre.base_url}/#/events{address}")
    expect(page.locator("[data-list=ready]")).to_have_attribute("data-count", str(count))


def test_event_shows_what_where_when_and_how_grave(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    event = new_camera("ban-1").happen(1)
    open_list(page, centre, "?camera=ban-1", 1)
    row = page.locator(f"[data-event={event}]")
    expect(row).to_contain_text("Đột nhập cổng chính")
    expect(row).to_contain_text("Camera 360° thử · người")
    expect(row).to_contain_text("Đông Nam 133°, cách 41 m")
    expect(row).to_contain_text("11.580100, 108.990200")
    expect(row).to_contain_text("kéo dài 3 giây")
    for shape, word in (
        ("octagon", "ưu tiên cao"),
        ("return", "đã kết thúc"),
        ("ring", "chưa xem xét"),
    ):
        expect(row).to_contain_text(word)
        expect(row.locator(f"svg[data-shape={shape}]").first).to_be_visible()
    picture = row.locator("img")
    expect(picture).to_have_js_property("complete", True)
    expect(picture).to_have_js_property("naturalWidth", 640)


def test_new_event_appears_by_itself_and_is_announced(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("ban-2")
    open_list(page, centre, "?camera=ban-2", 0)
    expect(page.get_by_text("Không có sự kiện nào phù hợp")).to_be_visible()
    event = camera.happen(1, ago_s=1, files=(), phase="new")
    row = page.locator(f"[data-event={event}][data-phase=open]")
    expect(row).to_contain_text("đang diễn ra")
    expect(row).to_contain_text("mới")
    announcement = page.locator("[data-arrivals]")
    expect(announcement).to_have_text("Sự kiện mới: Đột nhập cổng chính, Camera 360° thử")
    expect(announcement).to_have_attribute("aria-live", "polite")
    link = page.get_by_role("link", name="An ninh")
    expect(link).to_contain_text("sự kiện an ninh đang diễn ra")
    camera.happen(1, ago_s=1, files=(), revision=2)
    expect(page.locator(f"[data-event={event}][data-phase=ended]")).to_be_visible()


def test_repeated_events_are_one_row_that_opens(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("ban-3")
    for number in range(1, 5):
        camera.happen(number, ago_s=100 - number * 10, files=())
    open_list(page, centre, "?camera=ban-3", 4)
    rows = page.locator("[data-event]")
    expect(rows).to_have_count(1)
    count = page.locator("[data-group='4']")
    expect(count).to_contain_text(re.compile("4 lần trong 3[0-9] giây"))
    expect(count).to_have_attribute("aria-expanded", "false")
    count.click()
    expect(rows).to_have_count(4)
    camera.happen(5, ago_s=1, files=())
    expect(page.locator("[data-group='5']")).to_have_attribute("aria-expanded", "true")
    expect(rows).to_have_count(5)


def test_filters_are_in_the_address_and_hold_for_live_events_too(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("ban-4")
    gate = camera.happen(1, ago_s=90, files=())
    camera.happen(2, ago_s=80, files=(), rule="vuot-rao", kind="line_crossing", priority="low")
    open_list(page, centre, "", page_count := len(centre.api.get("/events")["events"]))
    assert page_count >= 2
    page.locator("[data-filter=camera]").select_option("ban-4")
    page.locator("[data-filter=kind]").select_option(label="Xâm nhập vùng cấm")
    page.locator("[data-filter=span]").select_option("1h")
    expect(page.locator("[data-event]")).to_have_count(1)
    assert page.url.endswith("#/events?camera=ban-4&kind=intrusion&span=1h")
    page.reload()
    expect(page.locator(f"[data-event={gate}]")).to_be_visible()
    expect(page.locator("[data-filter=kind]")).to_have_value("intrusion")
    other = camera.happen(3, ago_s=2, files=(), rule="vuot-rao", kind="line_crossing")
    wanted = camera.happen(4, ago_s=1, files=(), rule="dot-nhap-2")
    expect(page.locator(f"[data-event={wanted}]")).to_be_visible()
    expect(page.locator(f"[data-event={other}]")).to_have_count(0)
    page.get_by_role("button", name="Bỏ lọc").click()
    expect(page.locator(f"[data-event={other}]")).to_be_visible()
    assert page.url.endswith("#/events")


def test_own_time_range_is_that_of_the_site(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("ban-5")
    morning = utc_from_ms(1_795_320_000_000)  # 2026-11-22 04:00 UTC: 11:00 at the site
    old: dict[str, Any] = {
        "at": morning,
        "began_at": morning,
        "ended_at": morning,
        "backfill": True,
    }
    event = camera.happen(1, files=(), **old)
    camera.happen(2, files=())
    open_list(page, centre, "?camera=ban-5&from=2026-11-22T10:59&to=2026-11-22T11:01", 1)
    row = page.locator(f"[data-event={event}]")
    expect(row).to_contain_text("11:00:00")
    expect(row).to_contain_text("đến muộn")
    page.get_by_label("Từ", exact=True).fill("2026-11-22T11:00")
    page.get_by_label("Đến", exact=True).fill("2026-11-22T11:00")
    expect(page.locator("[data-list=ready]")).to_have_attribute("data-count", "0")


def test_verdicts_are_given_by_keyboard_and_stay_in_the_list(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("ban-6")
    older = camera.happen(1, ago_s=900, files=())
    newer = camera.happen(2, ago_s=20, files=())
    open_list(page, centre, "?camera=ban-6&verdict=none", 2)
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"[data-event={older}] [data-row-link]")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("f")
    expect(page.locator(f"[data-event={newer}]")).to_have_attribute("data-verdict", "false")
    expect(page.locator(f"[data-event={newer}]")).to_contain_text(CALLER)
    expect(page.locator(f"[data-event={newer}] [data-row-link]")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("t")
    expect(page.locator(f"[data-event={older}]")).to_have_attribute("data-verdict", "true")
    said = {
        one["id"]: one["verdict"] for one in centre.api.get("/events", camera="ban-6")["events"]
    }
    assert said == {newer: "false", older: "true"}
    page.reload()
    expect(page.locator("[data-list=ready]")).to_have_attribute("data-count", "0")


def test_older_events_come_page_by_page_without_a_gap(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("ban-7")
    for number in range(1, 53):
        camera.seq += 1
        camera.send(camera.event(camera.seq, number, rule=f"luat-{number}"))
    page.goto(f"{centre.base_url}/#/events?camera=ban-7")
    expect(page.locator("[data-event=ban-7-000052]")).to_be_visible()
    page.reload()
    expect(page.locator("[data-event]")).to_have_count(50)
    page.get_by_role("button", name="Xem thêm").click()
    expect(page.locator("[data-event]")).to_have_count(52)
    ids = page.locator("[data-event]").evaluate_all("rows => rows.map((r) => r.dataset.event)")
    assert ids == [f"ban-7-{number:06d}" for number in range(52, 0, -1)]
    expect(page.get_by_role("button", name="Xem thêm")).to_have_count(0)


def test_way_back_from_an_event_leads_to_its_row(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("ban-8")
    older = camera.happen(1, ago_s=900)
    camera.happen(2)
    open_list(page, centre, "?camera=ban-8", 2)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Đột nhập cổng chính")).to_be_visible()
    assert page.url.endswith(f"#/events/{older}")
    page.get_by_role("link", name="Danh sách sự kiện").click()
    expect(page.locator(f"[data-event={older}] [data-row-link]")).to_be_focused()
    assert page.url.endswith("#/events?camera=ban-8")
