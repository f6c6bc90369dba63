"""The rolling mean agrees with brute force, bounds its memory and survives a restart."""

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.alarms.rolling_mean import MAX_BUCKETS, RollingMean


def brute_force(
    scans: list[tuple[float, float | None]], window_s: float, max_hold_s: float
) -> tuple[float | None, float]:
    """Return mean and covered seconds of the window that ends at the last scan."""
    end_s, area, covered_s = scans[-1][0], 0.0, 0.0
    for (at_s, value), (next_s, _) in pairwise(scans):
        if value is not None:
            seconds = min(next_s, at_s + max_hold_s) - max(at_s, end_s - window_s)
            area += value * max(seconds, 0.0)
            covered_s += max(seconds, 0.0)
    return (area / covered_s if covered_s > 0 else None), covered_s


scan_lists = st.lists(
    st.tuples(st.integers(1, 12), st.none() | st.floats(-1000, 1000)), min_size=2, max_size=120
)


@settings(max_examples=150, deadline=None)
@given(scan_lists, st.sampled_from([10, 30, 60, 300]))
def test_at_whole_seconds_it_equals_brute_force(
    steps: list[tuple[int, float | None]], window_s: int
) -> None:
    mean, at_s = RollingMean(window_s, 3.0), 0.0
    scans: list[tuple[float, float | None]] = []
    for step_s, value in steps:
        at_s += step_s
        mean.update(at_s, value)
        scans.append((at_s, value))
        expected, covered_s = brute_force(scans, window_s, 3.0)
        assert math.isclose(mean.coverage, covered_s / window_s, abs_tol=1e-9)
        got = mean.mean(1e-9)
        assert (got is None) == (expected is None)
        if got is not None and expected is not None:
            assert math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.05, 90), st.none() | st.floats(-10, 10)), min_size=2),
    st.sampled_from([60, 3600]),
)
def test_at_any_scan_times_it_stays_within_one_slice_of_brute_force(
    steps: list[tuple[float, float | None]], window_s: int
) -> None:
    mean, at_s = RollingMean(window_s, 30.0), 0.0
    scans: list[tuple[float, float | None]] = []
    slice_s = max(window_s / MAX_BUCKETS, 1.0)
    for step_s, value in steps:
        at_s += step_s
        mean.update(at_s, value)
        scans.append((at_s, value))
        assert abs(mean.coverage * window_s - brute_force(scans, window_s, 30.0)[1]) <= slice_s
        got = mean.mean(1e-9)
        assert got is None or -10 - 1e-9 <= got <= 10 + 1e-9


@pytest.mark.parametrize("window_s", [3_600, 86_400])
def test_in_a_long_window_the_leaving_slice_counts_by_its_share(window_s: int) -> None:
    mean, step_s = RollingMean(window_s, 90.0), window_s // 1_440
    scans: list[tuple[float, float | None]] = []
    for at_s in range(0, 2 * window_s, step_s):
        mean.update(float(at_s), float(at_s))
        scans.append((float(at_s), float(at_s)))
        if at_s > window_s and at_s % 7 == 0:
            expected, _ = brute_force(scans[-2_000:], window_s, 90.0)
            assert mean.coverage == pytest.approx(1.0)
            # A ramp over one window spreads by window_s; a slice in the middle errs by far less.
            assert mean.mean(0.9) == pytest.approx(expected, abs=window_s / MAX_BUCKETS**2)


def test_a_full_window_of_short_scans_is_fully_covered() -> None:
    mean = RollingMean(300, 0.3)
    for tick in range(4_000):
        mean.update(tick * 0.1, 7.0)
    assert mean.mean(1.0) == pytest.approx(7.0)


def test_a_day_of_seconds_keeps_at_most_three_hundred_slices() -> None:
    mean = RollingMean(86_400, 3.0)
    for at_s in range(0, 200_000, 3):
        mean.update(float(at_s), 1.0 if at_s < 100_000 else 3.0)
    state = json.loads(mean.snapshot(200_000.0))
    assert len(state["front"]) + len(state["back"]) <= MAX_BUCKETS + 1
    assert mean.mean(0.99) == pytest.approx(3.0)


def test_a_huge_value_leaves_no_rounding_residue() -> None:
    mean = RollingMean(60, 3.0)
    for at_s in range(200):
        mean.update(float(at_s), 1e300 if at_s == 100 else 0.1)
    assert mean.mean(0.99) == pytest.approx(0.1, rel=1e-12)


def test_a_gap_is_no_data_and_not_the_last_value_held() -> None:
    mean = RollingMean(100, 3.0)
    for at_s in range(101):
        mean.update(float(at_s), 10.0)
    assert mean.coverage == pytest.approx(1.0)
    mean.update(150.0, 20.0)
    assert mean.coverage == pytest.approx(0.53)
    mean.update(1_000.0, 20.0)
    assert mean.mean(0.01) is None


def test_scans_without_progress_of_time_change_nothing() -> None:
    mean = RollingMean(10, 3.0)
    for at_s in (0.0, 1.0, 2.0, 2.0, 1.0, 3.0):
        mean.update(at_s, 5.0)
    assert mean.coverage == pytest.approx(0.3)


@settings(max_examples=100, deadline=None)
@given(scan_lists, st.integers(0, 119), st.integers(-1000, 1000))
def test_a_restart_at_any_scan_changes_no_bit(
    steps: list[tuple[int, float | None]], cut: int, mono_shift_s: int
) -> None:
    whole, broken, at_s, shift_s = RollingMean(60, 3.0), RollingMean(60, 3.0), 0, 0
    for index, (step_s, value) in enumerate(steps):
        at_s += step_s
        whole.update(float(at_s), value)
        broken.update(float(at_s + shift_s), value)
        if index == cut:
            saved, shift_s = broken.snapshot(float(at_s)), mono_shift_s
            broken = RollingMean(60, 3.0)
            broken.restore(saved, float(at_s + shift_s), 0.0)
        assert broken.mean(0.1) == whole.mean(0.1)


def test_time_spent_stopped_counts_as_gap() -> None:
    mean, later = RollingMean(100, 3.0), RollingMean(100, 3.0)
    for at_s in range(101):
        mean.update(float(at_s), 10.0)
    later.restore(mean.snapshot(100.0), 7.0, gap_s=40.0)
    later.update(8.0, 10.0)
    assert later.coverage == pytest.approx(0.62)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"bucket_s": 1.0}', "NaN"])
def test_a_broken_snapshot_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no snapshot of a rolling mean"):
        RollingMean(300, 3.0).restore(text, 0.0, 0.0)


@pytest.mark.parametrize(("window_s", "max_hold_s"), [(0, 1), (10, 0), (-5, 1), (math.nan, 1)])
def test_windows_have_to_be_positive(window_s: float, max_hold_s: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        RollingMean(window_s, max_hold_s)
