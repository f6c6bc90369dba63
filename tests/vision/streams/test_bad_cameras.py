"""Cameras that fail: each has its cause, comes back by itself, and harms no other."""

import gc
import random
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.peers.bad_servers import BadServer
from tests.peers.process import free_port, running, until
from tests.peers.rtsp_server import Mount, RtspServer, Unit
from tests.vision.streams.conftest import Open, stream_threads
from tests.vision.streams.videos import encoded, number_in, units
from vision.streams.camera_stream import MAX_HANGING, CameraStream
from vision.streams.decoder import Rate
from vision.streams.media_clock import MediaClock
from vision.streams.packet import StreamPacket
from vision.streams.packet_queue import PacketQueue
from vision.streams.packet_ring import PacketRing
from vision.streams.reader import Reader
from vision.streams.rtsp_source import RtspSource

H264 = encoded(100)
NOISE = [
    Unit(b"\x00\x00\x00\x01" + random.Random(index).randbytes(700), 40.0 * index, 40.0 * index)
    for index in range(50)
]
DAMAGED = [
    unit if index < 20 else Unit(unit.data[:5] + NOISE[index % 50].data[4:], *times)
    for index, unit in enumerate(units(encoded(50)))
    for times in [(unit.pts_ms, unit.send_ms)]
]
SLOW = [Unit(unit.data, unit.pts_ms, unit.pts_ms * 8) for unit in units(H264)]


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    mounts = {
        "/main": Mount(units(H264), 4000),
        "/noise": Mount(NOISE, 2000, parse=False),
        "/damaged": Mount(DAMAGED, 2000),
        "/silent": Mount(units(H264)[:10], 400, loops=1, at_end="silence"),
        "/ending": Mount(units(H264)[:10], 400, loops=1),
        "/slow": Mount(SLOW, 32_000),
        "/tone": Mount([], 0, codec="audio"),
    }
    with running(RtspServer(tmp_path_factory.mktemp("camera"), mounts)) as server:
        yield server


def fails_with(stream: CameraStream, cause: str) -> str:
    until(lambda: stream.state().cause == cause, told_by=lambda: str(stream.state()))
    detail = stream.state().detail
    assert detail
    assert "\n" not in detail
    return detail


def test_a_port_where_nobody_listens(open_stream: Open) -> None:
    stream = open_stream(f"rtsp://127.0.0.1:{free_port()}/main")
    assert "nobody listens" in fails_with(stream, "no_connection")
    assert stream.take(0.1) is None


def test_a_name_that_nobody_knows(open_stream: Open) -> None:
    stream = open_stream("rtsp://camera.invalid/main")
    assert "name is not known" in fails_with(stream, "no_connection")


def test_a_path_that_the_camera_does_not_have(camera: RtspServer, open_stream: Open) -> None:
    assert "no such path" in fails_with(open_stream(camera.url("/other")), "not_found")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\nhello", b"\x00\xff" * 4000, b""])
def test_a_port_where_something_else_listens(open_stream: Open, answer: bytes) -> None:
    with BadServer(answer) as server:
        stream = open_stream(server.url())
        until(lambda: stream.state().cause != "connecting")
        assert stream.state().cause in ("garbage", "no_connection")
        assert stream.state().detail


def test_a_server_that_accepts_and_says_nothing(open_stream: Open) -> None:
    with BadServer(None) as server:
        stream = open_stream(server.url(), connect_timeout_s=0.5)
        assert "no video within 0.5 s" in fails_with(stream, "no_connection")
        stream.stop()


def test_a_camera_without_video(camera: RtspServer, open_stream: Open) -> None:
    stream = open_stream(camera.url("/tone"))
    until(lambda: stream.state().cause in ("no_video", "garbage"))
    assert stream.state().cause == "no_video"


def test_noise_instead_of_video_is_garbage(camera: RtspServer, open_stream: Open) -> None:
    stream = open_stream(camera.url("/noise"), picture_timeout_s=0.4, connect_timeout_s=1.0)
    until(lambda: stream.state().cause in ("garbage", "no_connection"))
    assert stream.take(0) is None


def test_damaged_pictures_are_counted_and_the_next_good_one_is_shown(
    camera: RtspServer, open_stream: Open
) -> None:
    stream = open_stream(camera.url("/damaged"), mode=Rate(25))
    until(lambda: stream.state().packets >= 51)
    stream.take(0)
    frame = stream.take(5.0)
    assert frame is not None
    assert number_in(frame.image) < 20
    assert stream.state().undecodable > 0
    assert stream.state().reconnects == 0


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_frozen_camera_is_noticed_and_goes_on_when_it_thaws(
    tmp_path: Path, open_stream: Open, transport: str
) -> None:
    with running(RtspServer(tmp_path, {"/main": Mount(units(H264), 4000)})) as server:
        stream = open_stream(
            server.url(), transport=transport, connect_timeout_s=0.7, stall_timeout_s=0.5
        )
        assert stream.take(5.0) is not None
        server.freeze()
        assert "no packet for 0.5 s" in fails_with(stream, "stalled")
        assert "no video within 0.7 s" in fails_with(stream, "no_connection")
        assert stream.take(0) is None
        server.thaw()
        assert stream.take(5.0) is not None
        assert stream.state().is_live
        assert stream.state().reconnects >= 1


def test_a_killed_camera_is_noticed_at_once_and_found_again(
    tmp_path: Path, open_stream: Open
) -> None:
    with running(RtspServer(tmp_path, {"/main": Mount(units(H264), 4000)})) as server:
        stream = open_stream(server.url(), stall_timeout_s=30.0)
        first = stream.take(5.0)
        assert first is not None
        server.stop(signal.SIGKILL)
        fails_with(stream, "no_connection")
        server.start()
        frame = stream.take(5.0)
        assert frame is not None
        assert frame.connection == first.connection + 1
        assert frame.at_ms > first.at_ms


def test_a_camera_that_says_good_bye(camera: RtspServer, open_stream: Open) -> None:
    stream = open_stream(camera.url("/ending"), retry_first_s=5, retry_most_s=5)
    assert "ended the stream" in fails_with(stream, "ended")


def test_a_camera_that_keeps_the_connection_but_sends_no_video_hangs_no_more_than_a_few_reads(
    camera: RtspServer, open_stream: Open
) -> None:
    # Its RTCP reports keep FFmpeg's own time-out from ever firing.
    stream = open_stream(
        camera.url("/silent"), stall_timeout_s=0.3, connect_timeout_s=0.8, retry_most_s=0.1
    )
    fails_with(stream, "stalled")
    until(lambda: stream.state().reconnects >= 2)
    assert stream.state().hanging_readers <= MAX_HANGING
    assert len(stream_threads()) <= MAX_HANGING + 2


def test_a_bad_camera_harms_no_other(camera: RtspServer, open_stream: Open, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong")
    locked = Mount(units(H264), 4000, username="cam", password="right")
    with (
        BadServer(b"\x00\xff" * 4000) as garbage,
        BadServer(None) as dumb,
        running(RtspServer(tmp_path, {"/main": locked}, "locked")) as locked_camera,
    ):
        good = open_stream(camera.url("/main"), mode=Rate(25), ring=PacketRing(60, 10**7))
        bad = [
            open_stream(garbage.url(), retry_first_s=0.02, retry_most_s=0.02),
            open_stream(dumb.url(), connect_timeout_s=0.3, retry_most_s=0.1),
            open_stream(camera.url("/noise"), picture_timeout_s=0.3, retry_most_s=0.1),
            open_stream(camera.url("/slow"), mode=Rate(25)),
            open_stream(f"rtsp://127.0.0.1:{free_port()}/", retry_most_s=0.1),
            open_stream(locked_camera.url(), username="cam", password={"file": str(wrong)}),
        ]
        assert good.take(5.0) is not None
        until(lambda: good.state().packets >= 75 and bad[3].state().packets >= 5)
        state = good.state()
        assert (state.cause, state.reconnects, state.undecodable) == ("none", 0, 0)
        assert good.ring is not None
        span = good.ring.span_ms()
        assert span is not None
        assert span[1] - span[0] >= 40 * 73
        assert [stream.state().cause for stream in bad[3:4]] == ["none"]
        assert all(not stream.state().is_live for stream in bad[:3] + bad[4:])


def test_many_reconnects_leave_nothing_behind(camera: RtspServer, open_stream: Open) -> None:
    process = psutil.Process()
    ring = PacketRing(5, 10**6)
    stream = open_stream(
        camera.url("/ending"), ring=ring, retry_first_s=0.01, retry_most_s=0.01, mode=Rate(25)
    )
    until(lambda: stream.state().reconnects >= 2)
    before = process.num_fds(), len(stream_threads())
    until(lambda: stream.state().reconnects >= 9)
    assert ring.recordings == 0
    assert ring.size_bytes <= 10**6
    assert process.num_fds() <= before[0] + 4
    assert len(stream_threads()) <= before[1] + 1
    assert stream.state().hanging_readers <= 1
    gc.collect()
    kept = Counter(type(each) for each in gc.get_objects())
    assert max(kept[Reader], kept[RtspSource], kept[MediaClock], kept[PacketQueue]) <= 4
    span = ring.span_ms()
    assert span is not None
    assert kept[StreamPacket] <= 5 * 25 * 2 + 60
