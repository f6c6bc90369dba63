"""North, tilt and roll mean what the settings say, and angles survive the way to vectors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.optics.cameras import FISHEYE, PANORAMA, PERSPECTIVE, mast, masts
from vision.optics.arrays import Floats, OpticsFault
from vision.optics.building import build_eye, looks_of, mast_rotation
from vision.optics.calibration import angles_of
from vision.optics.directions import (
    bearing_depression,
    direction,
    from_nadir_plane,
    nadir_plane,
)
from vision.optics.eye import Eye
from vision.optics.settings import LensSettings, MastSettings

angles = st.tuples(st.floats(0, 359.999), st.floats(-89, 89))


def towards(eye: Eye, x: float, y: float) -> Floats:
    """Return bearing and depression of a pixel."""
    return bearing_depression(eye.directions(np.array([x, y])))


@given(angles)
def test_bearing_and_depression_survive(angle: tuple[float, float]) -> None:
    assert bearing_depression(direction(*angle)) == pytest.approx(angle, abs=1e-6)


@given(angles)
def test_the_nadir_plane_loses_nothing(angle: tuple[float, float]) -> None:
    ray = direction(*angle)
    assert from_nadir_plane(nadir_plane(ray)) == pytest.approx(ray, abs=1e-9)


def test_straight_down_is_the_middle_of_the_nadir_plane() -> None:
    assert nadir_plane(direction(123.0, 90.0)) == pytest.approx([0, 0], abs=1e-9)


@settings(deadline=None)
@given(masts, st.sampled_from([FISHEYE, PANORAMA, PERSPECTIVE]))
def test_an_orientation_is_a_rotation_and_can_be_read_back(
    hung: MastSettings, lens: LensSettings
) -> None:
    rotation = mast_rotation(lens, hung)
    assert rotation.T @ rotation == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)
    north, tilt, roll = angles_of(rotation, looks_of(lens, hung))
    assert (tilt, roll) == pytest.approx((hung.tilt_deg, hung.roll_deg), abs=1e-6)
    assert (north - hung.north_deg + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


def test_north_is_the_bearing_of_a_fisheyes_up() -> None:
    eye = build_eye(FISHEYE, mast(north_deg=40), 1000, 1000)
    assert towards(eye, 500, 250) == pytest.approx([40, 45])
    assert towards(eye, 750, 500) == pytest.approx([130, 45])
    assert towards(eye, 500, 500)[1] == pytest.approx(90)


def test_tilt_leans_a_fisheye_towards_its_up_and_roll_towards_its_right() -> None:
    tilted = build_eye(FISHEYE, mast(north_deg=40, tilt_deg=10), 1000, 1000)
    assert towards(tilted, 500, 500) == pytest.approx([40, 80])
    rolled = build_eye(FISHEYE, mast(north_deg=40, roll_deg=10), 1000, 1000)
    assert towards(rolled, 500, 500) == pytest.approx([130, 80])


def test_north_is_the_bearing_of_a_perspectives_middle_and_tilt_its_depression() -> None:
    eye = build_eye(PERSPECTIVE, mast(north_deg=200, tilt_deg=25), 1920, 1080)
    assert towards(eye, 960, 540) == pytest.approx([200, 25])
    assert towards(eye, 1900, 540)[0] > 200


def test_roll_turns_a_perspective_clockwise_so_that_the_world_turns_back() -> None:
    eye = build_eye(PERSPECTIVE, mast(roll_deg=10), 1920, 1080)
    assert towards(eye, 1900, 540)[1] > 0 > towards(eye, 20, 540)[1]


def test_a_fisheye_on_a_wall_looks_ahead() -> None:
    eye = build_eye(FISHEYE, mast(north_deg=90, looks="ahead"), 1000, 1000)
    assert towards(eye, 500, 500) == pytest.approx([90, 0])
    assert towards(eye, 500, 750) == pytest.approx([90, 45])


def test_the_seam_bearing_turns_a_panorama() -> None:
    lens = PANORAMA.model_copy(update={"seam_bearing_deg": 30.0})
    eye = build_eye(lens, mast(), 3600, 1000)
    assert towards(eye, 0.0, 200)[0] == pytest.approx(30)
    with pytest.raises(OpticsFault, match=r"seam_bearing_deg and mast\.north_deg"):
        build_eye(lens, mast(north_deg=10), 3600, 1000)
