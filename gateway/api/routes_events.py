"""Security events: list, verdict, lock and the log of who did what with their evidence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from sqlalchemy import Connection

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.camera_models import (
    CustodyLog,
    EventList,
    EventView,
    LockRequest,
    VerdictRequest,
)
from gateway.api.event_views import custody_entry, event_view
from gateway.api.faults import Fault
from gateway.api.services import InjectedServices, Services
from gateway.database import custody, events
from gateway.database.custody import CustodyRecord
from gateway.database.custody_watch import CustodyWatch
from gateway.database.engine import Database
from gateway.database.events import Cursor, EventFilter, EventRecord
from gateway.ingest.commits import now_ms
from quantrac_core.contracts.camera_messages import EVENT_ID
from quantrac_core.contracts.identifiers import STATION_ID
from quantrac_core.contracts.messages import ms_from_utc

router = APIRouter(prefix="/api/v1/events", tags=["events"])
MAX_PAGE: Final = 500
EventId = Annotated[str, Path(pattern=f"^{EVENT_ID.pattern}$", max_length=96)]
_Camera = Annotated[str | None, Query(pattern=f"^{STATION_ID.pattern}$", max_length=48)]
SeesEvents = Annotated[Principal, needs(Permission.SEE_EVENTS)]
_Judges = Annotated[Principal, needs(Permission.JUDGE_EVENTS)]
_Word = Annotated[str | None, Query(min_length=1, max_length=60)]
_Change = Callable[[Connection, int], None]
"""What a request does to an event inside its transaction, at a time in ms since 1970."""
_CURSOR: Final = rf"^[0-9]{{1,15}}\.{EVENT_ID.pattern}$"


def wanted_events(
    camera: _Camera = None,
    rule: _Word = None,
    kind: _Word = None,
    verdict: Literal["true", "false", "unclear", "none"] | None = None,
    phase: Literal["open", "ended"] | None = None,
    priority: Literal["low", "medium", "high"] | None = None,
    from_: Annotated[datetime | None, Query(alias="from")] = None,
    to: datetime | None = None,
) -> EventFilter:
    """Return what a request asks for, before it is cut to the caller's reach."""
    return EventFilter(
        camera=camera,
        rule=_printable(rule),
        kind=_printable(kind),
        verdict=verdict,
        is_open=None if phase is None else phase == "open",
        priority=priority,
        from_ms=_bounded_ms(from_),
        to_ms=_bounded_ms(to),
    )


WantedEvents = Annotated[EventFilter, Depends(wanted_events)]


@router.get("")
async def list_events(
    services: InjectedServices,
    caller: SeesEvents,
    wanted: WantedEvents,
    after: Annotated[str | None, Query(pattern=_CURSOR, max_length=120)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
) -> EventList:
    """Return events that began in [from, to), newest first; no zone means UTC.

    ``after`` is ``next`` of the page before; ``verdict=none`` are those nobody has judged.
    """
    wanted = replace(wanted, reach=caller.cameras)
    cursor: Cursor | None = None
    if after is not None:
        began_ms, _, event_id = after.partition(".")
        cursor = (int(began_ms), event_id)
    found = await services.threads.call(_search, services.database, wanted, cursor, limit + 1)
    page = found[:limit]
    following = None
    if len(found) > limit:
        last = page[-1].message
        following = f"{ms_from_utc(last.began_at)}.{last.id}"
    return EventList(events=[event_view(record) for record in page], next=following)


@router.get("/{event_id}")
async def get_event(services: InjectedServices, caller: SeesEvents, event_id: EventId) -> EventView:
    """Return one event."""
    return event_view(await load_event(services, event_id, caller))


@router.post("/{event_id}/verdict")
async def set_verdict(
    services: InjectedServices, caller: _Judges, event_id: EventId, body: VerdictRequest
) -> EventView:
    """Note what a person says about an event; the latest word stands, all are in the log."""

    def change(connection: Connection, at_ms: int) -> None:
        events.set_verdict(connection, event_id, body.verdict, caller.name, body.note, at_ms)
        said = f"{body.verdict}: {body.note}" if body.note else body.verdict
        custody.append(connection, event_id, "verdict", caller.account, said, at_ms)

    return await _changed(services, caller, event_id, change)


@router.post("/{event_id}/lock")
async def set_lock(
    services: InjectedServices, caller: _Judges, event_id: EventId, body: LockRequest
) -> EventView:
    """Keep the evidence of an event from retention, or let it go."""

    def change(connection: Connection, at_ms: int) -> None:
        events.set_locked(connection, event_id, body.locked, at_ms)
        action: custody.Action = "locked" if body.locked else "unlocked"
        custody.append(connection, event_id, action, caller.account, body.reason, at_ms)

    return await _changed(services, caller, event_id, change)


@router.get("/{event_id}/custody")
async def get_custody(
    services: InjectedServices, caller: SeesEvents, event_id: EventId
) -> CustodyLog:
    """Return who did what with an event; ``intact`` speaks of the whole log of the centre."""
    await load_event(services, event_id, caller)
    lines, intact = await services.threads.call(
        _load_custody, services.database, services.custody, event_id
    )
    return CustodyLog(entries=[custody_entry(line) for line in lines], intact=intact)


async def load_event(services: Services, event_id: str, caller: Principal) -> EventRecord:
    """Return an event that the caller reaches.

    Raises:
        HTTPException: 404, there is none.
    """
    record = await services.threads.call(_find, services.database, event_id)
    if record is None or not caller.reaches_camera(record.message.camera):
        raise HTTPException(404, f"there is no event {event_id!r}")
    return record


async def _changed(
    services: Services, caller: Principal, event_id: str, change: _Change
) -> EventView:
    record = await services.threads.call(_apply, services.database, caller, event_id, change)
    if record is None:
        raise HTTPException(404, f"there is no event {event_id!r}")
    services.camera_board.events_changed([record])
    return event_view(record)


def _apply(
    database: Database, caller: Principal, event_id: str, change: _Change
) -> EventRecord | None:
    with database.writing() as connection:
        before = events.find(connection, event_id)
        if before is None or not caller.reaches_camera(before.message.camera):
            return None
        change(connection, now_ms())
        return events.find(connection, event_id)


def _find(database: Database, event_id: str) -> EventRecord | None:
    with database.reading() as connection:
        return events.find(connection, event_id)


def _search(
    database: Database, wanted: EventFilter, cursor: Cursor | None, limit: int
) -> list[EventRecord]:
    with database.reading() as connection:
        return events.search(connection, wanted, cursor, limit)


def _load_custody(
    database: Database, watch: CustodyWatch, event_id: str
) -> tuple[list[CustodyRecord], bool]:
    with database.reading() as connection:
        lines = custody.of_event(connection, event_id)
    return lines, all(map(custody.is_sealed, lines)) and watch.is_intact()


def _bounded_ms(at: datetime | None) -> int | None:
    if at is None:
        return None
    if not 2000 <= at.year <= 2200:
        raise Fault(422, "wrong_years", "from and to must lie between the years 2000 and 2200")
    return ms_from_utc(at if at.tzinfo is not None else at.replace(tzinfo=UTC))


def _printable(word: str | None) -> str | None:
    if word is not None and not word.isprintable():
        raise Fault(422, "control_characters", "rule and kind: no control characters")
    return word
