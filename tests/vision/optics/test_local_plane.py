"""Metres around the mast and latitude, longitude agree with the ellipsoid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.optics.cameras import LAT, LON
from vision.optics.local_plane import LocalPlane

metres = st.floats(-5000, 5000)


@given(st.floats(-85, 85), st.floats(-180, 180), metres, metres)
def test_a_place_within_five_kilometres_survives(
    lat: float, lon: float, east: float, north: float
) -> None:
    plane = LocalPlane(lat, lon)
    back = plane.ground(plane.latlon(np.array([east, north])))
    assert back == pytest.approx([east, north], abs=0.01)


def test_the_mast_is_where_it_says() -> None:
    assert LocalPlane(LAT, LON).latlon(np.zeros(2)) == pytest.approx([LAT, LON], abs=1e-12)


def test_degrees_are_as_long_as_the_geodesists_say() -> None:
    # Lengths of one degree at 11.5826° on WGS-84 by the series in NGA.STND.0036.
    phi = np.radians(LAT)
    a_degree_north = 111_132.954 - 559.822 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi)
    a_degree_east = 111_412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi) + 0.118 * np.cos(5 * phi)
    plane = LocalPlane(LAT, LON)
    north = plane.ground(np.array([LAT + 0.001, LON]))
    east = plane.ground(np.array([LAT, LON + 0.001]))
    assert north == pytest.approx([0, a_degree_north / 1000], abs=0.01)
    assert east == pytest.approx([a_degree_east / 1000, 0], abs=0.01)


def test_the_date_line_is_no_border() -> None:
    east = LocalPlane(0.0, 179.999).ground(np.array([0.0, -179.999]))
    assert east[0] == pytest.approx(222.6, abs=0.1)
