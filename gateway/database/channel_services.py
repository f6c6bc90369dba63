"""Channels in calibration or maintenance, and stations that are away, as every gateway knows."""

from sqlalchemy import Connection, select, update

from gateway.alarms.definitions import DefinitionKey
from gateway.alarms.flags import Inhibition
from gateway.alarms.inhibition import ChannelService, inhibited_by
from gateway.database.alarms_tables import CENTRE_CONDITION, CHANNEL_SERVICE
from gateway.database.engine import insert_if_absent


def load_services(connection: Connection) -> dict[tuple[str, str], ChannelService]:
    """Return what is known of channels that were in service."""
    rows = connection.execute(select(CHANNEL_SERVICE))
    return {(row.station, row.channel): ChannelService(row.cause, row.at_ms) for row in rows}


def keep_services(connection: Connection, news: dict[tuple[str, str], ChannelService]) -> None:
    """Keep newer words; one that another gateway saw later stays."""
    for (station, channel), service in sorted(news.items(), key=lambda item: item[0]):
        row = {
            "station": station,
            "channel": channel,
            "cause": service.cause,
            "at_ms": service.at_ms,
        }
        if not insert_if_absent(connection, CHANNEL_SERVICE, row):
            connection.execute(
                update(CHANNEL_SERVICE)
                .where(
                    CHANNEL_SERVICE.c.station == station,
                    CHANNEL_SERVICE.c.channel == channel,
                    CHANNEL_SERVICE.c.at_ms < service.at_ms,
                )
                .values(cause=service.cause, at_ms=service.at_ms)
            )


def offline_stations(connection: Connection) -> frozenset[str]:
    """Return the stations whose alarm of being away is raised."""
    rows = connection.execute(
        select(CENTRE_CONDITION.c.source).where(
            CENTRE_CONDITION.c.kind == "station_offline",
            CENTRE_CONDITION.c.alarm_id.is_not(None),
        )
    )
    return frozenset(rows.scalars())


def inhibition_of(connection: Connection, key: DefinitionKey) -> Inhibition | None:
    """Return what silences alarms of this kind for the time being."""
    return inhibited_by(
        key.station,
        key.channel,
        key.level,
        offline_stations(connection),
        load_services(connection),
    )
