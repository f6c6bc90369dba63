"""The page fits every screen, can be read by everybody and used by finger and keyboard."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Centre, sign_in

pytestmark = pytest.mark.browser

AWAITED = {
    "#/": "article",
    "#/stations/thanh-hai": "canvas",
    "#/alarms": "li[data-alarm]",
    "#/alarms?show=figures": "dl.tiles",
    "#/alarms?show=definitions": "main button:has-text('Sửa')",
    "#/today": "[data-figure=exceedances]",
    "#/reports": "[data-list=reports]",
    "#/notices": "main .add",
    "#/account": "[data-part=tokens]",
    "#/accounts": "[data-account-row]",
    "#/audit": "li[data-action]",
    "#/system": "[data-health]",
}
"""What tells that a page is there."""

PAGES = list(AWAITED)
READ_CONTRASTS = """() => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const linear = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || element.closest('.visually-hidden, .skip')) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parse(style.color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) low.push([ratio, element.textContent.trim().slice(0, 40)]);
  }
  return low;
}"""
READ_CLIPPED = """() => [...document.querySelectorAll('main *, header *')]
  .filter((e) => !e.closest('.visually-hidden') && e.clientWidth > 0 && !e.closest('svg'))
  .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible')
  .filter((e) => getComputedStyle(e).overflowX !== 'auto')
  .map((e) => e.className)"""
READ_SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input, select, summary')]
  .filter((e) => !e.closest('.skip') && e.getBoundingClientRect().height > 0)
  .map((e) => (e.type === 'checkbox' && e.closest('label')) || e)
  .filter((e) => e.getBoundingClientRect().height < 43.5)
  .map((e) => e.textContent.trim() + ' ' + e.getBoundingClientRect().height)"""


@pytest.fixture(scope="module")
def centre(own_centre: Centre) -> Centre:
    return own_centre


@pytest.fixture(scope="module", autouse=True)
def alarm(centre: Centre) -> None:
    """An open alarm, so that its colours and its controls are looked at too."""
    centre.stations["thanh-hai"].raise_alarm(88.0)


@pytest.fixture(scope="module")
def wall(browser: Browser, base_url: str) -> Page:
    """One page for the module; each test sets its size and its colour scheme."""
    page = browser.new_page()
    sign_in(page.context, base_url)
    page.goto(base_url)
    expect(page.locator("[data-link=live]")).to_be_visible()
    expect(page.locator("a[data-alarm]")).to_have_count(1)
    return page


def show(page: Page, address: str, width: int, height: int, scheme: str = "light") -> None:
    """Bring one page of the site to a screen of that size."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.evaluate("(hash) => { location.hash = hash }", address)
    expect(page.locator(AWAITED[address]).first).to_be_visible()


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180), (1920, 1080), (3840, 2160)])
def test_nothing_is_wider_than_the_screen_or_clipped(
    wall: Page, address: str, width: int, height: int
) -> None:
    show(wall, address, width, height)
    assert wall.evaluate("document.documentElement.scrollWidth") <= width
    assert wall.evaluate(READ_CLIPPED) == []


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
def test_three_stations_fit_a_wall_without_scrolling(wall: Page, width: int, height: int) -> None:
    show(wall, "#/", width, height, "dark")
    expect(wall.locator("li[data-channel]")).to_have_count(24)
    assert wall.evaluate("document.documentElement.scrollHeight") <= height
    value = wall.locator("[data-part=value]").first
    size_px = float(value.evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))
    assert size_px >= height * 0.04
    lowest = wall.evaluate(
        "Math.max(...[...document.querySelectorAll('li[data-channel]')]"
        ".map((e) => e.getBoundingClientRect().bottom))"
    )
    assert lowest <= height


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_text_has_the_contrast_of_wcag_aa(wall: Page, address: str, scheme: str) -> None:
    show(wall, address, 1920, 1080, scheme)
    assert wall.evaluate(READ_CONTRASTS) == []


@pytest.mark.parametrize("address", PAGES)
def test_targets_are_large_enough_for_a_finger(wall: Page, address: str) -> None:
    show(wall, address, 390, 844)
    assert wall.evaluate(READ_SMALL_TARGETS) == []


def test_theme_switch_overrides_the_system(page: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    switch = page.get_by_role("button", name="Giao diện")
    switch.click()
    switch.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(ground) != light
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_tab_reaches_every_control_with_a_visible_focus(page: Page) -> None:
    expect(page.locator("li[data-channel]")).to_have_count(24)
    controls = page.locator("a:visible, button:visible").count()
    reached = set()
    for _ in range(controls):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "[document.activeElement.textContent.trim().slice(0, 30),"
            " getComputedStyle(document.activeElement).outlineWidth]"
        )
        assert focused[1] == "3px", focused
        reached.add(focused[0])
    assert {"Tới nội dung chính", "English", "Báo cáo"} <= reached
