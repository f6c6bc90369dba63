"""One station: its history with limits and states, growing while one looks."""

import pytest
from playwright.sync_api import Page, expect

from quantrac_core.contracts.quality import State
from tests.web.conftest import Centre

pytestmark = pytest.mark.browser


def points(page: Page) -> int:
    """Return how many points the chart holds."""
    return int(page.locator("[data-history]").get_attribute("data-points") or 0)


def test_chart_loads_and_grows_with_live_scans(page: Page, centre: Centre) -> None:
    page.goto(f"{centre.base_url}/#/stations/thanh-hai?channel=cod")
    expect(page.locator("[data-history=ready] canvas")).to_be_visible()
    before = points(page)
    assert before > 0
    expect(page.locator("[data-history]")).not_to_have_attribute("data-points", str(before))
    assert points(page) > before


def test_shaded_states_are_named_beside_the_chart(page: Page, centre: Centre) -> None:
    station = centre.stations["thanh-hai"]
    station.change("ph", 7.0, State.CALIBRATING)
    page.goto(f"{centre.base_url}/#/stations/thanh-hai?channel=ph")
    expect(page.locator("section dl")).to_contain_text("hiệu chuẩn")
    station.change("ph", 7.9)


def test_channel_and_range_are_in_the_address(page: Page, centre: Centre) -> None:
    page.goto(f"{centre.base_url}/#/stations/thanh-hai")
    page.locator("button[data-channel=ph]").click()
    page.get_by_role("button", name="6 giờ").click()
    expect(page.locator("button[data-channel=ph]")).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith("#/stations/thanh-hai?channel=ph&range=6h")
    page.reload()
    expect(page.get_by_role("heading", name="Diễn biến: pH")).to_be_visible()
    expect(page.get_by_role("button", name="6 giờ")).to_have_attribute("aria-pressed", "true")


def test_readings_are_also_a_table(page: Page, centre: Centre) -> None:
    page.goto(f"{centre.base_url}/#/stations/thanh-hai?channel=flow_in")
    page.get_by_text("Bảng số liệu").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("38,20")


def test_unknown_station_gets_a_clear_line(page: Page, centre: Centre) -> None:
    page.goto(f"{centre.base_url}/#/stations/nowhere")
    expect(page.get_by_text("Không có trạm này.")).to_be_visible()


def test_completeness_and_health_are_shown(page: Page, centre: Centre) -> None:
    page.goto(f"{centre.base_url}/#/system")
    expect(page.locator("[data-health=ok]")).to_be_visible()
    expect(page.locator("tr[data-station=thanh-hai]")).to_contain_text("đủ")
    expect(page.locator("[data-quarantine]")).to_contain_text("Không có bản tin nào bị cách ly.")


def test_an_earlier_period_lies_under_the_chart(page: Page, centre: Centre) -> None:
    page.goto(f"{centre.base_url}/#/stations/thanh-hai?channel=cod")
    expect(page.locator("[data-history=ready]")).to_have_attribute("data-past", "")
    page.get_by_role("button", name="Hôm trước").click()
    expect(page.locator("[data-history=ready]")).to_have_attribute("data-past", "0")
    expect(page.locator("[data-part=then]")).to_contain_text("cùng giờ ngày")
    assert page.url.endswith("?channel=cod&compare=day")
    page.get_by_role("button", name="Không", exact=True).click()
    expect(page.locator("[data-part=then]")).to_have_count(0)


def test_a_date_may_be_compared_and_is_kept_in_the_address(page: Page, centre: Centre) -> None:
    page.goto(f"{centre.base_url}/#/stations/thanh-hai?channel=cod&compare=2026-01-05")
    expect(page.locator("[data-part=then]")).to_contain_text("05/01/2026")
    page.get_by_label("Ngày", exact=True).fill("2026-01-06")
    expect(page.locator("[data-part=then]")).to_contain_text("06/01/2026")
    page.keyboard.press("Escape")
