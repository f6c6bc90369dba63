"""The way in: sign-in, the first password, the way back to where one was, and what a role sees."""

import pytest
from playwright.sync_api import Browser, Page, expect

from gateway.access.permissions import Role
from tests.gateway.test_second_factor import turn_on
from tests.gateway.visitor import new_person
from tests.web.conftest import PATIENCE_MS, Centre


@pytest.fixture
def stranger(browser: Browser) -> Page:
    """A browser in which nobody is signed in."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def enter(page: Page, account: str, password: str) -> None:
    page.get_by_label("Tên đăng nhập").fill(account)
    page.get_by_label("Mật khẩu", exact=True).fill(password)
    page.keyboard.press("Enter")


def test_a_one_time_password_is_changed_and_leads_to_the_page_that_was_asked_for(
    stranger: Page, centre: Centre
) -> None:
    body = {"account": "moi.den", "name": "Trần Mới Đến", "roles": ["operator"]}
    once = centre.api.post("/accounts", body)[1]["one_time_password"]
    stranger.goto(f"{centre.base_url}/#/cameras")
    expect(stranger.get_by_label("Tên đăng nhập")).to_be_focused()
    enter(stranger, "moi.den", "sai mật khẩu")
    expect(stranger.get_by_role("alert")).to_have_text("Sai tên đăng nhập hoặc mật khẩu.")

    enter(stranger, "moi.den", once)
    stranger.get_by_label("Mật khẩu dùng một lần", exact=True).fill(once)
    stranger.get_by_label("Mật khẩu mới", exact=True).fill("một câu thật dài và dễ nhớ")
    stranger.get_by_label("Nhập lại mật khẩu mới").fill("một câu thật dài và dễ nhớ")
    stranger.get_by_role("button", name="Lưu mật khẩu").click()

    expect(stranger.locator("[data-link=live]")).to_be_visible()
    assert stranger.url.endswith("#/cameras")
    stranger.locator("[data-account='moi.den']").click()
    expect(stranger.get_by_text("Trực ban IOC")).to_be_visible()
    stranger.get_by_role("button", name="Đăng xuất").click()
    expect(stranger.get_by_label("Tên đăng nhập")).to_be_visible()


def test_a_session_that_ends_leads_to_sign_in_and_back(stranger: Page, centre: Centre) -> None:
    _, password = new_person(centre.api, "het.phien", Role.OPERATOR)
    stranger.goto(f"{centre.base_url}/#/alarms")
    enter(stranger, "het.phien", password)
    expect(stranger.locator("[data-link=live]")).to_be_visible()

    assert centre.api.post("/accounts/het.phien/end-sessions", {})[0] == 200

    expect(stranger.get_by_text("Phiên làm việc đã hết")).to_be_visible()
    enter(stranger, "het.phien", password)
    expect(stranger.locator("[data-link=live]")).to_be_visible()
    assert stranger.url.endswith("#/alarms")


def test_police_sees_events_and_no_stations(stranger: Page, centre: Centre) -> None:
    _, password = new_person(centre.api, "cong.an", Role.POLICE)
    stranger.goto(centre.base_url)
    enter(stranger, "cong.an", password)

    expect(stranger.locator("[data-link=live]")).to_be_visible()
    expect(stranger.locator("nav a")).to_have_text(["An ninh", "Camera", "Bản đồ", "Báo cáo"])
    assert stranger.url.endswith("#/events")
    stranger.goto(f"{centre.base_url}/#/system")
    expect(stranger.locator("[data-part=no-right]")).to_be_visible()


def test_an_administrator_makes_an_account_and_reads_of_it_in_the_audit(
    page: Page, centre: Centre
) -> None:
    page.goto(f"{centre.base_url}/#/accounts")
    page.get_by_role("button", name="Thêm tài khoản").click()
    page.get_by_label("Tên đăng nhập").fill("tram.chu")
    page.get_by_label("Họ tên").fill("Chủ trạm Thanh Hải")
    page.get_by_label("Chủ trạm", exact=True).check()
    page.get_by_label("Chỉ những mục này").first.check()
    page.get_by_label("Trạm được xem: Mã").fill("thanh-hai")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator("[data-part=shown-once] code")).to_contain_text("-")
    expect(page.locator("[data-account-row='tram.chu']")).to_contain_text("thanh-hai")

    page.goto(f"{centre.base_url}/#/audit")

    expect(page.locator("[data-chain=true]")).to_be_visible()
    expect(page.locator("li[data-action=account_created]").first).to_contain_text("tram.chu")


@pytest.mark.parametrize("address", ["#/account", "#/accounts", "#/audit"])
@pytest.mark.parametrize("width", [390, 1366])
def test_pages_about_accounts_fit_the_screen(
    page: Page, centre: Centre, address: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{centre.base_url}/{address}")
    expect(page.locator("main h1")).to_be_visible()
    expect(page.locator("main li, main form").first).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_link_asks_for_the_one_time_code_of_an_account_that_has_one(
    stranger: Page, centre: Centre
) -> None:
    person, _ = new_person(centre.api, "hai.buoc", Role.POLICE)
    _, recovery, _ = turn_on(person)
    link = centre.api.post("/accounts/hai.buoc/link", {})[1]["link"]
    stranger.goto(f"{centre.base_url}/#/sign-in/{link}")
    expect(stranger.get_by_label("Mã một lần")).to_be_focused()
    stranger.keyboard.type("sai-ma")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("alert")).to_be_visible()
    stranger.get_by_label("Mã một lần").fill(recovery[0])
    stranger.keyboard.press("Enter")
    expect(stranger.locator("[data-link=live]")).to_be_visible()
