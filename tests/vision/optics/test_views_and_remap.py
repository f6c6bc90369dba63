"""Views show the world upright, where geometry says it is, across the seam too."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.optics.cameras import FISHEYE, PANORAMA, mast
from vision.optics.arrays import Floats, PictureResized
from vision.optics.building import build_eye
from vision.optics.directions import direction
from vision.optics.eye import Eye
from vision.optics.plan import resized, views_for
from vision.optics.remap import OUTSIDE, RemapView
from vision.optics.settings import (
    AutoViews,
    ManualViews,
    PerspectiveView,
    StripView,
    TileView,
    ViewRequest,
    WholeView,
)
from vision.optics.views import View, build_views
from vision.scene.frame import Image


def painted(camera: Eye, towards: Floats, radius_px: float = 6.0) -> Image:
    """Return the camera's picture of a white spot in one direction."""
    width, height = camera.size_px
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    at = camera.pixels(towards)
    period = camera.lens.period_px
    across = np.abs(x - at[0])
    if period is not None:
        across = np.minimum(across, period - across)
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    picture[np.hypot(across, y - at[1]) < radius_px] = 255
    return picture


def spot(picture: Image) -> tuple[float, float]:
    """Return the middle of what is white."""
    rows, columns = np.nonzero(picture[..., 0] > 127)
    assert rows.size, "the spot is not in the view"
    return float(columns.mean() + 0.5), float(rows.mean() + 0.5)


def one_view(request: ViewRequest, camera: Eye) -> View:
    return build_views([request], camera)[0]


@settings(max_examples=12, deadline=None)
@given(st.floats(0, 359), st.floats(25, 80), st.floats(-15, 15), st.floats(-12, 12))
def test_a_spot_is_rendered_where_the_view_says(
    bearing: float, depression: float, aside: float, lower: float
) -> None:
    camera = build_eye(FISHEYE, mast(north_deg=77, tilt_deg=4, roll_deg=-3), 1000, 1000)
    view = one_view(
        PerspectiveView(name="v", bearing_deg=bearing, depression_deg=depression, hfov_deg=70,
                        size_px=(320, 320)),
        camera,
    )  # fmt: skip
    towards = direction(bearing + aside, depression + lower)
    rendered = RemapView(view, camera).render(painted(camera, towards))
    assert spot(rendered) == pytest.approx(tuple(view.eye.pixels(towards)), abs=1.0)


def test_up_in_a_view_is_away_from_the_nadir() -> None:
    camera = build_eye(FISHEYE, mast(), 1000, 1000)
    for bearing in (0, 100, 250):
        request = PerspectiveView(
            name="v", bearing_deg=bearing, depression_deg=40, hfov_deg=60, size_px=(320, 320)
        )
        eye = one_view(request, camera).eye
        head, foot = eye.pixels(direction(bearing, 30.0)), eye.pixels(direction(bearing, 45.0))
        assert head[1] < foot[1]
        assert head[0] == pytest.approx(foot[0]) == pytest.approx(160)


@pytest.mark.parametrize("bearing", [179.5, 180.0, 180.5, 185.0])
def test_the_seam_of_a_panorama_does_not_show(bearing: float) -> None:
    camera = build_eye(PANORAMA, mast(), 1800, 500)
    request = StripView(kind="strip", name="s", from_bearing_deg=140, span_deg=80, top_deg=0,
                        bottom_deg=60, size_px=(400, 300))  # fmt: skip
    view = one_view(request, camera)
    towards = direction(bearing, 30.0)
    rendered = RemapView(view, camera).render(painted(camera, towards))
    assert spot(rendered) == pytest.approx(tuple(view.eye.pixels(towards)), abs=1.0)


def test_a_strip_of_more_than_a_turn_shows_the_seam_at_both_ends() -> None:
    camera = build_eye(FISHEYE, mast(), 1000, 1000)
    request = StripView(kind="strip", name="s", from_bearing_deg=0, span_deg=400, top_deg=10,
                        bottom_deg=60, size_px=(800, 100))  # fmt: skip
    rendered = RemapView(one_view(request, camera), camera).render(
        painted(camera, direction(20.0, 40.0), 20.0)
    )
    columns = np.flatnonzero((rendered[..., 0] > 127).any(0))
    assert columns.min() < 60
    assert columns.max() > 740


def test_what_the_lens_does_not_show_is_grey() -> None:
    camera = build_eye(FISHEYE, mast(), 600, 600)
    view = one_view(
        PerspectiveView(name="v", bearing_deg=0, depression_deg=10, hfov_deg=80), camera
    )
    rendered = RemapView(view, camera).render(np.full((600, 600, 3), 255, np.uint8))
    assert tuple(rendered[0, 320]) == OUTSIDE
    assert tuple(rendered[600, 320]) == (255, 255, 255)


def test_a_tile_in_its_own_size_is_a_window_and_not_a_copy() -> None:
    camera = build_eye(FISHEYE, mast(), 600, 400)
    picture = np.zeros((400, 600, 3), np.uint8)
    tile = one_view(TileView(kind="tile", name="t", box=(0.5, 0.25, 1.0, 0.75)), camera)
    part = RemapView(tile, camera).render(picture)
    assert part.shape == (200, 300, 3)
    assert np.shares_memory(part, picture)
    assert tile.eye.pixels(camera.directions(np.array([350.0, 160.0]))) == pytest.approx([50, 60])


def test_the_whole_picture_is_scaled() -> None:
    camera = build_eye(FISHEYE, mast(), 600, 400)
    whole = one_view(WholeView(kind="whole", name="w", size_px=(300, 200)), camera)
    assert RemapView(whole, camera).render(np.zeros((400, 600, 3), np.uint8)).shape == (200, 300, 3)
    assert whole.eye.pixels(camera.directions(np.array([150.0, 100.0]))) == pytest.approx([75, 50])


def test_thin_lines_survive_a_coarse_view() -> None:
    camera = build_eye(PANORAMA, mast(), 3600, 1000)
    picture = np.zeros((1000, 3600, 3), np.uint8)
    picture[:, 1700:1900:4] = 255
    request = StripView(kind="strip", name="s", from_bearing_deg=-10, span_deg=20, top_deg=0,
                        bottom_deg=20, size_px=(32, 32))  # fmt: skip
    rendered = RemapView(one_view(request, camera), camera).render(picture)
    # A quarter of the columns is white: every place of the view must show about that.
    assert rendered[4:-4, 4:-4, 0].min() > 30
    assert rendered[4:-4, 4:-4, 0].max() < 100


def test_another_size_is_refused_and_the_same_views_can_be_made_for_it() -> None:
    views = ManualViews(
        layout="manual",
        views=[
            PerspectiveView(name="gate", bearing_deg=10, depression_deg=30, hfov_deg=60),
            TileView(kind="tile", name="half", box=(0.0, 0.0, 0.5, 1.0)),
        ],
    )
    plan = views_for(FISHEYE, mast(), views, 1000, 1000)
    with pytest.raises(PictureResized, match="has 640×640 px, the views were computed for 1000×"):
        RemapView(plan.views[0], plan.camera).render(np.zeros((640, 640, 3), np.uint8))
    smaller = resized(plan, FISHEYE, mast(), (640, 640))
    towards = direction(12.0, 35.0)
    assert smaller.view("gate").eye.pixels(towards) == pytest.approx(
        plan.view("gate").eye.pixels(towards)
    )
    assert smaller.view("half").size_px == (320, 640)


def test_a_laid_out_plan_keeps_its_views_when_the_stream_changes_its_size() -> None:
    plan = views_for(FISHEYE, mast(), AutoViews(), 1280, 1280)
    smaller = resized(plan, FISHEYE, mast(), (640, 640))
    assert [view.name for view in smaller.views] == [view.name for view in plan.views]
