"""Ticks stay on their grid; steps of the wall clock are noticed and marked."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquisition.schedule import Schedule
from edge_agent.acquisition.timestamps import STEPPED_FOR_S, Timestamps


@given(st.lists(st.floats(0, 5), min_size=1, max_size=50))
def test_every_tick_lies_on_the_grid_however_long_the_work_takes(work_s: list[float]) -> None:
    schedule = Schedule(period_s=1.0, start_s=100.0)
    now_s = 99.5
    seen: list[float] = []
    for duration_s in work_s:
        tick_s = schedule.next_tick_s(now_s)
        assert (tick_s - 100.0) == round(tick_s - 100.0)
        seen.append(tick_s)
        now_s = max(now_s, tick_s) + duration_s
    assert all(later > earlier for earlier, later in itertools.pairwise(seen))
    assert schedule.ticks == len(seen) + schedule.skipped


def test_a_tick_that_was_missed_is_counted_and_not_caught_up() -> None:
    schedule = Schedule(period_s=1.0, start_s=0.0)
    assert schedule.next_tick_s(0.0) == 0.0
    assert schedule.next_tick_s(4.2) == 4.0
    assert schedule.skipped == 3


def test_a_step_of_the_clock_is_marked_for_a_while_and_then_forgotten() -> None:
    times = Timestamps()
    times.observe(1_000_000, 10.0)
    times.observe(1_001_000, 11.0)
    assert times.clock_state(11.0, synchronised=True) == "synced"
    times.observe(4_602_000, 12.0)
    assert times.clock_state(12.0, synchronised=True) == "stepped"
    assert (times.steps, times.last_step_ms) == (1, 3_600_000)
    assert times.clock_state(12.0 + STEPPED_FOR_S, synchronised=False) == "unsynced"


def test_slow_drift_is_not_a_step() -> None:
    times = Timestamps()
    for second in range(10_000):
        times.observe(second * 1_001, float(second))
    assert times.steps == 0


def test_times_that_may_repeat_earlier_ones_are_told() -> None:
    times = Timestamps(newest_ms=5_000)
    assert times.observe(4_000, 1.0)
    assert not times.observe(6_000, 3.0)
    assert times.observe(6_000, 3.0)
