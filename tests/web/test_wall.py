"""The wall: read from five metres, no hand needed, and never older than its server."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from quantrac_core.contracts.quality import State
from tests.web.conftest import Centre, sign_in
from tests.web.desk_camera import DeskCamera, picture
from tests.web.test_look import READ_CLIPPED, READ_CONTRASTS

pytestmark = pytest.mark.browser
SCREENS = [(1366, 768), (1920, 1080), (3840, 2160)]
READ_SMALLEST = """() => [...document.querySelectorAll('[data-part=value]')]
  .map((e) => parseFloat(getComputedStyle(e).fontSize) / innerHeight)
  .reduce((a, b) => Math.min(a, b), 1)"""
READ_OUTSIDE = """() => [...document.querySelectorAll('article, article li, header, time, h2')]
  .filter((e) => { const b = e.getBoundingClientRect();
    return b.right > innerWidth + 1 || b.bottom > innerHeight + 1 || b.left < -1 || b.top < -1; })
  .map((e) => e.className + e.textContent.slice(0, 30))"""
READ_CUT = """() => [...document.querySelectorAll('article li')]
  .filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
  .map((e) => e.textContent.trim().slice(0, 40))"""


@pytest.fixture(scope="module")
def centre(own_centre: Centre) -> Centre:
    return own_centre


@pytest.fixture(scope="module", autouse=True)
def plant(centre: Centre) -> Iterator[None]:
    """An alarm, a calibration, a station fallen silent, a camera with an event and a blind one."""
    centre.stations["thanh-hai"].change("cod", 88.0)
    centre.stations["thanh-hai"].raise_alarm(88.0)
    centre.stations["bh-pr"].change("pm", 12.0, State.CALIBRATING)
    cameras = [DeskCamera(centre.broker_port, centre.api.port, f"wall-{n}") for n in (1, 2, 3)]
    for camera in cameras[:2]:
        camera.announce()
    cameras[2].announce("down", cause="unauthorised")
    cameras[0].happen(1, ago_s=2, files=(), phase="new")
    cameras[0].show(picture("wall-1"))
    yield
    for camera in cameras:
        camera.close()


@pytest.fixture(scope="module")
def wall(browser: Browser, base_url: str) -> Iterator[Page]:
    page = browser.new_page()
    sign_in(page.context, base_url)
    page.goto(f"{base_url}/#/wall")
    expect(page.locator("[data-wall=live] article[data-station]")).to_have_count(3)
    expect(page.locator("[data-wall-alarms]")).to_be_visible()
    expect(page.locator("article[data-camera]")).to_have_count(2)
    yield page
    page.close()


def hold(page: Page, wanted: str = "0") -> None:
    """Bring the wall to its first page and keep it there."""
    wall = page.locator("[data-wall]")
    if page.get_by_text("đang giữ trang").count() == 0:
        page.keyboard.press(" ")
    while wall.get_attribute("data-page") != wanted:
        page.keyboard.press("ArrowRight")


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_everything_fits_the_screen_in_figures_of_four_percent(
    wall: Page, width: int, height: int
) -> None:
    wall.set_viewport_size({"width": width, "height": height})
    size = wall.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert size == [width, height]
    assert wall.evaluate(READ_OUTSIDE) == []
    assert wall.evaluate(READ_CUT) == []
    # Flow in thousands is long and a little smaller.
    assert wall.evaluate(READ_SMALLEST) >= 0.04
    assert [name for name in wall.evaluate(READ_CLIPPED) if "wall" in name] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_text_has_the_contrast_of_wcag_aa(wall: Page, scheme: str) -> None:
    wall.set_viewport_size({"width": 1920, "height": 1080})
    wall.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert wall.evaluate(READ_CONTRASTS) == []


def test_a_state_is_told_by_shape_and_word(wall: Page) -> None:
    cell = wall.locator("article[data-station=thanh-hai] li[data-channel=cod]")
    expect(cell).to_contain_text("vượt ngưỡng")
    expect(cell.locator("[data-shape=octagon]")).to_be_visible()
    cell = wall.locator("article[data-station=bh-pr] li[data-channel=pm]")
    expect(cell).to_contain_text("hiệu chuẩn")
    expect(cell.locator("[data-shape=half]")).to_be_visible()


def test_more_cameras_than_fit_take_turns(wall: Page) -> None:
    seen = set()
    for page in ("0", "1"):
        hold(wall, page)
        for camera in wall.locator("article[data-camera]").all():
            seen.add(camera.get_attribute("data-camera"))
        expect(wall.locator("article[data-station]")).to_have_count(3)
    assert seen == {"wall-1", "wall-2", "wall-3"}


def test_an_event_goes_before_the_state_of_its_camera(wall: Page) -> None:
    hold(wall, "0")
    expect(wall.locator("article[data-camera=wall-1]")).to_contain_text("Đột nhập cổng chính")


def test_the_address_chooses_stations_and_cameras(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/#/wall?stations=sg-nt,thanh-hai&cameras=wall-2")
    expect(page.locator("article[data-station]")).to_have_count(2)
    names = [
        one.get_attribute("data-station") for one in page.locator("article[data-station]").all()
    ]
    assert names == ["sg-nt", "thanh-hai"]
    expect(page.locator("article[data-camera=wall-2]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("header nav")).to_be_visible()


def test_an_address_without_stations_says_so(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/#/wall?stations=nowhere&cameras=nobody")
    expect(page.get_by_text("Không có trạm hay camera nào trong địa chỉ này.")).to_be_visible()


def test_picture_is_shifted_by_a_few_pixels(wall: Page) -> None:
    shift = wall.locator("[data-wall]").evaluate("e => getComputedStyle(e).translate")
    x, y = (float(part.removesuffix("px")) for part in (shift.split() * 2)[:2])
    assert abs(x) <= 4
    assert abs(y) <= 4


def test_lost_link_fills_the_wall_with_words_and_it_comes_back_by_itself(
    page: Page, centre: Centre
) -> None:
    page.goto(f"{centre.base_url}/#/wall")
    expect(page.locator("[data-wall=live]")).to_be_visible()
    centre.kill()
    banner = page.locator("[data-banner=server]")
    expect(banner).to_contain_text("MẤT KẾT NỐI VỚI MÁY CHỦ")
    size = banner.locator("strong").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size >= 1080 * 0.05
    expect(page.locator("li[data-emphasis=stale]")).to_have_count(24)
    centre.start()
    expect(banner).to_have_count(0)
    expect(page.locator("li[data-emphasis=none]").first).to_be_visible()


BECOME_OLD = """() => {
  document.querySelector('script[src^="/assets/index-"]').setAttribute('src', '/assets/old.js');
  document.documentElement.dataset.old = 'yes';
  window.dispatchEvent(new Event('online'));
}"""
"""Makes the page another than its server's, and brings the network back, which makes it look."""


def test_wall_loads_itself_anew_when_its_server_has_another_page(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/#/wall")
    expect(page.locator("[data-wall=live]")).to_be_visible()
    page.evaluate(BECOME_OLD)
    expect(page.locator("html[data-old]")).to_have_count(0)
    expect(page.locator("[data-wall=live] article[data-station]")).to_have_count(3)


def test_other_pages_offer_the_new_version(page: Page) -> None:
    page.evaluate(BECOME_OLD)
    notice = page.locator("[data-banner=version]")
    expect(notice).to_contain_text("phiên bản mới")
    expect(page.locator("html[data-old]")).to_have_count(1)
    notice.get_by_role("button").click()
    expect(page.locator("html[data-old]")).to_have_count(0)
    expect(page.locator("[data-link=live]")).to_be_visible()
    expect(notice).to_have_count(0)
