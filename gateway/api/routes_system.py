"""Health, quarantine, metrics and the live stream."""

from collections.abc import AsyncIterator
from typing import Annotated, Final, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST

from gateway.access.audience import audience_of
from gateway.access.permissions import Permission
from gateway.access.principal import Identity, Principal
from gateway.api.access import Anybody, Self, needs
from gateway.api.faults import Fault
from gateway.api.models import Health, QuarantinedMessage, QuarantineView
from gateway.api.services import InjectedServices, Services
from gateway.database import quarantine
from gateway.database.engine import Database, DatabaseUnavailable
from gateway.live.stream import Stream, Subscriber
from quantrac_core.contracts.messages import encode, utc_from_ms

router = APIRouter(tags=["system"])
SeesSystem = Annotated[Principal, needs(Permission.SEE_SYSTEM)]
ASK_AGAIN_S: Final = 15.0
"""How long a stream goes on, at most, for somebody whose rights another gateway took away."""


@router.get("/api/v1/health", response_model_exclude_unset=True)
async def get_health(services: InjectedServices, caller: Anybody) -> Health:
    """Return whether all works; what does not only to those who may see the system."""
    checks = services.checks()
    status: Literal["ok", "degraded"] = "ok"
    if not all(check.ok for check in checks.values()):
        status = "degraded"
    if caller is None or not caller.principal.may(Permission.SEE_SYSTEM):
        return Health(status=status)
    return Health(
        status=status,
        version=services.version,
        started_at=services.started_at,
        checks=checks,
    )


@router.get("/api/v1/quarantine")
async def get_quarantine(
    services: InjectedServices,
    _caller: SeesSystem,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
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
async def get_metrics(services: InjectedServices, _caller: SeesSystem) -> Response:
    """Return the figures for Prometheus."""
    return Response(services.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/v1/openapi.json", include_in_schema=False)
async def get_document(request: Request, _caller: Self) -> JSONResponse:
    """Return the description of the API."""
    return JSONResponse(request.app.openapi())


@router.get("/api/v1/stream", response_class=StreamingResponse)
async def get_stream(services: InjectedServices, caller: Self) -> StreamingResponse:
    """Open the stream of server-sent events: hello, scan, station, alarm, event, camera.

    Everybody hears of what they reach and may see.
    """
    if caller.must_change_password:
        raise Fault(403, "password_must_change", "change the one-time password first")
    principal = caller.principal
    stream = services.board.stream
    subscriber = stream.subscribe(
        encode({"started_at": services.started_at}), audience_of(principal), principal.account
    )
    if subscriber is None:
        raise HTTPException(503, "too many open streams")
    return StreamingResponse(
        _until_gone(services, stream, subscriber, caller),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _until_gone(
    services: Services, stream: Stream, subscriber: Subscriber, caller: Identity
) -> AsyncIterator[bytes]:
    asked_s = services.now_s()
    try:
        async for part in subscriber.frames():
            if services.now_s() - asked_s > ASK_AGAIN_S:
                asked_s = services.now_s()
                if not await _is_still(services, caller):
                    return
            yield part
    finally:
        stream.unsubscribe(subscriber)


async def _is_still(services: Services, caller: Identity) -> bool:
    """Tell whether a listener may go on; an open page keeps its session alive in this way."""
    try:
        now = await services.sign_in.identities.again(caller)
    except DatabaseUnavailable:
        return True
    return now is not None and now.principal == caller.principal


def _load_quarantine(
    database: Database, limit: int
) -> tuple[dict[str, int], list[tuple[int, quarantine.Refused]]]:
    with database.reading() as connection:
        return quarantine.counts(connection), quarantine.newest(connection, limit)
