"""Each station's last birth, and what its channels were that it announces no more."""

import msgspec
from sqlalchemy import Connection, select, update

from gateway.database.engine import insert_missing
from gateway.database.tables import STATION_BIRTH, STATION_FORMER_CHANNEL
from quantrac_core.contracts.messages import Channel, StationStatus, decode, encode

_channel_decoder = msgspec.json.Decoder(Channel)


def keep(connection: Connection, status: StationStatus, now_ms: int) -> None:
    """Keep ``status`` as the station's last birth."""
    _keep_former(connection, status)
    row = {
        "station": status.station,
        "payload": encode(status).decode(),
        "received_at_ms": now_ms,
    }
    insert_missing(connection, STATION_BIRTH, [row])
    connection.execute(
        update(STATION_BIRTH).where(STATION_BIRTH.c.station == status.station).values(**row)
    )


def load_all(connection: Connection) -> list[tuple[StationStatus, int]]:
    """Return the last births with the time each was received."""
    rows = connection.execute(select(STATION_BIRTH))
    return [(decode(StationStatus, row.payload.encode()), row.received_at_ms) for row in rows]


def former_channels(connection: Connection) -> dict[str, dict[str, Channel]]:
    """Return by station and name how channels were announced before a birth left them out."""
    found: dict[str, dict[str, Channel]] = {}
    for row in connection.execute(select(STATION_FORMER_CHANNEL)):
        channel = _channel_decoder.decode(row.payload)
        found.setdefault(row.station, {})[row.channel] = channel
    return found


def _keep_former(connection: Connection, status: StationStatus) -> None:
    query = select(STATION_BIRTH.c.payload).where(STATION_BIRTH.c.station == status.station)
    payload = connection.execute(query).scalar_one_or_none()
    if payload is None:
        return
    announced = {one.name for one in status.channels}
    for channel in decode(StationStatus, payload.encode()).channels:
        if channel.name in announced:
            continue
        row = {
            "station": status.station,
            "channel": channel.name,
            "payload": msgspec.json.encode(channel).decode(),
        }
        insert_missing(connection, STATION_FORMER_CHANNEL, [row])
        former = STATION_FORMER_CHANNEL.c
        connection.execute(
            update(STATION_FORMER_CHANNEL)
            .where(former.station == status.station, former.channel == channel.name)
            .values(**row)
        )
