"""One event: its pictures, its clip with the moment marked, its place, verdict and evidence."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.peers.gateway import CALLER
from tests.web.conftest import Centre
from tests.web.desk_camera import MOMENT_IN_CLIP_S, DeskCamera, clip

pytestmark = pytest.mark.browser
NewCamera = Callable[[str], DeskCamera]


@pytest.fixture(scope="module")
def centre(desk: Centre) -> Centre:
    return desk


def open_event(page: Page, centre: Centre, event: str) -> None:
    """Go to the page of an event."""
    page.goto(f"{centre.base_url}/#/events/{event}")
    expect(page.locator("[data-part=media]")).to_be_visible()


def position_s(page: Page) -> float:
    """Return where in the clip the player stands."""
    return float(page.locator("video").evaluate("video => video.currentTime"))


def say_why(page: Page) -> None:
    """Fill in the reason that people are asked for before they see faces."""
    page.get_by_label("Lý do").fill("đối chiếu hồ sơ 12/2026")
    page.get_by_role("button", name="Hiện", exact=True).click()


def open_clip(page: Page) -> None:
    """Choose the clip, and say why."""
    page.get_by_role("button", name="Đoạn phim").click()
    say_why(page)


def actions(page: Page) -> list[str]:
    """Return what the custody log shows, oldest first."""
    entries = page.locator("[data-part=custody] li[data-action]")
    return [str(entry.get_attribute("data-action")) for entry in entries.all()]


def test_picture_is_shown_blurred_with_the_box_plain_and_enlarged(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    open_event(page, centre, new_camera("tin-1").happen(1))
    picture = page.get_by_role("img", name="Ảnh: Đột nhập cổng chính")
    expect(page.locator("[data-snapshot=blurred]")).to_be_visible()
    page.get_by_role("button", name="Có khung").click()
    say_why(page)
    expect(page.locator("[data-snapshot=boxed]")).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 640)
    whole = picture.evaluate("img => img.getBoundingClientRect().width")
    page.get_by_role("button", name="Phóng to chỗ xảy ra").click()
    expect(page.locator("[data-zoomed=true]")).to_be_visible()
    assert picture.evaluate("img => img.getBoundingClientRect().width") > whole * 1.2
    page.get_by_role("button", name="Ảnh gốc").click()
    expect(page.locator("[data-snapshot=plain]")).to_be_visible()


def test_people_stay_blurred_until_somebody_says_why(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    open_event(page, centre, new_camera("tin-2").happen(1))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    expect(page.locator("[data-snapshot=blurred]")).to_be_visible()
    page.get_by_role("button", name="Có khung").click()
    expect(page.locator("[data-snapshot]")).to_have_count(0)
    say_why(page)
    expect(page.locator("[data-snapshot=boxed] img")).to_have_js_property("naturalWidth", 640)
    assert not any("kind=boxed" in url and "reason=" not in url for url in asked)
    custody = page.locator("[data-part=custody]")
    expect(custody).to_contain_text("xem không che mặt")
    expect(custody).to_contain_text("nguoi.thu")
    expect(custody).to_contain_text("đối chiếu hồ sơ 12/2026")
    page.get_by_role("button", name="Che lại").click()
    expect(page.locator("[data-snapshot=blurred]")).to_be_visible()


def test_clip_opens_at_the_moment_plays_and_is_stepped_by_keys(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    open_event(page, centre, new_camera("tin-3").happen(1))
    open_clip(page)
    mark = page.locator("[data-moment]")
    expect(mark).to_have_attribute("data-moment", f"{MOMENT_IN_CLIP_S:.2f}")
    share = mark.evaluate(
        "e => (e.getBoundingClientRect().left - e.parentElement.getBoundingClientRect().left)"
        " / e.parentElement.getBoundingClientRect().width"
    )
    assert share == pytest.approx(MOMENT_IN_CLIP_S / 8.0, abs=0.02)
    clock = page.locator("[data-position]")
    expect(clock).to_have_attribute("data-position", "3.00")
    page.keyboard.press(".")
    page.keyboard.press(".")
    expect(clock).to_have_attribute("data-position", "3.08")
    page.keyboard.press(",")
    expect(clock).to_have_attribute("data-position", "3.04")
    page.get_by_role("slider", name="Vị trí trong đoạn phim").focus()
    page.keyboard.press("Home")
    expect(clock).to_have_attribute("data-position", "0.00")
    page.get_by_role("button", name="Tới lúc xảy ra").click()
    expect(clock).to_have_attribute("data-position", "3.00")
    page.get_by_role("button", name="Phát").click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 3.3")
    page.keyboard.press("p")
    expect(page.locator("[data-clip=paused]")).to_be_visible()
    assert position_s(page) < 8.0
    expect(page.locator("[data-part=custody]")).to_contain_text("xem phim")


def test_files_that_are_still_on_their_way_appear_by_themselves(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("tin-4")
    files = ("snapshot_blurred.jpg", "clip.mp4")
    event = camera.happen(1, files=files, upload=False)
    open_event(page, centre, event)
    media = page.locator("[data-part=media]")
    expect(media).to_contain_text("Ảnh đang được gửi về")
    expect(page.locator("[data-part=files]")).to_contain_text("đang gửi về")
    camera.deliver(event, ("snapshot_blurred.jpg",))
    expect(page.locator("[data-snapshot=blurred]")).to_be_visible()
    page.get_by_role("button", name="Đoạn phim").click()
    expect(media).to_contain_text("đang được gửi về và sẽ tự hiện")
    camera.deliver(event, ("clip.mp4",))
    say_why(page)
    expect(page.locator("video")).to_be_visible()
    expect(page.locator("[data-part=files]")).not_to_contain_text("đang gửi về")


def test_clip_of_an_event_that_goes_on_is_promised(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("tin-5")
    event = camera.happen(1, ago_s=2, files=(), phase="new")
    open_event(page, centre, event)
    page.get_by_role("button", name="Đoạn phim").click()
    expect(page.locator("[data-clip-state=later]")).to_contain_text("khi sự kiện kết thúc")
    camera.happen(1, ago_s=2, files=("clip.mp4",), revision=2)
    say_why(page)
    expect(page.locator("video")).to_be_visible()


def test_clip_that_the_browser_cannot_play_says_so_and_can_be_downloaded(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("tin-6")
    camera.announce(codec="hevc")
    open_event(page, centre, camera.happen(1))
    open_clip(page)
    expect(page.locator("[data-clip-state=h265]")).to_contain_text("H.265")
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải đoạn phim").click()
    assert Path(download.value.path()).read_bytes() == clip()


def test_place_is_on_the_rose_with_the_zone_and_other_events(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("tin-7")
    camera.happen(1, ago_s=3600, files=(), bearing_deg=270.0, distance_m=20.0)
    event = camera.happen(2, files=(), bearing_deg=90.0, distance_m=40.0)
    open_event(page, centre, event)
    place = page.locator("[data-part=place]")
    rose = place.get_by_role("img", name="Hình hướng nhìn từ cột, Bắc ở trên: Đông 90°, cách 40 m")
    expect(rose).to_be_visible()
    expect(place.locator("polygon.chosen[data-zone=dot-nhap]")).to_have_count(1)
    expect(place.locator("[data-other]")).to_have_count(1)
    at = [
        place.locator(name).first.evaluate(
            "e => { const b = e.getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2] }"
        )
        for name in (".mast", "[data-here]", "[data-other]")
    ]
    (mast_x, mast_y), (here_x, here_y), (other_x, _) = at
    assert here_x > mast_x > other_x
    assert here_y == pytest.approx(mast_y, abs=3)
    assert here_x - mast_x == pytest.approx(2 * (mast_x - other_x), abs=4)
    expect(place.get_by_role("link", name="Mở bản đồ")).to_have_attribute(
        "href", "geo:11.580100,108.990200"
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    place.get_by_role("button", name="Chép").click()
    expect(place.get_by_role("button", name="Đã chép")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "11.580100, 108.990200"


def test_verdict_and_note_are_kept_in_the_name_of_who_is_signed_in(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    camera = new_camera("tin-8")
    event = camera.happen(1, files=())
    open_event(page, centre, event)
    verdict = page.locator("[data-part=verdict]")
    verdict.get_by_role("button", name="Ghi kết luận").click()
    expect(verdict.get_by_role("alert")).to_have_text("Chọn đúng, sai hoặc chưa rõ.")
    page.locator("h1").click()
    page.keyboard.press("t")
    verdict.get_by_label("Ghi chú").fill("<b>đã cử tổ tuần tra</b>")
    page.keyboard.press("Enter")
    expect(verdict).to_have_attribute("data-verdict", "true")
    expect(verdict).to_contain_text("“<b>đã cử tổ tuần tra</b>”")
    expect(page.locator("[data-part=custody]")).to_contain_text("kết luận")
    expect(verdict).to_contain_text(CALLER)


def test_evidence_is_locked_and_taken_away_as_a_pack(
    page: Page, centre: Centre, new_camera: NewCamera
) -> None:
    event = new_camera("tin-9").happen(1)
    open_event(page, centre, event)
    keep = page.locator("[data-part=keep]")
    keep.get_by_role("button", name="Khóa giữ").click()
    keep.get_by_label("Lý do").fill("vụ án số 7")
    keep.get_by_label("Lý do").press("Enter")
    expect(keep).to_have_attribute("data-locked", "true")
    keep.get_by_role("button", name="Xuất gói bằng chứng").click()
    keep.get_by_label("Lý do").fill("gửi viện kiểm sát")
    with page.expect_download() as download:
        keep.locator("form").get_by_role("button", name="Xuất gói bằng chứng").click()
    assert download.value.suggested_filename == f"{event}.zip"
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as pack:
        assert {"verify.py", "event.json", "custody.json"} <= {
            Path(n).name for n in pack.namelist()
        }
    expect(page.locator("[data-part=custody] li[data-action=exported]")).to_contain_text(
        "gửi viện kiểm sát"
    )
    assert actions(page)[-2:] == ["locked", "exported"]
    expect(page.locator("[data-part=custody]")).to_contain_text("chuỗi nhật ký nguyên vẹn")


def test_unknown_event_gets_a_clear_line(page: Page, centre: Centre) -> None:
    page.goto(f"{centre.base_url}/#/events/nowhere-000001")
    expect(page.get_by_text("Không có sự kiện này.")).to_be_visible()
