"""Clips: the camera's own pictures with the one clock's times, whole on the disk or not at all."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.peers.process import running, until
from tests.peers.rtsp_server import Mount, RtspServer
from tests.peers.small_disk import Neighbour, small_disk
from tests.vision.streams.conftest import Open
from tests.vision.streams.packets import BEGAN_MS, stream_packets
from tests.vision.streams.videos import encoded, number_in, units
from vision.streams.clip import ClipFailed, ClipInfo, clip_in_memory, save_clip, write_clip
from vision.streams.packet import StreamFormat, StreamPacket
from vision.streams.packet_ring import Footage, PacketRing
from vision.streams.transcoding import transcode_clip

Codec = Literal["h264", "h265"]
NAMES: dict[Codec, Literal["h264", "hevc"]] = {"h264": "h264", "h265": "hevc"}


def ring_of(packets: Sequence[StreamPacket]) -> PacketRing:
    ring = PacketRing(120, 10**8)
    for each in packets:
        ring.add(each)
    return ring


def pictures_in(clip: Path) -> list[tuple[float, int]]:
    """Return ``(position in s, number shown)`` of each picture."""
    with av.open(str(clip)) as opened:
        return [
            (round(frame.time, 3), number_in(np.asarray(frame.to_ndarray(format="bgr24"))))
            for frame in opened.decode(video=0)
        ]


def is_what_was_told(clip: Path, info: ClipInfo) -> bool:
    content = clip.read_bytes()
    return (len(content), hashlib.sha256(content).hexdigest()) == (info.size_bytes, info.sha256)


@pytest.mark.parametrize("in_band", [True, False])
@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_clip_begins_before_the_moment_and_shows_each_picture_at_its_time(
    tmp_path: Path, codec: Codec, b_frames: int, in_band: bool
) -> None:
    video = encoded(100, codec=codec, b_frames=b_frames)
    ring = ring_of(stream_packets(video, NAMES[codec], in_band=in_band))
    clip = tmp_path / "clip.mp4"
    info = write_clip(ring, clip, BEGAN_MS + 1400, BEGAN_MS + 3000)
    shown = pictures_in(clip)
    assert [number for _, number in shown] == list(range(25, 25 + len(shown)))
    for position_s, number in shown:
        assert position_s == pytest.approx(info.position_s(BEGAN_MS + 40 * number), abs=0.0011)
    assert info.began_at_ms <= BEGAN_MS + 1400
    assert info.began_at_ms == pytest.approx(BEGAN_MS + 1000, abs=40 * b_frames)
    assert info.ended_at_ms == BEGAN_MS + 40 * shown[-1][1]
    assert shown[-1][1] >= 75
    assert (info.codec, info.width, info.height) == (NAMES[codec], 320, 192)
    assert (info.pictures, info.ending, info.is_reencoded) == (len(shown), "complete", False)
    assert is_what_was_told(clip, info)


def test_the_clip_holds_the_cameras_own_bytes(tmp_path: Path) -> None:
    packets = stream_packets(encoded(50))
    clip = tmp_path / "clip.mp4"
    save_clip(Footage(packets, "complete"), clip)
    to_annex_b = av.bitstream.BitStreamFilterContext
    with av.open(str(clip)) as opened:
        stream = opened.streams.video[0]
        restore = to_annex_b("h264_mp4toannexb", stream)
        units = [bytes(u) for p in opened.demux(stream) for u in restore.filter(p) if u.size]
    for sent, kept in zip(packets, units, strict=True):
        assert kept.endswith(sent.data[-60:])


def test_a_change_of_resolution_ends_the_clip_and_the_next_begins_there(tmp_path: Path) -> None:
    small = stream_packets(encoded(25))
    large = stream_packets(
        encoded(25, width=640, height=384, first=100),
        width=640,
        height=384,
        began_ms=BEGAN_MS + 1000,
    )
    ring = ring_of(small + large)
    before = write_clip(
        ring, tmp_path / "a.mp4", BEGAN_MS, BEGAN_MS + 3000, moment_ms=BEGAN_MS + 500
    )
    after = write_clip(
        ring, tmp_path / "b.mp4", BEGAN_MS, BEGAN_MS + 3000, moment_ms=BEGAN_MS + 1500
    )
    assert (before.width, before.pictures, before.ending) == (320, 25, "format_change")
    assert (after.width, after.pictures, after.began_at_ms) == (640, 25, BEGAN_MS + 1000)
    assert [number for _, number in pictures_in(tmp_path / "b.mp4")] == list(range(100, 125))


def test_a_failed_clip_leaves_nothing_and_spares_the_file_that_was_there(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"before")
    garbage = [
        StreamPacket(b"\xff" * 50, True, BEGAN_MS, 0.0, 0.0, 0, StreamFormat("hevc", b"", 0, 0))
    ]
    with pytest.raises(ClipFailed, match="no clip of 1 packets"):
        save_clip(Footage(garbage, "complete"), clip)
    with pytest.raises(ClipFailed):
        transcode_clip(b"not a clip", clip, clip_in_memory(footage_of("h264"))[1])
    assert clip.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [clip]


def test_a_full_disk_is_an_error_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2) as disk:
        Neighbour(disk).take_all(leave_bytes=4096)
        with pytest.raises(OSError, match="No space left"):
            save_clip(footage_of("h264"), disk / "clip.mp4")
        assert [each.name for each in disk.iterdir()] == ["neighbour"]


def footage_of(codec: Codec, width: int = 320, height: int = 192) -> Footage:
    video = encoded(50, codec=codec, width=width, height=height)
    return Footage(stream_packets(video, NAMES[codec], width=width, height=height), "complete")


def test_an_h265_clip_gets_a_copy_in_h264_with_the_same_pictures_and_times(
    tmp_path: Path,
) -> None:
    original, copy = tmp_path / "clip.mp4", tmp_path / "clip_playback.mp4"
    info = save_clip(footage_of("h265"), original)
    copied = transcode_clip(original, copy, info)
    assert not info.plays_in_browsers
    assert copied.plays_in_browsers
    assert pictures_in(copy) == pictures_in(original)
    assert (copied.began_at_ms, copied.ended_at_ms) == (info.began_at_ms, info.ended_at_ms)
    assert copied.is_reencoded
    assert is_what_was_told(copy, copied)


def test_masks_are_burnt_into_every_picture_and_the_unmasked_clip_is_never_stored(
    tmp_path: Path,
) -> None:
    def paint(image: NDArray[np.uint8]) -> None:
        image[100:, :100] = 0

    content, info = clip_in_memory(footage_of("h264"))
    transcode_clip(content, tmp_path / "masked.mp4", info, paint)
    assert [each.name for each in tmp_path.iterdir()] == ["masked.mp4"]
    with av.open(str(tmp_path / "masked.mp4")) as clip:
        frames = [np.asarray(f.to_ndarray(format="bgr24")) for f in clip.decode(video=0)]
    assert len(frames) == 50
    assert all(frame[104:, :96].max() < 24 for frame in frames)
    assert [number_in(frame) for frame in frames] == list(range(50))


def test_odd_sizes_are_made_even_in_copies(tmp_path: Path) -> None:
    content, info = clip_in_memory(footage_of("h264", 322, 194))
    odd = tmp_path / "odd.mp4"
    copied = transcode_clip(content, odd, info)
    assert (copied.width, copied.height) == (322, 194)
    assert len(pictures_in(odd)) == 50


def test_a_recording_follows_a_real_camera_and_ends_where_the_connection_breaks(
    tmp_path: Path, open_stream: Open
) -> None:
    mount = Mount(units(encoded(100)), 4000)
    with running(RtspServer(tmp_path, {"/main": mount})) as server:
        ring = PacketRing(10, 10**7)
        stream = open_stream(server.url(), ring=ring)
        until(lambda: stream.state().packets >= 40)
        span = ring.span_ms()
        assert span is not None
        moment_ms = span[1]
        whole = ring.record(moment_ms - 500, moment_ms + 600, moment_ms)
        broken = ring.record(moment_ms - 500, moment_ms + 60_000, moment_ms)
        assert whole.wait(5.0)
        server.kill()
        assert broken.wait(5.0)
    info = save_clip(whole.finish(), tmp_path / "whole.mp4")
    assert info.ending == "complete"
    assert info.began_at_ms <= moment_ms - 500
    assert moment_ms + 600 - info.ended_at_ms < 80
    shown = pictures_in(tmp_path / "whole.mp4")
    # The clip's time and the detector's are one: the camera wrote 40 ms a picture.
    moment_number = next(n for p, n in shown if abs(p - info.position_s(moment_ms)) < 0.002)
    assert moment_number == pytest.approx((moment_ms - span[0]) / 40, abs=0.2)
    info = save_clip(broken.finish(), tmp_path / "broken.mp4")
    assert info.ending == "reconnect"
    assert info.ended_at_ms >= moment_ms
    assert len(pictures_in(tmp_path / "broken.mp4")) == info.pictures
