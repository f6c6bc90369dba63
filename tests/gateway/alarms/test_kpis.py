"""Figures over alarms: load, peaks, bad actors, chattering, stale, times to acknowledge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.alarms.kpis import Occurrence, count_floods, figures, most_within, quantile

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def occurrence(at_ms: int, **changes: object) -> Occurrence:
    fields: dict[str, object] = {
        "station": "s",
        "channel": "cod",
        "alarm": "cod.high.limit.value",
        "level": "limit",
        "priority": "high",
        "raised_at_ms": at_ms,
        "returned_at_ms": at_ms + 1000,
        "announced_at_ms": at_ms,
        "acknowledged_at_ms": None,
        "silenced_by": None,
    }
    return Occurrence(**{**fields, **changes})  # type: ignore[arg-type]


def test_load_is_per_hour_and_operator() -> None:
    kpis = figures([occurrence(i * 1000) for i in range(48)], 0, DAY_MS, 2)
    assert kpis.per_hour_and_operator == 1.0
    assert kpis.by_priority == {"high": 48}


def test_what_told_nobody_is_no_load() -> None:
    late = occurrence(5, announced_at_ms=None, silenced_by="late")
    kpis = figures([late], 0, DAY_MS, 1)
    assert (kpis.raised, kpis.announced, kpis.late, kpis.bad_actors) == (1, 0, 1, [])


def test_bad_actors_come_first_with_their_share() -> None:
    rare = occurrence(0, station="a")
    kpis = figures([rare, *(occurrence(i * 1000) for i in range(3))], 0, DAY_MS, 1)
    assert [(actor.station, actor.count, actor.share) for actor in kpis.bad_actors] == [
        ("s", 3, 0.75),
        ("a", 1, 0.25),
    ]


@pytest.mark.parametrize(("gap_s", "chatters"), [(29, True), (30, False)])
def test_three_within_a_minute_is_chattering(gap_s: int, chatters: bool) -> None:
    kpis = figures([occurrence(i * gap_s * 1000) for i in range(3)], 0, DAY_MS, 1)
    assert bool(kpis.chattering) is chatters


def test_stale_is_active_for_more_than_a_day() -> None:
    old = occurrence(0, returned_at_ms=None, announced_at_ms=0)
    assert figures([old], HOUR_MS, DAY_MS, 1).stale == []
    kpis = figures([old], HOUR_MS, DAY_MS + 1, 1)
    assert (kpis.stale, kpis.standing) == ([old], 1)


def test_times_to_acknowledge_count_from_when_somebody_could_know() -> None:
    taken = [
        occurrence(0, announced_at_ms=10_000, acknowledged_at_ms=10_000 + wait_s * 1000)
        for wait_s in (10, 20, 30, 40, 1000)
    ]
    kpis = figures(taken, 0, DAY_MS, 1)
    assert (kpis.acknowledge_median_s, kpis.acknowledge_p90_s) == (30, 1000)
    assert kpis.by_station[0].acknowledge_median_s == 30


def test_a_flood_counts_once_until_it_ebbs() -> None:
    first = [i * 1000 for i in range(30)]
    second = [HOUR_MS + i * 1000 for i in range(11)]
    assert count_floods(first) == 1
    assert count_floods(first + second) == 2
    assert count_floods(first[:10]) == 0


@given(st.lists(st.integers(0, 10_000)), st.integers(1, 5_000))
def test_the_peak_is_what_trying_every_window_finds(times: list[int], window_ms: int) -> None:
    times.sort()
    tried = [sum(start <= at < start + window_ms for at in times) for start in times]
    assert most_within(times, window_ms) == max(tried, default=0)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_not_exceeded_by_its_part(values: list[float], part: float) -> None:
    values.sort()
    found = quantile(values, part)
    assert found is not None
    assert sum(value <= found for value in values) >= part * len(values) - 1e-6
