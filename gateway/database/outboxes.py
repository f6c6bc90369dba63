"""Which sequence numbers of each outbox are committed, shared by all gateways."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, update

from gateway.database.engine import insert_missing
from gateway.database.tables import LOST_RANGE, OUTBOX
from quantrac_core.contracts.sequence import Range, SequenceRanges

OutboxKey = tuple[str, str]
"""Source (a station, or a camera as `camera_source` writes it) and outbox id."""

MAX_RANGES_KEPT: Final = 2_000
MAX_OUTBOXES_PER_SOURCE: Final = 16


@dataclass(slots=True)
class OutboxState:
    """Committed numbers of one outbox.

    ``base_known`` is False until a heartbeat has told where this outbox begins; before that
    a gap at the bottom means nothing.
    """

    ranges: SequenceRanges
    base_known: bool


def merge(
    connection: Connection, added: Mapping[OutboxKey, Iterable[Range]], now_ms: int
) -> dict[OutboxKey, OutboxState]:
    """Add ranges to outboxes under a row lock and return the merged states."""
    merged: dict[OutboxKey, OutboxState] = {}
    # One order for everybody, or two gateways would dead-lock.
    for key in sorted(added):
        state = _locked(connection, key, now_ms)
        changed = False
        for first, last in added[key]:
            changed |= state.ranges.add(first, last)
        if changed:
            state = _store(connection, key, state, now_ms)
        merged[key] = state
    return merged


def close_below(
    connection: Connection, key: OutboxKey, oldest_seq: int, now_ms: int
) -> tuple[OutboxState, int]:
    """Close everything below ``oldest_seq``: the source does not hold it any more.

    The first time this only sets where the outbox begins. Later the numbers that were
    missing are recorded as lost.

    Returns:
        The state, and how many numbers were lost.
    """
    state = _locked(connection, key, now_ms)
    lost = 0
    if state.base_known:
        gaps = state.ranges.gaps(oldest_seq - 1)
        record_lost(connection, key, gaps, "left_the_history", now_ms)
        lost = sum(last - first + 1 for first, last in gaps)
    if oldest_seq > 1:
        state.ranges.add(1, oldest_seq - 1)
    state.base_known = True
    return _store(connection, key, state, now_ms), lost


def record_lost(
    connection: Connection, key: OutboxKey, gaps: Iterable[Range], reason: str, now_ms: int
) -> None:
    """Write down numbers that will never be in the store, with the reason."""
    rows = [
        {
            "source": key[0],
            "outbox_id": key[1],
            "from_seq": first,
            "to_seq": last,
            "reason": reason,
            "noticed_at_ms": now_ms,
        }
        for first, last in gaps
    ]
    if rows:
        connection.execute(insert(LOST_RANGE), rows)


def load(connection: Connection, key: OutboxKey) -> OutboxState | None:
    """Return the state of one outbox, or None where it is unknown."""
    row = connection.execute(select(OUTBOX).where(_is(key))).one_or_none()
    return None if row is None else _state(row)


def load_all(connection: Connection) -> dict[OutboxKey, OutboxState]:
    """Return every outbox, the most recently used of a source first."""
    rows = connection.execute(select(OUTBOX).order_by(OUTBOX.c.updated_at_ms.desc()))
    return {(row.source, row.outbox_id): _state(row) for row in rows}


def lost_by_source(connection: Connection) -> dict[str, int]:
    """Return how many numbers of each source were lost."""
    size = func.sum(LOST_RANGE.c.to_seq - LOST_RANGE.c.from_seq + 1)
    rows = connection.execute(select(LOST_RANGE.c.source, size).group_by(LOST_RANGE.c.source))
    return {source: int(total) for source, total in rows}


def _is(key: OutboxKey) -> Any:
    return and_(OUTBOX.c.source == key[0], OUTBOX.c.outbox_id == key[1])


def _locked(connection: Connection, key: OutboxKey, now_ms: int) -> OutboxState:
    query = select(OUTBOX).where(_is(key)).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        fresh = {
            "source": key[0],
            "outbox_id": key[1],
            "base_known": False,
            "durable": 0,
            "above": "[]",
            "updated_at_ms": now_ms,
        }
        insert_missing(connection, OUTBOX, [fresh])
        _forget_oldest(connection, key[0])
        row = connection.execute(query).one()
    return _state(row)


def _forget_oldest(connection: Connection, source: str) -> None:
    ids = connection.scalars(
        select(OUTBOX.c.outbox_id)
        .where(OUTBOX.c.source == source)
        .order_by(OUTBOX.c.updated_at_ms.desc())
        .offset(MAX_OUTBOXES_PER_SOURCE)
    ).all()
    if ids:
        connection.execute(
            delete(OUTBOX).where(OUTBOX.c.source == source, OUTBOX.c.outbox_id.in_(ids))
        )


def _store(connection: Connection, key: OutboxKey, state: OutboxState, now_ms: int) -> OutboxState:
    above = state.ranges.above
    if len(above) > MAX_RANGES_KEPT:
        # What is forgotten at the top is only sent again.
        above = above[:MAX_RANGES_KEPT]
        state = OutboxState(SequenceRanges(state.ranges.durable, above), state.base_known)
    connection.execute(
        update(OUTBOX)
        .where(_is(key))
        .values(
            base_known=state.base_known,
            durable=state.ranges.durable,
            above=json.dumps(above, separators=(",", ":")),
            updated_at_ms=now_ms,
        )
    )
    return state


def _state(row: Row[Any]) -> OutboxState:
    above = [(int(first), int(last)) for first, last in json.loads(row.above)]
    return OutboxState(SequenceRanges(row.durable, above), bool(row.base_known))
