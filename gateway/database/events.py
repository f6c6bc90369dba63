"""The newest revision of each security event, and what people said about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, update

from gateway.database.engine import insert_missing
from gateway.database.evidence_files import EvidenceRecord, files_of
from gateway.database.tables import EVENT
from quantrac_core.contracts.camera_messages import CameraEvent, EvidenceFile, decode_camera
from quantrac_core.contracts.errors import QuantracError
from quantrac_core.contracts.messages import encode, ms_from_utc

LATE_AFTER_MS: Final = 60_000
BACKFILL_LATE_AFTER_MS: Final = 10_000
"""A short break of the connection makes back-fill too, but nothing that is late."""

Cursor = tuple[int, str]
"""``began_at_ms`` and id of the last event of a page."""


class EventOfAnotherCamera(QuantracError):
    """An event whose id another camera has used."""


@dataclass(slots=True, frozen=True)
class EventRecord:
    """An event as kept, with the files that are here."""

    message: CameraEvent
    received_at_ms: int
    changed_at_ms: int
    late: bool
    verdict: Literal["true", "false", "unclear"] | None
    verdict_by: str | None
    verdict_at_ms: int | None
    note: str
    locked: bool
    files: list[EvidenceRecord] = field(default_factory=list)

    def announced(self, kind: str) -> EvidenceFile | None:
        """Return the file of a kind as the event names it, or None."""
        return next((file for file in self.message.evidence if file.kind == kind), None)

    def stored(self, file: EvidenceFile) -> EvidenceRecord | None:
        """Return the whole, verified file that is here for an announced one, or None."""
        for record in self.files:
            if (record.name, record.sha256) == (file.name, file.sha256):
                return record if record.is_here else None
        return None


@dataclass(slots=True, frozen=True)
class EventFilter:
    """Which events are wanted; None means any. Times in milliseconds since 1970."""

    camera: str | None = None
    rule: str | None = None
    kind: str | None = None
    verdict: Literal["true", "false", "unclear", "none"] | None = None
    is_open: bool | None = None
    priority: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    reach: frozenset[str] | None = None
    """The only cameras that the caller may see."""


@dataclass(slots=True)
class EventCounts:
    """How many events of a camera go on, and how many nobody has judged."""

    open: int = 0
    unreviewed: int = 0


def apply_event(connection: Connection, message: CameraEvent, now_ms: int) -> bool:
    """Take in one revision; the order and repetition of revisions do not matter.

    Returns:
        Whether the event is new or was changed.

    Raises:
        EventOfAnotherCamera: nothing was written.
    """
    row = _row(message) | {
        "id": message.id,
        "camera": message.camera,
        "received_at_ms": now_ms,
        "changed_at_ms": now_ms,
        "late": is_late(message, now_ms),
        "note": "",
        "locked": False,
    }
    known = select(EVENT.c.camera, EVENT.c.revision).where(EVENT.c.id == message.id)
    kept = connection.execute(known.with_for_update()).one_or_none()
    if kept is None:
        insert_missing(connection, EVENT, [row])
        kept = connection.execute(known.with_for_update()).one()
        if kept.camera == message.camera and kept.revision == message.revision:
            return True
    if kept.camera != message.camera:
        raise EventOfAnotherCamera(f"{message.id} belongs to {kept.camera}")
    if kept.revision >= message.revision:
        return False
    changes = _row(message) | {"changed_at_ms": now_ms}
    connection.execute(update(EVENT).where(EVENT.c.id == message.id).values(**changes))
    return True


def is_late(message: CameraEvent, now_ms: int) -> bool:
    """Tell whether the news is too old to alert anybody."""
    age_ms = now_ms - ms_from_utc(message.at)
    if message.backfill:
        return age_ms > BACKFILL_LATE_AFTER_MS or message.clock != "synced"
    return age_ms > LATE_AFTER_MS


def _row(message: CameraEvent) -> dict[str, Any]:
    ended = message.ended_at
    return {
        "rule": message.rule,
        "kind": message.kind,
        "priority": message.priority,
        "phase": message.phase,
        "revision": message.revision,
        "began_at_ms": ms_from_utc(message.began_at),
        "ended_at_ms": None if ended is None else ms_from_utc(ended),
        "payload": encode(message).decode(),
    }


def find(connection: Connection, event_id: str) -> EventRecord | None:
    """Return one event with its files, or None."""
    found = load(connection, [event_id])
    return found[0] if found else None


def load(connection: Connection, event_ids: Sequence[str]) -> list[EventRecord]:
    """Return events with their files, in no order."""
    return _records(connection, select(EVENT).where(EVENT.c.id.in_(event_ids)))


def search(
    connection: Connection, wanted: EventFilter, after: Cursor | None, limit: int
) -> list[EventRecord]:
    """Return events, newest first, from behind the cursor."""
    query = select(EVENT).order_by(EVENT.c.began_at_ms.desc(), EVENT.c.id.desc()).limit(limit)
    for column in ("camera", "rule", "kind", "priority"):
        value = getattr(wanted, column)
        if value is not None:
            query = query.where(EVENT.c[column] == value)
    if wanted.verdict == "none":
        query = query.where(EVENT.c.verdict.is_(None))
    elif wanted.verdict is not None:
        query = query.where(EVENT.c.verdict == wanted.verdict)
    if wanted.is_open is not None:
        ended = EVENT.c.phase == "end"
        query = query.where(~ended if wanted.is_open else ended)
    if wanted.from_ms is not None:
        query = query.where(EVENT.c.began_at_ms >= wanted.from_ms)
    if wanted.to_ms is not None:
        query = query.where(EVENT.c.began_at_ms < wanted.to_ms)
    if wanted.reach is not None:
        query = query.where(EVENT.c.camera.in_(wanted.reach))
    if after is not None:
        began_ms, event_id = after
        behind = and_(EVENT.c.began_at_ms == began_ms, EVENT.c.id < event_id)
        query = query.where(or_(EVENT.c.began_at_ms < began_ms, behind))
    return _records(connection, query)


def changed_since(connection: Connection, since_ms: int, limit: int) -> list[EventRecord]:
    """Return events that any gateway changed at or after ``since_ms``, oldest change first."""
    query = select(EVENT).where(EVENT.c.changed_at_ms >= since_ms)
    return _records(connection, query.order_by(EVENT.c.changed_at_ms, EVENT.c.id).limit(limit))


def set_verdict(
    connection: Connection, event_id: str, verdict: str, by: str, note: str, now_ms: int
) -> None:
    """Keep what a person says; the latest word stands, the earlier ones are in the custody log."""
    values = {"verdict": verdict, "verdict_by": by, "verdict_at_ms": now_ms, "note": note}
    _change(connection, event_id, {**values, "changed_at_ms": now_ms})


def set_locked(connection: Connection, event_id: str, locked: bool, now_ms: int) -> None:
    """Keep the evidence of an event from retention, or let it go."""
    _change(connection, event_id, {"locked": locked, "changed_at_ms": now_ms})


def touch(connection: Connection, event_id: str, now_ms: int) -> None:
    """Let every gateway tell its browsers of the event anew."""
    _change(connection, event_id, {"changed_at_ms": now_ms})


def counts_by_camera(connection: Connection) -> dict[str, EventCounts]:
    """Return open and unreviewed events of every camera that has any."""
    counts: dict[str, EventCounts] = {}
    for camera, number in connection.execute(_count(EVENT.c.phase.in_(("new", "update")))):
        counts.setdefault(camera, EventCounts()).open = number
    for camera, number in connection.execute(_count(EVENT.c.verdict.is_(None))):
        counts.setdefault(camera, EventCounts()).unreviewed = number
    return counts


def _count(condition: Any) -> Select[Any]:
    return select(EVENT.c.camera, func.count()).where(condition).group_by(EVENT.c.camera)


def _change(connection: Connection, event_id: str, values: dict[str, Any]) -> None:
    connection.execute(update(EVENT).where(EVENT.c.id == event_id).values(**values))


def _records(connection: Connection, query: Select[Any]) -> list[EventRecord]:
    rows = connection.execute(query).all()
    files = files_of(connection, [row.id for row in rows])
    return [_record(row, files.get((row.camera, row.id), [])) for row in rows]


def _record(row: Row[Any], files: list[EvidenceRecord]) -> EventRecord:
    return EventRecord(
        message=decode_camera(CameraEvent, row.payload.encode()),
        received_at_ms=row.received_at_ms,
        changed_at_ms=row.changed_at_ms,
        late=bool(row.late),
        verdict=row.verdict,
        verdict_by=row.verdict_by,
        verdict_at_ms=row.verdict_at_ms,
        note=row.note,
        locked=bool(row.locked),
        files=files,
    )
