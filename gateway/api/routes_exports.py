"""Tables as files: readings, completeness, alarms and events, as CSV or Excel."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.downloads import (
    MAX_RECORDS,
    Format,
    From,
    file_name,
    hand_out_tables,
    open_range_ms,
    refuse_too_many,
)
from gateway.api.routes_alarms import WantedAlarms
from gateway.api.routes_events import WantedEvents
from gateway.api.routes_stations import (
    ChannelName,
    StationName,
    bounded_range_ms,
    choose_every_s,
)
from gateway.api.services import InjectedServices
from gateway.database import alarms, events
from gateway.database.alarms import AlarmFilter, AlarmRecord
from gateway.database.engine import Database
from gateway.database.events import EventFilter, EventRecord
from gateway.exports.tables_of import (
    alarms_table,
    completeness_table,
    events_table,
    readings_table,
)

router = APIRouter(prefix="/api/v1", tags=["exports"])
MAX_POINTS: Final = 100_000
_From = Annotated[datetime, Query(alias="from")]
_SeesStations = Annotated[Principal, needs(Permission.SEE_STATIONS)]


@router.get("/stations/{station}/readings.{form}", response_class=Response)
async def export_readings(
    services: InjectedServices,
    caller: _SeesStations,
    request: Request,
    station: StationName,
    form: Format,
    channel: ChannelName,
    from_: _From,
    to: datetime,
    every: Literal["auto", "raw", "60", "3600"] = "auto",
) -> Response:
    """Return a channel's history in [from, to) as a file; no zone means UTC."""
    now = services.board.stations.get(station)
    if now is None or not caller.reaches_station(station):
        raise HTTPException(404, f"there is no station {station!r}")
    from_ms, to_ms = bounded_range_ms(from_, to)
    every_s = choose_every_s(every, (to_ms - from_ms) / 1000)
    series = await services.threads.call(
        services.store.query, station, channel, from_ms, to_ms, every_s, MAX_POINTS + 1
    )
    refuse_too_many(len(series.at_ms), MAX_POINTS)
    channels = now.status.channels if now.status is not None else []
    unit = next((one.unit for one in channels if one.name == channel), "")
    table = readings_table(station, channel, unit, series)
    name = file_name("so-lieu", station, channel, from_ms=from_ms, to_ms=to_ms)
    return await hand_out_tables(services, caller, request, [table], form, name)


@router.get("/alarms.{form}", response_class=Response)
async def export_alarms(
    services: InjectedServices,
    caller: _SeesStations,
    request: Request,
    form: Format,
    wanted: WantedAlarms,
    from_: From = None,
    to: datetime | None = None,
) -> Response:
    """Return alarms raised in [from, to) as a file, newest first, by the filters of the list.

    Left out, ``state`` is all.
    """
    from_ms, to_ms = open_range_ms(from_, to)
    wanted = replace(
        wanted,
        state=wanted.state if "state" in request.query_params else "all",
        stations=caller.stations,
        cameras=caller.cameras,
        from_ms=from_ms,
        before=None if to_ms is None else (to_ms, None),
    )
    found = await services.threads.call(_alarms, services.database, wanted)
    refuse_too_many(len(found), MAX_RECORDS)
    name = file_name("canh-bao", wanted.station, wanted.priority, from_ms=from_ms, to_ms=to_ms)
    return await hand_out_tables(services, caller, request, [alarms_table(found)], form, name)


@router.get("/events.{form}", response_class=Response)
async def export_events(
    services: InjectedServices,
    caller: Annotated[Principal, needs(Permission.SEE_EVENTS)],
    request: Request,
    form: Format,
    wanted: WantedEvents,
) -> Response:
    """Return security events as a file without evidence, newest first, by the list's filters."""
    wanted = replace(wanted, reach=caller.cameras)
    found = await services.threads.call(_events, services.database, wanted)
    refuse_too_many(len(found), MAX_RECORDS)
    name = file_name("su-kien", wanted.camera, from_ms=wanted.from_ms, to_ms=wanted.to_ms)
    return await hand_out_tables(services, caller, request, [events_table(found)], form, name)


@router.get("/completeness.{form}", response_class=Response)
async def export_completeness(
    services: InjectedServices, caller: _SeesStations, request: Request, form: Format
) -> Response:
    """Return how whole each station's data are, as a file."""
    views = [services.board.view(now.station) for now in services.board.stations.all()]
    reached = [one for one in views if one is not None and caller.reaches_station(one.id)]
    tables = [completeness_table(reached)]
    name = file_name("tinh-day-du")
    return await hand_out_tables(services, caller, request, tables, form, name)


def _alarms(database: Database, wanted: AlarmFilter) -> list[AlarmRecord]:
    with database.reading() as connection:
        return list(alarms.search(connection, wanted, MAX_RECORDS + 1))


def _events(database: Database, wanted: EventFilter) -> list[EventRecord]:
    with database.reading() as connection:
        return events.search(connection, wanted, None, MAX_RECORDS + 1)
