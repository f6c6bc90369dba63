"""What notification knows of each thing: how it was last seen and how far its telling has come."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, exists, func, literal, not_, select, update

from gateway.database import events
from gateway.database.alarm_records import AlarmRecord, record_of, select_records
from gateway.database.engine import insert_missing
from gateway.database.events import EventRecord
from gateway.database.notification_tables import NOTICE_INCIDENT, NOTICE_TURN
from gateway.database.tables import ALARM, EVENT
from gateway.notification.escalation import Progress
from gateway.notification.notifiable import Kind, Notifiable

LOOK_BACK_MS: Final = 24 * 3_600_000
"""What began longer ago and was never seen is history, not news."""

_SEEN: Final = msgspec.json.Decoder(Notifiable)
CHUNK: Final = 500
"""Databases bound the values of one statement."""


@dataclass(slots=True, frozen=True)
class Incident:
    """A thing as last seen, and its progress."""

    seen: Notifiable
    progress: Progress
    due_at_ms: int | None


def take_turn(connection: Connection, now_ms: int) -> int:
    """Wait until no other gateway is looking; return since when notification runs here.

    The row stays locked until the transaction ends.
    """
    insert_missing(connection, NOTICE_TURN, [{"id": 1, "began_at_ms": now_ms}])
    query = select(NOTICE_TURN.c.began_at_ms).where(NOTICE_TURN.c.id == 1)
    began_at_ms: int = connection.execute(query.with_for_update()).scalar_one()
    return began_at_ms


def has_begun(connection: Connection) -> bool:
    """Tell whether notification ever looked here."""
    return connection.execute(select(NOTICE_TURN.c.id)).first() is not None


def unseen_alarms(connection: Connection, now_ms: int, limit: int) -> list[AlarmRecord]:
    """Return alarms of the last day that notification has not seen, oldest first."""
    seen = exists().where(NOTICE_INCIDENT.c.id == literal("alarm:") + ALARM.c.id)
    query = select_records().where(ALARM.c.raised_at_ms >= now_ms - LOOK_BACK_MS, not_(seen))
    rows = connection.execute(query.order_by(ALARM.c.raised_at_ms, ALARM.c.id).limit(limit))
    return [record_of(row) for row in rows]


def alarms_of(connection: Connection, ids: Iterable[str]) -> list[AlarmRecord]:
    """Return the alarms behind incidents."""
    found: list[AlarmRecord] = []
    for some in _chunks([id.removeprefix("alarm:") for id in ids if id.startswith("alarm:")]):
        rows = connection.execute(select_records().where(ALARM.c.id.in_(some)))
        found += [record_of(row) for row in rows]
    return found


def unseen_events(connection: Connection, now_ms: int, limit: int) -> list[EventRecord]:
    """Return security events of the last day that notification has not seen, oldest first."""
    seen = exists().where(NOTICE_INCIDENT.c.id == literal("event:") + EVENT.c.id)
    query = select(EVENT.c.id).where(EVENT.c.began_at_ms >= now_ms - LOOK_BACK_MS, not_(seen))
    ids = connection.execute(query.order_by(EVENT.c.began_at_ms, EVENT.c.id).limit(limit))
    return events.load(connection, [row.id for row in ids])


def events_of(connection: Connection, ids: Iterable[str]) -> list[EventRecord]:
    """Return the security events behind incidents."""
    found: list[EventRecord] = []
    for some in _chunks([id.removeprefix("event:") for id in ids if id.startswith("event:")]):
        found += events.load(connection, some)
    return found


def open_incidents(connection: Connection, kinds: Iterable[Kind]) -> dict[str, Incident]:
    """Return what is not over, by id."""
    query = select(NOTICE_INCIDENT).where(
        NOTICE_INCIDENT.c.is_open.is_(True), NOTICE_INCIDENT.c.kind.in_(list(kinds))
    )
    return {row.id: _incident(row) for row in connection.execute(query)}


def load(connection: Connection, ids: Iterable[str]) -> dict[str, Incident]:
    """Return incidents by id."""
    found: dict[str, Incident] = {}
    for some in _chunks(list(ids)):
        query = select(NOTICE_INCIDENT).where(NOTICE_INCIDENT.c.id.in_(some))
        found.update({row.id: _incident(row) for row in connection.execute(query)})
    return found


def keep(connection: Connection, incident: Incident, now_ms: int) -> None:
    """Write an incident as it is now."""
    seen = incident.seen
    values = {
        "seen": msgspec.json.encode(seen).decode(),
        "progress": incident.progress.model_dump_json(),
        "due_at_ms": None if incident.progress.closed else incident.due_at_ms,
        "is_open": not incident.progress.closed,
        "changed_at_ms": now_ms,
    }
    changed = connection.execute(
        update(NOTICE_INCIDENT).where(NOTICE_INCIDENT.c.id == seen.id).values(**values)
    )
    if changed.rowcount == 0:
        row = {"id": seen.id, "kind": seen.kind, "at_ms": seen.at_ms, **values}
        insert_missing(connection, NOTICE_INCIDENT, [row])


def announce(connection: Connection, news: Notifiable, now_ms: int) -> None:
    """Hand in something that has no table of its own, such as a reminder; again as it changes.

    Runs in the caller's transaction, so that it is told if and only if that commits.
    """
    known = load(connection, [news.id]).get(news.id)
    progress = Progress() if known is None else known.progress
    keep(connection, Incident(news, progress, now_ms), now_ms)


def any_due(connection: Connection, now_ms: int) -> bool:
    """Tell whether a timer has run out."""
    query = select(func.count()).where(NOTICE_INCIDENT.c.due_at_ms <= now_ms)
    return connection.execute(query).scalar_one() > 0


def forget_before(connection: Connection, before_ms: int) -> int:
    """Delete what was over before ``before_ms``; return how many."""
    gone = connection.execute(
        delete(NOTICE_INCIDENT).where(
            NOTICE_INCIDENT.c.is_open.is_(False),
            NOTICE_INCIDENT.c.changed_at_ms < before_ms,
            NOTICE_INCIDENT.c.at_ms < before_ms - LOOK_BACK_MS,
        )
    )
    return gone.rowcount


def _chunks(ids: list[str]) -> Iterable[list[str]]:
    for first in range(0, len(ids), CHUNK):
        yield ids[first : first + CHUNK]


def _incident(row: object) -> Incident:
    mapping = row._mapping  # type: ignore[attr-defined]
    return Incident(
        _SEEN.decode(mapping["seen"]),
        Progress.model_validate_json(mapping["progress"]),
        mapping["due_at_ms"],
    )
