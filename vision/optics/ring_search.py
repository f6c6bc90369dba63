"""Automatic layout: the fewest rings of views that hold everything the camera can show.

A ring is a number of equal views, evenly around the mast. One view and one sector stand for
the whole ring; a thing on the sector's edge must be whole in the view, so neighbours overlap by
at least the largest small thing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vision.optics.arrays import Flags, Floats
from vision.optics.directions import bearing_depression, look_rotation
from vision.optics.eye import Eye
from vision.optics.found import found_in_camera, found_in_view
from vision.optics.lenses import PerspectiveLens
from vision.optics.views import probe_pixels

HFOVS_DEG = (30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0)
DEPRESSIONS_DEG = tuple(float(angle) for angle in range(5, 80, 5))
FARTHEST_M = 2000.0
SOURCE_SLACK = 0.97
"""Views may lose this much of the camera's own pixels before they count as too coarse."""
NEAR_SLACK = 0.5
_DISTANCES = 36
_BEARING_STEP_DEG = 5.0
_BASES_OF_EACH_COUNT = 8
MAX_RINGS = 3
MOST_A_RING = 32
LEAST_SEEN_SHARE = 0.12
"""A view of a ring that shows less than this of the lens is left out."""


@dataclass(frozen=True, slots=True)
class Ring:
    """``count`` views of ``hfov_deg``, all at one depression; one at 90 is the nadir view."""

    count: int
    depression_deg: float
    hfov_deg: float


@dataclass(frozen=True, slots=True)
class Layout:
    """What the search chose.

    Args:
        rings: outermost first.
        camera_spans_m: label → from and to where the camera itself has the pixels wanted, ending
            at the reach asked for; None for nowhere.
        held: label → the share (0 … 1) of the distances from the mast to that span's end, on a
            logarithmic scale, in which every direction is held by a view.
    """

    rings: tuple[Ring, ...]
    camera_spans_m: Mapping[str, tuple[float, float] | None]
    held: Mapping[str, float]

    @property
    def view_count(self) -> int:
        """How many views the rings have together."""
        return sum(ring.count for ring in self.rings)


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    ring: Ring
    cost: int
    holds: Flags
    focal_px: float


def search_rings(
    camera: Eye,
    height_m: float,
    smallest: Mapping[str, float],
    *,
    input_px: int,
    max_views: int,
    reach_m: float | None,
) -> Layout:
    """Return the layout that holds most of what the camera can show with the fewest views.

    Args:
        smallest: label → pixels that its longer side needs.
        input_px: side of the square views.
        reach_m: where to stop outwards; None for as far as the camera has the pixels.
    """
    spans = {
        label: camera_span(camera, label, height_m, px, reach_m or FARTHEST_M)
        for label, px in smallest.items()
    }
    goals = {
        label: np.geomspace(height_m / 20, max(span[1], height_m / 10), _DISTANCES)
        for label, span in spans.items()
        if span is not None
    }
    if not goals:
        return Layout((Ring(1, 90.0, HFOVS_DEG[-1]),), spans, dict.fromkeys(smallest, 0.0))
    candidates = _candidates(camera, height_m, smallest, goals, input_px, max_views)
    chosen, holds = _fewest(candidates, max_views)
    held = dict.fromkeys(smallest, 0.0)
    for label, part in zip(goals, np.split(holds, len(goals)), strict=True):
        held[label] = float(part.mean())
    return Layout(tuple(sorted(chosen, key=lambda ring: ring.depression_deg)), spans, held)


def camera_span(
    camera: Eye, label: str, height_m: float, required_px: float, reach_m: float = FARTHEST_M
) -> tuple[float, float] | None:
    """Return from and to which distance the camera itself gives a label the pixels wanted."""
    distances = np.concatenate(([0.0], np.geomspace(height_m / 20, FARTHEST_M, 160)))
    distances = np.concatenate((distances[distances < reach_m], [reach_m]))
    own = _own_pixels(camera, label, height_m, distances)
    enough = np.flatnonzero(own >= required_px)
    return (float(distances[enough[0]]), float(distances[enough[-1]])) if enough.size else None


def _own_pixels(camera: Eye, label: str, height_m: float, distances: Floats) -> Floats:
    """Pixels in the camera's picture at each distance, in the best direction."""
    bearings = np.arange(0.0, 360.0, 15.0)
    pixels = found_in_camera(camera, label, bearings[:, None], distances[None, :], height_m)
    best: Floats = pixels.max(0)
    return best


def _wanted_px(own: Floats, distances: Floats, required_px: float) -> Floats:
    """Pixels that views should have: nearly the camera's own where that is little more.

    Under a high mast people are seen from above and small in the camera's own picture: less is
    asked of the views there, but no hole is left.
    """
    enough = own >= required_px
    is_near = distances < distances[int(np.argmax(enough))]
    wanted: Floats = np.minimum(required_px, own * np.where(is_near, NEAR_SLACK, SOURCE_SLACK))
    return wanted


def _candidates(
    camera: Eye,
    height_m: float,
    smallest: Mapping[str, float],
    goals: Mapping[str, Floats],
    input_px: int,
    max_views: int,
) -> list[_Candidate]:
    wanted = {
        label: _wanted_px(
            _own_pixels(camera, label, height_m, distances), distances, smallest[label]
        )
        for label, distances in goals.items()
    }
    found: list[_Candidate] = []
    for hfov_deg in HFOVS_DEG:
        lens = PerspectiveLens.of_view(input_px, input_px, hfov_deg)
        for depression_deg in (*DEPRESSIONS_DEG, 90.0):
            view = Eye(lens, look_rotation(0.0, depression_deg))
            is_nadir = depression_deg == 90.0
            bearings = np.arange(0.0, 45.1 if is_nadir else 90.1, _BEARING_STEP_DEG)
            held = [
                found_in_view(view, label, bearings[:, None], distances, height_m) >= wanted[label]
                for label, distances in goals.items()
            ]
            worst = np.logical_and.accumulate(np.concatenate(held, axis=1), axis=0)
            seen = 1.0 if is_nadir else seen_fraction(camera, view)
            most = min(int(max_views / seen), MOST_A_RING) if seen > 0 else 0
            for count in (1,) if is_nadir else range(2, most + 1):
                # Rounded up: the sector's edge lies within what was looked at.
                sector_deg = 45.0 if is_nadir else 180.0 / count
                row = min(int(np.ceil(sector_deg / _BEARING_STEP_DEG)), len(bearings) - 1)
                if worst[row].any():
                    ring = Ring(count, depression_deg, hfov_deg)
                    cost = max(int(np.ceil(count * seen)), 1)
                    found.append(_Candidate(ring, cost, worst[row], lens.focal_px))
    return _not_outdone(found)


def seen_fraction(camera: Eye, view: Eye) -> float:
    """Return the share of a ring's views, of which ``view`` is one, that the camera shows.

    A camera on a wall or a half panorama shows a part of each ring only.
    """
    rays = view.lens.unproject(probe_pixels(view, 8).reshape(-1, 2))
    turns = np.stack(
        [
            look_rotation(bearing_deg, bearing_depression(view.rotation[:, 2])[1])
            for bearing_deg in np.arange(0.0, 360.0, 15.0)
        ]
    )
    shares = camera.sees(np.einsum("bij,nj->bni", turns, rays)).mean(1)
    return float((shares >= LEAST_SEEN_SHARE).mean())


def _not_outdone(candidates: list[_Candidate]) -> list[_Candidate]:
    """Leave out what another ring with no more views holds as well."""
    ordered = sorted(candidates, key=lambda c: (c.cost, -int(c.holds.sum()), -c.focal_px))
    kept: list[_Candidate] = []
    for candidate in ordered:
        if not any((candidate.holds <= other.holds).all() for other in kept):
            kept.append(candidate)
    return kept


def _fewest(candidates: Sequence[_Candidate], max_views: int) -> tuple[tuple[Ring, ...], Flags]:
    """Return the best one, two or three rings and what they hold together.

    Triples grow only from the best pairs of each number of views: the search stays short.
    """
    holds = np.array([candidate.holds for candidate in candidates])
    counts = np.array([candidate.cost for candidate in candidates])
    focal_px = np.array([candidate.focal_px for candidate in candidates])
    best: tuple[float, int, float] = (-1.0, 0, 0.0)
    chosen: tuple[int, ...] = ()
    bases: list[tuple[int, ...]] = [()]
    for _ in range(MAX_RINGS):
        grown: list[tuple[float, int, tuple[int, ...]]] = []
        for base in bases:
            held = holds | holds[list(base)].any(0)
            totals = counts + int(counts[list(base)].sum())
            gains = np.round(held.mean(1), 2)
            for index in np.flatnonzero(totals <= max_views):
                group = (*base, int(index))
                score = (
                    float(gains[index]),
                    -int(totals[index]),
                    float(focal_px[list(group)].sum()),
                )
                if score > best:
                    best, chosen = score, group
                grown.append((-score[0], int(totals[index]), group))
        bases = _best_of_each_count(grown)
    return (
        tuple(candidates[index].ring for index in chosen),
        np.asarray(holds[list(chosen)].any(0)),
    )


def _best_of_each_count(
    grown: list[tuple[float, int, tuple[int, ...]]],
) -> list[tuple[int, ...]]:
    kept: dict[int, list[tuple[int, ...]]] = {}
    for _, count, group in sorted(grown):
        of_count = kept.setdefault(count, [])
        if len(of_count) < _BASES_OF_EACH_COUNT:
            of_count.append(group)
    return [group for groups in kept.values() for group in groups]
