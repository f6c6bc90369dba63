"""Timestamps of clips, whatever order and distances the camera's pictures have."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vision.streams.timeline import TICKS_PER_MS, timeline

pictures = st.lists(st.tuples(st.floats(0, 100), st.integers(0, 100_000)), min_size=1, max_size=80)


@given(pictures)
def test_any_packets_get_times_that_a_muxer_takes(packets: list[tuple[float, int]]) -> None:
    media_s, at_ms = [p[0] for p in packets], [p[1] for p in packets]
    times = timeline(media_s, at_ms)
    assert times.dts[0] == 0
    assert all(before < after for before, after in pairwise(times.dts))
    assert all(dts <= pts for dts, pts in zip(times.dts, times.pts, strict=True))
    assert len(set(times.pts)) == len(packets)
    shown = sorted(range(len(packets)), key=lambda index: times.pts[index])
    assert all(media_s[a] <= media_s[b] for a, b in pairwise(shown))


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=50), st.integers(0, 10**12))
def test_a_players_position_is_wall_clock_minus_the_clips_zero(
    gaps_ms: list[int], began_ms: int
) -> None:
    at_ms = [began_ms + sum(gaps_ms[:index]) for index in range(len(gaps_ms))]
    times = timeline([each / 1000 for each in at_ms], at_ms)
    assert times.zero_ms == began_ms
    assert [times.zero_ms + tick // TICKS_PER_MS for tick in times.pts] == at_ms


def test_b_frames_shift_the_zero_and_keep_the_order_of_presentation() -> None:
    at_ms = [1000, 1120, 1040, 1080]
    times = timeline([each / 1000 for each in at_ms], at_ms)
    assert times.dts == [0, 40 * 90, 80 * 90, 120 * 90]
    assert times.zero_ms == 960
    assert [times.zero_ms + tick // TICKS_PER_MS for tick in times.pts] == at_ms
