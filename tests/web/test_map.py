"""The map: everything at its place with its state, by pointer, finger and keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.peers.gateway import Api, embedded_config, gateway
from tests.peers.process import running, until
from tests.web.conftest import Centre, sign_in
from tests.web.desk_camera import DeskCamera
from tests.web.test_look import READ_CONTRASTS, READ_SMALL_TARGETS

pytestmark = pytest.mark.browser
TILES = "https://tiles.example.vn/{z}/{x}/{y}.png"


@pytest.fixture(scope="module")
def centre(desk: Centre) -> Centre:
    return desk


@pytest.fixture(scope="module", autouse=True)
def camera(centre: Centre) -> Iterator[DeskCamera]:
    """A camera with an event to the east; one station that says where it stands."""
    station = centre.stations["thanh-hai"]
    birth = msgspec.structs.replace(station.birth(), lat=11.59, lon=108.98)
    station._fake.send(birth)
    camera = DeskCamera(centre.broker_port, centre.api.port, "map-1")
    camera.announce(lat=11.58, lon=108.99)
    camera.happen(1, ago_s=2, files=(), phase="new", bearing_deg=90.0, distance_m=50.0,
                  lat=None, lon=None)  # fmt: skip
    until(lambda: centre.api.get("/stations/thanh-hai")["lat"] == 11.59)
    yield camera
    camera.happen(1, ago_s=2, files=(), phase="end")
    camera.close()


@pytest.fixture
def map_page(page: Page, base_url: str) -> Page:
    page.goto(f"{base_url}/#/map")
    expect(page.locator("[data-map=ready]")).to_be_visible()
    expect(page.locator("a[data-pin='station/thanh-hai']")).to_be_visible()
    expect(page.locator("a[data-pin='camera/map-1']")).to_be_visible()
    return page


def place(page: Page, pin: str) -> tuple[float, float]:
    """Return where a pin is on the screen."""
    box = page.locator(f"[data-pin='{pin}']").bounding_box()
    assert box is not None
    return box["x"], box["y"] + box["height"] / 2


def test_north_is_up_and_east_is_right(map_page: Page) -> None:
    station, camera = place(map_page, "station/thanh-hai"), place(map_page, "camera/map-1")
    assert station[1] < camera[1]
    assert station[0] < camera[0]


def test_pins_tell_the_state_and_lead_to_their_page(map_page: Page) -> None:
    pin = map_page.locator("a[data-pin='station/thanh-hai']")
    expect(pin).to_contain_text("KCN Thanh Hải")
    expect(pin).to_have_attribute("href", "#/stations/thanh-hai")
    expect(map_page.locator("[data-place='station/sg-nt']")).to_contain_text("chưa có tọa độ")


def test_bearing_of_an_open_event_points_from_its_camera(map_page: Page) -> None:
    line = map_page.locator("[data-bearing=map-1-000001]")
    expect(line).to_have_count(1)
    map_page.get_by_role("button", name=re.compile("Xem Camera.* trên bản đồ")).first.click()
    x1, x2, y1, y2 = (float(line.get_attribute(name) or 0) for name in ("x1", "x2", "y1", "y2"))
    assert x2 > x1
    assert abs(y2 - y1) <= 2
    expect(map_page.locator("a[data-event=map-1-000001]")).to_contain_text("Đột nhập")


def test_keyboard_moves_and_zooms(map_page: Page) -> None:
    before = place(map_page, "camera/map-1")
    map_page.locator("[role=application]").focus()
    map_page.keyboard.press("ArrowRight")
    until(lambda: place(map_page, "camera/map-1")[0] < before[0])
    lines = map_page.locator("svg text").all_text_contents()
    map_page.keyboard.press("+")
    until(lambda: map_page.locator("svg text").all_text_contents() != lines)


def test_without_tiles_there_is_a_grid_and_no_request_leaves(map_page: Page, base_url: str) -> None:
    expect(map_page.get_by_text("Không có bản đồ nền")).to_be_visible()
    assert map_page.locator("svg line.grid").count() >= 4
    fetched = map_page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert all(name.startswith(base_url) for name in fetched)


def test_leaflet_is_fetched_with_the_map_only(page: Page) -> None:
    names = "performance.getEntriesByType('resource').map((one) => one.name)"
    assert not any("MapPage" in name for name in page.evaluate(names))
    page.get_by_role("link", name="Bản đồ").click()
    expect(page.locator("[data-map=ready]")).to_be_visible()
    assert any("MapPage" in name for name in page.evaluate(names))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_map_is_legible_and_fits_a_phone(map_page: Page, scheme: str) -> None:
    map_page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    map_page.set_viewport_size({"width": 390, "height": 844})
    assert map_page.evaluate("document.documentElement.scrollWidth") <= 390
    assert map_page.evaluate(READ_CONTRASTS) == []
    assert map_page.evaluate(READ_SMALL_TARGETS) == []


def test_configured_tiles_are_the_only_other_server(
    browser: Browser, centre: Centre, tmp_path: Path
) -> None:
    config = embedded_config(
        tmp_path,
        centre.broker_port,
        gateway={"name": "tiles"},
        map={"tiles_url": TILES, "attribution": "© người vẽ bản đồ"},
    )
    with running(gateway(tmp_path, config)):
        api = Api(config["http"]["port"])
        until(lambda: any(one["lat"] for one in api.get("/stations")["stations"]))
        policy = api.raw("/")[2]["content-security-policy"]
        assert "img-src 'self' https://tiles.example.vn data:" in policy
        context = browser.new_context(service_workers="block")
        sign_in(context, f"http://127.0.0.1:{api.port}")
        asked: list[str] = []
        refused: list[str] = []
        page = context.new_page()
        page.on("console", lambda m: refused.append(m.text) if "Policy" in m.text else None)
        page.on("request", lambda r: asked.append(r.url) if "tiles.example" in r.url else None)
        page.route("https://tiles.example.vn/**", lambda route: route.abort())
        page.goto(f"http://127.0.0.1:{api.port}/#/map")
        expect(page.get_by_text("Không tải được bản đồ nền")).to_be_visible()
        expect(page.get_by_text("© người vẽ bản đồ")).to_be_visible()
        context.close()
    assert asked
    assert re.fullmatch(r"https://tiles\.example\.vn/\d+/\d+/\d+\.png", asked[0])
    assert refused == []
