"""The camera wall: what every camera sees, how it is, since when and why."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Centre
from tests.web.desk_camera import DeskCamera, picture

pytestmark = pytest.mark.browser
NewCamera = Callable[[str], DeskCamera]
READ_PIXEL = """() => {
  const canvas = document.querySelector('[data-camera=tuong-1] canvas');
  return canvas.getContext('2d').getImageData(canvas.width - 5, 5, 1, 1).data[0];
}"""


@pytest.fixture(scope="module")
def centre(desk: Centre) -> Centre:
    return desk


def test_picture_moves_while_it_is_seen_and_greys_with_its_age_when_it_stands(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("tuong-1")
    page.goto(f"{centre.base_url}/#/cameras")
    card = page.locator("[data-camera=tuong-1]")
    expect(card).to_contain_text("chưa có hình")
    card.scroll_into_view_if_needed()
    with camera.filming():
        expect(card.locator("[data-preview=live]")).to_be_visible()
        canvas = card.locator("canvas")
        assert canvas.evaluate("c => [c.width, c.height]") == [640, 640]
        first = page.evaluate(READ_PIXEL)
        page.wait_for_function(f"(before) => ({READ_PIXEL})() !== before", arg=first)
    camera.show(picture("alt"), datetime.now(UTC) - timedelta(minutes=2))
    expect(card.locator("[data-preview=stale]")).to_be_visible()
    expect(card).to_contain_text("hình cũ 2 phút")


def test_no_picture_is_asked_for_where_nobody_looks(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("tuong-2")
    camera.show(picture("tuong-2"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{centre.base_url}/#/cameras/tuong-2")
    expect(page.locator("[data-preview=live]")).to_be_visible()
    page.locator("button[data-account]").click()
    page.get_by_role("link", name="Hệ thống").click()
    expect(page.locator("[data-health]")).to_be_visible()
    asked.clear()
    page.wait_for_timeout(1_500)
    assert [url for url in asked if "preview" in url] == []


@pytest.mark.parametrize(
    ("state", "more", "shape", "words"),
    [
        ("down", {"cause": "unauthorised"}, "cross", ["Mất hình", "sai tên hoặc mật khẩu camera"]),
        ("down", {"cause": "no_connection"}, "cross", ["Mất hình", "không nối được camera"]),
        ("live", {"distrust": ["covered"]}, "question", ["Hình không tin cậy", "hình bị che"]),
        (
            "degraded",
            {"overload_level": 2, "distrust": ["frozen"]},
            "triangle",
            ["Hoạt động kém", "hình đứng yên", "quét chậm vùng yên"],
        ),
        (
            "degraded",
            {"detail": "no packet for 2.5 s (and 1 more)"},
            "triangle",
            ["Hoạt động kém", "Không nhận được dữ liệu trong 2,5 giây. (và 1 điều khác)"],
        ),
    ],
)
def test_trouble_is_told_by_shape_word_time_and_cause(
    page: Page,
    centre: Centre,
    new_camera: NewCamera,
    state: str,
    more: dict[str, object],
    shape: str,
    words: list[str],
) -> None:
    camera = new_camera("tuong-3")
    page.goto(f"{centre.base_url}/#/cameras")
    card = page.locator("[data-camera=tuong-3]")
    expect(card).to_be_visible()
    camera.announce(state, **more)
    expect(card.locator(f"svg[data-shape={shape}]")).to_be_visible()
    for word in words:
        expect(card).to_contain_text(word)
    expect(card).to_contain_text("từ ")


def test_a_degraded_camera_works_poorly_and_a_blind_one_does_not_work(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("tuong-5")
    page.goto(f"{centre.base_url}/#/today")
    row = page.locator("[data-trouble=camera]").filter(has=page.locator("[href$='/tuong-5']"))
    camera.announce("degraded", overload_level=2)
    expect(row).to_contain_text("Camera hoạt động kém")
    camera.announce("down", cause="no_connection")
    expect(row).to_contain_text("Camera không hoạt động")


def test_camera_has_its_rose_its_rules_and_its_latest_events(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("tuong-4")
    camera.announce(model="yolo11n", model_sha256="ab" * 32, device="CPU", waiting_files=3)
    event = camera.happen(1, files=())
    page.goto(f"{centre.base_url}/#/cameras")
    page.locator("[data-camera=tuong-4] h2 a").click()
    expect(page.get_by_role("heading", name="Camera 360° thử")).to_be_visible()
    expect(page.locator("polygon[data-zone=dot-nhap]")).to_have_count(1)
    expect(page.locator(f"[data-other={event}]")).to_have_count(1)
    health = page.locator("[data-part=health]")
    for words in ("5,0 hình/giây", "yolo11n abababababab", "2048 × 2048, h264", "cao 30,0 m"):
        expect(health).to_contain_text(words)
    expect(page.locator(f"[data-part=latest] [data-event={event}]")).to_be_visible()
    page.locator("[data-part=rules]").get_by_role("link", name="Đột nhập cổng chính").click()
    expect(page.locator("[data-list=ready]")).to_have_attribute("data-count", "1")
    assert page.url.endswith("#/events?camera=tuong-4&rule=dot-nhap")


def test_overview_tells_of_open_events_and_of_cameras_in_trouble(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("an-5")  # the first by name where many are in trouble
    strip = page.get_by_role("region", name="An ninh")
    expect(strip).to_contain_text("camera hoạt động")
    before = int(strip.get_attribute("data-security") or 0)
    camera.happen(1, ago_s=1, files=(), phase="new")
    expect(strip).to_have_attribute("data-security", str(before + 1))
    expect(strip).to_contain_text("sự kiện an ninh đang diễn ra")
    camera.announce("down", cause="no_connection")
    page.locator("[data-camera=an-5][data-state=down]").click()
    expect(page.locator("[data-state=down]").first).to_contain_text("không nối được camera")
    camera.happen(1, ago_s=1, files=(), revision=2)
    page.get_by_role("link", name="Tổng quan").click()
    expect(strip).to_have_attribute("data-security", str(before))
    camera.announce()


def test_everything_is_there_in_english_too(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("tuong-6")
    camera.announce("down", cause="unauthorised")
    event = camera.happen(1, files=())
    page.get_by_role("button", name="English").click()
    page.goto(f"{centre.base_url}/#/cameras")
    expect(page.locator("[data-camera=tuong-6]")).to_contain_text("wrong camera name or password")
    page.goto(f"{centre.base_url}/#/events/{event}")
    expect(page.get_by_role("heading", name="Intrusion at the main gate")).to_be_visible()
    expect(page.locator("[data-part=place]")).to_contain_text("south-east 133°, 41 m away")
