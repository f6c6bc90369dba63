"""From one-minute roll-ups to a channel's figures and to what each time slot was."""

from dataclasses import dataclass
from math import ceil
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
    count, total = 0, 0.0
    least: float | None = None
    most: float | None = None
    steps = ceil(span.slots * span.slot_s / step_s)
    counts, totals = [0] * steps, [0.0] * steps
    lows: list[float | None] = [None] * steps
    highs: list[float | None] = [None] * steps
    for at_ms, n, mean, low, high in zip(
        series.at_ms, series.count, series.v, series.v_min, series.v_max, strict=True
    ):
        if not n or mean is None or low is None or high is None:
            continue
        if not span.from_ms <= at_ms < span.until_ms:
            continue
        step = (at_ms - span.from_ms) // (step_s * 1000)
        count += n
        total += mean * n
        least = low if least is None else min(least, low)
        most = high if most is None else max(most, high)
        counts[step] += n
        totals[step] += mean * n
        step_low, step_high = lows[step], highs[step]
        lows[step] = low if step_low is None else min(step_low, low)
        highs[step] = high if step_high is None else max(step_high, high)
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
            [
                _mean(part, n, low, high)
                for part, n, low, high in zip(totals, counts, lows, highs, strict=True)
            ],
            lows,
            highs,
        ),
        delivered_until_ms=series.at_ms[-1] if is_former and series.at_ms else None,
    )


def _mean(total: float, count: int, least: float | None, most: float | None) -> float | None:
    if not count or least is None or most is None:
        return None
    # Rounding in the last place must not put the mean outside what was measured.
    return min(max(total / count, least), most)
