"""What retention needs to know of evidence, and how it deletes without racing a lock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, and_, func, select

from gateway.database import custody, events, evidence_files
from gateway.database.evidence_files import EvidenceRecord
from gateway.database.tables import EVENT
from gateway.database.tables import EVENT_EVIDENCE as FILE

SYSTEM: Final = "hệ thống"
NO_EVENT: Final = ""
"""Kind of files whose event never came."""

_HERE: Final = and_(FILE.c.arrived_at_ms.is_not(None), FILE.c.deleted_at_ms.is_(None))
_JOINED: Final = FILE.outerjoin(EVENT, EVENT.c.id == FILE.c.event)


@dataclass(slots=True, frozen=True)
class HeldFile:
    """A file that is here; ``made_ms`` is when its event began."""

    record: EvidenceRecord
    kind: str
    made_ms: int


def held_bytes(connection: Connection) -> int:
    """Return the size of all evidence that is here."""
    return int(connection.scalar(select(func.sum(FILE.c.size_bytes)).where(_HERE)) or 0)


def oldest_unlocked(connection: Connection, a_kind: int) -> list[HeldFile]:
    """Return the oldest files that are not locked, at most ``a_kind`` of each kind of event."""
    kind = func.coalesce(EVENT.c.kind, NO_EVENT)
    made_ms = func.coalesce(EVENT.c.began_at_ms, FILE.c.arrived_at_ms)
    free = and_(_HERE, func.coalesce(EVENT.c.locked, False).is_(False))
    held: list[HeldFile] = []
    kinds = connection.scalars(select(kind).distinct().select_from(_JOINED).where(_HERE)).all()
    for one in kinds:
        query = (
            select(*FILE.c, made_ms.label("made_ms"))
            .select_from(_JOINED)
            .where(free, kind == one)
            .order_by(made_ms, FILE.c.path)
            .limit(a_kind)
        )
        for row in connection.execute(query):
            fields: dict[str, Any] = dict(row._mapping)
            made = fields.pop("made_ms")
            held.append(HeldFile(EvidenceRecord(**fields), one, made))
    return held


def delete_of_event(
    connection: Connection,
    event: str,
    doomed: Sequence[EvidenceRecord],
    unlink: Callable[[str], None],
    now_ms: int,
) -> int:
    """Delete files of one event unless somebody has locked it meanwhile; return how many.

    The files go before the transaction ends, so that whoever locks the event finds either all
    of them or the note that they are gone.
    """
    query = select(EVENT.c.locked).where(EVENT.c.id == event).with_for_update()
    if connection.execute(query).scalar():
        return 0
    for record in doomed:
        unlink(record.path)
    evidence_files.mark_deleted(connection, doomed, now_ms)
    events.touch(connection, event, now_ms)
    names = ", ".join(sorted(record.name for record in doomed))
    custody.append(connection, event, "deleted", SYSTEM, names, now_ms)
    return len(doomed)
