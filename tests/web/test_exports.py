"""Every list gives what it shows as a file, to those who may, and says in words why it cannot."""

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from gateway.access.permissions import Role
from tests.peers.gateway import Api
from tests.web.conftest import PATIENCE_MS, Centre
from tests.web.test_look import READ_CLIPPED, READ_CONTRASTS

pytestmark = pytest.mark.browser
LISTS = {
    "#/alarms": r"canh-bao_\d{4}-\d\d-\d\d",
    "#/alarms?show=all": r"canh-bao_\d{4}-\d\d-\d\d_den_\d{4}-\d\d-\d\d",
    "#/alarms?show=figures": r"chi-so-canh-bao_\d{4}-\d\d-\d\d_den_\d{4}-\d\d-\d\d",
    "#/events": r"su-kien_\d{4}-\d\d-\d\d",
    "#/stations/thanh-hai?channel=ph": r"so-lieu_thanh-hai_ph_[\d-]{15}_den_[\d-]{15}",
    "#/system": r"tinh-day-du_\d{4}-\d\d-\d\d",
    "#/notices/deliveries": r"thong-bao-da-gui_\d{4}-\d\d-\d\d_den_\d{4}-\d\d-\d\d",
    "#/audit": r"nhat-ky_\d{4}-\d\d-\d\d",
}


def taken(page: Page, form: str) -> tuple[str, Path]:
    """Click the only export button of a form; return the file's name and place."""
    with page.expect_download() as download:
        page.locator(f"[data-export] [data-form={form}]").click()
    return download.value.suggested_filename, Path(download.value.path())


@pytest.mark.parametrize(("address", "name"), LISTS.items())
def test_a_list_is_given_as_a_file_that_says_what_it_holds(
    page: Page, centre: Centre, address: str, name: str
) -> None:
    page.goto(f"{centre.base_url}/{address}")
    for form in ("xlsx", "csv"):
        file, place = taken(page, form)
        assert re.fullmatch(rf"{name}\.{form}", file)
        assert place.read_bytes()[:3] == (b"\xef\xbb\xbf" if form == "csv" else b"PK\x03")
        expect(page.locator("[data-export] [role=status]")).to_have_text(f"Đã tải {file}")


def test_the_filter_of_the_screen_is_the_filter_of_the_file(page: Page, centre: Centre) -> None:
    page.goto(f"{centre.base_url}/#/audit")
    page.get_by_label("Việc").select_option("account_created")
    _, place = taken(page, "xlsx")
    sheet = load_workbook(io.BytesIO(place.read_bytes())).worksheets[0]
    actions = {row[3].value for row in sheet.iter_rows(min_row=2)}
    assert actions == {"account_created"}


def test_a_refusal_is_told_in_words(page: Page, centre: Centre) -> None:
    page.goto(f"{centre.base_url}/#/alarms?show=all")
    export = page.locator("[data-export]")
    export.get_by_label("Từ ngày").fill("2026-05-02")
    export.get_by_label("Đến hết ngày").fill("2026-05-01")
    export.get_by_role("button", name="Xuất Excel").click()
    expect(export.get_by_role("alert")).to_have_text(re.compile(r"^Chưa xuất được: .*[à-ỹ]"))


def test_who_may_not_see_a_list_has_no_button_for_it(browser: Browser, centre: Centre) -> None:
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([Api(centre.api.port).session_cookie("ky.thuat", Role.TECHNICIAN)])
    page = context.new_page()
    page.goto(f"{centre.base_url}/#/system")
    expect(page.locator("[data-export='/completeness']")).to_be_visible()
    for address in ("#/events", "#/audit", "#/notices/deliveries"):
        page.goto(f"{centre.base_url}/{address}")
        expect(page.locator("[data-part=no-right]")).to_be_visible()
        expect(page.locator("[data-export]")).to_have_count(0)
    context.close()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
@pytest.mark.parametrize("address", ["#/alarms?show=all", "#/notices/deliveries", "#/audit"])
def test_the_buttons_fit_the_screen_and_can_be_read_by_everybody(
    page: Page, centre: Centre, address: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{centre.base_url}/{address}")
    expect(page.locator("[data-export]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(READ_CLIPPED) == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert page.evaluate(READ_CONTRASTS) == []
