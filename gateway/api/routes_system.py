"""Health, quarantine, metrics and the live stream."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from fastapi.responses import StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST

from gateway.api.models import Health, QuarantinedMessage, QuarantineView
from gateway.api.services import InjectedServices
from gateway.database import quarantine
from gateway.database.engine import Database
from gateway.live.stream import Stream, Subscriber
from quantrac_core.contracts.messages import encode, utc_from_ms

router = APIRouter(tags=["system"])


@router.get("/api/v1/health")
async def get_health(services: InjectedServices) -> Health:
    """Return what works and what does not."""
    checks = services.checks()
    return Health(
        status="ok" if all(check.ok for check in checks.values()) else "degraded",
        version=services.version,
        started_at=services.started_at,
        checks=checks,
    )


@router.get("/api/v1/quarantine")
async def get_quarantine(
    services: InjectedServices, limit: Annotated[int, Query(ge=1, le=1_000)] = 50
) -> QuarantineView:
    """Return refused messages, newest first, and counts by reason."""
    by_reason, kept = await services.threads.call(_load_quarantine, services.database, limit)
    return QuarantineView(
        total=sum(by_reason.values()),
        by_reason=by_reason,
        messages=[
            QuarantinedMessage(
                id=row_id,
                received_at=utc_from_ms(message.received_at_ms),
                topic=message.topic,
                reason=message.reason,
                detail=message.detail,
                size_bytes=message.size_bytes,
                payload_head=message.payload_head,
            )
            for row_id, message in kept
        ],
    )


@router.get("/metrics", include_in_schema=False)
async def get_metrics(services: InjectedServices) -> Response:
    """Return the figures for Prometheus."""
    return Response(services.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/v1/stream", response_class=StreamingResponse)
async def get_stream(services: InjectedServices) -> StreamingResponse:
    """Open the stream of server-sent events: hello, scan, station, alarm, event, camera."""
    stream = services.board.stream
    subscriber = stream.subscribe(encode({"started_at": services.started_at}))
    if subscriber is None:
        raise HTTPException(503, "too many open streams")
    return StreamingResponse(
        _until_gone(stream, subscriber),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _until_gone(stream: Stream, subscriber: Subscriber) -> AsyncIterator[bytes]:
    try:
        async for part in subscriber.frames():
            yield part
    finally:
        stream.unsubscribe(subscriber)


def _load_quarantine(
    database: Database, limit: int
) -> tuple[dict[str, int], list[tuple[int, quarantine.Refused]]]:
    with database.reading() as connection:
        return quarantine.counts(connection), quarantine.newest(connection, limit)
