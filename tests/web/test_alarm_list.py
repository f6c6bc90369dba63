"""An alarm appears by itself, is acknowledged in its row, and returns."""

import pytest
from playwright.sync_api import Page, expect

from tests.peers.gateway import CALLER
from tests.web.conftest import Centre

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def centre(own_centre: Centre) -> Centre:
    return own_centre


def test_alarm_appears_without_reload_is_acknowledged_by_keyboard_and_returns(
    page: Page, centre: Centre
) -> None:
    station = centre.stations["thanh-hai"]
    station.change("cod", 88.0)
    since = station.raise_alarm(88.0)
    row = page.locator("article[data-station=thanh-hai] li[data-channel=cod]")
    expect(row).to_have_attribute("data-emphasis", "limit")
    expect(row).to_contain_text("vượt ngưỡng")
    expect(page).to_have_title("(1) Quan trắc")

    page.get_by_role("link", name="Cảnh báo", exact=False).first.click()
    alarm = page.locator("li[data-alarm]")
    expect(alarm).to_have_count(1)
    expect(alarm).to_contain_text("88,00")
    expect(alarm).to_contain_text("≤ 75")
    expect(alarm).to_contain_text("chưa tiếp nhận")
    alarm.get_by_role("button", name="Tiếp nhận").focus()
    page.keyboard.press("Enter")
    expect(alarm.get_by_label("Ghi chú")).to_be_focused()
    page.keyboard.type("đã gọi trạm")
    page.keyboard.press("Enter")
    expect(alarm).to_have_attribute("data-acknowledged", "true")
    expect(alarm).to_contain_text(CALLER)
    expect(alarm).to_contain_text("đã gọi trạm")
    expect(page).to_have_title("Quan trắc")

    station.change("cod", 52.5)
    station.end_alarm(since)
    expect(alarm).to_contain_text("trở lại bình thường")
    page.keyboard.press("r")
    expect(page.get_by_text("Không có cảnh báo đang mở.")).to_be_visible()
    page.get_by_role("link", name="Tất cả").click()
    expect(alarm).to_contain_text("trở lại bình thường")


def test_note_is_shown_as_text_and_never_as_markup(page: Page, centre: Centre) -> None:
    centre.stations["bh-pr"].raise_alarm(91.0)
    page.goto(f"{centre.base_url}/#/alarms")
    alarm = page.locator("li[data-acknowledged=false]")
    alarm.get_by_role("button", name="Tiếp nhận").click()
    page.get_by_label("Ghi chú").fill("<img src=x onerror=alert(1)>")
    page.get_by_role("button", name="Xác nhận").click()
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    assert page.locator("main img").count() == 0
