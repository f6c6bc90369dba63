"""The queue of deliveries: one row for each message, recipient and channel."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update

from gateway.database.engine import insert_missing
from gateway.database.notification_tables import NOTICE_DELIVERY

DeliveryState = Literal["waiting", "sent", "failed", "dropped"]
MAX_WAITING_ON_LINE: Final = 2_000
MAX_ERROR: Final = 300
NEWEST: Final = 20
_D = NOTICE_DELIVERY.c


@dataclass(slots=True, frozen=True)
class NewDelivery:
    """What is to be delivered.

    Args:
        id: the same for the same news, recipient and channel, whoever computes it.
        sink: what fails or hangs as one: ``email``, ``push``, ``webhook:ioc``, ``apprise:duty``.
        target: mail address, name, or id of a browser's subscription.
        message: JSON of `gateway.notification.message.Message`.
    """

    id: str
    recipient: str
    channel: str
    sink: str
    target: str
    phase: str
    priority: str
    message: str


@dataclass(slots=True, frozen=True)
class Delivery:
    """A row of the queue."""

    number: int
    id: str
    recipient: str
    channel: str
    sink: str
    target: str
    phase: str
    priority: str
    message: str
    created_at_ms: int
    state: DeliveryState
    attempts: int
    next_at_ms: int
    done_at_ms: int | None
    last_error: str


def delivery_id(*parts: str) -> str:
    """Return 32 hexadecimal digits that stand for ``parts``."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def put(
    connection: Connection,
    new: NewDelivery,
    now_ms: int,
    refusal: str = "",
    dropped: str = "",
) -> None:
    """Queue a delivery; one with the same id stays as it is.

    ``refusal`` says why it cannot go and has failed, ``dropped`` why nobody is there to take it.

    A line (recipient, channel and target) holds a bounded number: what comes above it is kept as
    ``dropped`` and counted, except that something has ended.
    """
    line = delivery_id(new.recipient, new.sink, new.target)
    count = select(func.count()).where(_D.state == "waiting", _D.sink == new.sink, _D.line == line)
    is_full = (
        new.phase != "resolved" and connection.execute(count).scalar_one() >= MAX_WAITING_ON_LINE
    )
    state: DeliveryState = "waiting"
    if dropped or is_full:
        state = "dropped"
    elif refusal:
        state = "failed"
    row: dict[str, Any] = {
        "id": new.id,
        "recipient": new.recipient,
        "channel": new.channel,
        "sink": new.sink,
        "target": new.target,
        "line": line,
        "phase": new.phase,
        "priority": new.priority,
        "message": new.message,
        "created_at_ms": now_ms,
        "state": state,
        "attempts": 0,
        "next_at_ms": now_ms,
        "done_at_ms": None if state == "waiting" else now_ms,
        "last_error": dropped or ("too many deliveries wait already" if is_full else refusal),
    }
    insert_missing(connection, NOTICE_DELIVERY, [row])


def claim(
    connection: Connection, sink: str, by: str, now_ms: int, until_ms: int, limit: int
) -> list[Delivery]:
    """Take up to ``limit`` deliveries that are due; nobody else gets them before ``until_ms``.

    Only the oldest of each line is ever taken, so that an end never overtakes its beginning.
    """
    heads = (
        select(func.min(_D.number)).where(_D.state == "waiting", _D.sink == sink).group_by(_D.line)
    )
    free = or_(_D.claimed_until_ms.is_(None), _D.claimed_until_ms <= now_ms)
    query = (
        select(NOTICE_DELIVERY)
        .where(_D.number.in_(heads), _D.state == "waiting", _D.next_at_ms <= now_ms, free)
        .order_by(_D.next_at_ms, _D.number)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(query).all()
    if rows:
        connection.execute(
            update(NOTICE_DELIVERY)
            .where(_D.number.in_([row.number for row in rows]))
            .values(claimed_by=by, claimed_until_ms=until_ms)
        )
    return [_delivery(row) for row in rows]


def is_due(connection: Connection, sink: str, now_ms: int) -> bool:
    """Tell, without a lock, whether `claim` might give something."""
    free = or_(_D.claimed_until_ms.is_(None), _D.claimed_until_ms <= now_ms)
    query = select(_D.number).where(
        _D.state == "waiting", _D.sink == sink, _D.next_at_ms <= now_ms, free
    )
    return connection.execute(query.limit(1)).first() is not None


def let_go(connection: Connection, by: str) -> None:
    """Free what an earlier run of the same gateway had taken and not finished."""
    connection.execute(
        update(NOTICE_DELIVERY)
        .where(_D.state == "waiting", _D.claimed_by == by)
        .values(claimed_by=None, claimed_until_ms=None)
    )


def finish(
    connection: Connection, number: int, by: str, state: DeliveryState, error: str, now_ms: int
) -> None:
    """Note that a claimed delivery was sent, or failed for good."""
    _settle(
        connection,
        number,
        by,
        {
            "state": state,
            "attempts": _D.attempts + 1,
            "done_at_ms": now_ms,
            "last_error": error[:MAX_ERROR],
        },
    )


def put_off(connection: Connection, number: int, by: str, error: str, next_at_ms: int) -> None:
    """Note that a claimed delivery is to be tried again later."""
    _settle(
        connection,
        number,
        by,
        {
            "attempts": _D.attempts + 1,
            "next_at_ms": next_at_ms,
            "last_error": error[:MAX_ERROR],
            "claimed_by": None,
            "claimed_until_ms": None,
        },
    )


def search(
    connection: Connection,
    state: DeliveryState | None,
    recipient: str | None,
    limit: int,
    before: int | None = None,
    *,
    from_ms: int | None = None,
    to_ms: int | None = None,
) -> list[Delivery]:
    """Return deliveries of [from, to), newest first, with numbers below ``before``."""
    query = select(NOTICE_DELIVERY).order_by(_D.number.desc()).limit(limit)
    if state is not None:
        query = query.where(_D.state == state)
    if recipient is not None:
        query = query.where(_D.recipient == recipient)
    if before is not None:
        query = query.where(_D.number < before)
    if from_ms is not None:
        query = query.where(_D.created_at_ms >= from_ms)
    if to_ms is not None:
        query = query.where(_D.created_at_ms < to_ms)
    return [_delivery(row) for row in connection.execute(query)]


def find(connection: Connection, delivery: str) -> Delivery | None:
    """Return one delivery by id, or None."""
    row = connection.execute(select(NOTICE_DELIVERY).where(_D.id == delivery)).one_or_none()
    return None if row is None else _delivery(row)


def lines_of(connection: Connection, recipient: str) -> list[tuple[str, str, str]]:
    """Return channel, sink and target of a recipient's newest deliveries, each once."""
    newest = (
        select(_D.channel, _D.sink, _D.target)
        .where(_D.recipient == recipient, _D.phase != "test", _D.target != "")
        .order_by(_D.number.desc())
        .limit(NEWEST)
    )
    return sorted({(row.channel, row.sink, row.target) for row in connection.execute(newest)})


def try_again(connection: Connection, delivery: str, now_ms: int) -> bool:
    """Let a delivery that failed or was dropped be tried once more; tell whether it was one."""
    changed = connection.execute(
        update(NOTICE_DELIVERY)
        .where(_D.id == delivery, _D.state.in_(("failed", "dropped")))
        .values(
            state="waiting",
            next_at_ms=now_ms,
            created_at_ms=now_ms,
            done_at_ms=None,
            claimed_by=None,
            claimed_until_ms=None,
        )
    )
    return changed.rowcount > 0


def counts(connection: Connection) -> Mapping[tuple[str, str], int]:
    """Return how many deliveries there are, by sink and state."""
    rows = connection.execute(select(_D.sink, _D.state, func.count()).group_by(_D.sink, _D.state))
    return {(sink, state): number for sink, state, number in rows}


def forget_before(connection: Connection, before_ms: int) -> int:
    """Delete deliveries that were done before ``before_ms``; return how many."""
    gone = connection.execute(
        delete(NOTICE_DELIVERY).where(_D.state != "waiting", _D.done_at_ms < before_ms)
    )
    return gone.rowcount


def _settle(connection: Connection, number: int, by: str, values: dict[str, Any]) -> None:
    # Whoever was slower than its claim has lost it, and the other's word stands.
    mine = and_(_D.number == number, _D.state == "waiting", _D.claimed_by == by)
    connection.execute(update(NOTICE_DELIVERY).where(mine).values(**values))


def _delivery(row: Row[Any]) -> Delivery:
    fields = Delivery.__dataclass_fields__
    return Delivery(**{name: row._mapping[name] for name in fields})
