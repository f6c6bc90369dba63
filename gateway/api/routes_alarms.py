"""Alarms: list, take, put aside, let go, comment, and the journal of each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from sqlalchemy import Connection

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.alarms.definitions import Priority
from gateway.alarms.flags import StepRefused
from gateway.api.access import needs
from gateway.api.alarms_models import Comment, JournalView, Shelving, Why
from gateway.api.alarms_views import journal_entry_view
from gateway.api.faults import Fault
from gateway.api.models import Acknowledgement, AlarmList, AlarmView
from gateway.api.services import InjectedServices, Services
from gateway.api.views import alarm_view
from gateway.database import alarm_journal, alarm_steps, alarms
from gateway.database.alarm_journal import Actor, JournalEntry
from gateway.database.alarm_records import find
from gateway.database.alarms import AlarmFilter, AlarmRecord, AlarmState
from gateway.database.engine import Database
from gateway.ingest.commits import now_ms
from quantrac_core.contracts.identifiers import STATION_ID
from quantrac_core.contracts.messages import ms_from_utc

router = APIRouter(prefix="/api/v1/alarms", tags=["alarms"])
Seer = Annotated[Principal, needs(Permission.SEE_STATIONS)]
Handler = Annotated[Principal, needs(Permission.HANDLE_ALARMS)]
AlarmId = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
SilencedFilter = Literal[
    "yes",
    "no",
    "late",
    "out_of_service",
    "suppressed",
    "shelved",
    "station_offline",
    "calibrating",
    "maintenance",
]
JOURNAL_LENGTH = 500


def wanted_alarms(
    state: AlarmState = "open",
    station: Annotated[str | None, Query(pattern=f"^{STATION_ID.pattern}$", max_length=48)] = None,
    priority: Priority | None = None,
    group: Annotated[str | None, Query(max_length=40)] = None,
    silenced: SilencedFilter | None = None,
) -> AlarmFilter:
    """Return what a request asks for, before it is cut to the caller's reach."""
    return AlarmFilter(
        state=state,
        station=station,
        priority=None if priority is None else priority.value,
        group=group,
        silenced={"yes": True, "no": False}.get(silenced, silenced) if silenced else None,
    )


WantedAlarms = Annotated[AlarmFilter, Depends(wanted_alarms)]


@router.get("")
async def list_alarms(
    services: InjectedServices,
    caller: Seer,
    wanted: WantedAlarms,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    before: datetime | None = None,
    before_id: Annotated[str | None, Query(max_length=200)] = None,
) -> AlarmList:
    """Return alarms, newest first; ``open`` means active, not acknowledged or latched.

    ``before`` and ``before_id`` are time and id of the last one of the page before.
    """
    cursor = None
    if before is not None:
        if not 2000 <= before.year <= 2200:
            raise Fault(422, "wrong_years", "before must lie between the years 2000 and 2200")
        at = before if before.tzinfo else before.replace(tzinfo=UTC)
        cursor = (ms_from_utc(at), before_id)
    wanted = replace(wanted, stations=caller.stations, cameras=caller.cameras, before=cursor)
    records = await services.threads.call(_search, services.database, wanted, limit)
    return AlarmList(alarms=[alarm_view(record) for record in records])


@router.get("/{alarm_id}")
async def show_alarm(services: InjectedServices, caller: Seer, alarm_id: AlarmId) -> AlarmView:
    """Return one alarm."""
    return alarm_view(await _reached(services, caller, alarm_id))


@router.get("/{alarm_id}/journal")
async def show_journal(services: InjectedServices, caller: Seer, alarm_id: AlarmId) -> JournalView:
    """Return who did what, to the alarm and to its definition."""
    record = await _reached(services, caller, alarm_id)
    entries = await services.threads.call(_journal, services.database, record)
    return JournalView(entries=[journal_entry_view(entry) for entry in entries])


@router.post("/{alarm_id}/ack")
async def acknowledge_alarm(
    services: InjectedServices, caller: Handler, alarm_id: AlarmId, body: Acknowledgement
) -> AlarmView:
    """Note who has taken the alarm; a second acknowledgement changes nothing."""
    return await _take_step(
        services,
        caller,
        alarm_id,
        lambda connection: alarm_steps.acknowledge(
            connection, alarm_id, _actor(caller), body.note, now_ms()
        ),
    )


@router.post("/{alarm_id}/shelve")
async def shelve_alarm(
    services: InjectedServices, caller: Handler, alarm_id: AlarmId, body: Shelving
) -> AlarmView:
    """Put the alarm aside for a time, or until it returns."""
    return await _take_step(
        services,
        caller,
        alarm_id,
        lambda connection: alarm_steps.shelve(
            connection, alarm_id, _actor(caller), body.why, now_ms(), body.for_s, body.one_shot
        ),
    )


@router.post("/{alarm_id}/unshelve")
async def unshelve_alarm(
    services: InjectedServices, caller: Handler, alarm_id: AlarmId, body: Why
) -> AlarmView:
    """Take a shelved alarm back at once."""
    return await _take_step(
        services,
        caller,
        alarm_id,
        lambda connection: alarm_steps.unshelve(
            connection, alarm_id, _actor(caller), body.why, now_ms()
        ),
    )


@router.post("/{alarm_id}/reset")
async def reset_alarm(
    services: InjectedServices, caller: Handler, alarm_id: AlarmId, body: Why
) -> AlarmView:
    """Let go of a latched alarm that has returned and is acknowledged."""
    return await _take_step(
        services,
        caller,
        alarm_id,
        lambda connection: alarm_steps.reset(
            connection, alarm_id, _actor(caller), body.why, now_ms()
        ),
    )


@router.post("/{alarm_id}/comment")
async def comment_on_alarm(
    services: InjectedServices, caller: Handler, alarm_id: AlarmId, body: Comment
) -> AlarmView:
    """Add words to the journal of the alarm."""
    return await _take_step(
        services,
        caller,
        alarm_id,
        lambda connection: alarm_steps.comment(
            connection, alarm_id, _actor(caller), body.text, now_ms()
        ),
    )


def _actor(caller: Principal) -> Actor:
    return Actor(caller.name[:60], caller.account[:60])


def reaches(caller: Principal, subject: str, name: str) -> bool:
    """Tell whether the caller may see alarms of this station or camera."""
    if subject == "sink":
        return caller.reaches_everything
    return caller.reaches_camera(name) if subject == "camera" else caller.reaches_station(name)


async def _reached(services: Services, caller: Principal, alarm_id: str) -> AlarmRecord:
    record = await services.threads.call(_find, services.database, alarm_id)
    if record is None or not reaches(caller, record.subject, record.station):
        raise HTTPException(404, f"there is no alarm {alarm_id!r}")
    return record


async def _take_step(
    services: Services,
    caller: Principal,
    alarm_id: str,
    step: Callable[[Connection], AlarmRecord | None],
) -> AlarmView:
    await _reached(services, caller, alarm_id)
    try:
        record = await services.threads.call(_write, services.database, step)
    except StepRefused as refusal:
        raise Fault(409, refusal.code, str(refusal), None, most_min=refusal.most_min) from refusal
    if record is None:
        raise HTTPException(404, f"there is no alarm {alarm_id!r}")
    services.board.alarms_changed([record])
    return alarm_view(record)


def _write(
    database: Database, step: Callable[[Connection], AlarmRecord | None]
) -> AlarmRecord | None:
    with database.writing() as connection:
        return step(connection)


def _search(database: Database, wanted: AlarmFilter, limit: int) -> list[AlarmRecord]:
    with database.reading() as connection:
        return list(alarms.search(connection, wanted, limit))


def _find(database: Database, alarm_id: str) -> AlarmRecord | None:
    with database.reading() as connection:
        return find(connection, alarm_id)


def _journal(database: Database, record: AlarmRecord) -> list[JournalEntry]:
    with database.reading() as connection:
        return list(
            alarm_journal.of_alarm(connection, record.definition, record.id, JOURNAL_LENGTH)
        )
