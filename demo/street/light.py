"""Light over the street: sky, sun and lamps, and how bright a face or a spot is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from demo.street.fisheye import Floats

Colour = tuple[float, float, float]
"""Blue, green, red; as a colour 0 … 255, as light a factor around 0 … 1."""
LAMP_COLOUR = np.array([0.50, 0.80, 1.00])
LAMP_HEIGHT_M = 6.0


@dataclass(frozen=True)
class Light:
    """One state of the light.

    Args:
        sky: light that comes from everywhere.
        sun: light on a face turned to the sun; black without sun.
        sun_bearing_deg: compass bearing of the sun.
        sun_elevation_deg: above the horizon, 5 … 85.
        lamps: brightness straight below a street lamp, 0 by day.
        headlights: whether vehicles have their lights on.
        haze: colour of the far distance, 0 … 255.
        noise: standard deviation of the sensor's noise, grey levels.
    """

    sky: Colour
    sun: Colour = (0.0, 0.0, 0.0)
    sun_bearing_deg: float = 135.0
    sun_elevation_deg: float = 50.0
    lamps: float = 0.0
    headlights: bool = False
    haze: Colour = (205.0, 200.0, 192.0)
    noise: float = 1.5

    @property
    def has_sun(self) -> bool:
        """Whether things cast a sharp shadow."""
        return max(self.sun) > 0.05

    @property
    def sun_vector(self) -> Floats:
        """Unit vector east, north, up towards the sun."""
        bearing, up = math.radians(self.sun_bearing_deg), math.radians(self.sun_elevation_deg)
        return np.array(
            [math.sin(bearing) * math.cos(up), math.cos(bearing) * math.cos(up), math.sin(up)]
        )

    def from_sun(self, bearing_deg: float, elevation_deg: float) -> "Light":
        """Return the same light with the sun elsewhere."""
        return replace(self, sun_bearing_deg=bearing_deg, sun_elevation_deg=elevation_deg)


LIGHTS: dict[str, Light] = {
    "day": Light(sky=(0.58, 0.55, 0.52), sun=(0.40, 0.46, 0.50), sun_elevation_deg=52),
    "overcast": Light(sky=(0.88, 0.86, 0.84), sun=(0.02, 0.02, 0.02), noise=2.0),
    "dusk": Light(
        sky=(0.44, 0.36, 0.35),
        sun=(0.10, 0.20, 0.32),
        sun_bearing_deg=262,
        sun_elevation_deg=14,
        lamps=0.25,
        headlights=True,
        haze=(140, 120, 128),
        noise=3.0,
    ),
    "night": Light(
        sky=(0.15, 0.115, 0.10),
        lamps=0.85,
        headlights=True,
        haze=(34, 26, 24),
        noise=5.0,
    ),
}


def lamp_light(
    east: NDArray[np.floating], north: NDArray[np.floating], lamps: Sequence[tuple[float, float]]
) -> NDArray[np.float64]:
    """Return the share (0 … about 1) of one lamp's full brightness that falls on each spot."""
    total = np.zeros(np.broadcast(east, north).shape)
    for lamp_east, lamp_north in lamps:
        square = (east - lamp_east) ** 2 + (north - lamp_north) ** 2
        total += (1 + square / LAMP_HEIGHT_M**2) ** -1.5
    return total


def face_light(light: Light, normals: Floats, lit: float, lamp: float) -> Floats:
    """Return the light (n × 3) on faces with unit ``normals`` (n × 3).

    Args:
        lit: share of the sun that reaches the place, 0 in a shadow.
        lamp: share of the lamps that reaches the place.
    """
    up = 0.72 + 0.28 * normals[:, 2:3]
    sun = np.clip(normals @ light.sun_vector, 0, 1)[:, None] * lit
    lamps = lamp * light.lamps * LAMP_COLOUR * (0.75 + 0.25 * normals[:, 2:3])
    return np.asarray(up * np.array(light.sky) + sun * np.array(light.sun) * 1.25 + lamps)
