"""Plane geometry of zones: inside, side, distance, crossing, and whether a polygon is sound."""

import math
from collections.abc import Sequence
from itertools import pairwise

from vision.scene.sighting import Point


def is_inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Tell whether ``point`` lies in ``polygon`` (even-odd rule; a border belongs to one side)."""
    x, y = point
    inside = False
    x1, y1 = polygon[-1]
    for x2, y2 in polygon:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
        x1, y1 = x2, y2
    return inside


def turn(a: Point, b: Point, c: Point) -> float:
    """Return twice the area of a, b, c: positive when c lies left of a → b with y upwards."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def crossing_share(start: Point, end: Point, a: Point, b: Point) -> float | None:
    """Return how far along start → end it passes through the piece a → b (0 … 1), or None.

    A path that ends on the piece has not crossed it; one that starts on it has. So a path cut
    at any point crosses exactly once.
    """
    before, after = turn(a, b, start), turn(a, b, end)
    if (before > 0) == (after > 0):
        return None
    # Half-open at the piece's end, so that a path through a corner crosses one piece only.
    if (turn(start, end, a) > 0) == (turn(start, end, b) > 0):
        return None
    return before / (before - after)


def distance_to_line(point: Point, line: Sequence[Point]) -> float:
    """Return the distance from ``point`` to the nearest piece of ``line``."""
    return min(_distance_to_piece(point, a, b) for a, b in pairwise(line))


def _distance_to_piece(point: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    share = 0.0
    if square > 0:
        share = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / square
        share = min(max(share, 0.0), 1.0)
    return math.hypot(point[0] - a[0] - share * dx, point[1] - a[1] - share * dy)


def area(polygon: Sequence[Point]) -> float:
    """Return the polygon's area, never negative."""
    ring = [*polygon, polygon[0]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) / 2


def crosses_itself(polygon: Sequence[Point]) -> tuple[int, int] | None:
    """Return the numbers (from 1) of two sides that meet outside a shared corner, or None."""
    sides = list(pairwise([*polygon, polygon[0]]))
    count = len(sides)
    for first in range(count):
        for second in range(first + 1, count):
            a, b = sides[first]
            c, d = sides[second]
            if second == first + 1 or (first == 0 and second == count - 1):
                shared, out, back = (b, a, d) if second == first + 1 else (a, b, c)
                if turn(shared, out, back) == 0 and _same_way(shared, out, back):
                    return first + 1, second + 1
            elif _meet(a, b, c, d):
                return first + 1, second + 1
    return None


def _same_way(corner: Point, one: Point, other: Point) -> bool:
    along = (one[0] - corner[0]) * (other[0] - corner[0])
    return along + (one[1] - corner[1]) * (other[1] - corner[1]) > 0


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    turns = turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((turns[0], a, b, c), (turns[1], a, b, d), (turns[2], c, d, a), (turns[3], c, d, b))
    return any(value == 0 and _between(p, q, point) for value, p, q, point in ends)


def _between(a: Point, b: Point, point: Point) -> bool:
    return min(a[0], b[0]) <= point[0] <= max(a[0], b[0]) and (
        min(a[1], b[1]) <= point[1] <= max(a[1], b[1])
    )
