"""Thins raw scans to one-minute means when the disk is full and the centre out of reach.

A merged scan stands for its whole range of sequence numbers (``from_seq`` … ``seq``), so
that completeness stays provable. Alarm transitions are never thinned.
"""

from collections.abc import Sequence

import msgspec

from edge_agent.outbox.kinds import ALARM, first_covered
from quantrac_core.contracts import messages
from quantrac_core.contracts.messages import Reading, Scan
from quantrac_core.contracts.quality import QUALITY_CODE, Quality, State
from quantrac_core.runtime.outbox.entries import Entry

MINUTE_MS = 60_000


def thin_to_minutes(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries with each minute's runs of scans merged into one.

    Args:
        entries: consecutive sequence numbers, ascending. A run ends at an alarm transition,
            at a new minute, at a new boot and where a measurement state changes, so that no
            merged range covers another entry and every change of state keeps its time.
    """
    merged: list[Entry] = []
    run: list[tuple[Entry, Scan]] = []
    for entry in entries:
        scan = None if entry.kind == ALARM else messages.decode(Scan, entry.payload)
        if run and (
            scan is None
            or entry.at_ms // MINUTE_MS != run[-1][0].at_ms // MINUTE_MS
            or scan.boot_id != run[-1][1].boot_id
            or _states(scan) != _states(run[-1][1])
        ):
            merged.append(_merge(run))
            run = []
        if scan is None:
            merged.append(entry)
        else:
            run.append((entry, scan))
    if run:
        merged.append(_merge(run))
    return merged


def fold_oldest(entries: Sequence[Entry], most: int) -> list[Entry]:
    """Return at most ``most`` entries: the oldest go, and the first scan kept covers them.

    Alarm transitions directly before that scan go too, so that no range covers an entry that
    is kept; without such a scan nothing can go. The readings of what goes are lost.
    """
    over = len(entries) - most
    if over <= 0:
        return list(entries)
    for index in range(over, len(entries)):
        entry = entries[index]
        if entry.kind == ALARM:
            continue
        scan = messages.decode(Scan, entry.payload)
        covering = msgspec.structs.replace(scan, from_seq=first_covered(entries[0]))
        return [entry._replace(payload=messages.encode(covering)), *entries[index + 1 :]]
    return list(entries)


def _merge(run: Sequence[tuple[Entry, Scan]]) -> Entry:
    if len(run) == 1:
        return run[0][0]
    first, last = run[0][1], run[-1][1]
    channels: dict[str, list[Reading]] = {}
    for _, scan in run:
        for reading in scan.readings:
            channels.setdefault(reading.c, []).append(reading)
    whole = msgspec.structs.replace(
        last,
        from_seq=first.from_seq or first.seq,
        readings=[_mean(readings) for readings in channels.values()],
    )
    newest = run[-1][0]
    return Entry(newest.seq, newest.at_ms, newest.kind, messages.encode(whole))


def _states(scan: Scan) -> list[tuple[str, State]]:
    return [(reading.c, reading.s) for reading in scan.readings]


def _mean(readings: Sequence[Reading]) -> Reading:
    """Mean of the good values; without one, of the values there are, with the worst quality."""
    good = [r.v for r in readings if r.v is not None and r.q is Quality.GOOD]
    values = good or [r.v for r in readings if r.v is not None]
    worst = max(readings, key=lambda reading: QUALITY_CODE[reading.q])
    return Reading(
        worst.c,
        sum(values) / len(values) if values else None,
        worst.u,
        worst.s,
        Quality.GOOD if good else worst.q,
        None if good else worst.r,
    )
