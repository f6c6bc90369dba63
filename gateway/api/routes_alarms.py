"""Alarms: list and acknowledge."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.models import Acknowledgement, AlarmList, AlarmView
from gateway.api.services import InjectedServices
from gateway.api.views import alarm_view
from gateway.database import alarms, audit
from gateway.database.alarms import AlarmRecord, AlarmState
from gateway.database.engine import Database
from gateway.ingest.commits import now_ms
from quantrac_core.contracts.identifiers import STATION_ID
from quantrac_core.contracts.messages import ms_from_utc

router = APIRouter(prefix="/api/v1/alarms", tags=["alarms"])


@router.get("")
async def list_alarms(
    services: InjectedServices,
    caller: Annotated[Principal, needs(Permission.SEE_STATIONS)],
    state: AlarmState = "open",
    station: Annotated[str | None, Query(pattern=f"^{STATION_ID.pattern}$", max_length=48)] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    before: datetime | None = None,
) -> AlarmList:
    """Return alarms, newest first; ``open`` means active or not acknowledged."""
    before_ms = None
    if before is not None:
        if not 2000 <= before.year <= 2200:
            raise HTTPException(422, "before must lie between the years 2000 and 2200")
        before_ms = ms_from_utc(before if before.tzinfo else before.replace(tzinfo=UTC))
    records = await services.threads.call(
        _search, services.database, state, station, limit, before_ms, caller.stations
    )
    return AlarmList(alarms=[alarm_view(record) for record in records])


@router.post("/{alarm_id}/ack")
async def acknowledge_alarm(
    services: InjectedServices,
    caller: Annotated[Principal, needs(Permission.HANDLE_ALARMS)],
    alarm_id: Annotated[str, Path(min_length=1, max_length=200)],
    body: Acknowledgement,
) -> AlarmView:
    """Note who has taken the alarm; a second acknowledgement changes nothing."""
    record = await services.threads.call(_acknowledge, services.database, alarm_id, body, caller)
    if record is None:
        raise HTTPException(404, f"there is no alarm {alarm_id!r}")
    services.board.alarms_changed([record])
    return alarm_view(record)


def _search(
    database: Database,
    state: AlarmState,
    station: str | None,
    limit: int,
    before_ms: int | None,
    reach: frozenset[str] | None,
) -> list[AlarmRecord]:
    with database.reading() as connection:
        return list(alarms.search(connection, state, station, limit, before_ms, reach))


def _acknowledge(
    database: Database, alarm_id: str, body: Acknowledgement, caller: Principal
) -> AlarmRecord | None:
    at_ms = now_ms()
    with database.writing() as connection:
        before = alarms.find(connection, alarm_id)
        if before is None or not caller.reaches_station(before.station):
            return None
        if before.acknowledged_at_ms is not None:
            return before
        subject = f"alarm/{alarm_id}"
        audit.record(connection, "alarm_acknowledged", caller.account, subject, body.note, at_ms)
        return alarms.acknowledge(connection, alarm_id, caller.name, body.note, at_ms)
