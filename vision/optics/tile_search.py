"""Automatic layout of an ordinary camera: its whole picture, and tiles where that is too coarse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vision.optics.arrays import Flags, Floats
from vision.optics.directions import bearing_depression
from vision.optics.eye import Eye
from vision.optics.found import found_in_camera, found_in_view
from vision.optics.ring_search import FARTHEST_M, SOURCE_SLACK
from vision.optics.settings import TileView, ViewRequest, WholeView
from vision.optics.views import build_views, probe_pixels

OVERLAP = 0.2
ENOUGH = 0.99
LEAST_DEPRESSION_DEG = 0.5
MAX_COLUMNS = 10


@dataclass(frozen=True, slots=True)
class Tiling:
    """What the search chose.

    Args:
        requests: the views, the whole picture first.
        held: label → share (0 … 1) of the ground on which the camera itself has the pixels
            wanted, seen from the camera, that these views hold.
    """

    requests: tuple[ViewRequest, ...]
    held: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class _Goal:
    bearing_deg: Floats
    distance_m: Floats
    wanted_px: Floats


def search_tiles(
    camera: Eye,
    height_m: float,
    smallest: Mapping[str, float],
    *,
    input_px: int,
    max_views: int,
    reach_m: float | None,
) -> Tiling:
    """Return the coarsest tiling that holds what the camera can show, within ``max_views``."""
    goals = {
        label: _goal(camera, label, height_m, px, reach_m or FARTHEST_M)
        for label, px in smallest.items()
    }
    best = Tiling((_whole(camera, input_px),), dict.fromkeys(smallest, -1.0))
    for columns in range(1, MAX_COLUMNS + 1):
        requests = _tiling(camera, columns, input_px)
        holds = {label: _held(camera, requests, label, height_m, g) for label, g in goals.items()}
        requests = _without_idle(requests, list(holds.values()))
        if len(requests) > max_views:
            break
        held = {label: float(h.any(0).mean()) if h.size else 0.0 for label, h in holds.items()}
        if sum(held.values()) > sum(best.held.values()):
            best = Tiling(requests, held)
        if all(share >= ENOUGH or not goals[label].wanted_px.size for label, share in held.items()):
            break
    return best


def _goal(camera: Eye, label: str, height_m: float, required_px: float, reach_m: float) -> _Goal:
    seen = bearing_depression(camera.directions(probe_pixels(camera))).reshape(-1, 2)
    seen = seen[seen[:, 1] > LEAST_DEPRESSION_DEG]
    distance = height_m / np.tan(np.radians(seen[:, 1]))
    seen, distance = seen[distance <= reach_m], distance[distance <= reach_m]
    own = found_in_camera(camera, label, seen[:, 0], distance, height_m)
    enough = own >= required_px
    wanted = np.minimum(required_px, own[enough] * SOURCE_SLACK)
    return _Goal(seen[enough, 0], distance[enough], wanted)


def _held(
    camera: Eye, requests: Sequence[ViewRequest], label: str, height_m: float, goal: _Goal
) -> Flags:
    """Flags (views, places): which view holds the thing at which place."""
    return np.array(
        [
            found_in_view(view.eye, label, goal.bearing_deg, goal.distance_m, height_m)
            >= goal.wanted_px
            for view in build_views(requests, camera)
        ]
    )


def _without_idle(requests: tuple[ViewRequest, ...], holds: list[Flags]) -> tuple[ViewRequest, ...]:
    """Leave out tiles in which nothing of interest can stand; the whole picture stays."""
    useful = np.zeros(len(requests), dtype=bool)
    useful[0] = True
    for held in holds:
        if held.size:
            # What the whole picture holds already needs no tile.
            useful[1:] |= (held[1:] & ~held[0]).any(1)
    return tuple(request for request, wanted in zip(requests, useful, strict=True) if wanted)


def _whole(camera: Eye, input_px: int) -> ViewRequest:
    width, height = camera.size_px
    scale = min(1.0, input_px / max(width, height))
    size_px = (max(round(width * scale), 32), max(round(height * scale), 32))
    return WholeView(kind="whole", name="whole", size_px=size_px)


def _tiling(camera: Eye, columns: int, input_px: int) -> tuple[ViewRequest, ...]:
    whole = _whole(camera, input_px)
    if columns == 1:
        return (whole,)
    width, height = camera.size_px
    side = width / (columns - (columns - 1) * OVERLAP)
    rows = max(int(np.ceil((height / side - OVERLAP) / (1 - OVERLAP))), 1)
    tall = min(side, height)
    tiles = [
        TileView(
            kind="tile",
            name=f"tile-{row + 1}-{column + 1}",
            box=(
                x / width,
                y / height,
                min((x + side) / width, 1.0),
                min((y + tall) / height, 1.0),
            ),
            size_px=(input_px, max(round(input_px * tall / side), 32)),
        )
        for row, y in enumerate(np.linspace(0.0, height - tall, rows))
        for column, x in enumerate(np.linspace(0.0, width - side, columns))
    ]
    return (whole, *tiles)
