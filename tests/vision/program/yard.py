"""A camera that looks into the demo's yard: pictures with known truth, encoded as a test needs it.

Each picture carries its own number in a strip of bars, so that what a clip shows can be told.
"""

import contextlib
import fcntl
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from demo.street.motion import pose_at
from demo.street.script import MoverScript, SceneScript
from demo.street.street import Street
from tests.peers.rtsp_server import Unit

Picture = NDArray[np.uint8]
Codec = Literal["h264", "h265"]
FPS = 10
STEP_MS = 1000 / FPS
SPAN_S = 8.0
WIDTH, HEIGHT = 640, 480
HFOV_DEG, DOWN_DEG, BEARING_DEG = 75.0, 50.0, 180.0
MAST = {"lat": 11.5827, "lon": 108.9913, "height_m": 8.0}
ZONE = [[-6.0, -13.0], [6.0, -13.0], [6.0, -3.5], [-6.0, -3.5]]
"""Metres east and north of the mast: the yard behind its gate."""
BAR_ROWS, BITS = 12, 8

INTRUDER = MoverScript(
    id="intruder",
    kind="walker",
    colour="red",
    path=[(0, 1, 3), (1.5, 1, -1.8), (2.3, 0.5, -4), (4, -1, -7), (5.6, 0.5, -4), (6.5, 1, -1.8),
          (8, 1, 3)],
)  # fmt: skip


def truth_at(at_s: float) -> tuple[float, float]:
    """Return where the intruder's feet truly are: metres east and north of the mast."""
    pose = pose_at(INTRUDER, at_s % SPAN_S)
    assert pose is not None
    return pose.east, pose.north


def is_inside(at_s: float) -> bool:
    """Tell whether the intruder truly stands in the zone."""
    east, north = truth_at(at_s)
    return ZONE[0][0] < east < ZONE[1][0] and ZONE[0][1] < north < ZONE[2][1]


ENTERS_S = next(number / 100 for number in range(800) if is_inside(number / 100))


@contextlib.contextmanager
def only_one(file: Path) -> Iterator[None]:
    """Let one process at a time in; for what the workers of a session share."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def rendered(folder: Path) -> Picture:
    """Return all pictures of the scene (n × height × width × 3, BGR); rendered once a folder."""
    file = folder / "yard.npy"
    with only_one(folder / "yard.lock"):
        if not file.exists():
            part = folder / "yard.part.npy"
            np.save(part, _render())
            part.rename(file)
    return np.asarray(np.load(file, mmap_mode="r"))


def _render() -> Picture:
    street = Street(SceneScript(name="yard", duration_s=SPAN_S, movers=[INTRUDER]))
    columns, rows = _maps(street)
    pictures = np.empty((round(SPAN_S * FPS), HEIGHT, WIDTH, 3), np.uint8)
    for number in range(len(pictures)):
        whole = street.view(number / FPS).picture
        cv2.remap(whole, columns, rows, cv2.INTER_LINEAR, pictures[number])
        _write_number(pictures[number], number)
    return pictures


def _maps(street: Street) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each pixel of an ordinary camera on the mast, its place in the fisheye picture."""
    down = math.radians(DOWN_DEG)
    ahead = np.array([0.0, -math.cos(down), -math.sin(down)])
    up = np.array([0.0, -math.sin(down), math.cos(down)])
    right = np.array([-1.0, 0.0, 0.0])
    focal_px = WIDTH / 2 / math.tan(math.radians(HFOV_DEG) / 2)
    x = (np.arange(WIDTH) + 0.5 - WIDTH / 2)[None, :, None]
    y = (np.arange(HEIGHT) + 0.5 - HEIGHT / 2)[:, None, None]
    rays = focal_px * ahead + x * right - y * up
    mast = np.array([0.0, 0.0, street.camera.height_m])
    pixels, _ = street.camera.project(rays.reshape(-1, 3) + mast)
    maps = pixels.reshape(HEIGHT, WIDTH, 2).astype(np.float32)
    return maps[:, :, 0], maps[:, :, 1]


def _write_number(picture: Picture, number: int) -> None:
    bar = picture.shape[1] // BITS
    for bit in range(BITS):
        picture[:BAR_ROWS, bit * bar : (bit + 1) * bar] = 235 if number >> bit & 1 else 16


def shown_at_s(picture: NDArray[Any]) -> float:
    """Return the second of the scene that a picture shows, whatever its size."""
    height, width = picture.shape[:2]
    row, bar = height * BAR_ROWS // HEIGHT // 2, width / BITS
    number = sum(
        1 << bit for bit in range(BITS) if picture[row, int((bit + 0.5) * bar)].mean() > 128
    )
    return number / FPS


def encode(
    pictures: Picture, codec: Codec = "h264", size: tuple[int, int] | None = None
) -> list[Unit]:
    """Return the pictures as units, a key picture a second; ``size`` scales them."""
    width, height = size or (WIDTH, HEIGHT)
    coder = av.CodecContext.create("libx264" if codec == "h264" else "libx265", "w")
    coder.width, coder.height, coder.pix_fmt = width, height, "yuv420p"
    coder.time_base, coder.framerate = Fraction(1, FPS), Fraction(FPS)
    coder.gop_size, coder.max_b_frames, coder.bit_rate = FPS, 0, 1_500_000
    coder.options = {
        "h264": {"preset": "ultrafast", "tune": "zerolatency", "x264-params": "scenecut=0"},
        "h265": {
            "preset": "ultrafast",
            "x265-params": "log-level=none:scenecut=0:bframes=0:repeat-headers=1"
            f":keyint={FPS}:pools=1:frame-threads=1",
        },
    }[codec]
    packets = []
    for number, picture in enumerate(pictures):
        scaled = picture if size is None else cv2.resize(picture, size)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(scaled), format="bgr24")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        packets += coder.encode(frame)
    packets += coder.encode(None)
    return [
        Unit(bytes(packet), number * STEP_MS, number * STEP_MS)
        for number, packet in enumerate(packets)
    ]
