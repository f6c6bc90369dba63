"""The one clock made of a stream's timestamps, with every kind of camera clock and network."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from vision.streams.media_clock import SETTLE_S, Arrival, Ascending, MediaClock, Stamp

EPOCH_S = 1_795_000_000.0
MONOTONIC_S = 5_000.0
STEP_S = 0.04
jitters = st.lists(st.floats(0.0, 0.15), min_size=120, max_size=250)


def play(
    clock: MediaClock,
    delays_s: list[float],
    *,
    drift_ppm: float = 0.0,
    offset_s: float = 0.0,
    from_s: float = 0.0,
    wall_offset_s: float = 0.0,
    primed: int = 0,
) -> list[tuple[float, Stamp]]:
    """Return ``(when it was really taken, its stamp)`` of pictures 40 ms apart on a camera's clock.

    Packets arrive in order, each at least ``delays_s`` late.
    """
    arrivals, taken = [], []
    arrival_s = 0.0
    for index, delay_s in enumerate(delays_s):
        taken_s = from_s + index * STEP_S
        arrival_s = max(arrival_s, taken_s + delay_s)
        pts_s = taken_s * (1 + drift_ppm * 1e-6) + offset_s
        arrivals.append(
            Arrival(pts_s, MONOTONIC_S + arrival_s, EPOCH_S + wall_offset_s + arrival_s)
        )
        taken.append(EPOCH_S + wall_offset_s + taken_s)
    clock.prime(arrivals[:primed])
    return [(taken_s, clock.stamp(each)) for taken_s, each in zip(taken, arrivals, strict=True)]


@settings(max_examples=40)
@given(jitters, st.floats(0, 1e6))
def test_jitter_of_the_network_does_not_move_pictures(
    delays_s: list[float], offset_s: float
) -> None:
    stamped = play(MediaClock(), delays_s, offset_s=offset_s)
    settled = [(taken, s) for taken, s in stamped if taken - EPOCH_S > SETTLE_S + 0.2]
    for (_, before), (_, after) in pairwise(settled):
        # 500 ppm of the time between two receipts, and rounding to milliseconds.
        assert abs(after.at_ms - before.at_ms - STEP_S * 1000) <= 1.2
    for taken_s, stamp in settled:
        assert -1.5 <= stamp.at_ms - taken_s * 1000 <= 151.5


@settings(max_examples=40)
@given(jitters)
def test_no_picture_is_taken_longer_after_its_receipt_than_the_network_delays(
    delays_s: list[float],
) -> None:
    # One that was delayed less than all of the first seconds seems to come early.
    for _, stamp in play(MediaClock(), delays_s):
        assert stamp.lag_s >= -max(delays_s) - 0.001


@settings(max_examples=15)
@given(st.floats(-300, 300))
def test_a_camera_clock_that_drifts_is_followed(drift_ppm: float) -> None:
    delays_s = [0.01] * 6_000
    stamped = play(MediaClock(), delays_s, drift_ppm=drift_ppm)
    # Two windows of the filter is the longest that a drift goes unseen.
    for taken_s, stamp in stamped[4000:]:
        assert abs(stamp.at_ms - taken_s * 1000) <= 11.5 + abs(drift_ppm) * 1e-6 * 61_000


def test_a_camera_clock_that_runs_at_half_speed_is_never_off_by_more_than_its_window() -> None:
    clock = MediaClock()
    stamped = play(clock, [0.01] * 10_000, drift_ppm=-500_000)
    assert clock.rebases > 0
    assert max(abs(s.at_ms - taken * 1000) for taken, s in stamped) <= 35_000
    assert all(a.at_ms <= b.at_ms for (_, a), (_, b) in pairwise(stamped))


BURST_S = [2.0 - STEP_S * index for index in range(50)]


def test_a_burst_of_older_pictures_at_the_start_gets_the_times_at_which_they_were_taken() -> None:
    stamped = play(MediaClock(), BURST_S + [0.02] * 200, primed=51)
    for taken_s, stamp in stamped:
        assert abs(stamp.at_ms - taken_s * 1000) <= 21.5


def test_a_burst_that_was_not_recognised_is_seen_through_when_it_is_over() -> None:
    stamped = play(MediaClock(), BURST_S + [0.02] * 200)
    for taken_s, stamp in stamped[50:]:
        assert abs(stamp.at_ms - taken_s * 1000) <= 21.5


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=20))
def test_senseless_timestamps_at_the_start_prime_nothing_senseless(
    pts: list[float | None],
) -> None:
    clock = MediaClock()
    clock.prime([Arrival(pts_s, MONOTONIC_S, EPOCH_S) for pts_s in pts])
    stamp = clock.stamp(Arrival(pts[0] if pts else None, MONOTONIC_S, EPOCH_S))
    assert -20.0 <= stamp.at_ms / 1000 - EPOCH_S <= 0.001


@given(st.sampled_from([-86_400.0, -30.0, -2.0, 2.0, 30.0, 3_600.0]), st.booleans())
def test_a_jump_of_timestamps_begins_anew_without_a_jump_of_time(
    jump_s: float, while_settling: bool
) -> None:
    clock = MediaClock()
    count = 20 if while_settling else 200
    before = play(clock, [0.01] * count, offset_s=90_000.0)
    after = play(clock, [0.01] * 200, offset_s=90_000.0 + jump_s, from_s=count * STEP_S)
    for taken_s, stamp in before + after:
        assert abs(stamp.at_ms - taken_s * 1000) <= 11.5
    if jump_s < 0:
        media_s = [stamp.media_s for _, stamp in before + after]
        assert all(0 < b - a < 0.1 for a, b in pairwise(media_s))


@given(st.sampled_from([-7200.0, -1.0, 1.0, 7200.0]))
def test_a_step_of_the_wall_clock_is_followed_at_once(step_s: float) -> None:
    clock = MediaClock()
    play(clock, [0.01] * 200)
    connection = clock.connection
    after = play(clock, [0.01] * 50, from_s=200 * STEP_S, wall_offset_s=step_s)
    for taken_s, stamp in after:
        assert abs(stamp.at_ms - taken_s * 1000) <= 11.5
    # Times may only go back where everybody is told that continuity ends.
    assert clock.connection == connection + (1 if step_s < 0 else 0)


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=60))
def test_any_timestamps_at_all_give_times_near_their_receipt(pts: list[float | None]) -> None:
    clock, ascending = MediaClock(), Ascending()
    times = []
    for index, pts_s in enumerate(pts):
        arrived_s = index * STEP_S
        stamp = clock.stamp(Arrival(pts_s, MONOTONIC_S + arrived_s, EPOCH_S + arrived_s))
        times.append(ascending.next(stamp.at_ms, stamp.media_s, stamp.connection))
        assert stamp.connection == 0
        assert abs(stamp.at_ms / 1000 - EPOCH_S - arrived_s) <= len(pts) * STEP_S + 1.0
    assert all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(times))


def test_a_packet_without_a_timestamp_follows_the_one_before_by_its_usual_step() -> None:
    clock = MediaClock()
    times = [
        clock.stamp(Arrival(pts_s, MONOTONIC_S + i * STEP_S, EPOCH_S + i * STEP_S)).at_ms
        for i, pts_s in enumerate([None, 0.04, 0.08, None, 0.16, None, None, 0.28])
    ]
    assert [after - before for before, after in pairwise(times)] == [40] * 7
