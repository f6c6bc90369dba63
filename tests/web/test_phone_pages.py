"""On a phone the pages stand in one row under the thumb, and what is left in a menu."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import PATIENCE_MS, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def phone(browser: Browser, base_url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(PATIENCE_MS)
    sign_in(context, base_url)
    page = context.new_page()
    page.goto(base_url)
    expect(page.locator("[data-link=live]")).to_be_visible()
    yield page
    context.close()


def test_the_pages_stand_in_one_row_at_the_lower_edge(phone: Page) -> None:
    boxes = [
        one.bounding_box()
        for one in phone.locator("nav > :is(a, button)").all()
        if one.is_visible()
    ]
    assert len(boxes) == 5
    sizes = [(box["y"], box["y"] + box["height"], box["width"]) for box in boxes if box]
    assert len({top for top, _, _ in sizes}) == 1
    for top, lower, width in sizes:
        assert lower - top >= 44
        assert lower <= 844
        assert width >= 24
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_menu_is_used_by_keyboard_and_shows_where_one_is(phone: Page) -> None:
    menu = phone.get_by_role("button", name="Thêm", exact=True)
    menu.focus()
    phone.keyboard.press("Enter")
    expect(phone.locator("#more-pages")).to_be_visible()
    phone.keyboard.press("Escape")
    expect(phone.locator("#more-pages")).to_be_hidden()
    expect(menu).to_be_focused()

    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    expect(phone.get_by_role("link", name="Camera", exact=True)).to_be_focused()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", name="Camera", exact=True)).to_be_visible()
    expect(phone.locator("#more-pages")).to_be_hidden()
    menu.click()
    expect(phone.locator("#more-pages [aria-current=page]")).to_have_text("Camera")
    phone.locator("main").click(position={"x": 5, "y": 5})
    expect(phone.locator("#more-pages")).to_be_hidden()


def test_the_last_line_of_a_page_is_not_hidden_by_the_row(phone: Page) -> None:
    phone.evaluate("location.hash = '#/system'")
    expect(phone.locator("[data-quarantine]")).to_be_visible()
    # Figures that arrive make the page longer, so it is scrolled anew until it is at its end.
    phone.wait_for_function(
        """() => {
          scrollTo(0, document.documentElement.scrollHeight);
          const lowest = document.querySelector('[data-quarantine]').getBoundingClientRect().bottom;
          return lowest <= document.querySelector('nav').getBoundingClientRect().top;
        }"""
    )
