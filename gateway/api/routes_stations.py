"""Stations and the history of their channels."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, HTTPException, Path, Query

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.faults import Fault
from gateway.api.models import ReadingsView, StationList, StationView
from gateway.api.services import InjectedServices
from quantrac_core.contracts.identifiers import CHANNEL_NAME, STATION_ID
from quantrac_core.contracts.messages import ms_from_utc

router = APIRouter(prefix="/api/v1/stations", tags=["stations"])
MAX_POINTS: Final = 20_000
MAX_RANGE_S: Final = 400 * 86_400
RAW_UP_TO_S: Final = 3 * 3_600
MINUTES_UP_TO_S: Final = 7 * 86_400

StationName = Annotated[str, Path(pattern=f"^{STATION_ID.pattern}$", max_length=48)]
SeesStations = Annotated[Principal, needs(Permission.SEE_STATIONS)]
ChannelName = Annotated[str, Query(pattern=f"^{CHANNEL_NAME.pattern}$", max_length=48)]


@router.get("")
async def list_stations(services: InjectedServices, caller: SeesStations) -> StationList:
    """Return every station the gateway knows."""
    known = [now.station for now in services.board.stations.all()]
    views = [services.board.view(station) for station in known if caller.reaches_station(station)]
    return StationList(stations=[view for view in views if view is not None])


@router.get("/{station}")
async def get_station(
    services: InjectedServices, caller: SeesStations, station: StationName
) -> StationView:
    """Return one station."""
    view = services.board.view(station) if caller.reaches_station(station) else None
    if view is None:
        raise HTTPException(404, f"there is no station {station!r}")
    return view


@router.get("/{station}/readings")
async def get_readings(
    services: InjectedServices,
    caller: SeesStations,
    station: StationName,
    channel: ChannelName,
    from_: Annotated[datetime, Query(alias="from")],
    to: Annotated[datetime, Query()],
    every: Literal["auto", "raw", "60", "3600"] = "auto",
) -> ReadingsView:
    """Return a channel's history in [from, to), widened to whole buckets; no zone means UTC."""
    now = services.board.stations.get(station) if caller.reaches_station(station) else None
    if now is None:
        raise HTTPException(404, f"there is no station {station!r}")
    from_ms, to_ms = bounded_range_ms(from_, to)
    every_s = choose_every_s(every, (to_ms - from_ms) / 1000)
    if every_s and (to_ms - from_ms) / 1000 / every_s > MAX_POINTS:
        sentence = f"more than {MAX_POINTS} points: ask for a shorter range"
        raise Fault(422, "too_many_points", sentence, most=MAX_POINTS)
    if every_s:
        # Whole buckets at both ends, so that every store answers alike.
        step_ms = every_s * 1000
        from_ms, to_ms = from_ms // step_ms * step_ms, -(-to_ms // step_ms) * step_ms
    series = await services.threads.call(
        services.store.query, station, channel, from_ms, to_ms, every_s, MAX_POINTS + 1
    )
    if len(series.at_ms) > MAX_POINTS:
        sentence = f"more than {MAX_POINTS} points: ask for a shorter range"
        raise Fault(422, "too_many_points", sentence, most=MAX_POINTS)
    latest = now.latest.get(channel)
    unit = latest.reading.u if latest is not None else ""
    if now.status is not None:
        unit = next((c.unit for c in now.status.channels if c.name == channel), unit)
    return ReadingsView(
        station=station,
        channel=channel,
        unit=unit,
        every_s=every_s,
        at=series.at_ms,
        v=series.v,
        min=series.v_min,
        max=series.v_max,
        count=series.count,
        s=series.s,
        q=series.q,
    )


def choose_every_s(every: str, range_s: float) -> int:
    """Return the bucket width; ``auto`` is raw up to 3 h, minutes up to 7 days, else hours."""
    match every:
        case "raw":
            return 0
        case "auto":
            if range_s <= RAW_UP_TO_S:
                return 0
            return 60 if range_s <= MINUTES_UP_TO_S else 3_600
        case _:
            return int(every)


def bounded_range_ms(begin: datetime, end: datetime) -> tuple[int, int]:
    """Return a range in milliseconds since 1970.

    Raises:
        Fault: 422, empty, longer than 400 days or outside the years 2000 to 2200.
    """
    begin, end = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (begin, end))
    if not (2000 <= begin.year <= 2200 and 2000 <= end.year <= 2200):
        raise Fault(422, "wrong_years", "from and to must lie between the years 2000 and 2200")
    if begin >= end:
        raise Fault(422, "wrong_order", "from must lie before to")
    if (end - begin).total_seconds() > MAX_RANGE_S:
        raise Fault(422, "range_too_long", "the range is longer than 400 days", most_days=400)
    return ms_from_utc(begin), ms_from_utc(end)
