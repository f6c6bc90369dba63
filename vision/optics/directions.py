"""Directions as seen from the mast: unit vectors (east, north, up), bearing and depression.

A camera's own axes are X to the right in its picture, Y down in it, Z out of the lens.
"""

import numpy as np

from vision.optics.arrays import Floats


def direction(bearing_deg: Floats | float, depression_deg: Floats | float) -> Floats:
    """Return unit vectors (…, 3), east, north, up.

    Args:
        bearing_deg: clockwise from north.
        depression_deg: below the horizon; 90 is straight down.
    """
    bearing, depression = np.broadcast_arrays(np.radians(bearing_deg), np.radians(depression_deg))
    level = np.cos(depression)
    return np.stack((level * np.sin(bearing), level * np.cos(bearing), -np.sin(depression)), -1)


def bearing_depression(directions: Floats) -> Floats:
    """Return (…, 2): bearing 0 … 360 and depression -90 … 90 in degrees of vectors (…, 3)."""
    east, north, up = directions[..., 0], directions[..., 1], directions[..., 2]
    bearing = np.degrees(np.arctan2(east, north)) % 360.0
    depression = np.degrees(np.arctan2(-up, np.hypot(east, north)))
    return np.stack((bearing, depression), -1)


def look_rotation(bearing_deg: float, depression_deg: float, roll_deg: float = 0.0) -> Floats:
    """Return the rotation (3 × 3) from camera axes to east, north, up.

    The optical axis points to the bearing and depression; upright things are upright in the
    picture, then the camera is rolled clockwise, as seen from behind it.
    """
    forward = direction(bearing_deg, depression_deg)
    bearing, roll = np.radians(bearing_deg), np.radians(roll_deg)
    right = np.array([np.cos(bearing), -np.sin(bearing), 0.0])
    down = np.cross(forward, right)
    turned = right * np.cos(roll) + down * np.sin(roll)
    return np.stack((turned, np.cross(forward, turned), forward), -1)


def down_rotation(north_deg: float, tilt_deg: float, roll_deg: float) -> Floats:
    """Return the rotation (3 × 3) of a camera that looks straight down, then leans.

    Args:
        north_deg: bearing of the picture's "up".
        tilt_deg: by how much the axis leans towards the picture's "up".
        roll_deg: by how much it then leans towards the picture's right.
    """
    upright = look_rotation(north_deg, 90.0 - tilt_deg)
    roll = np.radians(roll_deg)
    right, forward = upright[:, 0], upright[:, 2]
    leaning = forward * np.cos(roll) + right * np.sin(roll)
    return np.stack((right * np.cos(roll) - forward * np.sin(roll), upright[:, 1], leaning), -1)


def nadir_plane(directions: Floats) -> Floats:
    """Return (…, 2): degrees from the nadir laid out towards east and north.

    This is the picture of an ideal downward equidistant fisheye, without a seam, and with
    nothing special about the spot under the mast; upright things lie along its radii.
    """
    east, north, up = directions[..., 0], directions[..., 1], directions[..., 2]
    level = np.hypot(east, north)
    from_nadir = np.degrees(np.arctan2(level, -up))
    scale = np.where(level > 1e-12, from_nadir / np.maximum(level, 1e-12), 0.0)
    return np.stack((east * scale, north * scale), -1)


def from_nadir_plane(points: Floats) -> Floats:
    """Return unit vectors (…, 3) of points (…, 2) of `nadir_plane`."""
    from_nadir = np.hypot(points[..., 0], points[..., 1])
    bearing = np.degrees(np.arctan2(points[..., 0], points[..., 1]))
    return direction(bearing, 90.0 - from_nadir)
