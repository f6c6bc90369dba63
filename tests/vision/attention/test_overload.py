"""The overload ladder: steps up under load, back when calm, slower when it flaps."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vision.attention.overload import LADDER, MAX_LEVEL, Overload
from vision.attention.settings import OverloadSettings

SETTINGS = OverloadSettings()
HOT, WARM, CALM = 2.0, 0.6, 0.1
"""Lags in seconds: too slow, neither, calm."""


def levels(overload: Overload, lag_s: float, seconds: int, began_s: int = 0) -> list[int]:
    return [
        overload.observe(float(began_s + second), lag_s, 0.5).level for second in range(seconds)
    ]


def test_a_short_peak_changes_nothing() -> None:
    overload = Overload(SETTINGS)
    assert levels(overload, HOT, 2) == [0, 0]
    assert levels(overload, CALM, 3, began_s=2) == [0, 0, 0]


def test_lasting_lag_climbs_step_by_step_to_the_top_and_stays() -> None:
    found = levels(Overload(SETTINGS), HOT, 30)
    assert sorted(set(found)) == [0, 1, 2, 3]
    assert found == sorted(found)
    assert found[-1] == MAX_LEVEL


def test_a_detector_that_is_always_busy_climbs_too() -> None:
    overload = Overload(SETTINGS)
    for second in range(4):
        relief = overload.observe(float(second), CALM, 1.0)
    assert relief.level == 1


def test_between_the_limits_it_stays_where_it_is() -> None:
    overload = Overload(SETTINGS)
    levels(overload, HOT, 5)
    before = overload.relief.level
    assert set(levels(overload, WARM, 600, began_s=5)) == {before}


def test_calm_brings_everything_back_in_order() -> None:
    overload = Overload(SETTINGS)
    levels(overload, HOT, 30)
    found = levels(overload, CALM, 120, began_s=30)
    assert found == sorted(found, reverse=True)
    assert found[-1] == 0
    assert found[10] == MAX_LEVEL


def test_a_ladder_that_flaps_waits_longer_each_time() -> None:
    overload = Overload(SETTINGS)
    now, waits = 0, []
    for _ in range(3):
        while overload.relief.level == 0:
            overload.observe(float(now), HOT, 0.5)
            now += 1
        began = now
        while overload.relief.level > 0:
            overload.observe(float(now), CALM, 0.5)
            now += 1
        waits.append(now - began)
    assert waits[0] < waits[1] < waits[2]


def test_the_ladder_gives_up_in_the_agreed_order() -> None:
    assert [step.level for step in LADDER] == [0, 1, 2, 3]
    for lower, higher in pairwise(LADDER):
        assert higher.max_in_flight <= lower.max_in_flight
        assert higher.sweep_factor >= lower.sweep_factor
        assert higher.fps_share_without_rules <= lower.fps_share_without_rules
    assert LADDER[1].max_in_flight == 1
    assert LADDER[1].sweep_factor == 1.0 < LADDER[2].sweep_factor
    assert LADDER[2].fps_share_without_rules == 1.0 > LADDER[3].fps_share_without_rules


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5), st.floats(0, 1)), max_size=200))
def test_it_moves_one_step_at_a_time_and_stays_on_the_ladder(
    measured: list[tuple[float, float, float]],
) -> None:
    overload, now_s, before = Overload(SETTINGS), 0.0, 0
    for elapsed_s, lag_s, busy in measured:
        now_s += elapsed_s
        level = overload.observe(now_s, lag_s, busy).level
        assert abs(level - before) <= 1
        assert 0 <= level <= MAX_LEVEL
        before = level
