"""Numbers stay with their objects: across north, under the mast, at any rate, behind things."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.vision.tracking.walks import Way, follow, sighting_at, straight
from vision.tracking.settings import TrackerSettings
from vision.tracking.tracker import Tracker

START_MS = 1_790_000_000_000

WALKS: dict[str, tuple[float, str, list[Way]]] = {
    "crossing at 5 pictures a second": (
        5,
        "person",
        [straight((-10, 25), (12, 25), 16), straight((1, 14), (1, 37), 16)],
    ),
    "crossing at 1 picture a second": (
        1,
        "person",
        [straight((-10, 25), (12, 25), 16), straight((2, 14), (2, 37), 16)],
    ),
    "past one another": (
        5,
        "person",
        [straight((-10, 25), (12, 25), 16), straight((12, 26.5), (-10, 26.5), 16)],
    ),
    "across north": (2, "person", [straight((-10, 20), (10, 20), 14)]),
    "from bearing 0 to 0 around the mast": (
        5,
        "person",
        [straight((0, 10), (10, 0), 10), straight((0, -10), (-10, 0), 10)],
    ),
    "under the mast": (1, "person", [straight((-10, 0.2), (10, -0.2), 14)]),
    "far away, boxes that never overlap": (
        1,
        "person",
        [straight((60, y), (66, y + 12), 12) for y in (-12, -4, 4)],
    ),
    "behind something for 2 s": (5, "person", [straight((-8, 24), (8, 28), 14, (6, 8))]),
    "behind something for 2 s at 1 picture a second": (
        1,
        "person",
        [straight((-8, 24), (8, 28), 14, (6.5, 8.5))],
    ),
    "motorcycles past the mast": (
        5,
        "motorcycle",
        [straight((-50, 20), (50, 20), 10), straight((50, 26), (-50, 26), 10)],
    ),
    "a car under the mast": (5, "car", [straight((-40, 3), (40, 2), 8)]),
}


@pytest.mark.parametrize("name", WALKS)
def test_an_object_keeps_its_number(name: str) -> None:
    fps, label, ways = WALKS[name]
    known = follow(Tracker(TrackerSettings()), ways, fps, 16, label)
    assert [len(numbers) for numbers in known] == [1] * len(ways)
    assert len(set.union(*known)) == len(ways)


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.sampled_from([66, 100, 200, 500, 1000, 1500]), min_size=12, max_size=40),
    bearing=st.floats(0, 6.28),
)
def test_a_walker_keeps_its_number_at_irregular_rates(steps: Sequence[int], bearing: float) -> None:
    tracker, at_ms, numbers = Tracker(TrackerSettings()), START_MS, set()
    way = straight((-20, 15), (30, 15), 60)
    for step_ms in steps:
        at_ms += step_ms
        spot = way((at_ms - START_MS) / 1000)
        if spot is None:
            break
        numbers |= {track.id for track in tracker.update(at_ms, [sighting_at(*spot)])}
    assert numbers == {1}


spots = st.tuples(
    st.floats(-40, 40),
    st.floats(-40, 40),
    st.sampled_from(["person", "car", "motorcycle"]),
    st.floats(0.1, 1),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-500, 5000), st.lists(spots, max_size=6), st.booleans()), max_size=25
    )
)
def test_numbers_are_never_used_again_and_no_sighting_has_two_tracks(
    pictures: list[tuple[int, list[tuple[float, float, str, float]], bool]],
) -> None:
    tracker, at_ms = Tracker(TrackerSettings()), START_MS
    gone: set[int] = set()
    before: set[int] = set()
    for step_ms, seen, is_reconnect in pictures:
        at_ms += step_ms
        if is_reconnect:
            tracker.reset()
        sightings = [sighting_at(*spot) for spot in seen]
        tracks = tracker.update(at_ms, sightings)
        ids = {track.id for track in tracks}
        assert len(ids) == len(tracks)
        assert min(ids, default=1) >= 1
        assert not ids & gone
        gone |= before - ids
        before = ids
        visible = [track for track in tracks if track.is_visible]
        assert len(visible) <= len(sightings)
        assert all(track.last_seen_ms == at_ms for track in visible)


def test_the_order_of_the_sightings_does_not_matter() -> None:
    ways = [straight((-10 + k, 20 + k), (10 - k, 24), 10) for k in range(4)]
    one, other = Tracker(TrackerSettings()), Tracker(TrackerSettings())
    seen: set[frozenset[tuple[int, int]]] = set()
    for picture in range(50):
        spots = [spot for way in ways if (spot := way(picture / 5)) is not None]
        sightings = [sighting_at(*spot) for spot in spots]
        forth = one.update(START_MS + picture * 200, sightings)
        back = other.update(START_MS + picture * 200, sightings[::-1])
        seen.add(
            frozenset(
                (left.id, right.id)
                for left in forth
                for right in back
                if left.sighting is right.sighting
            )
        )
    assert len(seen) == 1
    assert len(seen.pop()) == 4


def test_one_sighting_is_not_confirmed_and_soon_forgotten() -> None:
    tracker = Tracker(TrackerSettings())
    assert [it.is_confirmed for it in tracker.update(START_MS, [sighting_at(5, 20)])] == [False]
    assert [it.is_visible for it in tracker.update(START_MS + 200, [])] == [False]
    assert tracker.update(START_MS + 1_000, []) == []


def test_a_weak_sighting_keeps_a_track_but_begins_none() -> None:
    tracker = Tracker(TrackerSettings(begin_score=0.5))
    assert tracker.update(START_MS, [sighting_at(5, 20, score=0.3)]) == []
    for picture in range(1, 4):
        tracker.update(START_MS + picture * 200, [sighting_at(5, 20, score=0.7)])
    (track,) = tracker.update(START_MS + 1_000, [sighting_at(5, 20, score=0.3)])
    assert (track.id, track.is_visible, track.sighting.score) == (1, True, 0.3)


def test_a_second_box_within_somebody_has_to_last_before_it_is_somebody() -> None:
    tracker = Tracker(TrackerSettings())
    body = sighting_at(5, 12)
    part = replace(body, bearing_deg=body.bearing_deg + 1, height_deg=body.height_deg / 2)
    confirmed = {}
    for number in range(20):
        seen = [body] if number < 5 else [body, part]
        tracks = tracker.update(START_MS + number * 200, seen)
        confirmed[number] = sum(track.is_confirmed for track in tracks)
    assert [confirmed[number] for number in (4, 6, 9, 11, 19)] == [1, 1, 1, 2, 2]


def test_two_who_come_together_are_two_at_once() -> None:
    tracker = Tracker(TrackerSettings())
    pair = [sighting_at(5, 12), sighting_at(5.5, 12)]
    tracker.update(START_MS, pair)
    tracks = tracker.update(START_MS + 200, pair)
    assert [track.is_confirmed for track in tracks] == [True, True]


def test_a_confirmed_track_coasts_and_then_ends() -> None:
    tracker = Tracker(TrackerSettings(coast_s=2))
    for picture in range(5):
        tracker.update(START_MS + picture * 200, [sighting_at(5, 20)])
    last_ms = START_MS + 800
    (track,) = tracker.update(last_ms + 1_000, [])
    assert (track.is_visible, track.is_confirmed, track.last_seen_ms) == (False, True, last_ms)
    tracker.update(last_ms + 2_000, [])
    assert tracker.update(last_ms + 2_200, []) == []


def test_what_was_not_looked_at_was_not_missed() -> None:
    tracker = Tracker(TrackerSettings(coast_s=1))
    for picture in range(3):
        tracker.update(START_MS + picture * 200, [sighting_at(5, 20)])
    at_ms = START_MS + 400
    for _ in range(20):
        at_ms += 500
        tracks = tracker.update(at_ms, [], is_watched=lambda _: False)
    assert [(track.id, track.is_visible) for track in tracks] == [(1, True)]
    assert tracks[0].last_seen_ms == START_MS + 400
    (track,) = tracker.update(at_ms + 200, [sighting_at(5, 20)])
    assert (track.id, track.is_visible) == (1, True)


def test_what_stands_keeps_its_number_when_the_views_are_looked_at_by_turns() -> None:
    """Every ten seconds each; what a filter expects after so long could be anywhere."""
    tracker = Tracker(TrackerSettings())
    standing = [sighting_at(*place, label="car") for place in ((12, 9), (-14, 6), (3, -15))]
    standing = [replace(it, views=(f"v{number}",)) for number, it in enumerate(standing)]
    for at_ms in (0, 200, 400):
        began = tracker.update(at_ms, standing)
    numbers = {track.id: track.sighting.bearing_deg for track in began}
    for second in range(1, 61):
        turn = second // 3 % 3 if second % 3 == 0 else None
        seen = [] if turn is None else [standing[turn]]
        tracks = tracker.update(
            400 + second * 1000, seen, lambda it, turn=turn: it.views == (f"v{turn}",)
        )
        assert {track.id: track.sighting.bearing_deg for track in tracks} == numbers


def test_a_reconnect_begins_anew_with_new_numbers() -> None:
    tracker = Tracker(TrackerSettings())
    tracker.update(START_MS, [sighting_at(5, 20)])
    tracker.reset()
    assert [track.id for track in tracker.update(START_MS + 200, [sighting_at(5, 20)])] == [2]


@pytest.mark.parametrize("jump_ms", [-3_600_000, -300, 0])
def test_a_clock_set_back_loses_no_track(jump_ms: int) -> None:
    tracker = Tracker(TrackerSettings())
    for picture in range(5):
        tracker.update(START_MS + picture * 200, [sighting_at(5, 20 + picture * 0.2)])
    (track,) = tracker.update(START_MS + 800 + jump_ms, [sighting_at(5, 21)])
    assert (track.id, track.is_visible) == (1, True)


def test_a_hole_of_a_minute_begins_anew() -> None:
    tracker = Tracker(TrackerSettings())
    tracker.update(START_MS, [sighting_at(5, 20)])
    tracker.update(START_MS + 200, [sighting_at(5, 20)])
    assert [it.id for it in tracker.update(START_MS + 60_200, [sighting_at(5, 20)])] == [2]


def test_a_class_that_flickers_is_shown_as_what_it_mostly_was() -> None:
    tracker = Tracker(TrackerSettings())
    for picture in range(6):
        tracker.update(START_MS + picture * 200, [sighting_at(5, 20, "car")])
    truck = sighting_at(5, 20, "car")
    flicker = type(truck)(
        "truck", 0.7, truck.bearing_deg, truck.depression_deg, truck.width_deg, truck.height_deg,
        truck.source_box,
    )  # fmt: skip
    (track,) = tracker.update(START_MS + 1_200, [flicker])
    assert (track.id, track.sighting.label, track.sighting.score) == (1, "car", 0.7)


def test_a_person_does_not_become_a_car() -> None:
    tracker = Tracker(TrackerSettings())
    for picture in range(3):
        tracker.update(START_MS + picture * 200, [sighting_at(5, 20)])
    tracks = tracker.update(START_MS + 600, [sighting_at(5, 20, "car")])
    assert [(it.id, it.sighting.label, it.is_visible) for it in tracks] == [
        (1, "person", False),
        (2, "car", True),
    ]


def test_the_number_of_tracks_is_bounded() -> None:
    tracker = Tracker(TrackerSettings(max_tracks=3))
    crowd = [sighting_at(x, 20) for x in range(-10, 10, 2)]
    assert len(tracker.update(START_MS, crowd)) == 3


def test_a_class_in_two_families_is_refused() -> None:
    with pytest.raises(ValidationError, match="truck in one list of alike only"):
        TrackerSettings(alike=[["car", "truck"], ["truck", "bus"]])
