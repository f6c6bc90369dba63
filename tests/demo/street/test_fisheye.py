"""The projection agrees with a formula that is written down independently, and rays invert it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.street.fisheye import Fisheye

metres = st.floats(-200, 200)
heights = st.floats(3, 60)


@given(metres, metres, st.floats(0, 2.9), heights, st.floats(0, 360))
def test_a_point_falls_where_the_equidistant_formula_puts_it(
    east: float, north: float, up: float, height: float, turn: float
) -> None:
    camera = Fisheye(height_m=height, north_deg=turn)
    ((x, y),), (away,) = camera.project(np.array([[east, north, up]]))
    # The angle between the ray and straight down, by the scalar product.
    length = math.sqrt(east**2 + north**2 + (height - up) ** 2)
    angle = math.acos((height - up) / length)
    radius = math.hypot(x - 639.5, y - 639.5)
    assert radius == pytest.approx(630 * angle / (math.pi / 2), abs=1e-3)
    assert away == pytest.approx(length)
    if radius > 1:
        seen = math.degrees(math.atan2(x - 639.5, 639.5 - y)) + turn
        true = math.degrees(math.atan2(east, north))
        assert math.remainder(seen - true, 360) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(
    ("east", "north", "column", "row"),
    [(0, 0, 639.5, 639.5), (8, 0, 954.5, 639.5), (0, 8, 639.5, 324.5), (-8, 0, 324.5, 639.5)],
)
def test_north_is_up_and_east_is_right_and_45_degrees_is_half_way(
    east: float, north: float, column: float, row: float
) -> None:
    pixels, _ = Fisheye(height_m=8.0).project(np.array([[east, north, 0.0]]))
    assert pixels[0] == pytest.approx((column, row))


@given(st.integers(0, 1279), st.integers(0, 1279), st.floats(0, 360))
def test_the_ray_of_a_pixel_leads_back_to_it(column: int, row: int, turn: float) -> None:
    camera = Fisheye(size_px=1280, north_deg=turn)
    if not 2 < math.hypot(column - 639.5, row - 639.5) < 600:
        return
    angle, sine, cosine = _rays(camera)
    theta = angle[row, column]
    turned = math.radians(turn)
    s = sine[row, column] * math.cos(turned) + cosine[row, column] * math.sin(turned)
    c = cosine[row, column] * math.cos(turned) - sine[row, column] * math.sin(turned)
    across = camera.height_m * math.tan(theta)
    pixels, _ = camera.project(np.array([[across * s, across * c, 0.0]]))
    assert pixels[0] == pytest.approx((column, row), abs=1e-6)


_upright = Fisheye(size_px=1280).rays()


def _rays(camera: Fisheye) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rays of the unturned camera, once for all examples; the test turns them itself."""
    assert camera.size_px == 1280
    return _upright
