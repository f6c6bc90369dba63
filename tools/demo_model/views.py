"""Perspective views out of the fisheye picture, and the boxes of what is visible in them."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.street.fisheye import Fisheye
from demo.street.street import StreetView

CLASSES = ("person", "car", "motorcycle", "truck")
LEAST_SIDE_PX = 7
LEAST_VISIBLE = 0.35
LEAST_INSIDE = 0.45


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
    """A square out of a view with its boxes: (class, x1, y1, x2, y2) in the tile's pixels."""

    picture: NDArray[np.uint8]
    boxes: list[tuple[int, int, int, int, int]]


def view_boxes(seen: StreetView, ids: NDArray[np.uint8]) -> list[tuple[int, int, int, int, int]]:
    """Return class and extent of each wanted object in a view's map of ids."""
    boxes = []
    for number in np.unique(ids):
        if number == 0:
            continue
        truth = seen.truths[number - 1]
        if truth.label not in CLASSES or truth.visible < LEAST_VISIBLE:
            continue
        rows, columns = np.nonzero(ids == number)
        box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
        if max(box[2] - box[0], box[3] - box[1]) >= LEAST_SIDE_PX:
            boxes.append((CLASSES.index(truth.label), *box))
    return boxes


def render_view(
    seen: StreetView, camera: Fisheye, view: View
) -> tuple[NDArray[np.uint8], list[tuple[int, int, int, int, int]]]:
    """Return the view's picture and boxes."""
    columns, rows = view.maps(camera)
    picture = cv2.remap(seen.picture, columns, rows, cv2.INTER_LINEAR)
    ids = cv2.remap(seen.ids, columns, rows, cv2.INTER_NEAREST)
    return np.asarray(picture, np.uint8), view_boxes(seen, np.asarray(ids, np.uint8))


def cut(
    picture: NDArray[np.uint8],
    boxes: list[tuple[int, int, int, int, int]],
    left: int,
    top: int,
    side: int,
) -> Tile:
    """Return the square at ``left``, ``top`` with the boxes that lie well inside it."""
    kept = []
    for label, x1, y1, x2, y2 in boxes:
        a, b = max(x1 - left, 0), max(y1 - top, 0)
        c, d = min(x2 - left, side), min(y2 - top, side)
        if c - a < 4 or d - b < 4:
            continue
        if (c - a) * (d - b) >= LEAST_INSIDE * (x2 - x1) * (y2 - y1):
            kept.append((label, a, b, c, d))
    return Tile(picture[top : top + side, left : left + side], kept)
