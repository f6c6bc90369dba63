"""The views of one camera: as listed, or laid out from mast, lens and the smallest thing wanted."""

from dataclasses import dataclass

import numpy as np

from vision.optics.arrays import OpticsFault
from vision.optics.building import build_eye
from vision.optics.eye import Eye
from vision.optics.lenses import PerspectiveLens
from vision.optics.ring_search import LEAST_SEEN_SHARE, Layout, Ring, search_rings
from vision.optics.settings import (
    AutoViews,
    LensSettings,
    ManualViews,
    MastSettings,
    PerspectiveView,
    ViewRequest,
    ViewsSettings,
)
from vision.optics.tile_search import search_tiles
from vision.optics.views import View, build_views, seen_share


@dataclass(frozen=True, slots=True, eq=False)
class ViewPlan:
    """What one camera's detector looks at.

    Args:
        camera: the camera's own eye.
        requests: the views as configuration: a list for ``layout: manual``.
        views: the views themselves.
        notes: what was chosen and how far it reaches, one line each.
    """

    camera: Eye
    requests: tuple[ViewRequest, ...]
    views: tuple[View, ...]
    notes: tuple[str, ...] = ()

    def view(self, name: str) -> View:
        """Return the view of that name.

        Raises:
            KeyError: if there is none.
        """
        for view in self.views:
            if view.name == name:
                return view
        raise KeyError(name)


def views_for(
    lens: LensSettings, mast: MastSettings, views: ViewsSettings, width_px: int, height_px: int
) -> ViewPlan:
    """Return the views for a stream of ``width_px`` × ``height_px``.

    Takes up to a second for ``layout: auto``.

    Raises:
        OpticsFault: if lens, stream and views do not go together.
    """
    camera = build_eye(lens, mast, width_px, height_px)
    if isinstance(views, ManualViews):
        requests = tuple(views.views)
        return ViewPlan(camera, requests, build_views(requests, camera))
    if isinstance(camera.lens, PerspectiveLens):
        return _tiled(camera, mast.height_m, views)
    return _ringed(camera, mast.height_m, views)


def resized(
    plan: ViewPlan, lens: LensSettings, mast: MastSettings, size_px: tuple[int, int]
) -> ViewPlan:
    """Return the same views for a stream that changed its size.

    Raises:
        OpticsFault: if the lens cannot be told for that size.
    """
    camera = build_eye(lens, mast, *size_px)
    return ViewPlan(camera, plan.requests, build_views(plan.requests, camera), plan.notes)


def _tiled(camera: Eye, height_m: float, views: AutoViews) -> ViewPlan:
    tiling = search_tiles(
        camera,
        height_m,
        views.smallest,
        input_px=views.input_px,
        max_views=views.max_views,
        reach_m=views.reach_m,
    )
    built = build_views(tiling.requests, camera)
    notes = [f"{len(built)} views: {', '.join(view.name for view in built)}"]
    for label, share in tiling.held.items():
        px = views.smallest[label]
        notes.append(f"{label} of {px:g} px: {max(share, 0):.0%} of what the camera can show")
    return ViewPlan(camera, tiling.requests, built, tuple(notes))


def _ringed(camera: Eye, height_m: float, views: AutoViews) -> ViewPlan:
    # A ring that the camera shows in part may need a view more than the search counted.
    for allowed in range(views.max_views, 0, -1):
        layout = search_rings(
            camera,
            height_m,
            views.smallest,
            input_px=views.input_px,
            max_views=allowed,
            reach_m=views.reach_m,
        )
        requests = [
            request
            for number, ring in enumerate(layout.rings)
            for request in _requests(ring, views.input_px, number)
            if seen_share(build_view(request, camera), camera) >= LEAST_SEEN_SHARE
        ]
        if len(requests) <= views.max_views:
            break
    if not requests:
        raise OpticsFault(
            "lens and mast: no view shows enough of the ground; "
            "check fov_deg, tilt_deg and roll_deg, or list the views (layout: manual)"
        )
    return ViewPlan(
        camera,
        tuple(requests),
        build_views(requests, camera),
        tuple(_notes(layout, views, len(requests))),
    )


def build_view(request: ViewRequest, camera: Eye) -> View:
    """Return one view, whether or not the lens shows it."""
    return build_views([request], camera, least_share=0.0)[0]


def _requests(ring: Ring, input_px: int, number: int) -> list[PerspectiveView]:
    # Rings lie like bricks: the seams of one are the middles of the next.
    offset_deg = 180.0 / ring.count if number % 2 else 0.0
    bearings = [(offset_deg + 360.0 * i / ring.count) % 360.0 for i in range(ring.count)]
    is_nadir = ring.depression_deg == 90.0
    return [
        PerspectiveView(
            name=f"nadir-{ring.hfov_deg:.0f}"
            if is_nadir
            else f"b{bearing:03.0f}-d{ring.depression_deg:.0f}",
            bearing_deg=0.0 if is_nadir else bearing,
            depression_deg=ring.depression_deg,
            hfov_deg=ring.hfov_deg,
            size_px=(input_px, input_px),
        )
        for bearing in bearings
    ]


def _notes(layout: Layout, views: AutoViews, built: int) -> list[str]:
    rings = []
    for ring in layout.rings:
        lens = PerspectiveLens.of_view(views.input_px, views.input_px, ring.hfov_deg)
        where = (
            "straight down"
            if ring.depression_deg == 90.0
            else f"around at {ring.depression_deg:g}° below the horizon"
        )
        rings.append(
            f"{ring.count} {where}, {ring.hfov_deg:g}° wide, "
            f"{lens.focal_px * np.radians(1):.1f} px/°"
        )
    unseen = layout.view_count - built
    left_out = f" ({unseen} left out that the lens does not show)" if unseen else ""
    notes = [f"{built} views of {views.input_px} px{left_out}: " + "; ".join(rings)]
    for label, px in views.smallest.items():
        span = layout.camera_spans_m[label]
        if span is None:
            notes.append(f"{label} of {px:g} px: nowhere, the camera's own picture is too coarse")
            continue
        notes.append(
            f"{label} of {px:g} px: {span[0]:.0f} to {span[1]:.0f} m from the mast, "
            f"{layout.held[label]:.0%} of it held by the views"
        )
    return notes
