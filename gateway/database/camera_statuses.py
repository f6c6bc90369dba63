"""Each camera's last status, so that the page is whole right after a restart."""

from sqlalchemy import Connection, select, update

from gateway.database.engine import insert_missing
from gateway.database.tables import CAMERA_STATUS
from quantrac_core.contracts.camera_messages import CameraStatus, decode_camera
from quantrac_core.contracts.messages import encode


def keep(connection: Connection, status: CameraStatus, now_ms: int) -> None:
    """Keep ``status`` as the camera's last one."""
    row = {
        "camera": status.camera,
        "payload": encode(status).decode(),
        "received_at_ms": now_ms,
    }
    insert_missing(connection, CAMERA_STATUS, [row])
    connection.execute(
        update(CAMERA_STATUS).where(CAMERA_STATUS.c.camera == status.camera).values(**row)
    )


def load_all(connection: Connection) -> list[tuple[CameraStatus, int]]:
    """Return the last statuses with the time each was received."""
    rows = connection.execute(select(CAMERA_STATUS))
    return [(decode_camera(CameraStatus, row.payload.encode()), row.received_at_ms) for row in rows]
