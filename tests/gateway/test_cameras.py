"""Cameras as the page shows them: their word, their silence, their pictures."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.live.cameras import SILENT_AFTER_S, Cameras
from gateway.live.previews import MAX_KEPT, Previews, is_jpeg
from quantrac_core.contracts.camera_messages import CameraStatus, RuleNotice
from tests.gateway.camera import JPEG, FakeCamera
from tests.gateway.conftest import Centre
from tests.peers.process import until

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def seen(centre: Centre, camera: FakeCamera) -> Any:
    status = centre.api.raw(f"/api/v1/cameras/{camera.camera}")[0]
    return None if status == 404 else centre.api.get(f"/cameras/{camera.camera}")


def test_a_camera_shows_its_state_its_cause_and_its_rules(
    centre: Centre, camera: FakeCamera
) -> None:
    rule = RuleNotice("dot-nhap", "intrusion", "cong-chinh", "Đột nhập", "", [(11.5, 108.9)])
    camera.send(
        camera.status("down", cause="unauthorised", detail="401: see to the password", rules=[rule])
    )

    view = until(lambda: seen(centre, camera))

    assert (view["state"], view["cause"]) == ("down", "unauthorised")
    assert view["rules"][0]["ground"] == [[11.5, 108.9]]
    assert view["name_vi"] == "Camera 360° thử"
    camera.send(camera.status("live", distrust=["covered"]))
    until(lambda: seen(centre, camera)["state"] == "live")
    assert seen(centre, camera)["distrust"] == ["covered"]
    assert camera.camera in [c["id"] for c in centre.api.get("/cameras")["cameras"]]


def test_a_camera_counts_its_open_and_unreviewed_events(centre: Centre, camera: FakeCamera) -> None:
    camera.send(camera.status())
    camera.send(camera.event(1, 1))
    camera.send(camera.event(2, 2, phase="end"))
    until(lambda: camera.durable_seq() == 2)

    def counts() -> tuple[int, int]:
        view = seen(centre, camera)
        return view["open_events"], view["unreviewed_events"]

    until(lambda: counts() == (1, 2))
    centre.api.post(f"/events/{camera.event_id(1)}/verdict", {"verdict": "true"})
    until(lambda: counts() == (1, 1))


def test_a_restart_shows_cameras_at_once(
    new_centre: Callable[..., Centre], new_camera: Callable[..., FakeCamera], unique: str
) -> None:
    centre = new_centre()
    camera = new_camera(centre, unique)
    camera.send(camera.status(), retain=False)
    until(lambda: seen(centre, camera))
    until(lambda: 'lane_waiting{lane="camera_presence"} 0' in centre.api.raw("/metrics")[1])
    assert centre.process.stop() == 0

    centre.process.start()

    assert until(lambda: seen(centre, camera))["name_vi"] == "Camera 360° thử"


def status_at(boot: str = "b1", state: str = "live") -> CameraStatus:
    return CameraStatus("c", state, boot, NOW, NOW)  # type: ignore[arg-type]


def state_of(cameras: Cameras) -> str:
    now = cameras.get("c")
    assert now is not None
    return now.state


def test_silence_is_told_by_when_it_was_heard_not_by_what_the_broker_retains() -> None:
    cameras = Cameras(["c"])
    assert state_of(cameras) == "unknown"
    cameras.on_status(status_at(), True, 0.0, 0)
    cameras.on_status(status_at(), True, SILENT_AFTER_S, 30_000)
    assert cameras.find_silent(SILENT_AFTER_S + 0.1, 30_100) == ["c"]
    assert state_of(cameras) == "silent"
    assert cameras.find_silent(SILENT_AFTER_S + 9, 39_000) == []
    cameras.on_status(status_at(), True, 50.0, 50_000)
    assert state_of(cameras) == "silent"
    cameras.on_status(status_at(), False, 60.0, 60_000)
    assert state_of(cameras) == "live"


def test_a_will_is_a_last_word_and_not_a_silence() -> None:
    cameras = Cameras()
    cameras.on_status(status_at(), False, 0.0, 0)
    cameras.on_status(status_at(state="down"), False, 1.0, 1000)

    assert cameras.find_silent(1_000.0, 10**6) == []
    assert state_of(cameras) == "down"


def test_the_will_of_an_earlier_run_does_not_take_down_the_next() -> None:
    cameras = Cameras()
    cameras.on_status(status_at("b1"), False, 0.0, 0)
    cameras.on_status(status_at("b2"), False, 1.0, 1000)

    assert cameras.on_status(status_at("b1", "down"), False, 2.0, 2000) is False
    assert state_of(cameras) == "live"


def test_pictures_are_wanted_sooner_while_somebody_looks(
    centre: Centre, camera: FakeCamera
) -> None:
    path = f"/api/v1/cameras/{camera.camera}/preview"
    taken_at = datetime.now(UTC) - timedelta(seconds=1)
    headers = {"Content-Type": "image/jpeg", "X-Taken-At": taken_at.isoformat()}
    assert centre.api.binary(f"{path}.jpg")[0] == 404

    # Somebody has just asked, in vain.
    assert camera.put(path, JPEG, headers)[2] == '{"next_after_s":0.4}'

    status, body, answer = centre.api.binary(f"{path}.jpg")
    assert (status, body, answer["content-type"]) == (200, JPEG, "image/jpeg")
    assert answer["cache-control"] == "no-store"
    tag = {"If-None-Match": answer["etag"]}
    assert centre.api.binary(f"{path}.jpg", headers=tag)[0] == 304
    camera.send(camera.status())
    until(lambda: seen(centre, camera))
    assert seen(centre, camera)["preview_at"] is not None


def test_nobody_looks_and_the_next_picture_may_wait() -> None:
    previews = Previews()
    assert previews.put("c", JPEG, 1_000, 0.0) == 10.0
    previews.ask("c", 1.0)
    assert previews.put("c", JPEG, 2_000, 6.0) == 0.4
    assert previews.put("c", JPEG, 3_000, 6.1) == 10.0


def test_a_picture_that_was_overtaken_is_not_shown_and_a_clock_set_back_freezes_nothing() -> None:
    previews = Previews()
    newer, older = JPEG, JPEG + b"\xff\xd9"
    previews.put("c", newer, 5_000, 0.0)
    previews.put("c", older, 4_800, 0.1)
    shown = previews.get("c")
    assert shown is not None
    assert shown.jpeg == newer
    previews.put("c", older, -60_000, 0.2)
    shown = previews.get("c")
    assert shown is not None
    assert shown.jpeg == older


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"<svg onload=alert(1)>", {}, 415),
        (JPEG[:-2], {}, 415),
        (b"", {}, 415),
        (JPEG + bytes(600_000), {}, 413),
        (JPEG, {"X-Taken-At": "yesterday"}, 400),
        (JPEG, {"X-Taken-At": "2026-01-01T00:00:00"}, 400),
        (JPEG, {"X-Taken-At": "2199-01-01T00:00:00Z"}, 400),
        (JPEG, {"Authorization": "Bearer wrong"}, 401),
        (JPEG, {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_picture_gets_one_sentence(
    centre: Centre, camera: FakeCamera, body: bytes, headers: dict[str, str], status: int
) -> None:
    path = f"/api/v1/cameras/{camera.camera}/preview"
    sent = {"Content-Length": str(len(body)), **headers}

    answer = camera.put(path, body, sent)

    assert answer[0] == status, answer[2]
    assert centre.api.binary(f"{path}.jpg")[0] == 404


def test_memory_for_pictures_is_bounded() -> None:
    previews = Previews()
    for number in range(MAX_KEPT + 50):
        previews.ask(f"c{number}", 0.0)
        previews.put(f"c{number}", JPEG, 1_000, 0.0)

    assert previews.get("c49") is None
    assert previews.get("c50") is not None


def test_a_jpeg_is_told_by_its_first_and_last_bytes() -> None:
    assert is_jpeg(JPEG)
    assert not is_jpeg(b"\x89PNG" + JPEG)
