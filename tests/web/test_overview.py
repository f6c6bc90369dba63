"""The wall: every value with unit, limit and age; states by shape and word."""

import pytest
from playwright.sync_api import Page, expect

from quantrac_core.contracts.quality import Quality, Reason, State
from tests.web.conftest import Centre

pytestmark = pytest.mark.browser


def row_of(page: Page, station: str, channel: str) -> str:
    """Return the selector of one row."""
    return f"article[data-station={station}] li[data-channel={channel}]"


def test_shows_every_channel_of_every_station_with_unit_limit_and_age(page: Page) -> None:
    expect(page.locator("article[data-state=online]")).to_have_count(3)
    expect(page.locator("li[data-channel]")).to_have_count(24)
    cod = page.locator(row_of(page, "sg-nt", "cod"))
    expect(cod.locator("[data-part=value]")).to_have_text("52,50")
    expect(cod).to_contain_text("mg/l")
    expect(cod.locator("[data-part=limit]")).to_contain_text("≤ 75")
    expect(cod).to_contain_text("vừa xong")


def test_value_follows_the_station_without_a_reload(page: Page, centre: Centre) -> None:
    centre.stations["sg-nt"].change("tss", 12.34)
    expect(page.locator(f"{row_of(page, 'sg-nt', 'tss')} [data-part=value]")).to_have_text("12,34")


@pytest.mark.parametrize(
    ("state", "quality", "reason", "shape", "word"),
    [
        (State.CALIBRATING, Quality.GOOD, None, "half", "hiệu chuẩn"),
        (State.MAINTENANCE, Quality.GOOD, None, "wrench", "bảo trì"),
        (State.FAULT, Quality.BAD, Reason.DEVICE_FAULT, "cross", "lỗi thiết bị"),
        (State.MEASURING, Quality.SUSPECT, Reason.STUCK, "question", "nghi ngờ: không đổi"),
    ],
)
def test_tells_state_and_quality_by_shape_and_word(
    page: Page,
    centre: Centre,
    state: State,
    quality: Quality,
    reason: Reason | None,
    shape: str,
    word: str,
) -> None:
    centre.stations["bh-pr"].change("so2", 3.0, state, quality, reason)
    row = page.locator(row_of(page, "bh-pr", "so2"))
    expect(row).to_contain_text(word)
    expect(row.locator(f"svg[data-shape={shape}]")).to_be_visible()
    centre.stations["bh-pr"].change("so2", 0.0)
    expect(row).not_to_contain_text(word)


def test_shows_a_dash_for_a_channel_that_could_not_be_read(page: Page, centre: Centre) -> None:
    centre.stations["thanh-hai"].change("do", None, State.COMMS_LOST, Quality.BAD, Reason.TIMEOUT)
    row = page.locator(row_of(page, "thanh-hai", "do"))
    expect(row.locator("[data-part=value]")).to_have_text("—")
    expect(row).to_contain_text("mất tín hiệu đo")
    centre.stations["thanh-hai"].change("do", 3.6)


def test_speaks_vietnamese_first_and_remembers_english(page: Page) -> None:
    assert page.locator("html").get_attribute("lang") == "vi"
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(f"{row_of(page, 'sg-nt', 'cod')} [data-part=value]")).to_have_text("52.50")
    page.reload()
    expect(page.get_by_role("link", name="Alarms")).to_be_visible()


def test_station_that_falls_silent_greys_under_a_banner_and_recovers(
    page: Page, centre: Centre
) -> None:
    station = centre.stations["bh-pr"]
    station.fall_silent()
    banner = page.locator("[data-banner=station][data-station=bh-pr]")
    expect(banner).to_contain_text("mất kết nối từ")
    expect(page.locator("article[data-station=bh-pr] li[data-stale=true]")).to_have_count(8)
    expect(page.locator("article[data-station=thanh-hai] li[data-stale=true]")).to_have_count(0)
    page.locator("button[data-account]").click()
    page.get_by_role("link", name="Hệ thống").click()
    expect(banner).to_be_visible()
    station.speak_again()
    expect(banner).to_have_count(0)
