"""Brings the open alarms in line with shelves, definitions and inhibitions as they are now."""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from gateway.alarms.flags import Flags, lasts_now, settle, silenced_by
from gateway.alarms.inhibition import ChannelService, inhibited_by
from gateway.database import alarm_definitions, alarm_journal, alarm_shelves
from gateway.database.alarm_records import AlarmRecord, find, record_of, select_records, set_columns
from gateway.database.alarms import OPEN
from gateway.database.channel_services import load_services, offline_stations

MOST_SETTLED: Final = 20_000


def store_flags(connection: Connection, record: AlarmRecord, flags: Flags, now_ms: int) -> bool:
    """Store what changed in the flags of an alarm; tell whether anything did."""
    silence = silenced_by(flags, now_ms)
    changes: dict[str, Any] = {}
    if silence != record.silenced_by:
        changes["silenced_by"] = silence
    if flags.inhibited_by != record.flags.inhibited_by:
        changes["inhibited_by"] = flags.inhibited_by
    if flags.late != record.flags.late:
        changes["late"] = flags.late
    if flags.announced and record.announced_at_ms is None:
        changes["announced_at_ms"] = now_ms
    if changes:
        set_columns(connection, record.id, now_ms, **changes)
    return bool(changes)


def out_of_line(
    connection: Connection, now_ms: int, caught_up: frozenset[str], confirm_ms: int
) -> list[tuple[AlarmRecord, Flags]]:
    """Return the open alarms whose kept flags are not what they should be.

    Args:
        caught_up: stations that are online and owe nothing: what is active there lasts now.
        confirm_ms: how long after its arrival a late alarm may still get its return.
    """
    offline, services = offline_stations(connection), load_services(connection)
    rows = connection.execute(select_records().where(OPEN).limit(MOST_SETTLED))
    wrong = []
    for record in map(record_of, rows):
        flags = _present(record, offline, services, now_ms)
        waited = now_ms - record.received_at_ms >= confirm_ms
        if flags.late and waited and record.station in caught_up:
            flags = lasts_now(flags, now_ms)
        if (
            silenced_by(flags, now_ms) != record.silenced_by
            or flags.inhibited_by != record.flags.inhibited_by
            or flags.late != record.flags.late
            or flags.announced != (record.announced_at_ms is not None)
        ):
            wrong.append((record, flags))
    return wrong


def _present(
    record: AlarmRecord,
    offline: frozenset[str],
    services: dict[tuple[str, str], ChannelService],
    now_ms: int,
) -> Flags:
    cause = inhibited_by(record.station, record.channel, record.level, offline, services)
    return settle(replace(record.flags, inhibited_by=cause), now_ms)


def work_is_due(
    connection: Connection, now_ms: int, caught_up: frozenset[str], confirm_ms: int
) -> bool:
    """Tell whether `settle_open` would change anything; only reads."""
    if alarm_shelves.any_expired(connection, now_ms):
        return True
    if alarm_definitions.any_expired(connection, now_ms):
        return True
    return bool(out_of_line(connection, now_ms, caught_up, confirm_ms))


def settle_open(
    connection: Connection, now_ms: int, caught_up: frozenset[str], confirm_ms: int
) -> list[AlarmRecord]:
    """End what has run out, then put every open alarm right; return those that changed."""
    alarm_shelves.end_expired(connection, now_ms)
    alarm_definitions.end_expired(connection, now_ms)
    changed = []
    for record, flags in out_of_line(connection, now_ms, caught_up, confirm_ms):
        if find(connection, record.id, lock=True) != record:
            continue
        store_flags(connection, record, flags, now_ms)
        _journal(connection, record, flags, now_ms)
        renewed = find(connection, record.id)
        assert renewed is not None
        changed.append(renewed)
    return changed


def _journal(connection: Connection, record: AlarmRecord, flags: Flags, now_ms: int) -> None:
    key, before, after = record.definition, record.flags.inhibited_by, flags.inhibited_by
    if before != after:
        action, why = ("released", before) if after is None else ("inhibited", after)
        alarm_journal.write(connection, key, record.id, action, now_ms, now_ms, why=why or "")
    if record.flags.late and not flags.late:
        alarm_journal.write(connection, key, record.id, "lasts_now", now_ms, now_ms)
