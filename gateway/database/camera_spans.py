"""How long each camera said to be in which state; whichever gateway hears it, once."""

from sqlalchemy import Connection, select, update

from gateway.database.engine import insert_missing
from gateway.database.report_tables import CAMERA_SPAN
from gateway.reports.camera_statistics import StateSpan
from quantrac_core.contracts.camera_messages import CameraStatus
from quantrac_core.contracts.messages import ms_from_utc


def note(connection: Connection, status: CameraStatus) -> None:
    """Note that a camera is in a state since ``status.since`` and still was at ``status.at``."""
    since_ms, seen_ms = ms_from_utc(status.since), ms_from_utc(status.at)
    key = {"camera": status.camera, "since_ms": since_ms, "state": status.state}
    insert_missing(connection, CAMERA_SPAN, [key | {"seen_ms": max(since_ms, seen_ms)}])
    connection.execute(
        update(CAMERA_SPAN)
        .where(
            CAMERA_SPAN.c.camera == status.camera,
            CAMERA_SPAN.c.since_ms == since_ms,
            CAMERA_SPAN.c.state == status.state,
            CAMERA_SPAN.c.seen_ms < seen_ms,
        )
        .values(seen_ms=seen_ms)
    )


def load(connection: Connection, from_ms: int, until_ms: int) -> dict[str, list[StateSpan]]:
    """Return the spans that touch [from_ms, until_ms) by camera."""
    rows = connection.execute(
        select(CAMERA_SPAN)
        .where(CAMERA_SPAN.c.seen_ms >= from_ms, CAMERA_SPAN.c.since_ms < until_ms)
        .order_by(CAMERA_SPAN.c.camera, CAMERA_SPAN.c.since_ms)
    )
    spans: dict[str, list[StateSpan]] = {}
    for row in rows:
        spans.setdefault(row.camera, []).append(StateSpan(row.state, row.since_ms, row.seen_ms))
    return spans
