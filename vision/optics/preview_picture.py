"""One picture for the person who sets a camera up: its views, zones and what is found where."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from vision.optics.arrays import Floats
from vision.optics.coverage import CoverageMap, WatchedZone
from vision.optics.drawing import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    INK,
    LINE_HEIGHT_PX,
    PAPER,
    VERMILION,
    WHITE,
    blank,
    fit,
    label,
    paste,
    polyline,
    stack,
    write,
)
from vision.optics.eye import Eye
from vision.optics.plan import ViewPlan
from vision.optics.remap import RemapView
from vision.optics.spaces import Spaces, along_sides
from vision.scene.frame import Image

WIDTH_PX = 1840
PANEL_PX = 910
_MAP_CELLS = 130
_THUMB_PX = 300
_STEPS = 16
_LEAST_RADIUS_M = 5.0


def draw_preview(
    title: str,
    plan: ViewPlan,
    coverage: CoverageMap,
    spaces: Spaces,
    picture: Image,
    zones: Sequence[WatchedZone],
    required_px: Mapping[str, float],
    warnings: Sequence[str] = (),
) -> Image:
    """Return a picture about 1,860 px wide: camera, coverage map, every view, and the figures.

    Args:
        picture: of the camera, in the size of the plan.
        required_px: label → pixels wanted, at most two: the first is drawn blue, the second
            amber around it.
        warnings: rules that cannot see what they are to report.
    """
    panels = blank(WIDTH_PX, PANEL_PX)
    camera = _camera_panel(plan, spaces, picture, zones)
    paste(panels, camera, (0, 0))
    paste(panels, coverage_panel(coverage, spaces, zones, required_px), (WIDTH_PX - PANEL_PX, 0))
    words = [title, *plan.notes, *warnings]
    text = blank(WIDTH_PX, LINE_HEIGHT_PX * len(words) + 10)
    for row, line in enumerate(words):
        is_warning = row > len(plan.notes)
        at = (4, LINE_HEIGHT_PX * (row + 1))
        write(text, line, at, VERMILION if is_warning else INK, 0.8 if row == 0 else 0.55)
    return stack([text, panels, _views_panel(plan, spaces, picture, zones)])


def coverage_panel(
    coverage: CoverageMap,
    spaces: Spaces,
    zones: Sequence[WatchedZone],
    required_px: Mapping[str, float],
) -> Image:
    """Return the ground seen from above, north up, coloured where each label is large enough."""
    labels = list(required_px)[:2]
    reach = [coverage.reach_m(name, required_px[name]) for name in labels]
    grounds = [_on_ground(spaces, zone) for zone in zones]
    corners = [np.abs(ground[np.isfinite(ground).all(1)]).max(initial=0.0) for ground in grounds]
    radius_m = max(*reach, min(max(corners, default=0.0), 3 * max(reach)), _LEAST_RADIUS_M) * 1.1
    steps = ((np.arange(_MAP_CELLS) + 0.5) / _MAP_CELLS * 2 - 1) * radius_m
    east, north = np.meshgrid(steps, -steps)
    cells = blank(_MAP_CELLS, _MAP_CELLS, GREY)
    for name, colour in reversed(list(zip(labels, (BLUE, AMBER), strict=False))):
        cells[coverage.pixels(name, east, north) >= required_px[name]] = colour
    size = (PANEL_PX, PANEL_PX)
    panel = np.asarray(cv2.resize(cells, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    panel = np.asarray(cv2.addWeighted(panel, 0.55, blank(*size, WHITE), 0.45, 0), dtype=np.uint8)
    middle = PANEL_PX // 2
    _draw_rings(panel, radius_m)
    for zone, ground in zip(zones, grounds, strict=True):
        pixels = ground * (1, -1) / radius_m * middle + middle
        _draw_zone(panel, zone, pixels)
    cv2.drawMarker(panel, (middle, middle), INK, cv2.MARKER_CROSS, 22, 2)
    label(panel, "north", (middle - 24, 22), INK)
    texts = [
        (f"{name} has at least {required_px[name]:g} px, up to {far:.0f} m", colour)
        for (name, far, colour) in zip(labels, reach, (BLUE, AMBER), strict=False)
    ]
    for row, (text, colour) in enumerate([*texts, ("too small to be found", INK)]):
        label(panel, text, (8, PANEL_PX - 14 - 24 * row), colour)
    return panel


def _camera_panel(
    plan: ViewPlan, spaces: Spaces, picture: Image, zones: Sequence[WatchedZone]
) -> Image:
    panel, scale = fit(picture, PANEL_PX, PANEL_PX)
    panel = panel.copy()
    for view in plan.views:
        outline = _frame_of(view.eye)
        directions = view.eye.directions(outline)
        pixels = np.where(
            plan.camera.sees(directions)[:, None], plan.camera.pixels(directions), np.nan
        )
        polyline(panel, pixels * scale, GREEN)
        middle = plan.camera.pixels(view.eye.directions(np.array(view.size_px) / 2.0))
        if np.isfinite(middle).all():
            label(panel, view.name, _at(middle * scale), GREEN)
    for zone in zones:
        _draw_zone(panel, zone, _in_eye(spaces, zone, plan.camera) * scale)
    return panel


def _views_panel(
    plan: ViewPlan, spaces: Spaces, picture: Image, zones: Sequence[WatchedZone]
) -> Image:
    columns = WIDTH_PX // (_THUMB_PX + 6)
    rows = -(-len(plan.views) // columns)
    panel = blank(WIDTH_PX, rows * (_THUMB_PX + 6), PAPER)
    for number, view in enumerate(plan.views):
        rendered = RemapView(view, plan.camera).render(picture)
        thumb, scale = fit(rendered, _THUMB_PX, _THUMB_PX)
        thumb = thumb.copy()
        for zone in zones:
            _draw_zone(thumb, zone, _in_eye(spaces, zone, view.eye) * scale, named=False)
        label(thumb, view.name, (4, 16), GREEN)
        row, column = divmod(number, columns)
        paste(panel, thumb, (column * (_THUMB_PX + 6), row * (_THUMB_PX + 6)))
    return panel


def _draw_rings(panel: Image, radius_m: float) -> None:
    middle = PANEL_PX // 2
    step_m = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if radius_m / s <= 5)
    for distance_m in np.arange(step_m, radius_m, step_m):
        radius_px = round(distance_m / radius_m * middle)
        cv2.circle(panel, (middle, middle), radius_px, INK, 1, cv2.LINE_AA)
        write(panel, f"{distance_m:g} m", (middle + 4, middle - radius_px - 4), INK, 0.45)


def _draw_zone(image: Image, zone: WatchedZone, pixels: Floats, *, named: bool = True) -> None:
    polyline(image, pixels, VERMILION)
    inside = pixels[np.isfinite(pixels).all(1)]
    if named and len(inside):
        label(image, zone.name, _at(inside.mean(0)), VERMILION)


def _in_eye(spaces: Spaces, zone: WatchedZone, eye: Eye) -> Floats:
    """Pixels (n, 2) along the zone's sides; NaN where the eye does not see them."""
    directions = spaces.directions(zone.space, _path(zone))
    return np.where(eye.sees(directions)[:, None], eye.pixels(directions), np.nan)


def _on_ground(spaces: Spaces, zone: WatchedZone) -> Floats:
    return spaces.ground(zone.space, _path(zone))


def _path(zone: WatchedZone) -> Floats:
    path = along_sides(zone.space, zone.points, _STEPS, zone.is_line)
    return path if zone.is_line else np.concatenate((path, path[:1]))


def _frame_of(eye: Eye) -> Floats:
    width, height = eye.size_px
    # A hair inside, so that a tile's frame does not fall off the camera's picture.
    corners = [(0.5, 0.5), (width - 0.5, 0.5), (width - 0.5, height - 0.5), (0.5, height - 0.5)]
    path = along_sides("", corners, _STEPS, False)
    return np.concatenate((path, path[:1]))


def _at(pixel: Floats) -> tuple[int, int]:
    x, y = np.rint(pixel).astype(int).tolist()
    return x, y
