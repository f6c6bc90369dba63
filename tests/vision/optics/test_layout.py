"""The automatic layout holds what the camera can show, with few views."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.optics.cameras import FISHEYE, PANORAMA, PERSPECTIVE, mast
from vision.optics.coverage import CoverageMap
from vision.optics.plan import ViewPlan, views_for
from vision.optics.settings import (
    AutoViews,
    FisheyeSettings,
    LensSettings,
    MastSettings,
    PanoramaSettings,
    PerspectiveSettings,
)

SLACK = 0.96


def least_pixels(
    plan: ViewPlan, hung: MastSettings, label: str, from_m: float, to_m: float
) -> float:
    """Return the fewest pixels a label has anywhere in a ring around the mast."""
    bearing, distance = np.meshgrid(np.radians(np.arange(0, 360, 7)), np.linspace(from_m, to_m, 25))
    pixels = CoverageMap(plan, hung).pixels(
        label, distance * np.sin(bearing), distance * np.cos(bearing)
    )
    return float(pixels.min())


def test_a_street_mast_needs_few_views() -> None:
    plan = views_for(FISHEYE, mast(8), AutoViews(smallest={"person": 24}), 1280, 1280)
    assert len(plan.views) <= 6
    assert least_pixels(plan, mast(8), "person", 0, 25) >= 24 * SLACK
    both = AutoViews(smallest={"person": 24, "car": 24})
    plan = views_for(FISHEYE, mast(8), both, 1280, 1280)
    assert len(plan.views) <= 8
    assert least_pixels(plan, mast(8), "person", 0, 25) >= 24 * SLACK
    assert least_pixels(plan, mast(8), "car", 0, 42) >= 24 * SLACK


def test_a_ceiling_camera_covers_its_room_with_large_people() -> None:
    views = AutoViews(smallest={"person": 100}, reach_m=6)
    plan = views_for(FISHEYE, mast(3), views, 2048, 2048)
    assert len(plan.views) <= 8
    assert least_pixels(plan, mast(3), "person", 0, 6) >= 100 * SLACK


@settings(max_examples=8, deadline=None)
@given(st.floats(4, 12), st.sampled_from([1280, 2048]), st.floats(20, 40))
def test_neighbouring_views_share_at_least_a_whole_person(
    height_m: float, side_px: int, person_px: float
) -> None:
    views = AutoViews(smallest={"person": person_px}, reach_m=18, max_views=16)
    plan = views_for(FISHEYE, mast(height_m), views, side_px, side_px)
    assert len(plan.views) <= 16
    coverage = CoverageMap(plan, mast(height_m))
    bearing, distance = np.meshgrid(np.radians(np.arange(0, 360, 5)), np.linspace(0.0, 18.0, 19))
    pixels = coverage.pixels("person", distance * np.sin(bearing), distance * np.cos(bearing))
    # Only where the camera has twice what is wanted, so that its own limit plays no part.
    near = distance < coverage.reach_m("person", person_px) * 0.5
    assert (pixels[near] > 0).all()


def test_no_more_views_than_allowed_and_the_notes_say_what_is_missing() -> None:
    views = AutoViews(smallest={"person": 24, "car": 24}, max_views=5)
    plan = views_for(FISHEYE, mast(30), views, 3000, 3000)
    assert len(plan.views) <= 5
    assert any("car of 24 px" in note and "100%" not in note for note in plan.notes)


def test_a_camera_that_cannot_see_people_says_so() -> None:
    plan = views_for(FISHEYE, mast(60), AutoViews(smallest={"person": 24}), 3000, 3000)
    assert any("person of 24 px: nowhere" in note for note in plan.notes)


def test_a_leaning_camera_is_covered_like_an_upright_one() -> None:
    hung = mast(8, tilt_deg=10, roll_deg=-6, north_deg=200)
    plan = views_for(FISHEYE, hung, AutoViews(smallest={"person": 24}), 1280, 1280)
    assert least_pixels(plan, hung, "person", 0, 18) >= 24 * SLACK


@pytest.mark.parametrize(
    ("lens", "hung", "size"),
    [
        (FisheyeSettings(kind="equisolid", fov_deg=185), mast(10), (1920, 1920)),
        (FISHEYE, mast(4, looks="ahead"), (2048, 2048)),
        (PANORAMA, mast(25), (7680, 2130)),
        (PanoramaSettings(kind="panorama", span_deg=180, top_deg=-10, bottom_deg=60), mast(10),
         (4096, 1600)),
        (PERSPECTIVE, mast(12, tilt_deg=20), (1920, 1080)),
        (PerspectiveSettings(kind="perspective", hfov_deg=60), mast(12, tilt_deg=20),
         (3840, 2160)),
    ],
)  # fmt: skip
def test_every_kind_of_camera_gets_named_views_that_see_the_ground(
    lens: LensSettings, hung: MastSettings, size: tuple[int, int]
) -> None:
    plan = views_for(lens, hung, AutoViews(smallest={"person": 24}), *size)
    names = [view.name for view in plan.views]
    assert 1 <= len(names) == len(set(names)) <= 12
    assert CoverageMap(plan, hung).reach_m("person", 24) > hung.height_m
    assert plan.notes[0].startswith(f"{len(names)} views")


def test_a_chosen_layout_can_be_written_down_as_a_manual_one() -> None:
    plan = views_for(FISHEYE, mast(8), AutoViews(), 1280, 1280)
    for request in plan.requests:
        assert type(request).model_validate(request.model_dump()) == request
