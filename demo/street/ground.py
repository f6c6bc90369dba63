"""The ground seen from straight above: surfaces, paint, and the shadows of what stands on it."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.street.fisheye import Floats
from demo.street.light import Colour
from demo.street.town import Mark, Town

SURFACES: dict[str, tuple[Colour, float]] = {
    "asphalt": ((92, 90, 88), 7.0),
    "pavement": ((150, 156, 160), 6.0),
    "grass": ((66, 118, 92), 14.0),
    "concrete": ((142, 146, 146), 6.0),
    "earth": ((92, 122, 146), 10.0),
}
"""Colour and grain (grey levels) of each kind."""
TILE_M = 1.2


@dataclass(frozen=True)
class GroundMap:
    """A picture of the ground: north up, the mast's foot in the middle.

    Args:
        colour: side × side × 3.
        reach_m: half of its side.
        px_per_m: scale.
    """

    colour: NDArray[np.uint8]
    reach_m: float
    px_per_m: float

    def columns_rows(self, east: Floats, north: Floats) -> tuple[Floats, Floats]:
        """Return where points of the ground fall."""
        return (
            (self.reach_m + east) * self.px_per_m - 0.5,
            (self.reach_m - north) * self.px_per_m - 0.5,
        )


def ground_map(town: Town, reach_m: float, px_per_m: float) -> GroundMap:
    """Draw the ground out to ``reach_m`` from the mast."""
    side = round(2 * reach_m * px_per_m)
    random = np.random.default_rng(town.seed)
    base, grain = SURFACES[town.base]
    picture = np.empty((side, side, 3), np.uint8)
    picture[:] = np.array(base, np.uint8)
    roughness = np.full((side, side), grain, np.float32)
    empty = GroundMap(picture, reach_m, px_per_m)
    for patch in town.patches:
        colour, grain = SURFACES[patch.kind]
        ring = _fixed(empty, np.array(patch.ring))
        cv2.fillPoly(picture, [ring], colour, cv2.LINE_AA, shift=4)
        cv2.fillPoly(roughness, [ring], grain, shift=4)
        if patch.kind == "pavement" and px_per_m > 10:
            _tiles(empty, np.array(patch.ring))
    for mark in town.marks:
        _paint_mark(empty, mark)
    return GroundMap(_roughen(picture, roughness, random, px_per_m), reach_m, px_per_m)


def shadow_map(
    outlines: list[Floats], sun: Floats, reach_m: float, px_per_m: float
) -> NDArray[np.uint8]:
    """Return the share of sun (0 … 255) that reaches the ground.

    Args:
        outlines: points (n × 3) of each convex thing.
        sun: unit vector towards the sun.
    """
    side = round(2 * reach_m * px_per_m)
    lit = np.full((side, side), 255, np.uint8)
    empty = GroundMap(np.zeros((0, 0, 3), np.uint8), reach_m, px_per_m)
    for points in outlines:
        flat = points[:, :2] - sun[:2] * (points[:, 2:3] / max(float(sun[2]), 0.1))
        hull = cv2.convexHull(_fixed(empty, flat))
        cv2.fillConvexPoly(lit, hull, 0, cv2.LINE_AA, shift=4)
    return np.asarray(cv2.GaussianBlur(lit, (0, 0), 0.12 * px_per_m), np.uint8)


def _fixed(ground: GroundMap, points: Floats) -> NDArray[np.int32]:
    columns, rows = ground.columns_rows(points[:, 0], points[:, 1])
    limit = 1 << 20
    flat = np.clip(np.stack([columns, rows], axis=1) * 16, -limit, limit)
    return np.rint(flat).astype(np.int32)


def _tiles(ground: GroundMap, ring: Floats) -> None:
    (west, south), (east, north) = ring.min(axis=0), ring.max(axis=0)
    reach = ground.reach_m
    west, south = max(west, -reach), max(south, -reach)
    east, north = min(east, reach), min(north, reach)
    lines = [((x, south), (x, north)) for x in np.arange(math.ceil(west), east, TILE_M)]
    lines += [((west, y), (east, y)) for y in np.arange(south, north, TILE_M)]
    for line in lines:
        first, last = _fixed(ground, np.array(line)).tolist()
        cv2.line(ground.colour, first, last, (132, 138, 142), 1, cv2.LINE_AA, shift=4)


def _paint_mark(ground: GroundMap, mark: Mark) -> None:
    start, end = np.array(mark.start, float), np.array(mark.end, float)
    length = float(np.hypot(*(end - start)))
    along = (end - start) / length
    across = np.array([-along[1], along[0]]) * mark.width_m / 2
    spans = {
        "solid": [(0.0, length)],
        "dashed": [(at, min(at + 2.0, length)) for at in np.arange(0, length, 5.0)],
        "zebra": [(at, min(at + 0.5, length)) for at in np.arange(0.3, length, 1.0)],
    }[mark.kind]
    for first, last in spans:
        a, b = start + along * first, start + along * last
        corners = _fixed(ground, np.array([a + across, b + across, b - across, a - across]))
        cv2.fillConvexPoly(ground.colour, corners, mark.colour, cv2.LINE_AA, shift=4)


def _roughen(
    picture: NDArray[np.uint8],
    roughness: NDArray[np.float32],
    random: np.random.Generator,
    px_per_m: float,
) -> NDArray[np.uint8]:
    side = picture.shape[0]
    total = np.zeros((side, side), np.float32)
    for cell_m, weight in ((0.12, 0.5), (0.6, 0.5), (4.0, 0.7)):
        cells = max(2, min(side, round(side / (cell_m * px_per_m))))
        coarse = random.standard_normal((cells, cells)).astype(np.float32)
        total += weight * cv2.resize(coarse, (side, side), interpolation=cv2.INTER_LINEAR)
    total *= roughness
    out = picture.astype(np.float32) + total[:, :, None] * np.array([0.9, 1.0, 1.0], np.float32)
    return np.asarray(np.clip(out, 0, 255), np.uint8)
