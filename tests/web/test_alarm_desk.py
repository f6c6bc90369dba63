"""The alarm desk in a browser: keyboard, shelving, silence, figures, definitions, a flood."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.gateway.station import FakeStation
from tests.web.conftest import PATIENCE_MS, Centre, sign_in

pytestmark = pytest.mark.browser
FLOOD = 300


@pytest.fixture(scope="module")
def centre(own_centre: Centre) -> Centre:
    return own_centre


@pytest.fixture
def desk(page: Page, centre: Centre) -> Page:
    page.goto(f"{centre.base_url}/#/alarms")
    expect(page.get_by_role("heading", name="Cảnh báo", exact=True)).to_be_visible()
    return page


@pytest.fixture
def phone(browser: Browser, centre: Centre) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    sign_in(context, centre.base_url)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{centre.base_url}/#/alarms")
    expect(page.get_by_role("heading", name="Cảnh báo", exact=True)).to_be_visible()
    yield page
    context.close()


def test_keys_walk_acknowledge_show_instructions_and_shelve(desk: Page, centre: Centre) -> None:
    since = centre.stations["thanh-hai"].raise_alarm(88.0)
    row = desk.locator("li[data-alarm]")
    expect(row).to_have_count(1)
    desk.keyboard.press("j")
    expect(row).to_be_focused()

    desk.keyboard.press("d")
    expect(row).to_contain_text("Gọi trạm, hỏi tình hình vận hành")
    expect(row).to_contain_text("Phát sinh")
    desk.keyboard.press("s")
    expect(row.get_by_label("Thời gian tạm gác")).to_be_focused()
    row.get_by_label("Lý do").fill("đang thay đầu đo")
    desk.keyboard.press("Enter")
    expect(row).to_have_attribute("data-silenced", "shelved")
    desk.keyboard.press("r")
    expect(desk.get_by_text("Không có cảnh báo đang mở.")).to_be_visible()
    expect(desk).to_have_title("Quan trắc")

    desk.get_by_role("link", name="Không báo").click()
    shelved = desk.locator("section[data-list=shelved] li")
    expect(shelved).to_contain_text("đang thay đầu đo")
    expect(shelved).to_contain_text("còn ")
    shelved.get_by_role("button", name="Bỏ tạm gác").click()
    expect(desk.locator("section[data-list=shelved]")).to_contain_text("Không có.")
    desk.get_by_role("link", name="Đang mở").click()
    expect(row).to_have_count(1)

    desk.keyboard.press("j")
    desk.keyboard.press("a")
    desk.keyboard.type("Lan")
    desk.keyboard.press("Enter")
    expect(row).to_have_attribute("data-acknowledged", "true")
    centre.stations["thanh-hai"].end_alarm(since)
    expect(row).to_have_attribute("data-active", "false")


def test_the_order_stays_while_somebody_reads_and_newcomers_are_told(
    desk: Page, centre: Centre
) -> None:
    first = centre.stations["sg-nt"].raise_alarm(80.0)
    rows = desk.locator("li[data-alarm]")
    expect(rows).to_have_count(1)
    desk.keyboard.press("j")
    second = centre.stations["bh-pr"].raise_alarm(81.0)
    expect(desk.get_by_text("1 cảnh báo mới.")).to_be_visible()
    expect(rows).to_have_count(1)
    desk.get_by_role("button", name="Sắp xếp lại").click()
    expect(rows).to_have_count(2)
    centre.stations["sg-nt"].end_alarm(first)
    centre.stations["bh-pr"].end_alarm(second)


def test_a_definition_is_edited_in_its_row_with_a_reason(desk: Page) -> None:
    desk.get_by_role("link", name="Định nghĩa").click()
    row = desk.locator("li[data-definition='sg-nt/ph/limit']")
    row.get_by_role("button", name="Sửa định nghĩa").click()
    row.get_by_label("Mức ưu tiên").select_option("urgent")
    row.get_by_label("Việc cần làm (tiếng Việt)").fill("Gọi trưởng ca.")
    row.get_by_role("button", name="Lưu").click()
    expect(row.get_by_role("alert")).to_have_text("Nhập lý do.")
    row.get_by_label("Lý do").fill("họp ngày 12/11")
    row.get_by_role("button", name="Lưu").click()
    expect(row.get_by_label("Lý do")).to_have_count(0)
    expect(row).to_contain_text("Khẩn cấp")
    row.get_by_role("button", name="Sửa định nghĩa").click()
    row.get_by_label("Lý do").fill("hiệu chuẩn dài ngày")
    row.get_by_role("button", name="Ngừng sử dụng").click()
    expect(row).to_contain_text("ngừng sử dụng")

    desk.get_by_role("link", name="Không báo").click()
    out = desk.locator("section[data-list=service] li")
    expect(out).to_contain_text("hiệu chuẩn dài ngày")
    out.get_by_role("button", name="Đưa vào sử dụng lại").click()
    expect(desk.locator("section[data-list=service]")).to_contain_text("Không có.")


def test_a_definition_can_be_decided_for_every_station_that_has_the_same_alarm(
    desk: Page, centre: Centre
) -> None:
    desk.get_by_role("link", name="Định nghĩa").click()
    row = desk.locator("li[data-definition='sg-nt/cod/limit']")
    row.get_by_role("button", name="Sửa định nghĩa").click()
    row.get_by_label("Việc cần làm (tiếng Việt)").fill("Khóa van xả.")
    row.get_by_label("có cùng cảnh báo này").check()
    row.get_by_label("Lý do").fill("họp ngày 30/11")
    row.get_by_role("button", name="Lưu").click()
    expect(row.get_by_label("Lý do")).to_have_count(0)
    decided = centre.api.get("/alarm-definitions")["definitions"]
    of_cod = [one for one in decided if (one["channel"], one["level"]) == ("cod", "limit")]
    assert len(of_cod) > 1
    assert {one["instructions_vi"] for one in of_cod} == {"Khóa van xả."}


def test_a_flood_shows_the_first_and_counts_the_rest_by_station(
    desk: Page, phone: Page, centre: Centre
) -> None:
    flooding = FakeStation(centre.broker_port, "lut")
    since = datetime.now(UTC) - timedelta(minutes=1)
    for index in range(FLOOD):
        flooding.send(
            flooding.alarm(index + 1, "raised", since, alarm=f"cod.high.limit.n{index}", at=since)
        )
    for page in (desk, phone):
        expect(page.locator("[data-station-chip=lut]")).to_contain_text(f"({FLOOD})")
        page.keyboard.press("r")
        expect(page.locator("li[data-alarm]")).to_have_count(50)
        expect(page.locator("section[data-rest]")).to_be_visible()
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wider) <= 0
    desk.get_by_role("link", name="Chỉ số").click()
    expect(desk.locator("dl.tiles")).to_contain_text("Cao nhất trong 10 phút")
    expect(desk.locator("td", has_text=re.compile("^lut$")).first).to_be_visible()
    flooding.close()
