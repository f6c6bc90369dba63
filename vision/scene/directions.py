"""Directions from the mast as unit vectors, so that neither north nor the nadir is a seam."""

import math

from vision.scene.sighting import GROUND, Sighting

Vector = tuple[float, float, float]


def unit_vector(bearing_deg: float, depression_deg: float) -> Vector:
    """Return east, north, down of a direction (bearing clockwise from north)."""
    bearing, depression = math.radians(bearing_deg), math.radians(depression_deg)
    level = math.cos(depression)
    return level * math.sin(bearing), level * math.cos(bearing), math.sin(depression)


def angle_between_deg(one: Sighting, other: Sighting) -> float:
    """Return the angle between the centres of two sightings, 0 … 180 degrees."""
    a = unit_vector(one.bearing_deg, one.depression_deg)
    b = unit_vector(other.bearing_deg, other.depression_deg)
    # The chord keeps its precision at small angles, where the arc cosine loses it.
    return math.degrees(2 * math.asin(min(math.dist(a, b) / 2, 1.0)))


def ground_distance_m(one: Sighting, other: Sighting) -> float | None:
    """Return the distance between two feet on the ground, or None above the horizon."""
    a, b = one.points.get(GROUND), other.points.get(GROUND)
    return None if a is None or b is None else math.dist(a, b)
