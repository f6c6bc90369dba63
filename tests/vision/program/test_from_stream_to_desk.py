"""An intruder in a stream becomes one event at the centre, with evidence that can be believed."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from quantrac_core.contracts.camera_messages import CameraEvent
from quantrac_core.contracts.messages import ms_from_utc
from tests.peers.process import running, until
from tests.peers.rtsp_server import Mount, RtspServer
from tests.peers.vision import PATIENCE, Vision
from tests.vision.delivery.listener import CameraListener
from tests.vision.program import yard
from tests.vision.program.site import Event, Site, camera, first_message, until_status, verified
from vision.evidence.signing import open_device_key
from vision.optics.local_plane import LocalPlane

PLAIN, H265, MASKED, LOCKED = "kho-thuong", "kho-h265", "kho-che", "kho-khoa"
MASK = [(380, 60), (639, 60), (639, 300), (380, 300)]
"""Pixels of the main stream: the right of the yard, through which nobody walks."""
SMALL = (480, 360)
ROOM_M = 1.2
"""How far a foot point may be from the truth: a walker's box is not his shoe."""


class Watched(NamedTuple):
    """The program in the middle of its work."""

    site: Site
    vision: Vision
    listeners: dict[str, CameraListener]

    def event(self, name: str) -> Event:
        return self.site.whole_event(name, self.vision)

    @property
    def key(self) -> str:
        return open_device_key(self.site.folder / "vision" / "data" / "keys").public_hex


@pytest.fixture(scope="module")
def watched(
    site: Site, pictures: yard.Picture, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    span_ms = yard.SPAN_S * 1000
    h264 = yard.encode(pictures)
    mounts = {
        "/main": Mount(h264, span_ms),
        "/h265": Mount(yard.encode(pictures, "h265"), span_ms, codec="h265"),
        "/small": Mount(yard.encode(pictures, size=SMALL), span_ms),
    }
    behind_login = {"/locked": Mount(h264, span_ms, username="quantrac", password="right")}
    folder = tmp_path_factory.mktemp("camera")
    wrong = folder / "password"
    wrong.write_text("wrong")
    with (
        running(RtspServer(folder, mounts)) as server,
        running(RtspServer(folder, behind_login, "locked")) as locked_server,
    ):
        login = {"username": "quantrac", "password": {"file": str(wrong)}}
        locked = {"main": {"url": locked_server.url("/locked"), **login, **PATIENCE}}
        cameras = [
            camera(PLAIN, server.url()),
            camera(H265, server.url("/h265")),
            camera(
                MASKED,
                "",
                streams={
                    "main": {"url": server.url(), **PATIENCE},
                    "sub": {"url": server.url("/small"), "roles": ["preview"], **PATIENCE},
                },
                masks=[{"name": "nha-dan", "points": MASK}],
            ),
            camera(LOCKED, "", streams=locked),
        ]
        listeners = {each["id"]: site.listen(each["id"]) for each in cameras}
        with site.vision(*cameras) as vision:
            yield Watched(site, vision, listeners)
            assert vision.stop() == 0
            assert "Traceback" not in vision.log()
    for listener in listeners.values():
        listener.__exit__()


def shown(clip: Path) -> list[tuple[float, NDArray[Any]]]:
    """Return position in s and picture (height × width × 3, BGR) of every picture of a clip."""
    with av.open(str(clip)) as opened:
        return [
            (float(frame.time or 0.0), np.asarray(frame.to_ndarray(format="bgr24")))
            for frame in opened.decode(video=0)
        ]


def scene_second(clip: Path, event: Event, at: datetime | str) -> float:
    """Return which second of the scene a clip shows at an instant."""
    began_ms = ms_from_utc(datetime.fromisoformat(event["clip_began_at"]))
    at_ms = ms_from_utc(datetime.fromisoformat(at) if isinstance(at, str) else at)
    position_s = (at_ms - began_ms) / 1000
    pictures = shown(clip)
    assert pictures[0][0] <= position_s <= pictures[-1][0]
    _, picture = min(pictures, key=lambda each: abs(each[0] - position_s))
    return yard.shown_at_s(picture)


def test_an_intruder_becomes_one_event_that_is_new_goes_on_and_ends(watched: Watched) -> None:
    event = watched.event(PLAIN)
    heard = [each for each in watched.listeners[PLAIN].events if each.id == event["id"]]
    # What the centre has not acknowledged in time is sent again, with its number.
    messages = list({each.seq: each for each in heard}.values())
    phases = [each.phase for each in messages]
    assert phases[0] == "new"
    assert phases[-1] == "end"
    assert set(phases[1:-1]) == {"update"}
    assert [each.revision for each in messages] == list(range(1, len(messages) + 1))
    assert messages[0].evidence == []
    assert (event["rule"], event["kind"], event["label"]) == ("dot-nhap", "intrusion", "person")
    assert event["name_vi"] == "Đột nhập sân kho"
    assert event["priority"] == "high"
    began, ended = (datetime.fromisoformat(event[key]) for key in ("began_at", "ended_at"))
    others = [each for each in watched.site.events(PLAIN) if each["id"] != event["id"]]
    assert began < ended
    assert all(datetime.fromisoformat(each["began_at"]) > ended for each in others)


def test_the_clip_begins_before_the_intruder_enters_and_shows_the_moment(
    watched: Watched, tmp_path: Path
) -> None:
    event = watched.event(PLAIN)
    clip = watched.site.pack(event, tmp_path) / "clip.mp4"
    assert yard.shown_at_s(shown(clip)[0][1]) < yard.ENTERS_S
    assert yard.is_inside(scene_second(clip, event, event["began_at"]))


def test_an_event_tells_where_on_the_ground_it_was(watched: Watched, tmp_path: Path) -> None:
    event = watched.event(PLAIN)
    first: CameraEvent = first_message(watched.listeners[PLAIN], event)
    clip = watched.site.pack(event, tmp_path) / "clip.mp4"
    truth = yard.truth_at(scene_second(clip, event, first.at))
    plane = LocalPlane(yard.MAST["lat"], yard.MAST["lon"])
    found = plane.ground(np.array([first.lat, first.lon]))
    assert float(np.hypot(*(found - truth))) < ROOM_M
    assert first.distance_m == pytest.approx(float(np.hypot(*truth)), abs=ROOM_M)
    assert first.fps > 0


@pytest.mark.parametrize(
    ("name", "clips"),
    [
        (PLAIN, {"clip.mp4"}),
        (H265, {"clip.mp4", "clip_playback.mp4"}),
        (MASKED, {"clip.mp4"}),
    ],
)
def test_the_exported_pack_verifies_with_the_devices_key(
    watched: Watched, tmp_path: Path, name: str, clips: set[str]
) -> None:
    event = watched.event(name)
    folder = watched.site.pack(event, tmp_path)
    report = verified(folder, watched.key)
    snapshots = {"snapshot.jpg", "snapshot_boxed.jpg", "snapshot_blurred.jpg"}
    assert {file.name for file in report.files} == snapshots | clips
    payload = json.loads((folder / "manifest.json").read_text())["payload"]
    assert payload["event"] == event["id"]
    assert payload["moment_in_clip_s"] > 0
    assert payload["model_sha256"] == watched.listeners[name].statuses[-1].model_sha256
    assert {file["name"] for file in payload["files"]} == snapshots | clips


def test_a_camera_with_h265_has_its_own_bytes_and_a_copy_that_browsers_play(
    watched: Watched, tmp_path: Path
) -> None:
    folder = watched.site.pack(watched.event(H265), tmp_path)
    codecs = []
    for name in ("clip.mp4", "clip_playback.mp4"):
        with av.open(str(folder / name)) as opened:
            codecs.append(opened.streams.video[0].codec_context.name)
    assert codecs == ["hevc", "h264"]
    seconds = [[yard.shown_at_s(image) for _, image in shown(folder / name)]
               for name in ("clip.mp4", "clip_playback.mp4")]  # fmt: skip
    assert seconds[0] == seconds[1]


def test_no_stored_picture_and_no_preview_shows_what_lies_under_a_mask(
    watched: Watched, tmp_path: Path
) -> None:
    folder = watched.site.pack(watched.event(MASKED), tmp_path)
    until(lambda: watched.site.api.binary(f"/api/v1/cameras/{MASKED}/preview.jpg")[0] == 200)
    _, preview, _ = watched.site.api.binary(f"/api/v1/cameras/{MASKED}/preview.jpg")
    (folder / "preview.jpg").write_bytes(preview)
    stills = [cv2.imread(str(file)) for file in sorted(folder.glob("*.jpg"))]
    assert len(stills) == 4
    moving = [image for clip in folder.glob("*.mp4") for _, image in shown(clip)]
    assert len(moving) > 10
    assert (stills[0].shape[1], stills[0].shape[0]) == SMALL
    for image in [*stills, *moving]:
        height, width = image.shape[:2]
        (left, top), (right, bottom) = MASK[0], MASK[2]
        rows = slice(height * (top + 9) // 480, height * (bottom - 9) // 480)
        columns = slice(width * (left + 9) // 640, width * (right - 9) // 640)
        assert int(image[rows, columns].max()) < 40
        assert int(image[:, : width // 2].max()) > 150
    stored = list((watched.site.folder / "vision" / "data" / "evidence").rglob("*.part"))
    assert stored == []


def test_a_wrong_password_is_told_and_harms_no_other_camera(watched: Watched) -> None:
    locked = until_status(
        watched.listeners[LOCKED], lambda each: each.state == "down", watched.vision
    )
    assert locked.cause == "unauthorised"
    assert "refuses username or password" in locked.detail
    assert "wrong" not in watched.vision.log()
    live = until_status(
        watched.listeners[PLAIN],
        lambda each: each.state == "live" and bool(each.views),
        watched.vision,
    )
    assert (live.width_px, live.height_px, live.codec) == (640, 480, "h264")
    assert live.views == ["san"]
    assert watched.event(PLAIN)["camera"] == PLAIN
    assert watched.site.events(LOCKED) == []
