"""Tables as files: readings, alarms, events and completeness, as CSV or Excel."""

from datetime import datetime
from typing import Annotated, Final, Literal
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Response

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.faults import Fault
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
from gateway.exports.csv_file import csv_bytes
from gateway.exports.table import ExportTable
from gateway.exports.tables_of import (
    alarms_table,
    completeness_table,
    events_table,
    readings_table,
)
from gateway.exports.workbook import xlsx_bytes

router = APIRouter(prefix="/api/v1", tags=["exports"])
Format = Literal["csv", "xlsx"]
MEDIA: Final[dict[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MAX_POINTS: Final = 100_000
MAX_RECORDS: Final = 20_000
_From = Annotated[datetime, Query(alias="from")]
_SeesStations = Annotated[Principal, needs(Permission.SEE_STATIONS)]


@router.get("/stations/{station}/readings.{form}", response_class=Response)
async def export_readings(
    services: InjectedServices,
    caller: _SeesStations,
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
    if len(series.at_ms) > MAX_POINTS:
        sentence = f"more than {MAX_POINTS} rows: ask for a shorter range"
        raise Fault(422, "too_many_points", sentence, most=MAX_POINTS)
    channels = now.status.channels if now.status is not None else []
    unit = next((one.unit for one in channels if one.name == channel), "")
    table = readings_table(station, channel, unit, series)
    return await table_answer(services, [table], form, f"{station}-{channel}")


@router.get("/alarms.{form}", response_class=Response)
async def export_alarms(
    services: InjectedServices,
    caller: _SeesStations,
    form: Format,
    from_: _From,
    to: datetime,
) -> Response:
    """Return the alarms raised in [from, to) as a file, newest first."""
    from_ms, to_ms = bounded_range_ms(from_, to)
    found = await services.threads.call(_alarms, services.database, caller, from_ms, to_ms)
    return await table_answer(services, [alarms_table(found)], form, "canh-bao")


@router.get("/events.{form}", response_class=Response)
async def export_events(
    services: InjectedServices,
    caller: Annotated[Principal, needs(Permission.SEE_EVENTS)],
    form: Format,
    from_: _From,
    to: datetime,
) -> Response:
    """Return the security events that began in [from, to) as a file, without evidence."""
    from_ms, to_ms = bounded_range_ms(from_, to)
    found = await services.threads.call(_events, services.database, from_ms, to_ms)
    reached = [one for one in found if caller.reaches_camera(one.message.camera)]
    return await table_answer(services, [events_table(reached)], form, "su-kien")


@router.get("/completeness.{form}", response_class=Response)
async def export_completeness(
    services: InjectedServices, caller: _SeesStations, form: Format
) -> Response:
    """Return how whole each station's data are, as a file."""
    views = [services.board.view(now.station) for now in services.board.stations.all()]
    reached = [one for one in views if one is not None and caller.reaches_station(one.id)]
    return await table_answer(services, [completeness_table(reached)], form, "tinh-day-du")


async def table_answer(
    services: InjectedServices, tables: list[ExportTable], form: Format, name: str
) -> Response:
    """Return tables as a file to keep."""
    write = csv_bytes if form == "csv" else xlsx_bytes
    content = await services.threads.call(write, tables)
    return file_answer(content, f"{name}.{form}")


def file_answer(content: bytes, name: str) -> Response:
    """Return a file to keep under ``name``."""
    named = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"
    media_type = MEDIA[name.rpartition(".")[2]]
    return Response(content, media_type=media_type, headers={"Content-Disposition": named})


def _alarms(database: Database, caller: Principal, from_ms: int, to_ms: int) -> list[AlarmRecord]:
    wanted = AlarmFilter(
        state="all", stations=caller.stations, cameras=caller.cameras, before=(to_ms, None)
    )
    with database.reading() as connection:
        found = alarms.search(connection, wanted, MAX_RECORDS)
    return [one for one in found if one.raised_at_ms >= from_ms]


def _events(database: Database, from_ms: int, to_ms: int) -> list[EventRecord]:
    wanted = EventFilter(from_ms=from_ms, to_ms=to_ms)
    with database.reading() as connection:
        return events.search(connection, wanted, None, MAX_RECORDS)
