"""The life of each alarm: raised, returned, acknowledged, in whatever order the news comes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, and_, func, or_, select, update

from gateway.database.engine import insert_missing
from gateway.database.tables import ALARM
from quantrac_core.contracts.messages import AlarmTransition, ms_from_utc

AlarmState = Literal["active", "unacknowledged", "open", "all"]


@dataclass(slots=True, frozen=True)
class AlarmRecord:
    """One occurrence of one alarm, as kept; active while ``returned_at_ms`` is None."""

    id: str
    station: str
    channel: str
    alarm: str
    level: str
    side: str
    basis: str
    value: float | None
    peak_value: float | None
    limit_value: float
    unit: str
    raised_at_ms: int
    returned_at_ms: int | None
    backfill: bool
    acknowledged_at_ms: int | None
    acknowledged_by: str | None
    note: str


@dataclass(slots=True)
class AlarmCounts:
    """How many alarms of one station are active, by level, and how many nobody has taken."""

    warn: int = 0
    limit: int = 0
    unacknowledged: int = 0


def occurrence_id(transition: AlarmTransition) -> str:
    """Return the same id for every transition of one occurrence."""
    return f"{transition.station}.{transition.alarm}.{ms_from_utc(transition.since)}"


def apply_transition(connection: Connection, transition: AlarmTransition) -> AlarmRecord:
    """Take in one transition; the order and repetition of transitions do not matter."""
    alarm_id = occurrence_id(transition)
    raised = transition.transition == "raised"
    row: dict[str, Any] = {
        "id": alarm_id,
        "station": transition.station,
        "channel": transition.channel,
        "alarm": transition.alarm,
        "level": transition.level,
        "side": transition.side,
        "basis": transition.basis,
        "value": transition.value if raised else None,
        "peak_value": transition.value,
        "limit_value": transition.limit,
        "unit": transition.unit,
        "raised_at_ms": ms_from_utc(transition.since),
        "returned_at_ms": None if raised else ms_from_utc(transition.at),
        "backfill": transition.backfill,
        "note": "",
    }
    insert_missing(connection, ALARM, [row])
    kept = connection.execute(select(ALARM).where(ALARM.c.id == alarm_id).with_for_update()).one()
    changes: dict[str, Any] = {}
    if raised and kept.value is None and transition.value is not None:
        changes["value"] = transition.value
    if not raised and kept.returned_at_ms is None:
        changes["returned_at_ms"] = ms_from_utc(transition.at)
    peak = farther(transition.side, kept.peak_value, transition.value)
    if peak != kept.peak_value:
        changes["peak_value"] = peak
    if changes:
        connection.execute(update(ALARM).where(ALARM.c.id == alarm_id).values(**changes))
    return AlarmRecord(**{**kept._mapping, **changes})


def farther(side: str, one: float | None, other: float | None) -> float | None:
    """Return the value that lies farther beyond a high (or low) limit."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other) if side == "high" else min(one, other)


def raise_peaks(connection: Connection, peaks: dict[str, float]) -> list[AlarmRecord]:
    """Set new peak values of alarms by id and return the alarms."""
    for alarm_id, peak in sorted(peaks.items()):
        connection.execute(update(ALARM).where(ALARM.c.id == alarm_id).values(peak_value=peak))
    return [record for alarm_id in peaks if (record := find(connection, alarm_id)) is not None]


def acknowledge(
    connection: Connection, alarm_id: str, by: str, note: str, now_ms: int
) -> AlarmRecord | None:
    """Note who took the alarm and when; the first one stays. None where it is unknown."""
    connection.execute(
        update(ALARM)
        .where(ALARM.c.id == alarm_id, ALARM.c.acknowledged_at_ms.is_(None))
        .values(acknowledged_at_ms=now_ms, acknowledged_by=by, note=note)
    )
    return find(connection, alarm_id)


def find(connection: Connection, alarm_id: str) -> AlarmRecord | None:
    """Return one alarm, or None."""
    row = connection.execute(select(ALARM).where(ALARM.c.id == alarm_id)).one_or_none()
    return None if row is None else AlarmRecord(**row._mapping)


def search(
    connection: Connection,
    state: AlarmState,
    station: str | None,
    limit: int,
    before_ms: int | None,
    reach: Collection[str] | None = None,
) -> Sequence[AlarmRecord]:
    """Return alarms, newest first; ``open`` means active or not acknowledged.

    ``reach`` names the only stations that the caller may see; None is all.
    """
    active = ALARM.c.returned_at_ms.is_(None)
    untaken = ALARM.c.acknowledged_at_ms.is_(None)
    query = select(ALARM).order_by(ALARM.c.raised_at_ms.desc(), ALARM.c.id).limit(limit)
    match state:
        case "active":
            query = query.where(active)
        case "unacknowledged":
            query = query.where(untaken)
        case "open":
            query = query.where(or_(active, untaken))
        case "all":
            pass
    if station is not None:
        query = query.where(ALARM.c.station == station)
    if before_ms is not None:
        query = query.where(ALARM.c.raised_at_ms < before_ms)
    if reach is not None:
        query = query.where(ALARM.c.station.in_(reach))
    return [AlarmRecord(**row._mapping) for row in connection.execute(query)]


def counts_by_station(connection: Connection) -> dict[str, AlarmCounts]:
    """Return the open alarms of every station as counts."""
    active = ALARM.c.returned_at_ms.is_(None)
    untaken = ALARM.c.acknowledged_at_ms.is_(None)
    rows = connection.execute(
        select(ALARM.c.station, ALARM.c.level, active, untaken, func.count())
        .where(or_(active, untaken))
        .group_by(ALARM.c.station, ALARM.c.level, active, untaken)
    )
    counts: dict[str, AlarmCounts] = {}
    for station, level, is_active, is_untaken, number in rows:
        of_station = counts.setdefault(station, AlarmCounts())
        if is_active and level == "warn":
            of_station.warn += number
        if is_active and level == "limit":
            of_station.limit += number
        if is_untaken:
            of_station.unacknowledged += number
    return counts


def active_alarms(connection: Connection, limit: int = 10_000) -> list[AlarmRecord]:
    """Return the active alarms on the value itself, whose peak the live readings move."""
    rows = connection.execute(
        select(ALARM)
        .where(and_(ALARM.c.returned_at_ms.is_(None), ALARM.c.basis == "value"))
        .limit(limit)
    )
    return [AlarmRecord(**row._mapping) for row in rows]
