"""Every lens maps pixels to rays and back without loss, and knows its limits."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.optics.cameras import (
    FISHEYE,
    PANORAMA,
    REAL_COEFFICIENTS,
    lenses,
    pixels_over,
)
from vision.optics.arrays import OpticsFault
from vision.optics.building import build_lens
from vision.optics.lenses import polynomial_curve
from vision.optics.settings import (
    FisheyeSettings,
    LensSettings,
    OpencvSettings,
    PerspectiveSettings,
)

WIDTH, HEIGHT = 1600, 1200


@settings(max_examples=80, deadline=None)
@given(lenses)
def test_a_pixel_becomes_a_ray_and_the_same_pixel_again(lens: LensSettings) -> None:
    built = build_lens(lens, WIDTH, HEIGHT)
    pixels = pixels_over(WIDTH, HEIGHT)
    rays = built.unproject(pixels)
    inside = built.reaches(rays)
    # An orthographic lens squeezes its rim: there a pixel holds any number of rays.
    inside &= np.linalg.norm(built.project(rays) - pixels, axis=1) < 50
    assert np.allclose(np.linalg.norm(rays, axis=1), 1.0)
    assert inside.sum() > 20
    assert np.abs(built.project(rays)[inside] - pixels[inside]).max() < 1e-4


@settings(max_examples=80, deadline=None)
@given(lenses, st.floats(0, 359), st.floats(0.02, 0.97))
def test_a_ray_becomes_a_pixel_and_the_same_ray_again(
    lens: LensSettings, turn_deg: float, share: float
) -> None:
    built = build_lens(lens, WIDTH, HEIGHT)
    half_deg = getattr(lens, "fov_deg", 80.0) / 2 * share
    theta, phi = np.radians(half_deg), np.radians(turn_deg)
    ray = np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
    if built.reaches(ray):
        assert np.abs(built.unproject(built.project(ray)) - ray).max() < 1e-6


@pytest.mark.parametrize(
    ("kind", "angle_deg", "share_of_focal"),
    [
        ("equidistant", 60, np.pi / 3),
        ("equisolid", 60, 1.0),
        ("stereographic", 90, 2.0),
        ("orthographic", 30, 0.5),
    ],
)
def test_each_projection_follows_its_formula(
    kind: str, angle_deg: float, share_of_focal: float
) -> None:
    lens = build_lens(FisheyeSettings(kind=kind, fov_deg=180, radius_px=500), 1000, 1000)
    theta = np.radians(angle_deg)
    at = lens.project(np.array([np.sin(theta), 0.0, np.cos(theta)]))
    focal_px = lens.project(np.array([1e-6, 0.0, 1.0]))[0] - 500
    assert at[1] == pytest.approx(500)
    assert (at[0] - 500) / (focal_px * 1e6) == pytest.approx(share_of_focal, rel=1e-4)


def test_the_circle_shows_the_field_of_view() -> None:
    lens = build_lens(FISHEYE, 2048, 2048)
    assert lens.project(np.array([1.0, 0.0, 0.0])) == pytest.approx([2048, 1024])
    assert lens.reaches(np.array([1.0, 0.0, 0.01]))
    assert not lens.reaches(np.array([1.0, 0.0, -0.01]))


def test_opencv_coefficients_give_what_opencv_computes() -> None:
    settings = OpencvSettings(kind="opencv", fx_px=400, fy_px=410, **REAL_COEFFICIENTS)
    lens = build_lens(settings, WIDTH, HEIGHT)
    points = np.random.default_rng(3).uniform(-1.5, 1.5, (50, 3))
    points[:, 2] = 1.0
    matrix = np.array([[400.0, 0, WIDTH / 2], [0, 410.0, HEIGHT / 2], [0, 0, 1]])
    expected, _ = cv2.fisheye.projectPoints(
        points[None], np.zeros(3), np.zeros(3), matrix, np.array(list(REAL_COEFFICIENTS.values()))
    )
    assert np.abs(lens.project(points) - expected[0]).max() < 1e-9


def test_a_polynomial_ends_where_it_stops_growing() -> None:
    curve = polynomial_curve(-0.3, 0, 0, 0)
    assert np.degrees(curve.limit_rad) == pytest.approx(np.degrees(np.sqrt(1 / 0.9)), abs=0.2)
    with pytest.raises(OpticsFault, match=r"fov_deg: 180 is more than this lens can show.* 12\d"):
        build_lens(OpencvSettings(kind="opencv", k1=-0.3, radius_px=500), 1000, 1000)


def test_what_lies_behind_a_perspective_lens_has_no_pixel() -> None:
    lens = build_lens(PerspectiveSettings(kind="perspective", hfov_deg=60), 640, 480)
    assert np.isnan(lens.project(np.array([0.1, 0.0, -1.0]))).all()
    assert not lens.reaches(np.array([0.1, 0.0, -1.0]))


def test_a_panorama_repeats_after_a_full_turn() -> None:
    lens = build_lens(PANORAMA, 3600, 1000)
    assert lens.period_px == pytest.approx(3600)
    behind = lens.project(np.array([[-1e-9, 0, -1.0], [1e-9, 0, -1.0]]))
    assert behind[:, 0] == pytest.approx([0, 3600], abs=1e-3)
