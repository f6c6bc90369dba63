"""The centre's own suspicions and alarms, shared by every gateway and kept over restarts."""

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from gateway.alarms.centre_alarms import SUBJECT, CentreKind, ConditionKey, Step, Suspicion
from gateway.alarms.definitions import DefinitionKey
from gateway.database import alarm_journal
from gateway.database.alarm_records import AlarmRecord, find, set_columns
from gateway.database.alarm_shelves import end_one_shot
from gateway.database.alarms import insert_alarm
from gateway.database.alarms_tables import CENTRE_CONDITION as CONDITION
from gateway.database.engine import insert_if_absent
from gateway.database.tables import LOST_RANGE


def load(connection: Connection) -> dict[ConditionKey, Suspicion]:
    """Return every suspicion and every alarm of the centre that is active."""
    return {
        ConditionKey(row.source, row.kind): Suspicion(row.since_ms, row.alarm_id)
        for row in connection.execute(select(CONDITION))
    }


def lost_since(connection: Connection, since_ms: int) -> dict[str, int]:
    """Return how many numbers of each source were found to be lost at or after ``since_ms``."""
    size = func.sum(LOST_RANGE.c.to_seq - LOST_RANGE.c.from_seq + 1)
    rows = connection.execute(
        select(LOST_RANGE.c.source, size)
        .where(LOST_RANGE.c.noticed_at_ms >= since_ms)
        .group_by(LOST_RANGE.c.source)
    )
    return {source: int(number) for source, number in rows}


def apply_steps(
    connection: Connection, steps: list[Step], limit_s: dict[CentreKind, float], now_ms: int
) -> list[AlarmRecord]:
    """Carry out what another gateway has not done already; return the alarms that changed.

    Args:
        limit_s: the delay of each kind, shown as the alarm's limit.
    """
    changed = []
    for step in steps:
        alarm_id = None
        if step.what == "suspect":
            _suspect(connection, step.key, now_ms)
        elif step.what == "forget":
            connection.execute(delete(CONDITION).where(*_is(step.key), _pending()))
        elif step.what == "raise":
            alarm_id = _raise(connection, step, limit_s[step.key.kind], now_ms)
        else:
            alarm_id = _return(connection, step.key, now_ms)
        if alarm_id is not None and (record := find(connection, alarm_id)) is not None:
            changed.append(record)
    return changed


def _suspect(connection: Connection, key: ConditionKey, now_ms: int) -> None:
    insert_if_absent(
        connection, CONDITION, {"source": key.source, "kind": key.kind, "since_ms": now_ms}
    )


def _raise(connection: Connection, step: Step, limit_s: float, now_ms: int) -> str | None:
    key = step.key
    since_ms = connection.execute(
        select(CONDITION.c.since_ms).where(*_is(key), _pending()).with_for_update()
    ).scalar_one_or_none()
    if since_ms is None:
        return None
    alarm_id = f"{key.source}.centre.{key.kind}.{since_ms}"
    connection.execute(update(CONDITION).where(*_is(key)).values(alarm_id=alarm_id))
    row = {
        "id": alarm_id,
        "station": key.source,
        "channel": key.kind,
        "alarm": f"centre.{key.kind}",
        "level": "fault",
        "side": "high",
        "basis": "duration" if step.value is None else "count",
        "value": step.value,
        "peak_value": step.value,
        "limit_value": limit_s if step.value is None else 0.0,
        "unit": "s" if step.value is None else "",
        "raised_at_ms": since_ms,
        "returned_at_ms": None,
        "backfill": False,
        "subject": SUBJECT[key.kind],
    }
    insert_alarm(connection, row, now_ms, late=False, inhibition=None)
    definition = DefinitionKey(key.source, key.kind, "fault")
    alarm_journal.write(connection, definition, alarm_id, "raised", since_ms, now_ms)
    return alarm_id


def _return(connection: Connection, key: ConditionKey, now_ms: int) -> str | None:
    alarm_id = connection.execute(
        select(CONDITION.c.alarm_id)
        .where(*_is(key), CONDITION.c.alarm_id.is_not(None))
        .with_for_update()
    ).scalar_one_or_none()
    if alarm_id is None:
        return None
    connection.execute(delete(CONDITION).where(*_is(key)))
    kept = find(connection, alarm_id, lock=True)
    if kept is None:
        return None
    set_columns(connection, alarm_id, now_ms, returned_at_ms=now_ms)
    alarm_journal.write(connection, kept.definition, alarm_id, "returned", now_ms, now_ms)
    end_one_shot(connection, kept, now_ms)
    return str(alarm_id)


def _is(key: ConditionKey) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return CONDITION.c.source == key.source, CONDITION.c.kind == key.kind


def _pending() -> ColumnElement[bool]:
    return CONDITION.c.alarm_id.is_(None)
