"""Where on the ground a thing is large enough to be found, and which rules ask for more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vision.optics.arrays import Flags, Floats, OpticsFault
from vision.optics.found import found_in_camera, found_in_view
from vision.optics.plan import ViewPlan
from vision.optics.settings import MastSettings
from vision.optics.spaces import Spaces, along_sides
from vision.scene.sighting import GROUND, PANORAMA, Point

ALLOWED_GAP = 0.05
"""Share of a zone that may lie where a thing is too small; zones are drawn by hand."""
FARTHEST_M = 2000.0
_GRID = 24
_STEPS_A_SIDE = 6


class CoverageMap:
    """Pixels of things on flat ground, in whichever view shows them best."""

    def __init__(self, plan: ViewPlan, mast: MastSettings) -> None:
        self._plan = plan
        self._height_m = mast.height_m

    def pixels(self, label: str, east_m: Floats | float, north_m: Floats | float) -> Floats:
        """Return the longer side in pixels of a typical ``label`` at places on the ground.

        The view's pixels count, and no more than the camera's own picture has: enlarging adds
        nothing. 0 where no view holds the thing. A label without a typical size counts like a
        person; of a vehicle the worse of side and front counts.

        Args:
            east_m, north_m: metres from the mast's foot, numbers or arrays of one shape.
        """
        east, north = np.broadcast_arrays(np.asarray(east_m), np.asarray(north_m))
        bearing_deg = np.degrees(np.arctan2(east, north))
        distance_m = np.hypot(east, north)
        best = np.zeros(east.shape)
        for view in self._plan.views:
            found = found_in_view(view.eye, label, bearing_deg, distance_m, self._height_m)
            best = np.maximum(best, found)
        own = found_in_camera(self._plan.camera, label, bearing_deg, distance_m, self._height_m)
        return np.minimum(best, own)

    def smallest_in_polygon(self, label: str, points: Sequence[Point]) -> float:
        """Return the least pixels of ``label`` anywhere in a polygon of metres east and north."""
        places = samples_in(GROUND, points, is_line=False)
        return float(self.pixels(label, places[:, 0], places[:, 1]).min())

    def reach_m(self, label: str, required_px: float) -> float:
        """Return the farthest distance at which ``label`` has the pixels in some direction."""
        distances = np.geomspace(max(self._height_m / 20, 0.1), FARTHEST_M, 120)
        bearings = np.radians(np.arange(0.0, 360.0, 15.0))[:, None]
        pixels = self.pixels(label, distances * np.sin(bearings), distances * np.cos(bearings))
        enough = np.flatnonzero(pixels.max(0) >= required_px)
        return float(distances[enough[-1]]) if enough.size else 0.0


@dataclass(frozen=True, slots=True)
class WatchedZone:
    """A zone or line that a rule watches, in any space of `Spaces`."""

    name: str
    space: str
    points: Sequence[Point]
    is_line: bool = False


def rule_faults(
    coverage: CoverageMap,
    spaces: Spaces,
    zone: WatchedZone,
    required_px: Mapping[str, float],
    *,
    rule: str,
) -> list[str]:
    """Return a sentence for every reason why the rule could not see what it is to report.

    Args:
        zone: what the rule watches.
        required_px: label → pixels that its longer side needs, for the rule's labels.
        rule: its id, for the sentences.
    """
    places = samples_in(zone.space, zone.points, is_line=zone.is_line)
    try:
        ground = spaces.ground(zone.space, places)
    except OpticsFault as fault:
        return [f"rule {rule}: zone {zone.name}: {fault}"]
    # What a zone drawn in a picture holds of the sky does no harm: nothing stands there.
    ground = ground[np.isfinite(ground).all(1)]
    if not len(ground):
        return [
            f"rule {rule}: zone {zone.name} lies above the horizon, where nothing can stand; "
            f"draw it on the ground"
        ]
    faults = []
    for label, required in required_px.items():
        pixels = coverage.pixels(label, ground[:, 0], ground[:, 1])
        short = pixels < required
        if float(short.mean()) > ALLOWED_GAP:
            faults.append(_too_small(coverage, rule, zone, label, required, ground, pixels))
    return faults


def _too_small(
    coverage: CoverageMap,
    rule: str,
    zone: WatchedZone,
    label: str,
    required: float,
    ground: Floats,
    pixels: Floats,
) -> str:
    worst = int(np.argmin(pixels))
    east, north = ground[worst]
    distance_m = float(np.hypot(east, north))
    bearing_deg = float(np.degrees(np.arctan2(east, north)) % 360)
    reach_m = coverage.reach_m(label, required)
    what = (
        f"is outside every view ({distance_m:.0f} m away, bearing {bearing_deg:.0f}°)"
        if pixels[worst] <= 0
        else f"has {pixels[worst]:.0f} px ({distance_m:.0f} m away, bearing {bearing_deg:.0f}°)"
    )
    seen = f"seen up to {reach_m:.0f} m" if reach_m > 0 else "never that large"
    return (
        f"rule {rule}: in {(pixels < required).mean():.0%} of the zone {zone.name} a {label} is "
        f"smaller than the {required:g} px wanted: at worst it {what}; from this mast it is "
        f"{seen}; draw the zone nearer, or lower views.smallest.{label}"
    )


def samples_in(space: str, points: Sequence[Point], *, is_line: bool) -> Floats:
    """Return places (n, 2) in a polygon (its sides included), or along a line."""
    sides = along_sides(space, points, _STEPS_A_SIDE, is_line)
    if is_line:
        return sides
    outline = np.asarray(points, dtype=np.float64)
    if space == PANORAMA:
        outline = outline.copy()
        outline[:, 0] = np.unwrap(outline[:, 0], period=360.0)
    low, high = outline.min(0), outline.max(0)
    steps = (np.arange(_GRID) + 0.5) / _GRID
    x, y = np.meshgrid(low[0] + steps * (high - low)[0], low[1] + steps * (high - low)[1])
    grid = np.stack((x.ravel(), y.ravel()), 1)
    return np.concatenate((grid[_inside(grid, outline)], sides))


def _inside(places: Floats, outline: Floats) -> Flags:
    """Even-odd rule for many places at once."""
    x, y = places[:, 0, None], places[:, 1, None]
    x1, y1 = outline[:, 0], outline[:, 1]
    x2, y2 = np.roll(x1, -1), np.roll(y1, -1)
    spans = (y1 > y) != (y2 > y)
    rise = np.where(y2 == y1, 1.0, y2 - y1)
    crossed = spans & (x < (x2 - x1) * (y - y1) / rise + x1)
    return np.asarray(crossed.sum(1) % 2 == 1)
