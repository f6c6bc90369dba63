"""Perspective views out of the fisheye picture, and the boxes of what is visible in them."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.street.fisheye import Fisheye
from demo.street.street import StreetView

Picture = NDArray[np.uint8]
CLASSES = ("person", "car", "motorcycle", "truck")
LEAST_SIDE_PX = 7
LEAST_VISIBLE = 0.35
LEAST_INSIDE = 0.45


class ViewBox(NamedTuple):
    """An object in a view: number of its class and box in pixels.

    ``is_clear`` is False for what is too small or too hidden to be asked for.
    """

    label: int
    x1: int
    y1: int
    x2: int
    y2: int
    is_clear: bool


@dataclass(frozen=True)
class View:
    """A flat view: its axis (compass bearing, angle from the nadir), width of its field, size."""

    bearing_deg: float
    tilt_deg: float
    hfov_deg: float
    width_px: int
    height_px: int

    def maps(self, camera: Fisheye) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return for each pixel of the view its column and row in the fisheye picture."""
        bearing, tilt = math.radians(self.bearing_deg), math.radians(self.tilt_deg)
        flat = np.array([math.sin(bearing), math.cos(bearing), 0.0])
        down = np.array([0.0, 0.0, -1.0])
        ahead = flat * math.sin(tilt) + down * math.cos(tilt)
        up = flat * math.cos(tilt) - down * math.sin(tilt)
        right = np.cross(ahead, up)
        focal = self.width_px / 2 / math.tan(math.radians(self.hfov_deg) / 2)
        x = np.arange(self.width_px) - (self.width_px - 1) / 2
        y = np.arange(self.height_px) - (self.height_px - 1) / 2
        rays = focal * ahead + x[None, :, None] * right - y[:, None, None] * up
        pixels, _ = camera.project(rays.reshape(-1, 3) + np.array([0.0, 0.0, camera.height_m]))
        maps = pixels.reshape(self.height_px, self.width_px, 2).astype(np.float32)
        return maps[:, :, 0], maps[:, :, 1]


@dataclass(frozen=True)
class Tile:
    """A square out of a view, with the boxes of what is clear in it."""

    picture: Picture
    boxes: list[ViewBox]


def render_view(
    seen: StreetView, camera: Fisheye, view: View, least_px: int = LEAST_SIDE_PX
) -> tuple[Picture, list[ViewBox]]:
    """Return the view's picture and its objects; clear ones are at least ``least_px`` long."""
    columns, rows = view.maps(camera)
    picture = cv2.remap(seen.picture, columns, rows, cv2.INTER_LINEAR)
    ids = cv2.remap(seen.ids, columns, rows, cv2.INTER_NEAREST)
    return np.asarray(picture, np.uint8), _boxes(seen, np.asarray(ids, np.uint8), least_px)


def cut(picture: Picture, boxes: list[ViewBox], left: int, top: int, side: int) -> Tile:
    """Return the square at ``left``, ``top`` with the clear boxes that lie well inside it."""
    kept = []
    for box in boxes:
        a, b = max(box.x1 - left, 0), max(box.y1 - top, 0)
        c, d = min(box.x2 - left, side), min(box.y2 - top, side)
        if not box.is_clear or c - a < 4 or d - b < 4:
            continue
        if (c - a) * (d - b) >= LEAST_INSIDE * (box.x2 - box.x1) * (box.y2 - box.y1):
            kept.append(ViewBox(box.label, a, b, c, d, True))
    return Tile(picture[top : top + side, left : left + side], kept)


def _boxes(seen: StreetView, ids: Picture, least_px: int) -> list[ViewBox]:
    boxes = []
    for number in np.unique(ids):
        if number == 0:
            continue
        truth = seen.truths[number - 1]
        if truth.label not in CLASSES:
            continue
        rows, columns = np.nonzero(ids == number)
        x1, y1 = int(columns.min()), int(rows.min())
        x2, y2 = int(columns.max()) + 1, int(rows.max()) + 1
        is_clear = truth.visible >= LEAST_VISIBLE and max(x2 - x1, y2 - y1) >= least_px
        boxes.append(ViewBox(CLASSES.index(truth.label), x1, y1, x2, y2, is_clear))
    return boxes
