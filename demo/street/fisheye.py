"""Where a point of the street falls in the picture of a camera that looks straight down."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fisheye:
    """An equidistant fisheye of 180° on a mast, its axis on the nadir.

    Args:
        height_m: lens above the flat ground.
        size_px: width and height of the square picture.
        radius_px: distance from the centre at which the horizon (90° from the axis) falls.
        north_deg: compass bearing of the picture's "up".
    """

    height_m: float = 8.0
    size_px: int = 1280
    radius_px: float = 630.0
    north_deg: float = 0.0

    @property
    def centre_px(self) -> float:
        """Column and row of the axis; whole numbers are centres of pixels."""
        return (self.size_px - 1) / 2

    @property
    def px_per_rad(self) -> float:
        """Scale of the picture along any radius."""
        return self.radius_px / (math.pi / 2)

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Return pixels (n × 2) and distances from the lens (n, metres).

        Args:
            points: n × 3: metres east, north and above the ground.
        """
        east, north = points[:, 0], points[:, 1]
        fall = self.height_m - points[:, 2]
        across = np.hypot(east, north)
        radius = self.px_per_rad * np.arctan2(across, fall)
        bearing = np.arctan2(east, north) - math.radians(self.north_deg)
        pixels = np.empty((len(points), 2))
        pixels[:, 0] = self.centre_px + radius * np.sin(bearing)
        pixels[:, 1] = self.centre_px - radius * np.cos(bearing)
        return pixels, np.hypot(across, fall)

    def rays(self, scale: int = 1) -> tuple[Floats, Floats, Floats]:
        """Return each pixel's angle from the nadir (rad) and its bearing's sine and cosine.

        Args:
            scale: sub-pixels along each side of a pixel.
        """
        side = np.arange(self.size_px * scale, dtype=np.float64)
        offset = (side - (scale - 1) / 2) / scale - self.centre_px
        right, down = offset[None, :], offset[:, None]
        radius = np.maximum(np.hypot(right, down), 1e-6)
        sine, cosine = right / radius, -down / radius
        turn = math.radians(self.north_deg)
        return (
            radius / self.px_per_rad,
            sine * math.cos(turn) + cosine * math.sin(turn),
            cosine * math.cos(turn) - sine * math.sin(turn),
        )
