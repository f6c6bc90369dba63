"""One compressed picture as it came from the camera, and the format it is in."""

from dataclasses import dataclass
from typing import Literal

VideoCodec = Literal["h264", "hevc"]


@dataclass(slots=True, frozen=True)
class StreamFormat:
    """What a decoder must know before the first picture.

    Args:
        parameter_sets: SPS and PPS (H.265: VPS too) in Annex B.
        width: pixels; 0 where it is not known.
        height: pixels; 0 where it is not known.
    """

    codec: VideoCodec
    parameter_sets: bytes
    width: int
    height: int


@dataclass(slots=True, frozen=True)
class StreamPacket:
    """One access unit in Annex B with its times (see `media_clock.Stamp`).

    Args:
        data: the access unit as received.
        format: the format in force; another object after a change of resolution.
        received_s: monotonic seconds at its receipt.
    """

    data: bytes
    is_key: bool
    at_ms: int
    media_s: float
    received_s: float
    connection: int
    format: StreamFormat
