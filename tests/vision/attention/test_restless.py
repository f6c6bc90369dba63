"""What is followed keeps its view busy only while it moves or is new in its place."""

from dataclasses import replace

from tests.vision.tracking.walks import sighting_at
from vision.attention.restless import Restless
from vision.scene.track import Track

STILL_AFTER_S = 5.0


def track(
    bearing_deg: float, *, number: int = 1, is_visible: bool = True, is_confirmed: bool = True
) -> Track:
    sighting = replace(sighting_at(0, 20), bearing_deg=bearing_deg, views=(f"v{number}",))
    return Track(number, sighting, 0, 0, is_visible, is_confirmed)


def test_what_stands_keeps_its_view_busy_for_a_while_only() -> None:
    restless = Restless(STILL_AFTER_S)
    busy = []
    for second in range(10):
        restless.update(second * 1000, [track(20 + 0.1 * (second % 2))])
        busy.append(restless.views == {"v1"})
    assert busy == [True] * 5 + [False] * 5


def test_what_moves_again_is_busy_again() -> None:
    restless = Restless(STILL_AFTER_S)
    for second in range(8):
        restless.update(second * 1000, [track(20)])
    assert not restless.views
    restless.update(8_000, [track(24)])
    assert restless.views == {"v1"}


def test_a_slow_walk_is_a_move() -> None:
    restless = Restless(STILL_AFTER_S)
    for number in range(100):
        restless.update(number * 200, [track(20 + 0.08 * number)])
        assert restless.views == {"v1"}


def test_what_is_new_and_not_yet_confirmed_is_looked_at() -> None:
    restless = Restless(STILL_AFTER_S)
    restless.update(0, [track(20, is_confirmed=False)])
    assert restless.views == {"v1"}


def test_a_walker_who_is_out_of_sight_is_looked_for() -> None:
    restless = Restless(STILL_AFTER_S)
    for number in range(50):
        restless.update(number * 200, [track(20 + number, is_visible=number < 45)])
    assert restless.views == {"v1"}


def test_what_stands_and_is_seen_now_and_then_leaves_its_view_alone() -> None:
    restless = Restless(STILL_AFTER_S)
    for number in range(100):
        doubtful = track(20, number=number // 10, is_visible=number % 4 == 0)
        restless.update(number * 200, [doubtful] if number % 10 < 8 else [])
        if number * 0.2 > 1.5 * STILL_AFTER_S:
            assert not restless.views


def test_a_box_that_jumps_between_two_shapes_is_no_move() -> None:
    restless = Restless(STILL_AFTER_S)
    for number in range(100):
        restless.update(number * 200, [track(20 if number % 2 else 24)])
        if number * 0.2 > 2 * STILL_AFTER_S + 1:
            assert not restless.views


def test_who_stops_where_somebody_only_walked_through_is_new_there() -> None:
    restless = Restless(STILL_AFTER_S)
    for number in range(60):
        restless.update(number * 200, [track(20 + number, number=1)])
    restless.update(20_000, [track(40, number=2)])
    assert restless.views == {"v2"}


def test_what_is_remembered_is_bounded_in_time() -> None:
    restless = Restless(STILL_AFTER_S)
    for second in range(10):
        restless.update(second * 1000, [track(20)])
    restless.update(10_000, [])
    restless.update(100_000, [track(20, number=2)])
    assert restless.views == {"v2"}


def test_a_clock_set_back_counts_as_no_time() -> None:
    restless = Restless(STILL_AFTER_S)
    for at_ms in (100_000, 20_000, 22_000):
        restless.update(at_ms, [track(20)])
    assert restless.views == {"v1"}
    restless.update(25_000, [track(20)])
    assert not restless.views
