"""Where a mover is at an instant: a pure function of its path."""

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from demo.street.script import MoverScript

SOFTENING_S = {"walker": 0.35, "bag": 0.0, "car": 1.2, "truck": 1.4, "motorcycle": 0.8}
SAMPLES = 9


@dataclass(frozen=True)
class Pose:
    """Position (metres), compass heading, speed and the way gone since the beginning."""

    east: float
    north: float
    heading_deg: float
    speed_m_s: float
    way_m: float


def pose_at(mover: MoverScript, at_s: float) -> Pose | None:
    """Return where the mover is, None before it comes and after it has gone."""
    first, last = mover.path[0][0], mover.path[-1][0]
    if at_s < first or (at_s > last and not mover.stays):
        return None
    east, north = _soft(mover, at_s)
    east_before, north_before = _soft(mover, at_s - 0.1)
    east_after, north_after = _soft(mover, at_s + 0.1)
    speed = math.hypot(east_after - east_before, north_after - north_before) / 0.2
    heading = _heading(mover, at_s) if mover.heading_deg is None else mover.heading_deg
    return Pose(east, north, heading, speed, _way(mover, at_s))


def _heading(mover: MoverScript, at_s: float) -> float:
    """Return the direction of motion, and while it stands that of its last steps."""
    for back_s in (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 1e9):
        probe_s = max(at_s - back_s, mover.path[0][0])
        east, north = _soft(mover, probe_s - 0.15)
        east_after, north_after = _soft(mover, probe_s + 0.25)
        if math.hypot(east_after - east, north_after - north) > 0.03:
            return math.degrees(math.atan2(east_after - east, north_after - north)) % 360
    for (_, east, north), (_, later_east, later_north) in pairwise(mover.path):
        if (east, north) != (later_east, later_north):
            return math.degrees(math.atan2(later_east - east, later_north - north)) % 360
    return 0.0


def _soft(mover: MoverScript, at_s: float) -> tuple[float, float]:
    """Return the mean position over a short window, which rounds corners and eases stops."""
    half_s = SOFTENING_S[mover.kind]
    if half_s == 0 or len(mover.path) < 3:
        return _sharp(mover, at_s)
    total_east = total_north = 0.0
    for number in range(SAMPLES):
        east, north = _sharp(mover, at_s + half_s * (2 * number / (SAMPLES - 1) - 1))
        total_east += east
        total_north += north
    return total_east / SAMPLES, total_north / SAMPLES


def _sharp(mover: MoverScript, at_s: float) -> tuple[float, float]:
    path = mover.path
    index = bisect_right(path, at_s, key=lambda point: point[0])
    if len(path) == 1 or (index == len(path) and mover.stays):
        return path[-1][1:]
    index = min(max(index, 1), len(path) - 1)
    start_s, start_east, start_north = path[index - 1]
    end_s, end_east, end_north = path[index]
    share = (at_s - start_s) / (end_s - start_s)
    return (
        start_east + (end_east - start_east) * share,
        start_north + (end_north - start_north) * share,
    )


def _way(mover: MoverScript, at_s: float) -> float:
    total = 0.0
    for (start_s, east, north), (end_s, later_east, later_north) in pairwise(mover.path):
        if at_s <= start_s:
            break
        share = min(1.0, (at_s - start_s) / (end_s - start_s))
        total += share * math.hypot(later_east - east, later_north - north)
    return total
