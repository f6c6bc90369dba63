"""A box in a view becomes a place on the ground, in every space, whichever view found it."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.vision.optics.cameras import FISHEYE, LAT, LON, PANORAMA, PERSPECTIVE, mast
from vision.optics.arrays import OpticsFault
from vision.optics.eye import Eye
from vision.optics.local_plane import LocalPlane
from vision.optics.locator import Locator
from vision.optics.object_sizes import PERSON, corners_from_mast
from vision.optics.plan import ViewPlan, views_for
from vision.optics.settings import AutoViews, ManualViews, PerspectiveView, WholeView
from vision.scene.detection import Box, Detection
from vision.scene.sighting import GROUND, PICTURE, Sighting
from vision.scene.sighting import PANORAMA as ANGLES

HEIGHT_M = 8.0
MAST = mast(HEIGHT_M, north_deg=25, tilt_deg=3, roll_deg=-2)
PLAN = views_for(FISHEYE, MAST, AutoViews(smallest={"person": 24}), 1280, 1280)
LOCATOR = Locator(PLAN, MAST, zone_views=[PLAN.views[0].name])


def person_box(eye: Eye, bearing_deg: float, distance_m: float, height_m: float) -> Box | None:
    """Return the box of a person who stands there, or None where the eye does not hold it."""
    corners = corners_from_mast(
        PERSON, np.array(bearing_deg), np.array(distance_m), height_m, side_on=False
    )
    pixels = eye.pixels(corners)
    low, high = pixels.min(0), pixels.max(0)
    width, height = eye.size_px
    if not np.isfinite(pixels).all() or (low < 6).any() or (high > (width - 6, height - 6)).any():
        return None
    return Box(*low.tolist(), *high.tolist())


def seen_in_all_views(plan: ViewPlan, bearing_deg: float, distance_m: float) -> list[Detection]:
    """Return the person's boxes in every view that holds all of it."""
    found = []
    for number, view in enumerate(plan.views):
        box = person_box(view.eye, bearing_deg, distance_m, HEIGHT_M)
        if box is not None:
            found.append(Detection(view.name, "person", 0.5 + number / 100, box))
    return found


def distance_between(sighting: Sighting, bearing_deg: float, distance_m: float) -> float:
    """Return metres between a sighting's place and a true one."""
    bearing = np.radians(bearing_deg)
    east, north = sighting.points[GROUND]
    return float(
        np.hypot(east - distance_m * np.sin(bearing), north - distance_m * np.cos(bearing))
    )


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 359.9), st.floats(2, 24))
def test_a_person_is_one_sighting_where_they_stand(bearing: float, distance: float) -> None:
    found = seen_in_all_views(PLAN, bearing, distance)
    assert found, "the layout holds every place within its reach"
    sightings = LOCATOR.see(found)
    assert len(sightings) == 1
    only = sightings[0]
    assert set(only.views) == {detection.view for detection in found}
    assert only.score == max(detection.score for detection in found)
    # The box stands upright in its view and the person does not quite: a part of a step.
    assert distance_between(only, bearing, distance) < 0.3 + 0.03 * distance
    assert only.place is not None
    assert only.place.distance_m == pytest.approx(np.hypot(*only.points[GROUND]))
    plane = LocalPlane(LAT, LON)
    assert plane.ground(np.array([only.place.lat, only.place.lon])) == pytest.approx(
        only.points[GROUND], abs=0.01
    )


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 359.9), st.floats(3, 20))
def test_every_view_alone_gives_the_same_place(bearing: float, distance: float) -> None:
    for sighting in LOCATOR.see_apart(seen_in_all_views(PLAN, bearing, distance)):
        assert distance_between(sighting, bearing, distance) < 0.4 + 0.04 * distance


def test_the_foot_in_a_raw_fisheye_is_the_end_nearest_the_nadir() -> None:
    for bearing in (0.0, 90.0, 180.0, 270.0):
        box = person_box(PLAN.camera, bearing - 0.0 + MAST.north_deg, 10.0, HEIGHT_M)
        assert box is not None
        only = LOCATOR.see([Detection("picture", "person", 0.9, box)])[0]
        assert distance_between(only, bearing + MAST.north_deg, 10.0) < 1.0


def test_a_box_that_holds_the_nadir_stands_at_the_mast() -> None:
    nadir = PLAN.camera.pixels(np.array([0.0, 0.0, -1.0]))
    x, y = nadir.tolist()
    only = LOCATOR.see([Detection("picture", "person", 0.9, Box(x - 20, y - 30, x + 25, y + 10))])
    assert only[0].place is not None
    assert only[0].place.distance_m == pytest.approx(0.0, abs=1e-6)


def test_what_hangs_in_the_sky_has_no_place() -> None:
    plan = views_for(
        PERSPECTIVE,
        mast(8),
        ManualViews(layout="manual", views=[WholeView(kind="whole", name="all")]),
        1920,
        1080,
    )
    sky = Locator(plan, mast(8)).see([Detection("all", "bird", 0.9, Box(900, 300, 1000, 400))])[0]
    assert sky.place is None
    assert GROUND not in sky.points
    assert sky.depression_deg < 0


def test_angles_and_sizes_are_those_of_the_box() -> None:
    view = PerspectiveView(name="v", bearing_deg=90, depression_deg=30, hfov_deg=60)
    plan = views_for(FISHEYE, mast(8), ManualViews(layout="manual", views=[view]), 1280, 1280)
    focal_px = 320 / np.tan(np.radians(30))
    box = Box(310, 300, 330, 340)
    only = Locator(plan, mast(8)).see([Detection("v", "car", 0.7, box)])[0]
    assert (only.bearing_deg, only.depression_deg) == pytest.approx((90, 30))
    assert only.width_deg == pytest.approx(np.degrees(20 / focal_px), rel=0.01)
    assert only.height_deg == pytest.approx(np.degrees(40 / focal_px), rel=0.01)


def test_the_foot_is_told_in_every_space() -> None:
    view = PLAN.views[0]
    box = person_box(view.eye, 0.0, 12.0, HEIGHT_M)
    assert box is not None
    only = LOCATOR.see([Detection(view.name, "person", 0.9, box)])[0]
    assert set(only.points) == {GROUND, ANGLES, PICTURE, f"view:{view.name}"}
    for space in (ANGLES, PICTURE, f"view:{view.name}"):
        ground = LOCATOR.spaces.convert(only.points[space], space, GROUND)
        assert ground == pytest.approx(only.points[GROUND], abs=1e-6)
    x, y = only.points[f"view:{view.name}"]
    assert (x * 640, y * 640) == pytest.approx(((box.x1 + box.x2) / 2, box.y2), abs=1.5)


def test_the_box_in_the_camera_picture_holds_the_person() -> None:
    view = PLAN.views[0]
    box = person_box(view.eye, 10.0, 12.0, HEIGHT_M)
    own = person_box(PLAN.camera, 10.0, 12.0, HEIGHT_M)
    assert box is not None
    assert own is not None
    seen = LOCATOR.see([Detection(view.name, "person", 0.9, box)])[0].source_box
    assert seen.x1 <= own.x1 + 1
    assert seen.y1 <= own.y1 + 1
    assert seen.x2 >= own.x2 - 1
    assert seen.y2 >= own.y2 - 1


@settings(max_examples=30, deadline=None)
@given(st.floats(-6, 6), st.floats(10, 40))
def test_somebody_on_the_seam_of_a_panorama_is_one(aside_deg: float, depression: float) -> None:
    views = [
        PerspectiveView(name=f"v{b}", bearing_deg=b, depression_deg=25, hfov_deg=60)
        for b in (160, 200)
    ]
    plan = views_for(PANORAMA, mast(8), ManualViews(layout="manual", views=views), 3600, 1000)
    distance = 8 / np.tan(np.radians(depression))
    assume(distance > 3)
    found = []
    for view in plan.views:
        box = person_box(view.eye, 180.0 + aside_deg, distance, 8.0)
        if box is not None:
            found.append(Detection(view.name, "person", 0.8, box))
    assume(found)
    sightings = Locator(plan, mast(8)).see(found)
    assert len(sightings) == 1
    box = sightings[0].source_box
    assert 0 <= box.x1 < box.x2 <= 3600
    # Cut at the seam perhaps, but never spread over the whole turn.
    assert box.width < 400


def test_people_side_by_side_stay_apart() -> None:
    found = []
    for bearing in np.arange(0.0, 40.0, 4.0):
        found += seen_in_all_views(PLAN, float(bearing), 14.0)
    assert len(LOCATOR.see(found)) == 10


def test_nothing_found_is_nothing_seen() -> None:
    assert LOCATOR.see([]) == LOCATOR.see_apart([]) == []


def test_unknown_views_are_refused() -> None:
    with pytest.raises(OpticsFault, match="view gate, which does not exist; expected one of b"):
        Locator(PLAN, MAST, zone_views=["gate"])
    with pytest.raises(KeyError):
        LOCATOR.see([Detection("gate", "person", 0.9, Box(0, 0, 10, 10))])
