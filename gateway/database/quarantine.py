"""Messages that were not taken: the newest ones with their beginning, and counts for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from gateway.database.engine import insert_missing
from gateway.database.tables import QUARANTINE, QUARANTINE_COUNT

KEPT_MESSAGES: Final = 1_000
HEAD_BYTES: Final = 2_048


@dataclass(slots=True, frozen=True)
class Refused:
    """A message that was not taken, cut to what is kept of it."""

    received_at_ms: int
    topic: str
    reason: str
    detail: str
    size_bytes: int
    payload_head: str


def refused(topic: str, payload: bytes, reason: str, detail: str, received_at_ms: int) -> Refused:
    """Cut a message to what is kept; bytes that are not text show as U+FFFD."""
    head = payload[:HEAD_BYTES].decode("utf-8", "replace").replace("\x00", "\ufffd")
    return Refused(
        received_at_ms=received_at_ms,
        topic=topic[:300].replace("\x00", "\ufffd"),
        reason=reason[:40],
        detail=detail[:400].replace("\x00", "\ufffd"),
        size_bytes=len(payload),
        payload_head=head,
    )


def keep(connection: Connection, messages: Sequence[Refused]) -> None:
    """Count all of ``messages``, keep them, and forget all but the newest ones."""
    by_reason: dict[str, int] = {}
    for message in messages:
        by_reason[message.reason] = by_reason.get(message.reason, 0) + 1
    for reason, number in sorted(by_reason.items()):
        insert_missing(connection, QUARANTINE_COUNT, [{"reason": reason, "total": 0}])
        connection.execute(
            update(QUARANTINE_COUNT)
            .where(QUARANTINE_COUNT.c.reason == reason)
            .values(total=QUARANTINE_COUNT.c.total + number)
        )
    connection.execute(
        insert(QUARANTINE),
        [
            {name: getattr(message, name) for name in Refused.__slots__}
            for message in messages[-KEPT_MESSAGES:]
        ],
    )
    newest = connection.scalar(select(func.max(QUARANTINE.c.id)))
    connection.execute(delete(QUARANTINE).where(QUARANTINE.c.id <= newest - KEPT_MESSAGES))


def counts(connection: Connection) -> dict[str, int]:
    """Return how many messages were refused, by reason, since the database began."""
    rows = connection.execute(select(QUARANTINE_COUNT))
    return {row.reason: row.total for row in rows}


def newest(connection: Connection, limit: int) -> list[tuple[int, Refused]]:
    """Return the newest kept messages with their ids, newest first."""
    rows = connection.execute(select(QUARANTINE).order_by(QUARANTINE.c.id.desc()).limit(limit))
    return [(row.id, Refused(*tuple(row)[1:])) for row in rows]
