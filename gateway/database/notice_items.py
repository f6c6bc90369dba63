"""News that waits for its recipients, and each recipient's inbox."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from gateway.database.engine import insert_missing
from gateway.database.notification_tables import NOTICE_INBOX, NOTICE_ITEM
from gateway.notification.bundling import Inbox, Waiting


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Queue news; what is there already (by incident, recipient, phase and round) stays."""
    insert_missing(connection, NOTICE_ITEM, rows)


def told(connection: Connection, incident: str) -> list[str]:
    """Return who has been told, or is about to be told, that this fires."""
    query = (
        select(NOTICE_ITEM.c.recipient)
        .where(
            NOTICE_ITEM.c.incident == incident,
            NOTICE_ITEM.c.phase == "firing",
            NOTICE_ITEM.c.state.in_(("waiting", "sent")),
        )
        .distinct()
    )
    return sorted(row[0] for row in connection.execute(query))


def sent_firings(connection: Connection, recipient: str, among: Iterable[str]) -> set[str]:
    """Return the incidents that ``recipient`` was told of while they fired."""
    found: set[str] = set()
    wanted = sorted(among)
    for first in range(0, len(wanted), 500):
        query = select(NOTICE_ITEM.c.incident).where(
            NOTICE_ITEM.c.recipient == recipient,
            NOTICE_ITEM.c.phase == "firing",
            NOTICE_ITEM.c.state == "sent",
            NOTICE_ITEM.c.incident.in_(wanted[first : first + 500]),
        )
        found.update(connection.execute(query).scalars())
    return found


def waiting(connection: Connection) -> dict[str, list[Waiting]]:
    """Return the news that waits, by recipient, in the order of coming."""
    rows = connection.execute(
        select(NOTICE_ITEM).where(NOTICE_ITEM.c.state == "waiting").order_by(NOTICE_ITEM.c.number)
    )
    found: dict[str, list[Waiting]] = {}
    for row in rows:
        item = Waiting(
            number=row.number,
            incident=row.incident,
            phase=row.phase,
            round=row.round,
            priority=row.priority,
            group=row.group_key,
            created_at_ms=row.created_at_ms,
        )
        found.setdefault(row.recipient, []).append(item)
    return found


def settle(connection: Connection, numbers: Iterable[int], state: str) -> None:
    """Set the state (``sent``, ``withdrawn`` or ``dropped``) of items by number."""
    wanted = list(numbers)
    for first in range(0, len(wanted), 500):
        connection.execute(
            update(NOTICE_ITEM)
            .where(NOTICE_ITEM.c.number.in_(wanted[first : first + 500]))
            .values(state=state)
        )


def inboxes(connection: Connection) -> dict[str, tuple[Inbox, int | None]]:
    """Return inbox and next look of every recipient that has one."""
    return {
        row.recipient: (Inbox.model_validate_json(row.inbox), row.due_at_ms)
        for row in connection.execute(select(NOTICE_INBOX))
    }


def keep_inbox(connection: Connection, recipient: str, inbox: Inbox, due_at_ms: int | None) -> None:
    """Write an inbox as it is now."""
    values = {"inbox": inbox.model_dump_json(), "due_at_ms": due_at_ms}
    changed = connection.execute(
        update(NOTICE_INBOX).where(NOTICE_INBOX.c.recipient == recipient).values(**values)
    )
    if changed.rowcount == 0:
        insert_missing(connection, NOTICE_INBOX, [{"recipient": recipient, **values}])


def any_due(connection: Connection, now_ms: int) -> bool:
    """Tell whether an inbox waits for a look."""
    query = select(func.count()).where(NOTICE_INBOX.c.due_at_ms <= now_ms)
    return connection.execute(query).scalar_one() > 0


def forget_before(connection: Connection, before_ms: int) -> None:
    """Delete news that was settled before ``before_ms``."""
    connection.execute(
        delete(NOTICE_ITEM).where(
            NOTICE_ITEM.c.state != "waiting", NOTICE_ITEM.c.created_at_ms < before_ms
        )
    )
