"""Makes clips of footage without re-encoding: fragmented MP4 that a browser plays and seeks."""

import io
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

import av
import av.error

from quantrac_core.contracts.errors import QuantracError
from vision.streams.atomic_file import HashedWriter, hashed_file
from vision.streams.packet import StreamPacket, VideoCodec
from vision.streams.packet_ring import Ending, Footage, PacketRing
from vision.streams.parameter_sets import parameter_sets_in
from vision.streams.timeline import TICKS_PER_MS, timeline

TIME_BASE: Final = Fraction(1, 1000 * TICKS_PER_MS)
MP4_OPTIONS: Final = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
LAST_PICTURE_MS: Final = 40


class ClipFailed(QuantracError):
    """FFmpeg could not make the clip; the message says why."""


@dataclass(slots=True, frozen=True)
class ClipInfo:
    """A clip as it was written.

    Args:
        began_at_ms: wall clock of the clip's zero, which is its first picture (with B-frames
            up to some pictures before it).
        ended_at_ms: wall clock of its last picture.
        is_reencoded: False for the camera's own bytes, True for a copy made by `transcode_clip`.
        ending: why it ends where it ends.
        sha256: of every byte, taken while it was written.
    """

    began_at_ms: int
    ended_at_ms: int
    codec: VideoCodec
    width: int
    height: int
    pictures: int
    ending: Ending
    is_reencoded: bool
    size_bytes: int
    sha256: str

    @property
    def media_type(self) -> Literal["video/mp4"]:
        """The media type to announce."""
        return "video/mp4"

    @property
    def plays_in_browsers(self) -> bool:
        """Whether Chromium plays it; H.265 needs a copy by `transcode_clip`."""
        return self.codec == "h264"

    def position_s(self, at_ms: int) -> float:
        """Return where a player finds the moment ``at_ms``: seconds from the clip's zero."""
        return (at_ms - self.began_at_ms) / 1000


def save_clip(footage: Footage, path: Path) -> ClipInfo:
    """Write ``path`` atomically; the pictures are the camera's own bytes.

    Raises:
        ClipFailed: FFmpeg does not take the packets.
        OSError: the disk is full or the folder is missing.
    """
    with hashed_file(path) as writer:
        return _mux(footage, writer)


def clip_in_memory(footage: Footage) -> tuple[bytes, ClipInfo]:
    """Return the clip's bytes, for a camera whose pictures may not be stored without masks.

    Raises:
        ClipFailed: FFmpeg does not take the packets.
    """
    buffer = io.BytesIO()
    info = _mux(footage, HashedWriter(buffer))
    return buffer.getvalue(), info


def write_clip(
    ring: PacketRing, path: Path, from_ms: int, to_ms: int, moment_ms: int | None = None
) -> ClipInfo:
    """Write what the ring holds of ``from_ms`` … ``to_ms``; see `PacketRing.footage`.

    Raises:
        ClipUnavailable: the ring holds nothing of that time.
        ClipFailed: FFmpeg does not take the packets.
        OSError: the disk is full or the folder is missing.
    """
    return save_clip(ring.footage(from_ms, to_ms, moment_ms), path)


def _mux(footage: Footage, writer: HashedWriter) -> ClipInfo:
    packets = footage.packets
    times = timeline([each.media_s for each in packets], [each.at_ms for each in packets])
    shape = footage.format
    try:
        with av.open(writer, "w", format="mp4", options=MP4_OPTIONS) as target:
            stream = target.add_mux_stream(shape.codec, width=shape.width, height=shape.height)
            stream.time_base = TIME_BASE
            following = [*times.dts[1:], times.dts[-1] + LAST_PICTURE_MS * TICKS_PER_MS]
            for packet, pts, dts, next_dts in zip(
                packets, times.pts, times.dts, following, strict=True
            ):
                unit = av.Packet(_with_parameter_sets(packet) if dts == 0 else packet.data)
                unit.stream, unit.time_base = stream, TIME_BASE
                unit.pts, unit.dts, unit.duration = pts, dts, next_dts - dts
                unit.is_keyframe = packet.is_key
                target.mux_one(unit)
    except av.error.FFmpegError as error:
        raise ClipFailed(f"no clip of {len(packets)} packets: {error.strerror}") from error
    return ClipInfo(
        began_at_ms=times.zero_ms,
        ended_at_ms=times.zero_ms + max(times.pts) // TICKS_PER_MS,
        codec=shape.codec,
        width=shape.width,
        height=shape.height,
        pictures=len(packets),
        ending=footage.ending,
        is_reencoded=False,
        size_bytes=writer.size_bytes,
        sha256=writer.sha256(),
    )


def _with_parameter_sets(packet: StreamPacket) -> bytes:
    if parameter_sets_in(packet.data, packet.format.codec):
        return packet.data
    return packet.format.parameter_sets + packet.data
