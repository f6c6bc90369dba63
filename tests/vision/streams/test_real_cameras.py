"""Streams against a real RTSP server: what comes, how it is shown, and what is dropped."""

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from tests.peers.process import running, until
from tests.peers.rtsp_server import Mount, RtspServer, Unit
from tests.vision.streams.conftest import Open
from tests.vision.streams.videos import encoded, number_in, picture, units
from vision.scene.frame import Frame
from vision.streams.camera_stream import CameraStream
from vision.streams.decoder import KeyFrames, Rate
from vision.streams.packet_ring import PacketRing

H264 = encoded(100)
SMALL, LARGE = encoded(25), encoded(25, width=640, height=384, first=100)


def repeated(step_ms: float) -> list[Unit]:
    """Return two pictures at a time with one timestamp, as some encoders send them."""
    return [Unit(u.data, step_ms * (i // 2), u.send_ms) for i, u in enumerate(units(H264))]


def shifted(from_unit: int, jump_ms: float) -> list[Unit]:
    """Return pictures whose timestamps jump in the middle."""
    return [
        Unit(u.data, u.pts_ms + (jump_ms if i >= from_unit else 0), u.send_ms)
        for i, u in enumerate(units(H264))
    ]


def swapped() -> list[Unit]:
    """Return pictures whose timestamps go back by a frame again and again."""
    return [
        Unit(u.data, u.pts_ms - (60 if i % 5 == 4 else 0), u.send_ms)
        for i, u in enumerate(units(H264))
    ]


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    mounts = {
        "/main": Mount(units(H264), 4000),
        "/h265": Mount(units(encoded(100, codec="h265")), 4000, codec="h265"),
        "/b": Mount(units(encoded(100, b_frames=2)), 4000),
        "/long-gop": Mount(units(encoded(100, gop=100)), 4000),
        "/burst": Mount(units(H264), 4000, burst_ms=1800),
        "/resized": Mount(units(SMALL) + units(LARGE, from_ms=1000), 2000),
        "/sliced": Mount(units(encoded(50, slices=4)), 2000),
        "/swapped": Mount(swapped(), 4000),
        "/repeated": Mount(repeated(80), 4000),
        "/ahead": Mount(shifted(30, 3_600_000), 4000, loops=1),
        "/back": Mount(shifted(30, 0)[:30] + units(H264, from_ms=0)[:60], 4000, loops=1),
    }
    with running(RtspServer(tmp_path_factory.mktemp("camera"), mounts)) as server:
        yield server


def taken(stream: CameraStream, count: int) -> list[Frame]:
    frames = []
    for _ in range(count):
        frame = stream.take(8.0)
        assert frame is not None, stream.state()
        frames.append(frame)
    return frames


def shown(frames: list[Frame]) -> list[int]:
    return [number_in(frame.image) for frame in frames]


def of_media(frames: list[Frame]) -> list[int]:
    return [round(frame.media_s * 25) % 100 for frame in frames]


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize(("path", "codec"), [("/main", "h264"), ("/h265", "hevc"), ("/b", "h264")])
def test_pictures_come_in_order_with_their_own_times(
    camera: RtspServer, open_stream: Open, path: str, codec: str, transport: str
) -> None:
    stream = open_stream(camera.url(path), transport=transport, mode=Rate(25))
    frames = taken(stream, 12)
    assert shown(frames) == of_media(frames)
    for before, after in pairwise(frames):
        assert after.at_ms > before.at_ms
        steps = round((after.media_s - before.media_s) * 25)
        # In its first seconds the clock may still learn that pictures came late, never early.
        assert -40 < after.at_ms - before.at_ms - 40 * steps <= 2
    state = stream.state()
    assert (state.cause, state.codec, state.width, state.height) == ("none", codec, 320, 192)
    assert (state.reconnects, state.undecodable, state.rebases) == (0, 0, 0)
    assert 15 < state.stream_fps < 35


@pytest.mark.parametrize("path", ["/main", "/b"])
def test_key_pictures_only_give_one_picture_for_each_gop_at_once(
    camera: RtspServer, open_stream: Open, path: str
) -> None:
    stream = open_stream(camera.url(path), mode=KeyFrames())
    frames = taken(stream, 3)
    assert shown(frames) == [0, 25, 50]
    assert all(frame.is_key for frame in frames)
    # A decoder that keeps pictures back for B-frames would be a whole GOP late.
    assert stream.state().packets - 50 < 20
    assert stream.state().key_interval_s == pytest.approx(1.0, abs=0.01)


def test_the_mode_changes_in_the_middle_of_a_gop_without_broken_pictures(
    camera: RtspServer, open_stream: Open
) -> None:
    stream = open_stream(camera.url("/long-gop"), mode=KeyFrames())
    taken(stream, 1)
    until(lambda: stream.state().packets >= 20)
    stream.set_mode(Rate(25))
    frames = taken(stream, 4)
    assert 15 <= shown(frames)[0] < 60
    assert shown(frames) == of_media(frames)
    stream.set_mode(KeyFrames())
    until(lambda: stream.state().packets >= 70)
    stream.set_mode(Rate(25))
    stream.take(0)
    frames = taken(stream, 4)
    assert shown(frames) == of_media(frames)


def test_a_camera_that_repeats_parameter_sets_before_each_slice_gives_whole_pictures(
    camera: RtspServer, open_stream: Open
) -> None:
    ring = PacketRing(10, 10_000_000)
    stream = open_stream(camera.url("/sliced"), ring=ring, mode=KeyFrames())
    frames = taken(stream, 2)
    assert shown(frames) == [0, 25]
    for frame, number in zip(frames, (0, 25), strict=True):
        expected = picture(number, 320, 192)
        assert np.abs(frame.image.astype(int) - expected).mean() < 8
    until(lambda: stream.state().packets >= 40)
    span = ring.span_ms()
    assert span is not None
    footage = ring.footage(*span)
    assert [each.is_key for each in footage.packets[:40]].count(True) == 2
    assert len(footage.packets) == pytest.approx((span[1] - span[0]) / 40 + 1, abs=1.5)


def test_a_rate_hands_over_only_the_pictures_wanted(camera: RtspServer, open_stream: Open) -> None:
    stream = open_stream(camera.url("/main"), mode=Rate(5))
    frames = taken(stream, 6)
    assert all(number % 5 == 0 for number in shown(frames))


def test_a_slow_taker_gets_the_newest_picture_and_the_others_are_counted(
    camera: RtspServer, open_stream: Open
) -> None:
    stream = open_stream(camera.url("/main"), mode=Rate(25))
    taken(stream, 1)
    dropped = stream.state().dropped
    until(lambda: stream.state().packets >= 40)
    (frame,) = taken(stream, 1)
    assert shown([frame])[0] >= 38
    assert stream.state().dropped - dropped >= 30


def test_a_preview_is_small_and_takes_nothing_from_the_detector(
    camera: RtspServer, open_stream: Open
) -> None:
    stream = open_stream(camera.url("/main"))
    until(lambda: stream.peek() is not None)
    preview = stream.peek(width_px=160)
    assert preview is not None
    assert preview.image.shape == (96, 160, 3)
    frame = stream.take(0, width_px=4000)
    assert frame is not None
    assert frame.image.shape == (192, 320, 3)
    assert number_in(preview.image) == number_in(frame.image)
    assert stream.take(0) is None
    assert stream.state().dropped == 0


def test_a_burst_of_older_pictures_does_not_put_the_clock_off(
    camera: RtspServer, open_stream: Open
) -> None:
    ring = PacketRing(10, 10_000_000)
    stream = open_stream(camera.url("/burst"), ring=ring)
    began_ms = time.time_ns() // 1_000_000
    until(lambda: stream.state().packets >= 60)
    # Of the server's 1.8 s at once the first picture was taken before anybody asked for it.
    span = ring.span_ms()
    assert span is not None
    assert span[0] < began_ms - 1000
    assert span[1] - span[0] == pytest.approx(40 * (stream.state().packets - 1), abs=100)
    assert stream.state().stream_fps < 40


def test_a_change_of_resolution_in_flight_is_followed(
    camera: RtspServer, open_stream: Open
) -> None:
    stream = open_stream(camera.url("/resized"), mode=Rate(25))
    assert taken(stream, 1)[0].image.shape == (192, 320, 3)
    until(lambda: stream.state().width == 640)
    stream.take(0)
    frames = taken(stream, 3)
    assert all(frame.image.shape == (384, 640, 3) for frame in frames)
    assert all(100 <= number < 125 for number in shown(frames))
    until(lambda: stream.state().width == 320)
    state = stream.state()
    assert (state.cause, state.reconnects, state.undecodable) == ("none", 0, 0)


@pytest.mark.parametrize("path", ["/swapped", "/repeated"])
def test_times_increase_strictly_whatever_the_camera_writes(
    camera: RtspServer, open_stream: Open, path: str
) -> None:
    stream = open_stream(camera.url(path), mode=Rate(25))
    frames = taken(stream, 30)
    assert all(a.at_ms < b.at_ms for a, b in pairwise(frames))
    assert all(a.media_s <= b.media_s for a, b in pairwise(frames))
    assert stream.state().reconnects == 0


@pytest.mark.parametrize("path", ["/ahead", "/back"])
def test_a_jump_of_timestamps_moves_no_picture_in_time(
    camera: RtspServer, open_stream: Open, path: str
) -> None:
    stream = open_stream(camera.url(path), mode=Rate(25))
    frames = []
    while stream.state().packets < 60:
        frames += taken(stream, 1)
    assert stream.state().reconnects == 0
    assert frames[-1].at_ms - frames[0].at_ms < 4000
    assert all(0 < b.at_ms - a.at_ms < 1000 for a, b in pairwise(frames))


def test_a_stopped_stream_wakes_its_taker(camera: RtspServer, open_stream: Open) -> None:
    stream = open_stream(camera.url("/main"))
    taken(stream, 1)
    stream.stop()
    while stream.take(0) is not None:
        pass
    assert stream.take(600) is None


@pytest.mark.parametrize("login", ["basic", "digest"])
def test_the_password_is_used_and_never_told(
    tmp_path: Path,
    open_stream: Open,
    password_file: Path,
    caplog: pytest.LogCaptureFixture,
    login: Literal["basic", "digest"],
) -> None:
    caplog.set_level("DEBUG")
    secret = password_file.read_text().strip()
    wrong = tmp_path / "wrong"
    wrong.write_text("nein-nein")
    mount = Mount(units(H264), 4000, username="cam", password=secret, login=login)
    with running(RtspServer(tmp_path, {"/main": mount}, login)) as server:
        right = open_stream(server.url(), username="cam", password={"file": str(password_file)})
        refused = open_stream(server.url(), username="cam", password={"file": str(wrong)})
        nobody = open_stream(server.url())
        taken(right, 1)
        until(lambda: refused.state().cause == nobody.state().cause == "unauthorised")
    told = f"{caplog.text} {right.state()} {refused.state()}"
    assert "refuses username or password" in told
    for word in (secret, "p%40ss", "nein-nein"):
        assert word not in told
