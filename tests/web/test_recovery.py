"""The page recovers by itself from everything that happens to the gateway."""

import signal

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Centre

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def centre(own_centre: Centre) -> Centre:
    return own_centre


def test_values_grey_when_the_gateway_dies_and_live_again_after_its_restart(
    page: Page, centre: Centre
) -> None:
    expect(page.locator("li[data-stale=false]")).to_have_count(24)
    centre.kill()
    expect(page.locator("[data-banner=server]")).to_contain_text("Mất kết nối với máy chủ")
    expect(page.locator("li[data-stale=true]")).to_have_count(24)
    centre.stations["sg-nt"].change("tss", 21.5)
    centre.start()
    expect(page.locator("[data-banner=server]")).to_have_count(0)
    expect(page.locator("li[data-stale=false]")).to_have_count(24)
    value = page.locator("article[data-station=sg-nt] li[data-channel=tss] [data-part=value]")
    expect(value).to_have_text("21,50")


def test_alarm_raised_during_the_break_is_there_after_it(page: Page, centre: Centre) -> None:
    centre.kill()
    expect(page.locator("[data-banner=server]")).to_be_visible()
    centre.stations["thanh-hai"].raise_alarm(99.0)
    centre.start()
    expect(page).to_have_title("(1) Quan trắc")
    expect(page.locator("[data-alarm]")).to_contain_text("COD")


def test_values_of_a_frozen_gateway_grey(page: Page, centre: Centre) -> None:
    expect(page.locator("li[data-stale=false]")).to_have_count(24)
    centre.process.send(signal.SIGSTOP)
    try:
        expect(page.locator("li[data-stale=true]")).to_have_count(24)
    finally:
        centre.process.send(signal.SIGCONT)
    expect(page.locator("li[data-stale=false]")).to_have_count(24)
