"""The desk's pages fit every screen, can be read by everybody and used by finger and keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Centre, sign_in
from tests.web.desk_camera import DeskCamera, picture
from tests.web.test_look import READ_CLIPPED, READ_CONTRASTS, READ_SMALL_TARGETS

pytestmark = pytest.mark.browser
LONG = "Camera chợ đêm Phan Rang – Tháp Chàm, cổng số 2 đường Thống Nhất"
PAGES = {
    "#/": "[data-security]",
    "#/events?camera=nhin-1": "[data-list=ready] [data-event]",
    "#/events/nhin-1-000001": "[data-snapshot=blurred]",
    "#/cameras": "[data-camera=nhin-2]",
    "#/cameras/nhin-1": "[data-part=latest] [data-event]",
}


@pytest.fixture(scope="module")
def centre(desk: Centre) -> Centre:
    return desk


@pytest.fixture(scope="module", autouse=True)
def cameras(centre: Centre) -> Iterator[None]:
    """A camera with events of every kind, and one in trouble with a long name."""
    good, bad = (DeskCamera(centre.broker_port, centre.api.port, f"nhin-{n}") for n in (1, 2))
    good.announce()
    good.happen(1, ago_s=3000)
    good.happen(2, ago_s=600, files=("snapshot_boxed.jpg",), upload=False, priority="medium")
    for number in (3, 4, 5):
        good.happen(number, ago_s=60 - number, files=(), rule="vuot-rao", priority="low", box=None)
    good.happen(6, ago_s=1, files=(), phase="new")
    good.show(picture("nhin-1"))
    bad.announce("down", name_vi=LONG, cause="unauthorised", detail="401 from rtsp://10.0.0.7/1")
    yield
    good.close()
    bad.close()


@pytest.fixture(scope="module")
def wall(browser: Browser, base_url: str) -> Page:
    """One page for the module; each test sets its size and its colour scheme."""
    page = browser.new_page()
    sign_in(page.context, base_url)
    page.goto(base_url)
    expect(page.locator("[data-link=live]")).to_be_visible()
    return page


def show(page: Page, address: str, width: int, height: int, scheme: str = "light") -> None:
    """Bring one page of the desk to a screen of that size."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.evaluate("(hash) => { location.hash = hash }", address)
    expect(page.locator(PAGES[address]).first).to_be_visible()


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180), (1366, 768), (1920, 1080)])
def test_nothing_is_wider_than_the_screen_or_clipped(
    wall: Page, address: str, width: int, height: int
) -> None:
    show(wall, address, width, height)
    assert wall.evaluate("document.documentElement.scrollWidth") <= width
    # Thumbnails are cut on purpose: they show a part of their picture.
    assert [name for name in wall.evaluate(READ_CLIPPED) if "frame" not in name] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_text_has_the_contrast_of_wcag_aa(wall: Page, address: str, scheme: str) -> None:
    show(wall, address, 1920, 1080, scheme)
    assert wall.evaluate(READ_CONTRASTS) == []


@pytest.mark.parametrize("address", PAGES)
def test_targets_are_large_enough_for_a_finger(wall: Page, address: str) -> None:
    show(wall, address, 390, 844)
    assert wall.evaluate(READ_SMALL_TARGETS) == []


def test_filters_open_on_a_phone(wall: Page) -> None:
    show(wall, "#/events?camera=nhin-1", 390, 844)
    expect(wall.locator("[data-filter=verdict]")).to_be_hidden()
    wall.get_by_role("button", name="Bộ lọc (1)").click()
    expect(wall.locator("[data-filter=verdict]")).to_be_visible()
    assert wall.evaluate("document.documentElement.scrollWidth") <= 390
    assert wall.evaluate(READ_SMALL_TARGETS) == []


def test_first_page_does_not_carry_the_desk(page: Page, centre: Centre) -> None:
    fetched = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert [name for name in fetched if "DeskPages" in name] == []
    page.get_by_role("link", name="Camera", exact=True).click()
    expect(page.locator("[data-camera=nhin-1]").first).to_be_visible()
    fetched = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert any("DeskPages" in name for name in fetched)
