"""The life of each alarm: raised, returned, listed, in whatever order the news comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from gateway.alarms.definitions import DefinitionKey
from gateway.alarms.flags import Flags, Inhibition, settle, silenced_by
from gateway.database import alarm_journal, channel_services
from gateway.database.alarm_definitions import find_definition
from gateway.database.alarm_records import (
    AlarmRecord as AlarmRecord,
)
from gateway.database.alarm_records import (
    find,
    record_of,
    select_records,
    set_columns,
)
from gateway.database.alarm_shelves import end_one_shot, shelf_of
from gateway.database.engine import insert_if_absent
from gateway.database.tables import ALARM
from quantrac_core.contracts.messages import AlarmTransition, ms_from_utc

AlarmState = Literal["active", "unacknowledged", "open", "all"]
_ACTIVE = ALARM.c.returned_at_ms.is_(None)
_UNTAKEN = ALARM.c.acknowledged_at_ms.is_(None)
_ANNOUNCED = ALARM.c.announced_at_ms.is_not(None)
_HELD = and_(ALARM.c.latching, ALARM.c.reset_at_ms.is_(None))
OPEN = or_(_ACTIVE, and_(_ANNOUNCED, or_(_UNTAKEN, _HELD)))


@dataclass(slots=True)
class AlarmCounts:
    """How many alarms of one station are active, by level, and how many nobody has taken."""

    warn: int = 0
    limit: int = 0
    unacknowledged: int = 0


@dataclass(slots=True, frozen=True)
class AlarmFilter:
    """Which alarms are wanted; None: any.

    Args:
        silenced: True or False, or one cause such as ``shelved``.
        stations, cameras: what the asking account reaches.
        before: raised before this time (milliseconds), or at it with a greater id.
        from_ms: raised at or after this time.
    """

    state: AlarmState = "open"
    station: str | None = None
    priority: str | None = None
    group: str | None = None
    silenced: bool | str | None = None
    stations: frozenset[str] | None = None
    cameras: frozenset[str] | None = None
    before: tuple[int, str | None] | None = None
    from_ms: int | None = None


def occurrence_id(transition: AlarmTransition) -> str:
    """Return the same id for every transition of one occurrence."""
    return f"{transition.station}.{transition.alarm}.{ms_from_utc(transition.since)}"


def apply_transition(
    connection: Connection, transition: AlarmTransition, now_ms: int
) -> AlarmRecord:
    """Take in one transition; the order and repetition of transitions do not matter."""
    alarm_id = occurrence_id(transition)
    raised = transition.transition == "raised"
    at_ms = ms_from_utc(transition.at)
    key = DefinitionKey(transition.station, transition.channel, transition.level)
    inhibition = channel_services.inhibition_of(connection, key)
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
        "returned_at_ms": None if raised else at_ms,
        "backfill": transition.backfill,
        "subject": "station",
    }
    if insert_alarm(connection, row, now_ms, transition.backfill, inhibition):
        alarm_journal.write(connection, key, alarm_id, "raised", row["raised_at_ms"], now_ms)
        if not raised:
            alarm_journal.write(connection, key, alarm_id, "returned", at_ms, now_ms)
    else:
        _renew(connection, transition, alarm_id, now_ms)
    record = find(connection, alarm_id)
    assert record is not None
    return record


def insert_alarm(
    connection: Connection,
    row: dict[str, Any],
    now_ms: int,
    late: bool,
    inhibition: Inhibition | None,
) -> bool:
    """Insert an occurrence with what its definition says; False where it is known already."""
    key = DefinitionKey(row["station"], row["channel"], row["level"])
    definition = find_definition(connection, key)
    flags = settle(
        Flags(
            active=row["returned_at_ms"] is None,
            late=late,
            latching=definition.latching,
            shelved=shelf_of(connection, row["station"], row["alarm"], row["id"]),
            suppressed=definition.suppressed,
            out_of_service=definition.out_of_service,
            inhibited_by=inhibition,
        ),
        now_ms,
    )
    # A return that overtook its raise still tells of something that happened in the open.
    announced = flags.announced or silenced_by(flags, now_ms) is None
    return insert_if_absent(
        connection,
        ALARM,
        {
            **row,
            "note": "",
            "priority": definition.priority,
            "alarm_group": definition.group,
            "latching": definition.latching,
            "late": late,
            "silenced_by": silenced_by(flags, now_ms),
            "inhibited_by": inhibition,
            "announced_at_ms": now_ms if announced else None,
            "received_at_ms": now_ms,
            "changed_at_ms": now_ms,
        },
    )


def _renew(connection: Connection, transition: AlarmTransition, alarm_id: str, now_ms: int) -> None:
    kept = find(connection, alarm_id, lock=True)
    assert kept is not None
    changes: dict[str, Any] = {}
    if transition.transition == "raised":
        if kept.value is None and transition.value is not None:
            changes["value"] = transition.value
    elif kept.returned_at_ms is None:
        at_ms = ms_from_utc(transition.at)
        changes["returned_at_ms"] = at_ms
        alarm_journal.write(connection, kept.definition, alarm_id, "returned", at_ms, now_ms)
        end_one_shot(connection, kept, now_ms)
    peak = farther(transition.side, kept.peak_value, transition.value)
    if peak != kept.peak_value:
        changes["peak_value"] = peak
    if changes:
        set_columns(connection, alarm_id, now_ms, **changes)


def farther(side: str, one: float | None, other: float | None) -> float | None:
    """Return the value that lies farther beyond a high (or low) limit."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other) if side == "high" else min(one, other)


def raise_peaks(connection: Connection, peaks: dict[str, float], now_ms: int) -> list[AlarmRecord]:
    """Set new peak values of alarms by id and return the alarms."""
    for alarm_id, peak in sorted(peaks.items()):
        set_columns(connection, alarm_id, now_ms, peak_value=peak)
    return [record for alarm_id in peaks if (record := find(connection, alarm_id)) is not None]


def search(connection: Connection, wanted: AlarmFilter, limit: int) -> Sequence[AlarmRecord]:
    """Return alarms, newest first; ``open`` means active, not acknowledged or latched."""
    query = (
        select_records()
        .where(*_conditions(wanted))
        .order_by(ALARM.c.raised_at_ms.desc(), ALARM.c.id)
        .limit(limit)
    )
    if wanted.before is not None:
        at_ms, last_id = wanted.before
        older = ALARM.c.raised_at_ms < at_ms
        if last_id is not None:
            older = or_(older, and_(ALARM.c.raised_at_ms == at_ms, ALARM.c.id > last_id))
        query = query.where(older)
    return [record_of(row) for row in connection.execute(query)]


def _conditions(wanted: AlarmFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    match wanted.state:
        case "active":
            found.append(_ACTIVE)
        case "unacknowledged":
            found.append(and_(_UNTAKEN, or_(_ACTIVE, _ANNOUNCED)))
        case "open":
            found.append(OPEN)
        case "all":
            pass
    for column, value in (
        (ALARM.c.station, wanted.station),
        (ALARM.c.priority, wanted.priority),
        (ALARM.c.alarm_group, wanted.group),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.from_ms is not None:
        found.append(ALARM.c.raised_at_ms >= wanted.from_ms)
    if isinstance(wanted.silenced, str):
        found.append(ALARM.c.silenced_by == wanted.silenced)
    elif wanted.silenced is not None:
        silent = ALARM.c.silenced_by
        found.append(silent.is_not(None) if wanted.silenced else silent.is_(None))
    if wanted.stations is not None or wanted.cameras is not None:
        found.append(
            or_(
                _within("station", wanted.stations),
                _within("camera", wanted.cameras),
            )
        )
    return found


def _within(subject: str, names: frozenset[str] | None) -> ColumnElement[bool]:
    if names is None:
        return ALARM.c.subject == subject
    if not names:
        return false()
    return and_(ALARM.c.subject == subject, ALARM.c.station.in_(sorted(names)))


def changed_since(connection: Connection, since_ms: int, limit: int) -> list[AlarmRecord]:
    """Return what any gateway changed at or after ``since_ms``, oldest change first."""
    rows = connection.execute(
        select_records()
        .where(ALARM.c.changed_at_ms >= since_ms)
        .order_by(ALARM.c.changed_at_ms, ALARM.c.id)
        .limit(limit)
    )
    return [record_of(row) for row in rows]


def counts_by_station(connection: Connection) -> dict[str, AlarmCounts]:
    """Return the open alarms of every station as counts; silenced ones wait for nobody."""
    waits = and_(_UNTAKEN, _ANNOUNCED, ALARM.c.silenced_by.is_(None))
    rows = connection.execute(
        select(ALARM.c.station, ALARM.c.level, _ACTIVE, waits, func.count())
        .where(OPEN, ALARM.c.subject == "station")
        .group_by(ALARM.c.station, ALARM.c.level, _ACTIVE, waits)
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


def stations_with_open(connection: Connection) -> set[str]:
    """Return the stations that have something on the list."""
    rows = connection.execute(
        select(ALARM.c.station).where(OPEN, ALARM.c.subject == "station").distinct()
    )
    return set(rows.scalars())


def active_alarms(connection: Connection, limit: int = 10_000) -> list[AlarmRecord]:
    """Return the active alarms on the value itself, whose peak the live readings move."""
    rows = connection.execute(
        select_records().where(_ACTIVE, ALARM.c.basis == "value").limit(limit)
    )
    return [record_of(row) for row in rows]
