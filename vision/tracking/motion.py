"""Where an object will be: constant velocity on a plane without a seam."""

import math
from dataclasses import dataclass

from vision.scene.sighting import Sighting

MIN_SIZE_DEG = 0.3
SIGHTING_NOISE_SIZES = 0.12
SIGHTING_NOISE_DEG = 0.05
FIRST_SPEED_SIZES_PER_S = 2.0
ACCELERATION_SIZES_PER_S2 = 1.5
SIZE_GAIN = 0.3


def plane_position(sighting: Sighting) -> tuple[float, float]:
    """Return a direction on the azimuthal equidistant plane around the nadir, in degrees.

    The distance from the origin is the angle from straight down, so bearing 0/360 is no seam
    and the nadir is a point like any other.
    """
    radius = 90.0 - sighting.depression_deg
    bearing = math.radians(sighting.bearing_deg)
    return radius * math.sin(bearing), radius * math.cos(bearing)


def size_deg(sighting: Sighting) -> float:
    """Return the larger angular side of a sighting, bounded below."""
    return max(sighting.width_deg, sighting.height_deg, MIN_SIZE_DEG)


@dataclass(slots=True)
class Motion:
    """A Kalman filter of position and velocity in degrees and seconds.

    Both axes share one covariance, because the noise is the same in every direction. Noise is in
    sizes of the object: what is near moves faster across the sky and is measured less exactly.
    """

    x: float
    y: float
    size: float
    vx: float = 0.0
    vy: float = 0.0
    p_position: float = 0.0
    p_cross: float = 0.0
    p_velocity: float = 0.0

    @classmethod
    def begun(cls, sighting: Sighting) -> "Motion":
        """Return the filter after one sighting: it may go anywhere."""
        x, y = plane_position(sighting)
        size = size_deg(sighting)
        speed = FIRST_SPEED_SIZES_PER_S * size
        return cls(x, y, size, p_position=_noise(size), p_velocity=speed * speed)

    def advance(self, step_s: float) -> None:
        """Predict ``step_s`` seconds ahead."""
        self.x += self.vx * step_s
        self.y += self.vy * step_s
        push = (ACCELERATION_SIZES_PER_S2 * self.size) ** 2
        self.p_position += step_s * (2 * self.p_cross + step_s * self.p_velocity)
        self.p_position += push * step_s**4 / 4
        self.p_cross += step_s * self.p_velocity + push * step_s**3 / 2
        self.p_velocity += push * step_s**2

    def correct(self, sighting: Sighting) -> None:
        """Take a sighting of the predicted moment."""
        x, y = plane_position(sighting)
        size = size_deg(sighting)
        total = self.p_position + _noise(size)
        gain, gain_velocity = self.p_position / total, self.p_cross / total
        dx, dy = x - self.x, y - self.y
        self.x += gain * dx
        self.y += gain * dy
        self.vx += gain_velocity * dx
        self.vy += gain_velocity * dy
        self.p_velocity -= gain_velocity * self.p_cross
        self.p_cross *= 1 - gain
        self.p_position *= 1 - gain
        self.size += SIZE_GAIN * (size - self.size)

    @property
    def spread(self) -> float:
        """Variance of a sighting's position around the prediction, in square degrees."""
        return self.p_position + _noise(self.size)


def _noise(size: float) -> float:
    return (SIGHTING_NOISE_SIZES * size + SIGHTING_NOISE_DEG) ** 2
