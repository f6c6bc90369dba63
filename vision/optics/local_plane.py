"""Metres east and north of the mast's foot to latitude and longitude and back, on WGS-84.

The ground is the plane that touches the ellipsoid at the mast: within 5 km a place and its
latitude and longitude agree to a few millimetres; the earth's curvature (2 m of drop at 5 km)
is left aside, as everywhere in vision.
"""

import numpy as np

from vision.optics.arrays import Floats

SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
_ECCENTRICITY2 = FLATTENING * (2 - FLATTENING)
_SEMI_MINOR_M = SEMI_MAJOR_M * (1 - FLATTENING)


class LocalPlane:
    """The ground around a mast.

    Args:
        lat, lon: of the mast in degrees, not at a pole.
    """

    def __init__(self, lat: float, lon: float) -> None:
        self._origin = _cartesian(np.array([lat, lon]))
        phi, lam = np.radians(lat), np.radians(lon)
        east = (-np.sin(lam), np.cos(lam), 0.0)
        north = (-np.sin(phi) * np.cos(lam), -np.sin(phi) * np.sin(lam), np.cos(phi))
        self._axes = np.array([east, north])

    def latlon(self, ground: Floats) -> Floats:
        """Return latitude and longitude (…, 2) in degrees of metres east and north (…, 2)."""
        x, y, z = np.moveaxis(self._origin + np.asarray(ground) @ self._axes, -1, 0)
        level = np.hypot(x, y)
        # Bowring's closed form: exact to nanometres this near to the ground.
        beta = np.arctan2(z * SEMI_MAJOR_M, level * _SEMI_MINOR_M)
        second = _ECCENTRICITY2 / (1 - _ECCENTRICITY2)
        phi = np.arctan2(
            z + second * _SEMI_MINOR_M * np.sin(beta) ** 3,
            level - _ECCENTRICITY2 * SEMI_MAJOR_M * np.cos(beta) ** 3,
        )
        return np.stack((np.degrees(phi), np.degrees(np.arctan2(y, x))), -1)

    def ground(self, latlon: Floats) -> Floats:
        """Return metres east and north (…, 2) of latitude and longitude (…, 2) in degrees."""
        flat: Floats = (_cartesian(np.asarray(latlon, dtype=np.float64)) - self._origin) @ (
            self._axes.T
        )
        return flat


def _cartesian(latlon: Floats) -> Floats:
    phi, lam = np.radians(latlon[..., 0]), np.radians(latlon[..., 1])
    radius = SEMI_MAJOR_M / np.sqrt(1 - _ECCENTRICITY2 * np.sin(phi) ** 2)
    level = radius * np.cos(phi)
    return np.stack(
        (level * np.cos(lam), level * np.sin(lam), radius * (1 - _ECCENTRICITY2) * np.sin(phi)), -1
    )
