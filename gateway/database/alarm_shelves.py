"""Shelves: a condition of a station put aside for a time, or until it returns."""

from sqlalchemy import Connection, delete, select

from gateway.alarms.flags import Mark, Shelf
from gateway.database import alarm_journal
from gateway.database.alarm_records import AlarmRecord
from gateway.database.alarms_tables import ALARM_SHELF as SHELF


def shelf_of(connection: Connection, station: str, alarm: str, alarm_id: str) -> Shelf | None:
    """Return the shelf on which an occurrence lies; a one-shot shelf holds its own only."""
    row = connection.execute(
        select(SHELF).where(SHELF.c.station == station, SHELF.c.alarm == alarm)
    ).one_or_none()
    if row is None or (row.one_shot and row.alarm_id != alarm_id):
        return None
    mark = Mark(row.shelved_by, row.shelved_at_ms, row.shelved_why, row.shelved_until_ms)
    return Shelf(mark, row.one_shot)


def put(connection: Connection, record: AlarmRecord, shelf: Shelf) -> None:
    """Put the alarm's condition on a shelf, instead of any on which it lies."""
    take_off(connection, record)
    connection.execute(
        SHELF.insert().values(
            station=record.station,
            alarm=record.alarm,
            alarm_id=record.id,
            one_shot=shelf.one_shot,
            shelved_by=shelf.mark.by,
            shelved_at_ms=shelf.mark.at_ms,
            shelved_why=shelf.mark.why,
            shelved_until_ms=shelf.mark.until_ms,
        )
    )


def take_off(connection: Connection, record: AlarmRecord) -> bool:
    """Take the alarm's condition off its shelf; False where another gateway did."""
    done = connection.execute(
        delete(SHELF).where(SHELF.c.station == record.station, SHELF.c.alarm == record.alarm)
    )
    return done.rowcount == 1


def end_one_shot(connection: Connection, record: AlarmRecord, now_ms: int) -> None:
    """Take a returned alarm off its one-shot shelf."""
    shelf = record.flags.shelved
    if shelf is not None and shelf.one_shot and take_off(connection, record):
        alarm_journal.write(connection, record.definition, record.id, "shelf_ended", now_ms, now_ms)


def any_expired(connection: Connection, now_ms: int) -> bool:
    """Tell whether something has lain long enough."""
    found = select(SHELF.c.station).where(SHELF.c.shelved_until_ms <= now_ms).limit(1)
    return connection.execute(found).first() is not None


def end_expired(connection: Connection, now_ms: int) -> int:
    """Take off what has lain long enough; return how many this gateway took."""
    taken = 0
    rows = connection.execute(select(SHELF).where(SHELF.c.shelved_until_ms <= now_ms)).all()
    for row in rows:
        done = connection.execute(
            delete(SHELF).where(
                SHELF.c.station == row.station,
                SHELF.c.alarm == row.alarm,
                SHELF.c.shelved_until_ms == row.shelved_until_ms,
            )
        )
        if done.rowcount == 1:
            taken += 1
            alarm_journal.write_for_alarm(
                connection, row.alarm_id, "shelf_ended", row.shelved_until_ms, now_ms
            )
    return taken
