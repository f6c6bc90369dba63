"""Spaces in which zones may be drawn, each to directions from the mast and back."""

from collections.abc import Sequence

import numpy as np

from vision.optics.arrays import Floats, OpticsFault
from vision.optics.directions import bearing_depression, direction
from vision.optics.eye import Eye
from vision.optics.local_plane import LocalPlane
from vision.optics.plan import ViewPlan
from vision.optics.settings import MastSettings
from vision.scene.sighting import GROUND, PANORAMA, PICTURE, Point, view_space

LATLON = "latlon"
LEAST_DEPRESSION_DEG = 0.5
"""Nearer to the horizon a place on the ground is a guess: there is none."""
OUTLINE_DEPRESSION_DEG = 2.0
"""A zone that goes on to the horizon ends here on the map (29 mast heights away)."""
_STEPS = 8


class Spaces:
    """Converts points between ``ground``, ``latlon``, ``panorama``, ``picture`` and views.

    `GROUND` is metres east and north of the mast, ``latlon`` latitude and longitude, `PANORAMA`
    bearing and depression, `PICTURE` and ``view:<name>`` shares (0 … 1) of width and height.
    """

    def __init__(self, plan: ViewPlan, mast: MastSettings) -> None:
        self._height_m = mast.height_m
        self._plane = LocalPlane(mast.lat, mast.lon)
        self._eyes: dict[str, Eye] = {view_space(view.name): view.eye for view in plan.views}
        self._eyes[PICTURE] = plan.camera
        self.names = (GROUND, LATLON, PANORAMA, *self._eyes)

    def directions(self, space: str, points: Floats) -> Floats:
        """Return unit vectors (…, 3), east, north, up, of points (…, 2).

        Raises:
            OpticsFault: if the space does not exist.
        """
        points = np.asarray(points, dtype=np.float64)
        if space == PANORAMA:
            return direction(points[..., 0], points[..., 1])
        if space in (GROUND, LATLON):
            ground = self.ground(space, points)
            down = np.full((*ground.shape[:-1], 1), -self._height_m)
            rays = np.concatenate((ground, down), -1)
            unit: Floats = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
            return unit
        eye = self._eye(space)
        return eye.directions(points * np.array(eye.size_px))

    def points(self, space: str, directions: Floats) -> Floats:
        """Return points (…, 2) of directions (…, 3); NaN where the space has none.

        Raises:
            OpticsFault: if the space does not exist.
        """
        if space == PANORAMA:
            return bearing_depression(directions)
        if space in (GROUND, LATLON):
            ground = self._ground(directions)
            return self._plane.latlon(ground) if space == LATLON else ground
        eye = self._eye(space)
        shares: Floats = eye.pixels(directions) / np.array(eye.size_px)
        return shares

    def ground(self, space: str, points: Floats) -> Floats:
        """Return metres east and north (…, 2) of points (…, 2); NaN near and above the horizon.

        Raises:
            OpticsFault: if the space does not exist.
        """
        points = np.asarray(points, dtype=np.float64)
        if space == GROUND:
            return points
        if space == LATLON:
            return self._plane.ground(points)
        return self._ground(self.directions(space, points))

    def convert(self, point: Point, space: str, to_space: str) -> Point | None:
        """Return one point in another space, or None where that has none.

        Raises:
            OpticsFault: if a space does not exist.
        """
        x, y = self.points(to_space, self.directions(space, np.array(point))).tolist()
        return (x, y) if x == x and y == y else None

    def ground_outline(
        self, space: str, points: Sequence[Point], *, is_line: bool = False
    ) -> list[Point]:
        """Return a zone as latitude, longitude points for a map; empty if it is in the sky.

        Sides that are curved on the ground come as several points. What goes on to the horizon
        ends `OUTLINE_DEPRESSION_DEG` below it.

        Raises:
            OpticsFault: if the space does not exist.
        """
        if space in (GROUND, LATLON):
            flat = self.ground(space, np.array(points))
        else:
            path = along_sides(space, points, _STEPS, is_line)
            angles = bearing_depression(self.directions(space, path))
            if (angles[:, 1] < OUTLINE_DEPRESSION_DEG).all():
                return []
            depression = np.maximum(angles[:, 1], OUTLINE_DEPRESSION_DEG)
            flat = self._ground(direction(angles[:, 0], depression))
        return [(lat, lon) for lat, lon in self._plane.latlon(flat).tolist()]

    def _ground(self, directions: Floats) -> Floats:
        depression = bearing_depression(directions)[..., 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            ground = directions[..., :2] / -directions[..., 2:] * self._height_m
        return np.where((depression >= LEAST_DEPRESSION_DEG)[..., None], ground, np.nan)

    def _eye(self, space: str) -> Eye:
        eye = self._eyes.get(space)
        if eye is None:
            raise OpticsFault(f"{space}: no such space; expected one of {', '.join(self.names)}")
        return eye


def along_sides(space: str, points: Sequence[Point], steps: int, is_line: bool) -> Floats:
    """Return points (n, 2) along a polygon's sides or a line, ``steps`` to a side.

    In the panorama a side takes the shorter way round; bearings may then leave 0 … 360.
    """
    path = np.asarray(points, dtype=np.float64)
    ends = path[1:] if is_line else np.roll(path, -1, axis=0)
    starts = path[: len(ends)]
    ways = ends - starts
    if space == PANORAMA:
        ways[:, 0] = (ways[:, 0] + 180.0) % 360.0 - 180.0
    shares = np.arange(steps) / steps
    walked: Floats = (starts[:, None, :] + ways[:, None, :] * shares[:, None]).reshape(-1, 2)
    return np.concatenate((walked, path[-1:])) if is_line else walked
