"""Who did what to which alarm, when and why: rows are added and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select

from gateway.alarms.definitions import DefinitionKey
from gateway.database import audit
from gateway.database.alarms_tables import ALARM_JOURNAL as JOURNAL
from gateway.database.tables import ALARM


@dataclass(slots=True, frozen=True)
class Actor:
    """Who acts; the centre itself where ``account`` is None."""

    name: str | None
    account: str | None


CENTRE = Actor(None, None)


@dataclass(slots=True, frozen=True)
class JournalEntry:
    """One step.

    Args:
        alarm_id: None where it concerns the definition.
        at_ms: when it happened; ``recorded_at_ms`` when the centre wrote it down.
    """

    id: int
    alarm_id: str | None
    action: str
    at_ms: int
    recorded_at_ms: int
    person: str | None
    account: str | None
    why: str
    until_ms: int | None


def write(
    connection: Connection,
    key: DefinitionKey,
    alarm_id: str | None,
    action: str,
    at_ms: int,
    now_ms: int,
    actor: Actor = CENTRE,
    why: str = "",
    until_ms: int | None = None,
) -> None:
    """Add one step; what a person does is entered in the centre's audit log as well."""
    row = {
        "alarm_id": alarm_id,
        "station": key.station,
        "channel": key.channel,
        "level": key.level,
        "action": action,
        "at_ms": at_ms,
        "recorded_at_ms": now_ms,
        "person": actor.name,
        "account": actor.account,
        "why": why[:1000],
        "until_ms": until_ms,
    }
    connection.execute(insert(JOURNAL).values(**row))
    if actor.account is not None:
        act: audit.AuditAction = (
            "alarm_acknowledged" if action == "acknowledged" else "alarm_changed"
        )
        subject = f"alarm/{alarm_id or '/'.join((key.station, key.channel, key.level))}"
        audit.record(connection, act, actor.account, subject, f"{action}: {why}", now_ms)


def of_alarm(
    connection: Connection, key: DefinitionKey, alarm_id: str, limit: int
) -> Sequence[JournalEntry]:
    """Return the newest steps of an alarm and of its definition, oldest first."""
    return _newest(
        connection,
        or_(JOURNAL.c.alarm_id == alarm_id, and_(_of(key), JOURNAL.c.alarm_id.is_(None))),
        limit,
    )


def of_definition(connection: Connection, key: DefinitionKey, limit: int) -> Sequence[JournalEntry]:
    """Return the newest steps of a definition, oldest first."""
    return _newest(connection, and_(_of(key), JOURNAL.c.alarm_id.is_(None)), limit)


def _of(key: DefinitionKey) -> ColumnElement[bool]:
    return and_(
        JOURNAL.c.station == key.station,
        JOURNAL.c.channel == key.channel,
        JOURNAL.c.level == key.level,
    )


def _newest(
    connection: Connection, condition: ColumnElement[bool], limit: int
) -> list[JournalEntry]:
    rows = connection.execute(
        select(
            JOURNAL.c.id,
            JOURNAL.c.alarm_id,
            JOURNAL.c.action,
            JOURNAL.c.at_ms,
            JOURNAL.c.recorded_at_ms,
            JOURNAL.c.person,
            JOURNAL.c.account,
            JOURNAL.c.why,
            JOURNAL.c.until_ms,
        )
        .where(condition)
        .order_by(JOURNAL.c.id.desc())
        .limit(limit)
    )
    return [JournalEntry(**row._mapping) for row in reversed(rows.all())]


def write_for_alarm(
    connection: Connection, alarm_id: str, action: str, at_ms: int, now_ms: int
) -> None:
    """Add a step of the centre's own to an alarm that is known by its id only."""
    row = connection.execute(
        select(ALARM.c.station, ALARM.c.channel, ALARM.c.level).where(ALARM.c.id == alarm_id)
    ).one_or_none()
    if row is not None:
        write(connection, DefinitionKey(*row), alarm_id, action, at_ms, now_ms)
