"""Statistics, downtimes and uptime hold for any data."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.reports.camera_statistics import (
    JudgedEvent,
    StateSpan,
    camera_figures,
    event_counts,
)
from gateway.reports.channel_statistics import (
    MEASURED,
    NO_DATA,
    Span,
    channel_figures,
    slots_of,
    span_of,
)
from gateway.reports.downtime import downtimes_of, total_s
from gateway.stores.interface import Series
from quantrac_core.contracts.messages import Channel

BEGIN_MS = 1_734_022_800_000
COD = Channel("cod", "mg/l", "COD")
VALUES = st.floats(-1e9, 1e9, allow_subnormal=False)
MINUTE = st.tuples(st.lists(VALUES, max_size=5), st.integers(0, 5), st.integers(0, 2))
HOUR = st.lists(st.none() | MINUTE, min_size=1, max_size=60)


def series_of(minutes: list[tuple[list[float], int, int] | None]) -> Series:
    """Return roll-ups as a store would: None is a minute without any scan."""
    series = Series(60)
    for number, minute in enumerate(minutes):
        if minute is None:
            continue
        values, s, q = minute
        series.at_ms.append(BEGIN_MS + number * 60_000)
        series.v.append(sum(values) / len(values) if values else None)
        series.v_min.append(min(values, default=None))
        series.v_max.append(max(values, default=None))
        series.count.append(len(values))
        series.s.append(s)
        series.q.append(q)
    return series


@given(HOUR)
def test_least_mean_and_most_come_in_their_order_and_count_every_value(
    minutes: list[tuple[list[float], int, int] | None],
) -> None:
    span = Span(BEGIN_MS, 60, len(minutes))
    series = series_of(minutes)
    figures = channel_figures(series, slots_of(series, span), COD, span, 3_600)
    values = [value for minute in minutes if minute for value in minute[0]]
    assert figures.count == len(values)
    if not values:
        assert (figures.least, figures.mean, figures.most) == (None, None, None)
    else:
        assert (figures.least, figures.most) == (min(values), max(values))
        assert figures.least is not None
        assert figures.mean is not None
        assert figures.most is not None
        assert figures.least <= figures.mean <= figures.most
        assert abs(figures.mean - sum(values) / len(values)) <= 1e-6 * max(
            map(abs, values), default=1
        )
    full = sum(1 for minute in minutes if minute and minute[0])
    assert figures.capture == full / len(minutes)


@given(st.lists(HOUR, min_size=1, max_size=4))
def test_downtimes_and_measured_slots_together_are_the_whole_time(
    channels: list[list[tuple[list[float], int, int] | None]],
) -> None:
    span = Span(BEGIN_MS, 60, 60)
    slots = {
        f"c{number}": slots_of(series_of(minutes), span) for number, minutes in enumerate(channels)
    }
    found = downtimes_of(slots, span)
    for channel, codes in slots.items():
        mine = [one for one in found if not one.channels or channel in one.channels]
        down_s = sum(one.ended_ms - one.began_ms for one in mine) // 1000
        assert down_s + 60 * codes.count(MEASURED) == 3_600
    mean_down_s = sum(len(codes) - codes.count(MEASURED) for codes in slots.values()) * 60
    assert abs(sum(total_s(found, len(slots)).values()) - mean_down_s / len(slots)) <= 7


def test_a_station_that_is_gone_is_one_downtime_of_the_station() -> None:
    span = Span(BEGIN_MS, 60, 10)
    alive = bytes([MEASURED] * 4 + [NO_DATA] * 6)
    found = downtimes_of({"cod": alive, "ph": alive}, span)
    assert [(one.channels, one.cause, one.ended_ms - one.began_ms) for one in found] == [
        ([], "no_data", 360_000)
    ]


def test_the_cause_is_the_state_of_the_device() -> None:
    minutes = [([], 1, 0), ([], 2, 0), ([], 3, 0), ([], 4, 0), ([], 5, 2), ([], 0, 2), None]
    span = Span(BEGIN_MS, 60, len(minutes))
    found = downtimes_of({"cod": slots_of(series_of(minutes), span)}, span)
    assert [one.cause for one in found] == [
        "calibrating",
        "fault",
        "maintenance",
        "stopped",
        "comms_lost",
        "invalid",
        "no_data",
    ]


def test_a_slow_station_is_not_thought_silent_between_its_scans() -> None:
    span = span_of(BEGIN_MS, BEGIN_MS + 3_600_000, poll_interval_s=300.0)
    every_fifth = [([1.0], 0, 0) if n % 5 == 0 else None for n in range(60)]
    slots = slots_of(series_of(every_fifth), span)
    assert slots == bytes([MEASURED] * 12)


SPANS = st.lists(
    st.builds(
        lambda state, since, length: StateSpan(state, since, since + length),
        st.sampled_from(["live", "degraded", "down", "starting"]),
        st.integers(-500_000, 1_500_000),
        st.integers(0, 800_000),
    ),
    max_size=12,
)


@given(SPANS)
def test_uptime_is_the_share_of_moments_with_pictures(spans: list[StateSpan]) -> None:
    figures = camera_figures("c", "C", spans, 0, 1_000_000)
    touched = [s for s in spans if s.since_ms < 1_000_000 and s.seen_ms >= 0]
    if not touched:
        assert figures.uptime is None
        return
    marks = sorted({0, 1_000_000, *(t for s in spans for t in (s.since_ms, s.seen_ms))})
    up_ms = sum(
        end - begin
        for begin, end in pairwise(marks)
        if 0 <= begin < 1_000_000
        and any(s.is_up and s.since_ms <= begin and end <= s.seen_ms for s in spans)
    )
    assert figures.uptime == up_ms / 1_000_000


def test_events_are_counted_by_rule_and_verdict() -> None:
    verdicts = ["true", "false", "false", "unclear", None]
    counts = event_counts([JudgedEvent("c", "r", "k", verdict) for verdict in verdicts])
    assert [(c.total, c.true, c.false, c.unclear, c.unjudged) for c in counts] == [(5, 1, 2, 1, 1)]
