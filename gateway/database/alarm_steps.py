"""What people do with an alarm: take it, put it aside, let it go, say something about it."""

from sqlalchemy import Connection

from gateway.alarms import flags as steps
from gateway.alarms.flags import Flags, Mark
from gateway.database import alarm_journal, alarm_shelves
from gateway.database.alarm_journal import Actor
from gateway.database.alarm_records import AlarmRecord, find, set_columns
from gateway.database.alarm_settling import store_flags


def acknowledge(
    connection: Connection, alarm_id: str, actor: Actor, note: str, now_ms: int
) -> AlarmRecord | None:
    """Note who took the alarm and when; the first one stays. None where it is unknown."""
    kept = find(connection, alarm_id, lock=True)
    if kept is None or kept.flags.acknowledged is not None:
        return kept
    set_columns(
        connection,
        alarm_id,
        now_ms,
        acknowledged_at_ms=now_ms,
        acknowledged_by=(actor.name or "")[:60],
        note=note,
    )
    _journal(connection, kept, "acknowledged", actor, note, now_ms)
    return find(connection, alarm_id)


def reset(
    connection: Connection, alarm_id: str, actor: Actor, why: str, now_ms: int
) -> AlarmRecord | None:
    """Let a latched alarm go.

    Raises:
        StepRefused: see `gateway.alarms.flags.reset`.
    """
    kept = find(connection, alarm_id, lock=True)
    if kept is None:
        return None
    mark = Mark((actor.name or "")[:60], now_ms, why)
    if steps.reset(kept.flags, mark) != kept.flags:
        set_columns(connection, alarm_id, now_ms, reset_at_ms=now_ms, reset_by=mark.by)
        _journal(connection, kept, "reset", actor, why, now_ms)
    return find(connection, alarm_id)


def shelve(
    connection: Connection,
    alarm_id: str,
    actor: Actor,
    why: str,
    now_ms: int,
    for_s: int | None,
    one_shot: bool,
) -> AlarmRecord | None:
    """Put an alarm's condition aside for ``for_s`` seconds, or until it returns.

    Raises:
        StepRefused: see `gateway.alarms.flags.shelve`.
    """
    kept = find(connection, alarm_id, lock=True)
    if kept is None:
        return None
    until_ms = None if for_s is None else now_ms + for_s * 1000
    mark = Mark((actor.name or "")[:60], now_ms, why, until_ms)
    shelved = steps.shelve(kept.flags, mark, one_shot, kept.max_shelve_s)
    assert shelved.shelved is not None
    alarm_shelves.put(connection, kept, shelved.shelved)
    ends_ms = shelved.shelved.mark.until_ms
    action = "shelved_once" if one_shot else "shelved"
    _journal(connection, kept, action, actor, why, now_ms, ends_ms)
    return _settled(connection, kept, now_ms)


def unshelve(
    connection: Connection, alarm_id: str, actor: Actor, why: str, now_ms: int
) -> AlarmRecord | None:
    """Take an alarm's condition back at once.

    Raises:
        StepRefused: ``not_shelved``.
    """
    kept = find(connection, alarm_id, lock=True)
    if kept is None:
        return None
    steps.unshelve(kept.flags, now_ms)
    if alarm_shelves.take_off(connection, kept):
        _journal(connection, kept, "unshelved", actor, why, now_ms)
    return _settled(connection, kept, now_ms)


def comment(
    connection: Connection, alarm_id: str, actor: Actor, text: str, now_ms: int
) -> AlarmRecord | None:
    """Add words to the journal of an alarm."""
    kept = find(connection, alarm_id, lock=True)
    if kept is not None:
        _journal(connection, kept, "commented", actor, text, now_ms)
    return kept


def _settled(connection: Connection, kept: AlarmRecord, now_ms: int) -> AlarmRecord | None:
    renewed = find(connection, kept.id)
    assert renewed is not None
    flags: Flags = steps.settle(renewed.flags, now_ms)
    store_flags(connection, renewed, flags, now_ms)
    return find(connection, kept.id)


def _journal(
    connection: Connection,
    kept: AlarmRecord,
    action: str,
    actor: Actor,
    why: str,
    now_ms: int,
    until_ms: int | None = None,
) -> None:
    alarm_journal.write(
        connection, kept.definition, kept.id, action, now_ms, now_ms, actor, why, until_ms
    )
