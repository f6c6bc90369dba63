"""Zones: sound polygons only, no seam at north, one crossing however a path is cut."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.vision.rules.scripted import sighting_at
from vision.rules.settings import ZoneSettings
from vision.rules.shapes import crosses_itself, is_inside
from vision.rules.zones import Area, Line


def zone(points: list[tuple[float, float]], space: str = "ground", **more: object) -> ZoneSettings:
    """Return a zone as the configuration gives it."""
    return ZoneSettings.model_validate({"name": "yard", "space": space, "points": points, **more})


SQUARE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]


@pytest.mark.parametrize(
    ("points", "space", "more", "sentence"),
    [
        (SQUARE[:2], "ground", {}, "at least 3 corners for yard, or shape: line"),
        (
            [(0, 0), (10, 10), (10, 0), (0, 10)],
            "ground",
            {},
            "a polygon for yard that does not cross itself, but its sides 1 and 3 meet",
        ),
        ([(0, 0), (10, 0), (5, 0)], "ground", {}, "its sides 1 and 2 meet"),
        ([(0, 0), (10, 0), (0, 0), (0, 9)], "ground", {}, "meet"),
        ([(0, 0), (20_000, 0), (0, 9)], "ground", {}, r"\(20000, 0\) is not: metres east"),
        ([(91, 0), (0, 1), (2, 2)], "latlon", {}, r"\(91, 0\) is not: latitude, longitude"),
        ([(0, 0), (361, 0), (9, 9)], "panorama", {}, r"\(361, 0\) is not: bearing"),
        ([(0, 0), (640, 0), (9, 9)], "view:gate", {}, r"\(640, 0\) is not: shares of width"),
        (
            [(0, 60), (100, 60), (200, 60), (300, 60)],
            "panorama",
            {},
            "a polygon for yard that does not run around the mast",
        ),
        ([(1, 1), (1, 1)], "ground", {"shape": "line"}, "a line without doubled points"),
        (SQUARE, "views:gate", {}, "ground, latlon, panorama, picture or view:<name of a view>"),
        ([(i, i * i) for i in range(65)], "ground", {}, "at most 64"),
    ],
)
def test_a_zone_that_cannot_be_meant_is_refused_in_one_line(
    points: list[tuple[float, float]], space: str, more: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence) as refused:
        zone(points, space, **more)
    assert refused.value.error_count() == 1


@given(
    st.floats(-180, 180),
    st.floats(1, 60),
    st.floats(-200, 200),
    st.floats(-89, 89),
)
def test_an_area_in_the_panorama_is_the_same_wherever_north_is(
    turn_deg: float, half_deg: float, bearing: float, depression: float
) -> None:
    assume(abs(abs(bearing) - half_deg) > 1e-6)
    corners = [(-half_deg, -20.0), (half_deg, -20.0), (half_deg, 40.0), (-half_deg, 40.0)]
    plain = is_inside((math.remainder(bearing, 360), depression), corners)
    turned = Area(zone([((x + turn_deg) % 360, y) for x, y in corners], "panorama"))
    point = turned.plane.place(((bearing + turn_deg) % 360, depression))
    assume(abs(abs(math.remainder(bearing, 360)) - half_deg) > 1e-6)
    assume(min(abs(depression + 20), abs(depression - 40)) > 1e-6)
    assert turned.contains(point) == plain


@given(
    st.lists(st.tuples(st.floats(-20, 20), st.floats(-20, 20)), min_size=2, max_size=30),
    st.floats(0, 360),
)
def test_what_crosses_a_line_in_the_panorama_crosses_it_wherever_north_is(
    path: list[tuple[float, float]], turn_deg: float
) -> None:
    points = [(-5.0, 15.0), (0.0, -15.0), (6.0, 15.0)]
    plain = Line(zone([(x + 100, y) for x, y in points], "panorama", shape="line"))
    turned = Line(zone([((x + turn_deg) % 360, y) for x, y in points], "panorama", shape="line"))
    for (x1, y1), (x2, y2) in pairwise(path):
        one = plain.crossing((x1 + 100, -y1), (x2 + 100, -y2))
        other = turned.crossing(((x1 + turn_deg) % 360, -y1), ((x2 + turn_deg) % 360, -y2))
        near = min(plain.distance((x + 100, -y)) for x, y in ((x1, y1), (x2, y2)))
        assume(near > 1e-6)
        if (one is None) != (other is None):
            # Only a path through a corner of the line may be rounded to either side.
            start, end = (x1 + 100, -y1), (x2 + 100, -y2)
            tip = (100.0, 15.0)
            across = (end[0] - start[0]) * (tip[1] - start[1]) - (end[1] - start[1]) * (
                tip[0] - start[0]
            )
            ends = [(95.0, -15.0), (106.0, -15.0)]
            touches = [
                (end[0] - start[0]) * (y - start[1]) - (end[1] - start[1]) * (x - start[0])
                for x, y in ends
            ]
            assert min(abs(value) for value in (across, *touches)) < 1e-6
        elif one is not None and other is not None:
            assert one.is_a_to_b == other.is_a_to_b


@given(st.integers(1, 40), st.floats(-4, 4), st.floats(-4, 4))
def test_a_path_cut_into_pieces_crosses_exactly_once(pieces: int, west: float, east: float) -> None:
    line = Line(zone([(-5, 0), (5, 0)], shape="line"))
    path = [
        (west + (east - west) * step / pieces, -3 + 6 * step / pieces) for step in range(pieces + 1)
    ]
    crossings = [line.crossing(a, b) for a, b in pairwise(path)]
    assert [it.is_a_to_b for it in crossings if it is not None] == [False]


def test_side_a_is_on_the_left_in_every_space() -> None:
    """A walker from the west to the east crosses a line that runs from south to north."""
    lines = {
        "ground": [(0, 10), (0, 30)],
        "latlon": [(11.58, 108.99), (11.581, 108.99)],
        "panorama": [(0, 70), (0, 10)],
        "view:gate": [(0.5, 0.4), (0.5, 0.2)],
        "picture": [(0.5, 0.4), (0.5, 0.1)],
    }
    for space, points in lines.items():
        line = Line(zone(points, space, shape="line"))
        west, east = line.plane.foot(sighting_at(-2, 20)), line.plane.foot(sighting_at(2, 20))
        assert west is not None
        assert east is not None
        crossing = line.crossing(west, east)
        assert crossing is not None, space
        assert crossing.is_a_to_b, space
        assert crossing.share == pytest.approx(0.5, abs=0.01)


corners = st.lists(
    st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=3, max_size=8, unique=True
)


@given(corners, st.integers(0, 7), st.booleans())
def test_crossing_itself_does_not_depend_on_where_the_list_begins_or_runs(
    points: list[tuple[int, int]], start: int, is_reversed: bool
) -> None:
    start %= len(points)
    again = points[start:] + points[:start]
    if is_reversed:
        again.reverse()
    assert (crosses_itself(points) is None) == (crosses_itself(again) is None)


def test_a_sighting_without_a_place_in_the_space_is_nowhere() -> None:
    plane = Area(zone([(0.1, 0.1), (0.9, 0.1), (0.5, 0.9)], "view:other")).plane
    assert plane.foot(sighting_at(0, 15)) is None
