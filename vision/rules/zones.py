"""Zones ready for use: where a sighting's foot lies in a zone's space, and what that means."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vision.rules.settings import LATLON, ZoneSettings, unrolled
from vision.rules.shapes import crossing_share, distance_to_line, is_inside
from vision.scene.sighting import GROUND, PANORAMA, Point, Sighting

METRES_A_DEGREE = 111_195.0


class Plane:
    """A zone's space as a plane with x to the right and y upwards.

    Units: metres for ground and latitude/longitude, degrees for the panorama, shares of a
    picture otherwise.
    """

    def __init__(self, space: str, origin: Point) -> None:
        self._space = space
        self._origin = origin
        self.is_round = space == PANORAMA

    @property
    def is_metric(self) -> bool:
        """True where the unit is a metre."""
        return self._space in (GROUND, LATLON)

    def place(self, raw: Point) -> Point:
        """Return a point as configured or sighted in the plane's coordinates."""
        if self._space == LATLON:
            lat, lon = self._origin
            east_m = (raw[1] - lon) * METRES_A_DEGREE * math.cos(math.radians(lat))
            return east_m, (raw[0] - lat) * METRES_A_DEGREE
        if self._space == GROUND:
            return raw
        return raw[0], -raw[1]

    def foot(self, sighting: Sighting) -> Point | None:
        """Return where the foot of a sighting is, or None where this space does not have it."""
        if self._space == LATLON:
            place = sighting.place
            return None if place is None else self.place((place.lat, place.lon))
        point = sighting.points.get(self._space)
        return None if point is None else self.place(point)

    def offset(self, start: Point, end: Point) -> Point:
        """Return the way from ``start`` to ``end``, the shorter one round; degrees are true."""
        dx, dy = end[0] - start[0], end[1] - start[1]
        if self.is_round:
            dx = math.remainder(dx, 360) * math.cos(math.radians((start[1] + end[1]) / 2))
        return dx, dy

    def pick(self, metric: float, angular: float, share: float) -> float:
        """Return the default that belongs to this plane's unit."""
        if self.is_metric:
            return metric
        return angular if self.is_round else share


class Area:
    """A polygon."""

    def __init__(self, settings: ZoneSettings) -> None:
        self.plane = Plane(settings.space, settings.points[0])
        raw = unrolled(settings.points) if self.plane.is_round else settings.points
        self._corners = [self.plane.place(point) for point in raw]
        xs = [x for x, _ in self._corners]
        self._middle = (min(xs) + max(xs)) / 2

    def contains(self, point: Point) -> bool:
        """Tell whether a point of the plane lies inside."""
        return is_inside(self._near(point), self._corners)

    def _near(self, point: Point) -> Point:
        if not self.plane.is_round:
            return point
        return self._middle + math.remainder(point[0] - self._middle, 360), point[1]


@dataclass(slots=True, frozen=True)
class Crossing:
    """A path went through a line: ``share`` (0 … 1) of the way along."""

    is_a_to_b: bool
    share: float


class Line:
    """A line of two or more points; A lies to its left, B to its right."""

    def __init__(self, settings: ZoneSettings) -> None:
        self.plane = Plane(settings.space, settings.points[0])
        raw = unrolled(settings.points) if self.plane.is_round else settings.points
        self._points = [self.plane.place(point) for point in raw]

    def distance(self, point: Point) -> float:
        """Return the distance to the line in the plane's unit."""
        if not self.plane.is_round:
            return distance_to_line(point, self._points)
        return min(
            distance_to_line(_turned_towards(a, point), (a, b)) for a, b in pairwise(self._points)
        )

    def crossing(self, start: Point, end: Point) -> Crossing | None:
        """Return how the straight path from ``start`` to ``end`` crosses the line on balance."""
        balance, share = 0, 1.0
        for a, b in pairwise(self._points):
            first, last = start, end
            if self.plane.is_round:
                first = _turned_towards(a, start)
                last = first[0] + math.remainder(end[0] - start[0], 360), end[1]
            found = crossing_share(first, last, a, b)
            if found is not None:
                balance += 1 if _is_left(first, a, b) else -1
                share = min(share, found)
        return None if balance == 0 else Crossing(balance > 0, share)


def _turned_towards(anchor: Point, point: Point) -> Point:
    return anchor[0] + math.remainder(point[0] - anchor[0], 360), point[1]


def _is_left(point: Point, a: Point, b: Point) -> bool:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) > 0


def longer_side_px(sighting: Sighting) -> float:
    """Return the longer side of a sighting's box in the camera's own picture."""
    return max(sighting.source_box.width, sighting.source_box.height)


def areas_of(zones: Sequence[ZoneSettings]) -> dict[str, Area]:
    """Return the areas by name."""
    return {zone.name: Area(zone) for zone in zones if zone.shape == "area"}


def lines_of(zones: Sequence[ZoneSettings]) -> dict[str, Line]:
    """Return the lines by name."""
    return {zone.name: Line(zone) for zone in zones if zone.shape == "line"}
