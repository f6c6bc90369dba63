"""A leader's phone: what is wrong, since when, who has it, and the week in a few figures."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.web.conftest import Centre
from tests.web.test_look import READ_CLIPPED, READ_CONTRASTS, READ_SMALL_TARGETS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def centre(own_centre: Centre) -> Centre:
    return own_centre


@pytest.fixture
def phone(context: BrowserContext, base_url: str) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{base_url}/#/today")
    expect(page.locator("[data-figure=exceedances]")).to_be_visible()
    return page


def test_calm_is_said_in_words(phone: Page) -> None:
    expect(phone.locator("[data-part=wrong]")).to_contain_text("Không có gì bất thường")
    expect(phone.locator("[data-figure=exceedances]")).to_have_text("0")


def test_what_is_wrong_says_since_when_and_who_has_it(phone: Page, centre: Centre) -> None:
    since = centre.stations["thanh-hai"].raise_alarm(88.0)
    row = phone.locator("[data-trouble=alarm]")
    expect(row).to_contain_text("COD: 88,00 mg/l, ngưỡng 75 mg/l")
    expect(row).to_contain_text("KCN Thanh Hải")
    expect(row).to_contain_text("Chưa ai tiếp nhận")
    alarm = centre.api.get("/alarms", state="open")["alarms"][0]
    centre.api.post(f"/alarms/{alarm['id']}/ack", {"note": ""})
    expect(row).to_contain_text("Đang xử lý:")
    phone.reload()
    expect(phone.locator("[data-figure=exceedances]")).to_have_text("1")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.evaluate(READ_CLIPPED) == []
    assert phone.evaluate(READ_CONTRASTS) == []
    assert phone.evaluate(READ_SMALL_TARGETS) == []
    row.get_by_role("link").click()
    expect(phone.get_by_role("heading", name="Diễn biến: COD")).to_be_visible()
    centre.stations["thanh-hai"].end_alarm(since)


def test_a_silent_station_is_wrong_until_it_speaks_again(phone: Page, centre: Centre) -> None:
    station = centre.stations["sg-nt"]
    station.fall_silent()
    try:
        expect(phone.locator("[data-trouble=station]")).to_contain_text("Trạm không gửi số liệu")
    finally:
        station.speak_again()
    expect(phone.locator("[data-trouble=station]")).to_have_count(0)
