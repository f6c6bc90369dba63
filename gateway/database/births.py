"""Each station's last birth, so that the page is whole right after a restart."""

from sqlalchemy import Connection, select, update

from gateway.database.engine import insert_missing
from gateway.database.tables import STATION_BIRTH
from quantrac_core.contracts.messages import StationStatus, decode, encode


def keep(connection: Connection, status: StationStatus, now_ms: int) -> None:
    """Keep ``status`` as the station's last birth."""
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
