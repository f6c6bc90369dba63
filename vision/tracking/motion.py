"""Where an object will be: constant velocity on a plane without a seam."""

import math
from dataclasses import dataclass

from vision.scene.sighting import Sighting

MIN_SIZE_DEG = 0.3
SIGHTING_NOISE_SIZES = 0.1
SIGHTING_NOISE_DEG = 0.05
SIZE_GAIN = 0.3
TANGENT_S = 0.01
FARTHEST_DEG = 86.0
FARTHEST_HEIGHTS = math.tan(math.radians(FARTHEST_DEG))


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


@dataclass(slots=True, frozen=True)
class Agility:
    """How a kind of object moves, in its own sizes.

    Args:
        first_speed: standard deviation of its speed when it is first seen, sizes a second.
        acceleration: standard deviation, sizes a second squared.
    """

    first_speed: float
    acceleration: float


ON_FOOT = Agility(first_speed=1.2, acceleration=0.6)
ON_WHEELS = Agility(first_speed=2.5, acceleration=1.2)


@dataclass(slots=True)
class Motion:
    """A Kalman filter of position and velocity in degrees and seconds.

    Both axes share one covariance, because the noise is the same in every direction. Noise is in
    sizes of the object: what is near moves faster across the sky and is measured less exactly.
    """

    x: float
    y: float
    size: float
    agility: Agility
    vx: float = 0.0
    vy: float = 0.0
    p_position: float = 0.0
    p_cross: float = 0.0
    p_velocity: float = 0.0

    @classmethod
    def begun(cls, sighting: Sighting, agility: Agility) -> "Motion":
        """Return the filter after one sighting: it may go anywhere."""
        x, y = plane_position(sighting)
        size = size_deg(sighting)
        speed = agility.first_speed * size
        return cls(x, y, size, agility, p_position=_noise(size), p_velocity=speed * speed)

    def advance(self, step_s: float) -> None:
        """Predict ``step_s`` seconds ahead."""
        self._go_straight(step_s)
        push = (self.agility.acceleration * self.size) ** 2
        self.p_position += step_s * (2 * self.p_cross + step_s * self.p_velocity)
        self.p_position += push * step_s**4 / 4
        self.p_cross += step_s * self.p_velocity + push * step_s**3 / 2
        self.p_velocity += push * step_s**2

    def _go_straight(self, step_s: float) -> None:
        """Move along a straight line on the ground; near the horizon, on the plane.

        What passes the mast runs straight on the ground but bends and speeds up in angles.
        """
        there = self.x + self.vx * TANGENT_S, self.y + self.vy * TANGENT_S
        here_ground, there_ground = _to_ground(self.x, self.y), _to_ground(*there)
        if here_ground is not None and there_ground is not None:
            slope_x = (there_ground[0] - here_ground[0]) / TANGENT_S
            slope_y = (there_ground[1] - here_ground[1]) / TANGENT_S
            ground = here_ground[0] + slope_x * step_s, here_ground[1] + slope_y * step_s
            if math.hypot(*ground) <= FARTHEST_HEIGHTS:
                x, y = _to_plane(*ground)
                ahead = _to_plane(ground[0] + slope_x * TANGENT_S, ground[1] + slope_y * TANGENT_S)
                self.x, self.y = x, y
                self.vx, self.vy = (ahead[0] - x) / TANGENT_S, (ahead[1] - y) / TANGENT_S
                return
        self.x += self.vx * step_s
        self.y += self.vy * step_s

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


def _to_ground(x: float, y: float) -> tuple[float, float] | None:
    """Return a plane position on the ground in heights of the mast, or None if too far out."""
    radius = math.hypot(x, y)
    if radius >= FARTHEST_DEG:
        return None
    stretch = math.tan(math.radians(radius)) / radius if radius > 0 else math.radians(1)
    return x * stretch, y * stretch


def _to_plane(east: float, north: float) -> tuple[float, float]:
    distance = math.hypot(east, north)
    shrink = math.degrees(math.atan(distance)) / distance if distance > 0 else math.degrees(1)
    return east * shrink, north * shrink


def _noise(size: float) -> float:
    return (SIGHTING_NOISE_SIZES * size + SIGHTING_NOISE_DEG) ** 2
