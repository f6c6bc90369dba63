"""Short videos encoded by the tests themselves: the number of each picture is in its pixels."""

from fractions import Fraction
from functools import lru_cache
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray

from tests.peers.rtsp_server import Unit

Codec = Literal["h264", "h265"]
BITS = 8
STEP_MS = 40.0


def picture(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """Return a grey picture whose upper half shows ``number`` as eight black or white bars."""
    image = np.full((height, width, 3), 96, np.uint8)
    image[height // 2 :, : max(2, width * (number % 25) // 25)] = (40, 120, 200)
    bar = width // BITS
    for bit in range(BITS):
        image[: height // 2, bit * bar : (bit + 1) * bar] = 235 if number >> bit & 1 else 16
    return image


def number_in(image: NDArray[np.uint8]) -> int:
    """Return the number that `picture` wrote, whatever the size."""
    height, width = image.shape[:2]
    bar = width / BITS
    return sum(
        1 << bit for bit in range(BITS) if image[height // 4, int((bit + 0.5) * bar)].mean() > 128
    )


@lru_cache(maxsize=32)
def encoded(
    count: int,
    *,
    width: int = 320,
    height: int = 192,
    codec: Codec = "h264",
    gop: int = 25,
    fps: int = 25,
    first: int = 0,
    b_frames: int = 0,
    slices: int = 1,
) -> tuple[tuple[bytes, float, bool], ...]:
    """Return ``(Annex B unit, pts in ms, is key)`` in the order of decoding."""
    coder = av.CodecContext.create("libx264" if codec == "h264" else "libx265", "w")
    coder.width, coder.height, coder.pix_fmt = width, height, "yuv420p"
    coder.time_base, coder.framerate = Fraction(1, fps), Fraction(fps)
    coder.gop_size, coder.max_b_frames = gop, b_frames
    if codec == "h264":
        extra = {} if b_frames else {"tune": "zerolatency"}
        coder.options = {
            "preset": "ultrafast",
            "x264-params": f"scenecut=0:bframes={b_frames}:b-adapt=0:keyint={gop}"
            f":threads=1:slices={slices}",
            **extra,
        }
    else:
        coder.options = {
            "preset": "ultrafast",
            "x265-params": f"log-level=none:keyint={gop}:scenecut=0:bframes={b_frames}"
            ":repeat-headers=1:pools=1:frame-threads=1",
        }
    packets = []
    for number in range(count):
        frame = av.VideoFrame.from_ndarray(picture(first + number, width, height), format="bgr24")
        frame.pts = number
        frame.time_base = Fraction(1, fps)
        packets += coder.encode(frame)
    packets += coder.encode(None)
    return tuple(
        (bytes(packet), 1000.0 * float(packet.pts or 0) / fps, packet.is_keyframe)
        for packet in packets
    )


def units(packets: tuple[tuple[bytes, float, bool], ...], *, from_ms: float = 0.0) -> list[Unit]:
    """Return the packets as units sent in decoding order at an even pace."""
    count = len(packets)
    span_ms = max(pts for _, pts, _ in packets) + STEP_MS
    return [
        Unit(data, from_ms + pts_ms, from_ms + index * span_ms / count)
        for index, (data, pts_ms, _) in enumerate(packets)
    ]
