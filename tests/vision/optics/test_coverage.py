"""The coverage map knows how large things are, and refuses rules that cannot see them."""

import numpy as np
import pytest

from tests.vision.optics.cameras import FISHEYE, mast
from vision.optics.coverage import CoverageMap, WatchedZone, rule_faults, samples_in
from vision.optics.plan import views_for
from vision.optics.settings import AutoViews, ManualViews, TileView, WholeView
from vision.optics.spaces import Spaces

MAST = mast(8)
PLAN = views_for(FISHEYE, MAST, AutoViews(smallest={"person": 24, "car": 24}), 1280, 1280)
COVERAGE, SPACES = CoverageMap(PLAN, MAST), Spaces(PLAN, MAST)
WANTED = {"person": 24.0}


def square(east: float, north: float, side: float = 6.0) -> list[tuple[float, float]]:
    return [(east, north), (east + side, north), (east + side, north + side), (east, north + side)]


def faults(space: str, points: list[tuple[float, float]], *, is_line: bool = False) -> list[str]:
    zone = WatchedZone("gate", space, points, is_line)
    return rule_faults(COVERAGE, SPACES, zone, WANTED, rule="night")


@pytest.mark.parametrize(
    ("height_m", "distance_m", "pixels"),
    [(15, 10, 54), (15, 50, 30), (15, 100, 16), (30, 30, 28), (30, 100, 15)],
)
def test_a_person_has_the_pixels_of_the_formula(
    height_m: float, distance_m: float, pixels: float
) -> None:
    whole = ManualViews(layout="manual", views=[WholeView(kind="whole", name="all")])
    plan = views_for(FISHEYE, mast(height_m), whole, 3000, 3000)
    found = CoverageMap(plan, mast(height_m)).pixels("person", 0.0, distance_m)
    assert float(found) == pytest.approx(pixels, abs=1.0)


def test_a_person_counts_the_same_however_they_lie_in_a_fisheye() -> None:
    whole = ManualViews(layout="manual", views=[WholeView(kind="whole", name="all")])
    coverage = CoverageMap(views_for(FISHEYE, MAST, whole, 1280, 1280), MAST)
    bearing = np.radians(np.arange(0, 360, 5))
    pixels = coverage.pixels("person", 12 * np.sin(bearing), 12 * np.cos(bearing))
    assert pixels.max() / pixels.min() < 1.01


def test_enlarging_adds_no_pixels() -> None:
    tile = TileView(kind="tile", name="t", box=(0.25, 0.0, 0.75, 0.5))
    large = tile.model_copy(update={"size_px": (2560, 2560)})
    pixels = [
        float(
            CoverageMap(
                views_for(FISHEYE, MAST, ManualViews(layout="manual", views=[view]), 1280, 1280),
                MAST,
            ).pixels("person", 0.0, 12.0)
        )
        for view in (tile, large)
    ]
    assert pixels[0] == pytest.approx(pixels[1])


def test_a_vehicle_is_seen_farther_than_a_person() -> None:
    assert COVERAGE.reach_m("car", 24) > COVERAGE.reach_m("person", 24) > 20


def test_a_rule_within_the_coverage_is_accepted_in_every_space() -> None:
    assert faults("ground", square(5, 5)) == []
    assert faults("panorama", [(350, 30), (10, 30), (10, 45), (350, 45)]) == []
    assert faults("picture", [(0.45, 0.2), (0.55, 0.2), (0.55, 0.3), (0.45, 0.3)]) == []
    assert faults("ground", [(3, 3), (12, 3)], is_line=True) == []
    latlon = SPACES.ground_outline("ground", square(5, 5))
    assert faults("latlon", latlon) == []
    view = PLAN.views[0].name
    assert faults(f"view:{view}", [(0.4, 0.4), (0.6, 0.4), (0.6, 0.7), (0.4, 0.7)]) == []


def test_a_rule_outside_the_coverage_is_refused_with_distances() -> None:
    (line,) = faults("ground", square(40, 40))
    assert "rule night: in 100% of the zone gate a person is smaller than the 24 px wanted" in line
    assert "65 m away, bearing 45°" in line
    assert "seen up to 2" in line
    assert "lower views.smallest.person" in line
    assert faults("ground", [(40, 40), (60, 40)], is_line=True)
    assert len(faults("ground", square(5000, 5000))) == 1


def test_a_zone_that_reaches_a_little_too_far_is_accepted() -> None:
    reach_m = COVERAGE.reach_m("person", 24)
    assert faults("ground", [(-2, 4), (2, 4), (2, reach_m), (-2, reach_m)]) == []


def test_a_zone_in_the_sky_is_refused() -> None:
    (line,) = faults("panorama", [(10, -20), (30, -20), (20, -5)])
    assert "above the horizon" in line


def test_a_zone_in_a_view_that_does_not_exist_is_refused() -> None:
    (line,) = faults("view:door", [(0, 0), (1, 0), (1, 1)])
    assert line.startswith("rule night: zone gate: view:door: no such space")


def test_each_label_that_is_too_small_is_told() -> None:
    zone = WatchedZone("gate", "ground", square(30, 30))
    wanted = {"person": 24.0, "car": 24.0, "bus": 24.0}
    told = rule_faults(COVERAGE, SPACES, zone, wanted, rule="night")
    assert any(" a person " in line for line in told)
    assert not any(" a bus is smaller than the 24 px wanted: at worst it has 0" in x for x in told)


def test_the_smallest_in_a_polygon_is_at_its_far_corner() -> None:
    corner = float(COVERAGE.pixels("person", 11.0, 11.0))
    assert COVERAGE.smallest_in_polygon("person", square(5, 5)) == pytest.approx(corner, rel=0.01)


def test_samples_lie_in_a_polygon_across_north() -> None:
    places = samples_in("panorama", [(350, 10), (10, 10), (10, 20), (350, 20)], is_line=False)
    aside = (places[:, 0] + 180) % 360 - 180
    assert len(places) > 100
    assert np.abs(aside).max() <= 10
