"""Spans in which a station or some of its channels gave no valid values, with their causes."""

from collections.abc import Mapping
from itertools import groupby

from gateway.reports.channel_statistics import MEASURED, Span, cause_of
from gateway.reports.figures import Cause, Downtime


def downtimes_of(slots: Mapping[str, bytes], span: Span) -> list[Downtime]:
    """Return every span without valid values, in order of time.

    Channels that were down together for the same cause share an entry; what befell every
    channel of a station of several is the station's.

    Args:
        slots: codes of each channel by name, `Span.slots` long.
    """
    together: dict[tuple[int, int, Cause], list[str]] = {}
    for channel, codes in slots.items():
        at = 0
        runs = ((code, len(list(group))) for code, group in groupby(codes))
        for cause, group in groupby(runs, lambda run: _cause(run[0])):
            length = sum(length for _, length in group)
            if cause is not None:
                together.setdefault((at, at + length, cause), []).append(channel)
            at += length
    slot_ms = span.slot_s * 1000
    return [
        Downtime(
            [] if len(channels) == len(slots) and len(slots) > 1 else sorted(channels),
            span.from_ms + first * slot_ms,
            span.from_ms + end * slot_ms,
            cause,
        )
        for (first, end, cause), channels in sorted(together.items())
    ]


def total_s(downtimes: list[Downtime], channels: int) -> dict[Cause, int]:
    """Return seconds by cause, as a mean over a station's channels."""
    sums: dict[Cause, float] = {}
    for one in downtimes:
        share = (len(one.channels) or channels) / max(1, channels)
        sums[one.cause] = sums.get(one.cause, 0.0) + share * (one.ended_ms - one.began_ms) / 1000
    return {cause: round(seconds) for cause, seconds in sums.items()}


def _cause(code: int) -> Cause | None:
    return None if code == MEASURED else cause_of(code)
