"""Fetches the occurrences of a period for the figures; computes nothing."""

from sqlalchemy import Connection, or_, select

from gateway.alarms.kpis import Occurrence
from gateway.database.tables import ALARM

MOST_OCCURRENCES = 200_000


def occurrences(
    connection: Connection, from_ms: int, to_ms: int, station: str | None
) -> list[tuple[str, Occurrence]]:
    """Return what was raised or active in the period, with its subject; newest first."""
    query = (
        select(
            ALARM.c.subject,
            ALARM.c.station,
            ALARM.c.channel,
            ALARM.c.alarm,
            ALARM.c.level,
            ALARM.c.priority,
            ALARM.c.raised_at_ms,
            ALARM.c.returned_at_ms,
            ALARM.c.announced_at_ms,
            ALARM.c.acknowledged_at_ms,
            ALARM.c.silenced_by,
        )
        .where(
            ALARM.c.raised_at_ms < to_ms,
            or_(
                ALARM.c.raised_at_ms >= from_ms,
                ALARM.c.returned_at_ms.is_(None),
                ALARM.c.returned_at_ms >= from_ms,
                ALARM.c.announced_at_ms >= from_ms,
            ),
        )
        .order_by(ALARM.c.raised_at_ms.desc())
        .limit(MOST_OCCURRENCES)
    )
    if station is not None:
        query = query.where(ALARM.c.station == station)
    return [(row[0], Occurrence(*row[1:])) for row in connection.execute(query)]
