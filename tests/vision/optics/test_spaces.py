"""A point may be told in any space, and a zone of any space can be drawn on a map."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.optics.cameras import FISHEYE, LAT, LON, mast
from vision.optics.arrays import OpticsFault
from vision.optics.local_plane import LocalPlane
from vision.optics.plan import views_for
from vision.optics.settings import ManualViews, PerspectiveView
from vision.optics.spaces import LATLON, OUTLINE_DEPRESSION_DEG, Spaces
from vision.scene.sighting import GROUND, PANORAMA, PICTURE

HEIGHT_M = 10.0
MAST = mast(HEIGHT_M, north_deg=50, tilt_deg=5)
VIEW = PerspectiveView(name="gate", bearing_deg=90, depression_deg=35, hfov_deg=70)
SPACES = Spaces(
    views_for(FISHEYE, MAST, ManualViews(layout="manual", views=[VIEW]), 1280, 1280), MAST
)


@settings(deadline=None)
@given(st.floats(3, 100), st.floats(0, 359), st.sampled_from([GROUND, LATLON, PANORAMA, PICTURE]))
def test_a_place_on_the_ground_survives_every_space(
    distance: float, bearing: float, space: str
) -> None:
    place = distance * np.sin(np.radians(bearing)), distance * np.cos(np.radians(bearing))
    told = SPACES.convert(place, GROUND, space)
    assert told is not None
    assert SPACES.convert(told, space, GROUND) == pytest.approx(place, abs=1e-4 * distance)


@given(st.floats(0, 1), st.floats(0.2, 1))
def test_a_point_of_a_view_survives_the_panorama(x: float, y: float) -> None:
    angles = SPACES.convert((x, y), "view:gate", PANORAMA)
    assert angles is not None
    assert SPACES.convert(angles, PANORAMA, "view:gate") == pytest.approx((x, y))


def test_the_sky_is_nowhere_on_the_ground() -> None:
    assert SPACES.convert((10.0, -5.0), PANORAMA, GROUND) is None
    assert SPACES.convert((10.0, 0.2), PANORAMA, GROUND) is None
    assert SPACES.convert((10.0, 30.0), PANORAMA, GROUND) is not None


def test_an_unknown_space_is_refused_with_those_that_exist() -> None:
    with pytest.raises(OpticsFault, match="view:door: no such space; expected one of ground, "):
        SPACES.convert((0.0, 0.0), "view:door", GROUND)


def test_a_zone_on_the_ground_keeps_its_corners_on_the_map() -> None:
    corners = [(5.0, 5.0), (15.0, 5.0), (10.0, 12.0)]
    outline = SPACES.ground_outline(GROUND, corners)
    assert LocalPlane(LAT, LON).ground(np.array(outline)) == pytest.approx(
        np.array(corners), abs=1e-3
    )


def test_a_zone_across_north_is_drawn_the_short_way_round() -> None:
    outline = SPACES.ground_outline(PANORAMA, [(350, 40), (10, 40), (10, 60), (350, 60)])
    places = LocalPlane(LAT, LON).ground(np.array(outline))
    assert places[:, 1].min() > 0
    assert np.abs(places[:, 0]).max() < HEIGHT_M


def test_a_zone_that_reaches_the_horizon_ends_before_it_on_the_map() -> None:
    outline = SPACES.ground_outline(PANORAMA, [(80, -10), (100, -10), (100, 40), (80, 40)])
    places = LocalPlane(LAT, LON).ground(np.array(outline))
    farthest = np.hypot(places[:, 0], places[:, 1]).max()
    limit = HEIGHT_M / np.tan(np.radians(OUTLINE_DEPRESSION_DEG))
    assert farthest == pytest.approx(limit, rel=1e-3)


def test_a_zone_in_the_sky_has_no_outline_on_the_map() -> None:
    assert SPACES.ground_outline(PANORAMA, [(80, -10), (100, -10), (90, -30)]) == []


def test_a_line_is_not_closed_on_the_map() -> None:
    line = [(10.0, 0.0), (10.0, 20.0)]
    assert len(SPACES.ground_outline(GROUND, line, is_line=True)) == 2
    assert len(SPACES.ground_outline(PANORAMA, [(10, 30), (60, 30)], is_line=True)) == 9
