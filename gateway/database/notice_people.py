"""Recipients, duty rosters and browsers that take push messages."""

from dataclasses import dataclass
from typing import Final, TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection, Table, delete, func, select, update

from gateway.database.engine import insert_missing
from gateway.database.notification_tables import (
    NOTICE_RECIPIENT,
    NOTICE_ROSTER,
    PUSH_SUBSCRIPTION,
)
from gateway.notification.people import Recipient, Roster

MAX_RECIPIENTS: Final = 500
MAX_ROSTERS: Final = 50
MAX_SUBSCRIPTIONS: Final = 10
"""Of one account; the oldest makes room."""
Kept = TypeVar("Kept", bound=BaseModel)


@dataclass(slots=True, frozen=True)
class PushSubscription:
    """A browser that takes push messages (RFC 8030, keys of RFC 8291)."""

    id: str
    account: str
    endpoint: str
    p256dh: str
    auth: str


def recipients(connection: Connection) -> dict[str, Recipient]:
    """Return every recipient by id."""
    return _all(connection, NOTICE_RECIPIENT, Recipient)


def rosters(connection: Connection) -> dict[str, Roster]:
    """Return every roster by id."""
    return _all(connection, NOTICE_ROSTER, Roster)


def keep_recipient(
    connection: Connection, id: str, recipient: Recipient, by: str, now_ms: int
) -> bool:
    """Write a recipient; False where there are too many already."""
    return _keep(connection, NOTICE_RECIPIENT, id, recipient, by, now_ms, MAX_RECIPIENTS)


def keep_roster(connection: Connection, id: str, roster: Roster, by: str, now_ms: int) -> bool:
    """Write a roster; False where there are too many already."""
    return _keep(connection, NOTICE_ROSTER, id, roster, by, now_ms, MAX_ROSTERS)


def delete_recipient(connection: Connection, id: str) -> bool:
    """Delete a recipient; tell whether there was one."""
    gone = connection.execute(delete(NOTICE_RECIPIENT).where(NOTICE_RECIPIENT.c.id == id))
    return gone.rowcount > 0


def delete_roster(connection: Connection, id: str) -> bool:
    """Delete a roster; tell whether there was one."""
    gone = connection.execute(delete(NOTICE_ROSTER).where(NOTICE_ROSTER.c.id == id))
    return gone.rowcount > 0


def subscriptions(connection: Connection, account: str) -> list[PushSubscription]:
    """Return the browsers of an account, oldest first."""
    query = select(PUSH_SUBSCRIPTION).where(PUSH_SUBSCRIPTION.c.account == account)
    ordered = query.order_by(PUSH_SUBSCRIPTION.c.created_at_ms, PUSH_SUBSCRIPTION.c.id)
    return [_subscription(row) for row in connection.execute(ordered)]


def subscription(connection: Connection, id: str) -> PushSubscription | None:
    """Return one browser, or None."""
    row = connection.execute(
        select(PUSH_SUBSCRIPTION).where(PUSH_SUBSCRIPTION.c.id == id)
    ).one_or_none()
    return None if row is None else _subscription(row)


def keep_subscription(connection: Connection, new: PushSubscription, now_ms: int) -> None:
    """Write a browser, which may have changed hands; the account's oldest make room."""
    connection.execute(delete(PUSH_SUBSCRIPTION).where(PUSH_SUBSCRIPTION.c.id == new.id))
    row = {
        "id": new.id,
        "account": new.account,
        "endpoint": new.endpoint,
        "p256dh": new.p256dh,
        "auth": new.auth,
        "created_at_ms": now_ms,
    }
    insert_missing(connection, PUSH_SUBSCRIPTION, [row])
    for old in subscriptions(connection, new.account)[:-MAX_SUBSCRIPTIONS]:
        delete_subscription(connection, old.id, old.account)


def delete_subscription(connection: Connection, id: str, account: str | None) -> bool:
    """Delete a browser (of ``account``, where one is given); tell whether there was one."""
    query = delete(PUSH_SUBSCRIPTION).where(PUSH_SUBSCRIPTION.c.id == id)
    if account is not None:
        query = query.where(PUSH_SUBSCRIPTION.c.account == account)
    return connection.execute(query).rowcount > 0


def _all(connection: Connection, table: Table, model: type[Kept]) -> dict[str, Kept]:
    rows = connection.execute(select(table.c.id, table.c.settings).order_by(table.c.id))
    return {row.id: model.model_validate_json(row.settings) for row in rows}


def _keep(
    connection: Connection,
    table: Table,
    id: str,
    settings: BaseModel,
    by: str,
    now_ms: int,
    most: int,
) -> bool:
    values = {
        "settings": settings.model_dump_json(),
        "changed_at_ms": now_ms,
        "changed_by": by[:60],
    }
    changed = connection.execute(update(table).where(table.c.id == id).values(**values))
    if changed.rowcount > 0:
        return True
    if connection.execute(select(func.count()).select_from(table)).scalar_one() >= most:
        return False
    insert_missing(connection, table, [{"id": id, **values}])
    return True


def _subscription(row: object) -> PushSubscription:
    mapping = row._mapping  # type: ignore[attr-defined]
    names = PushSubscription.__dataclass_fields__
    return PushSubscription(**{name: mapping[name] for name in names})
