"""Definitions of alarms as people set them; what nobody set is the default of its level."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from gateway.alarms.definitions import Definition, DefinitionKey, default_definition
from gateway.alarms.flags import Mark
from gateway.database import alarm_journal
from gateway.database.alarm_journal import Actor
from gateway.database.alarm_records import mark_of
from gateway.database.alarms_tables import ALARM_DEFINITION as DEFINITION
from gateway.database.engine import insert_if_absent
from gateway.database.tables import ALARM
from quantrac_core.contracts.errors import QuantracError


class DefinitionMoved(QuantracError):
    """Somebody else changed the definition meanwhile."""


def find_definition(connection: Connection, key: DefinitionKey, lock: bool = False) -> Definition:
    """Return a definition, or the default."""
    query = select(DEFINITION).where(_is(key))
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return default_definition(key) if row is None else _definition(row)


def load_definitions(connection: Connection) -> dict[DefinitionKey, Definition]:
    """Return those that somebody changed."""
    found = [_definition(row) for row in connection.execute(select(DEFINITION))]
    return {definition.key: definition for definition in found}


def known_keys(connection: Connection, limit: int = 20_000) -> list[DefinitionKey]:
    """Return every kind of alarm that ever occurred."""
    columns = (ALARM.c.station, ALARM.c.channel, ALARM.c.level)
    rows = connection.execute(select(*columns).distinct().order_by(*columns).limit(limit))
    return [DefinitionKey(*row) for row in rows]


def change(
    connection: Connection,
    wanted: Definition,
    action: str,
    actor: Actor,
    why: str,
    now_ms: int,
    until_ms: int | None = None,
) -> Definition:
    """Store a definition and apply it to its open alarms at once.

    Args:
        wanted: its ``revision`` is the one that was read before it was changed.
        action: what the journal says.

    Raises:
        DefinitionMoved: the revision is not the newest any more.
    """
    kept = find_definition(connection, wanted.key, lock=True)
    if kept.revision != wanted.revision:
        raise DefinitionMoved(f"{kept.changed_by} changed this definition meanwhile; load it again")
    new = replace(
        wanted,
        revision=wanted.revision + 1,
        changed_by=actor.name or "",
        changed_at_ms=now_ms,
    )
    row = _row(new)
    if kept.revision == 0:
        stored = insert_if_absent(connection, DEFINITION, row)
    else:
        stored = (
            connection.execute(
                update(DEFINITION)
                .where(_is(new.key), DEFINITION.c.revision == wanted.revision)
                .values(**row)
            ).rowcount
            == 1
        )
    if not stored:
        raise DefinitionMoved("somebody changed this definition meanwhile; load it again")
    connection.execute(
        update(ALARM)
        .where(
            ALARM.c.station == new.key.station,
            ALARM.c.channel == new.key.channel,
            ALARM.c.level == new.key.level,
            ALARM.c.returned_at_ms.is_(None),
        )
        .values(
            priority=new.priority,
            alarm_group=new.group,
            latching=new.latching,
            changed_at_ms=now_ms,
        )
    )
    alarm_journal.write(connection, new.key, None, action, now_ms, now_ms, actor, why, until_ms)
    return new


def any_expired(connection: Connection, now_ms: int) -> bool:
    """Tell whether a suppression or an absence from service is over."""
    over = (DEFINITION.c.suppressed_until_ms <= now_ms) | (DEFINITION.c.out_until_ms <= now_ms)
    return connection.execute(select(DEFINITION.c.station).where(over).limit(1)).first() is not None


def end_expired(connection: Connection, now_ms: int) -> int:
    """Put back what was suppressed or out of service for a time that is over."""
    ended = 0
    for name, action in (("suppressed", "suppression_ended"), ("out", "service_ended")):
        until = DEFINITION.c[f"{name}_until_ms"]
        for row in connection.execute(select(DEFINITION).where(until <= now_ms)).all():
            key = DefinitionKey(row.station, row.channel, row.level)
            done = connection.execute(
                update(DEFINITION)
                .where(_is(key), DEFINITION.c.revision == row.revision, until <= now_ms)
                .values(
                    {
                        f"{name}_by": None,
                        f"{name}_at_ms": None,
                        f"{name}_why": "",
                        f"{name}_until_ms": None,
                        "revision": row.revision + 1,
                    }
                )
            )
            if done.rowcount == 1:
                ended += 1
                alarm_journal.write(connection, key, None, action, now_ms, now_ms)
    return ended


def _is(key: DefinitionKey) -> ColumnElement[bool]:
    return (
        (DEFINITION.c.station == key.station)
        & (DEFINITION.c.channel == key.channel)
        & (DEFINITION.c.level == key.level)
    )


def _definition(row: Row[Any]) -> Definition:
    return Definition(
        key=DefinitionKey(row.station, row.channel, row.level),
        priority=row.priority,
        group=row.alarm_group,
        latching=row.latching,
        instructions_vi=row.instructions_vi,
        instructions_en=row.instructions_en,
        max_shelve_s=row.max_shelve_s,
        suppressed=mark_of(
            row.suppressed_by, row.suppressed_at_ms, row.suppressed_why, row.suppressed_until_ms
        ),
        out_of_service=mark_of(row.out_by, row.out_at_ms, row.out_why, row.out_until_ms),
        revision=row.revision,
        changed_by=row.changed_by,
        changed_at_ms=row.changed_at_ms,
    )


def _row(definition: Definition) -> dict[str, Any]:
    return {
        "station": definition.key.station,
        "channel": definition.key.channel,
        "level": definition.key.level,
        "priority": definition.priority,
        "alarm_group": definition.group,
        "latching": definition.latching,
        "instructions_vi": definition.instructions_vi,
        "instructions_en": definition.instructions_en,
        "max_shelve_s": definition.max_shelve_s,
        **_mark_columns("suppressed", definition.suppressed),
        **_mark_columns("out", definition.out_of_service),
        "revision": definition.revision,
        "changed_by": definition.changed_by,
        "changed_at_ms": definition.changed_at_ms,
    }


def _mark_columns(name: str, mark: Mark | None) -> dict[str, Any]:
    return {
        f"{name}_by": None if mark is None else mark.by,
        f"{name}_at_ms": None if mark is None else mark.at_ms,
        f"{name}_why": "" if mark is None else mark.why,
        f"{name}_until_ms": None if mark is None else mark.until_ms,
    }
