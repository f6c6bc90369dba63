"""What is followed keeps its view busy only while it moves, is new, or is missing."""

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


def test_what_is_not_confirmed_or_is_missing_is_looked_for() -> None:
    restless = Restless(STILL_AFTER_S)
    for second in range(10):
        restless.update(
            second * 1000,
            [track(20, number=1, is_confirmed=False), track(80, number=2, is_visible=second < 8)],
        )
        if second == 7:
            assert restless.views == {"v1"}
    assert restless.views == {"v1", "v2"}


def test_a_clock_set_back_counts_as_no_time() -> None:
    restless = Restless(STILL_AFTER_S)
    for at_ms in (100_000, 20_000, 22_000):
        restless.update(at_ms, [track(20)])
    assert restless.views == {"v1"}
    restless.update(25_000, [track(20)])
    assert not restless.views
