"""From one-minute roll-ups to a channel's figures and to what each time slot was."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from operator import mul
from typing import Final

from gateway.reports.figures import Cause, ChannelFigures, Curve, LimitFigure
from gateway.stores.interface import Series
from quantrac_core.contracts.messages import Channel
from quantrac_core.contracts.quality import STATE_OF_CODE, State

MINUTE_S: Final = 60
MEASURED: Final = 0
NO_DATA: Final = 255
INVALID: Final = 254
_CAUSE_OF_STATE: Final[dict[State, Cause]] = {
    State.CALIBRATING: "calibrating",
    State.MAINTENANCE: "maintenance",
    State.FAULT: "fault",
    State.STOPPED: "stopped",
    State.COMMS_LOST: "comms_lost",
}


@dataclass(slots=True, frozen=True)
class Span:
    """The time that is counted: ``slots`` slots of ``slot_s`` from ``from_ms``."""

    from_ms: int
    slot_s: int
    slots: int

    @property
    def until_ms(self) -> int:
        """The end of the last slot."""
        return self.from_ms + self.slots * self.slot_s * 1000


def span_of(from_ms: int, until_ms: int, poll_interval_s: float) -> Span:
    """Return whole slots of minutes, each long enough to hold a scan of the station."""
    slot_s = MINUTE_S * max(1, ceil(poll_interval_s / MINUTE_S))
    return Span(from_ms, slot_s, max(0, (until_ms - from_ms) // (slot_s * 1000)))


def cause_of(code: int) -> Cause:
    """Return why a slot holds no valid value; ``code`` is not `MEASURED`."""
    if code == NO_DATA:
        return "no_data"
    state = STATE_OF_CODE.get(code)
    return "invalid" if state is None else _CAUSE_OF_STATE[state]


def slots_of(series: Series, span: Span) -> bytes:
    """Return one code a slot: `MEASURED`, `NO_DATA`, `INVALID` or the state that stood in the way.

    A slot with one valid value counts as measured; else its highest state code speaks.
    """
    codes = bytearray([NO_DATA]) * span.slots
    for at_ms, count, s in zip(series.at_ms, series.count, series.s, strict=True):
        slot = (at_ms - span.from_ms) // (span.slot_s * 1000)
        if not 0 <= slot < span.slots or codes[slot] == MEASURED:
            continue
        if count:
            codes[slot] = MEASURED
        elif s not in STATE_OF_CODE or s == MEASURED:
            codes[slot] = INVALID if codes[slot] == NO_DATA else codes[slot]
        else:
            known = codes[slot] if codes[slot] < INVALID else 0
            codes[slot] = max(known, s)
    return bytes(codes)


def channel_figures(
    series: Series,
    slots: bytes,
    channel: Channel,
    span: Span,
    step_s: int,
    *,
    is_former: bool = False,
) -> ChannelFigures:
    """Return the figures of a channel.

    Args:
        series: its one-minute roll-ups within the span; buckets outside are left out.
        slots: as `slots_of` gives them.
        step_s: width of the curve's steps, a multiple of 60.
        is_former: the station no longer announces it.
    """
    steps = [
        _step_of(series, first, end)
        for first, end in _steps_within(series.at_ms, span, step_s * 1000)
    ]
    count = sum(step.count for step in steps)
    total = sum(step.total for step in steps)
    least = min((step.low for step in steps if step.low is not None), default=None)
    most = max((step.high for step in steps if step.high is not None), default=None)
    return ChannelFigures(
        name=channel.name,
        symbol=channel.symbol or channel.name,
        label=channel.label_vi or channel.symbol or channel.name,
        unit=channel.unit,
        decimals=channel.decimals,
        count=count,
        least=least,
        mean=_mean(total, count, least, most),
        most=most,
        capture=slots.count(MEASURED) / span.slots if span.slots else 0.0,
        limits=[
            LimitFigure(one.level, one.side, one.value, one.basis, one.source, one.verified)
            for one in channel.limits
        ],
        curve=Curve(
            span.from_ms,
            step_s,
            [_mean(step.total, step.count, step.low, step.high) for step in steps],
            [step.low for step in steps],
            [step.high for step in steps],
        ),
        delivered_until_ms=series.at_ms[-1] if is_former and series.at_ms else None,
    )


@dataclass(slots=True, frozen=True)
class _Step:
    """What was measured in one step of a curve."""

    count: int
    total: float
    low: float | None
    high: float | None


def _steps_within(at_ms: list[int], span: Span, step_ms: int) -> Iterator[tuple[int, int]]:
    """Yield for each step of the span where its buckets begin and end in ``at_ms``, ascending."""
    first = bisect_left(at_ms, span.from_ms)
    for begin_ms in range(span.from_ms, span.until_ms, step_ms):
        end = bisect_left(at_ms, min(begin_ms + step_ms, span.until_ms), first)
        yield first, end
        first = end


def _step_of(series: Series, first: int, end: int) -> _Step:
    within = slice(first, end)
    measured = [
        (n, mean, low, high)
        for n, mean, low, high in zip(
            series.count[within],
            series.v[within],
            series.v_min[within],
            series.v_max[within],
            strict=True,
        )
        if n and mean is not None and low is not None and high is not None
    ]
    if not measured:
        return _Step(0, 0.0, None, None)
    counts, means, lows, highs = zip(*measured, strict=True)
    return _Step(sum(counts), sum(map(mul, counts, means)), min(lows), max(highs))


def _mean(total: float, count: int, least: float | None, most: float | None) -> float | None:
    if not count or least is None or most is None:
        return None
    # Rounding in the last place must not put the mean outside what was measured.
    return min(max(total / count, least), most)
