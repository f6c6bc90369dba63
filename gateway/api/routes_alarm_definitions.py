"""Definitions of alarms: list, change, suppress by design, take out of service."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal, cast

from fastapi import APIRouter, HTTPException, Path, Query

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.alarms.centre_alarms import SUBJECT, CentreKind, Subject
from gateway.alarms.definitions import Definition, DefinitionKey, default_definition
from gateway.alarms.flags import Mark
from gateway.api.access import needs
from gateway.api.alarms_models import (
    DefinitionChange,
    DefinitionList,
    DefinitionView,
    FlagChange,
    JournalView,
)
from gateway.api.alarms_views import definition_view, journal_entry_view
from gateway.api.faults import Fault
from gateway.api.routes_alarms import JOURNAL_LENGTH, reaches
from gateway.api.services import InjectedServices, Services
from gateway.database import alarm_definitions, alarm_journal
from gateway.database.alarm_definitions import DefinitionMoved
from gateway.database.alarm_journal import Actor, JournalEntry
from gateway.database.engine import Database
from gateway.ingest.commits import now_ms
from quantrac_core.contracts.identifiers import CHANNEL_NAME, STATION_ID
from quantrac_core.contracts.messages import ms_from_utc

router = APIRouter(prefix="/api/v1/alarm-definitions", tags=["alarms"])
Seer = Annotated[Principal, needs(Permission.SEE_STATIONS)]
Service = Annotated[Principal, needs(Permission.SERVICE_ALARMS)]
Configurer = Annotated[Principal, needs(Permission.CONFIGURE)]
StationName = Annotated[
    str, Path(pattern=f"^(?:(?:webhook|apprise):)?(?:{STATION_ID.pattern})$", max_length=48)
]
"""Of a station, a camera or a sink for notices."""
ChannelName = Annotated[str, Path(pattern=f"^{CHANNEL_NAME.pattern}$", max_length=48)]
LevelName = Literal["warn", "limit", "fault"]
PLACE = "/{station}/{channel}/{level}"
STATION_KINDS = ("station_offline", "clock_unsynced", "data_lost")


@router.get("")
async def list_definitions(
    services: InjectedServices,
    caller: Seer,
    station: Annotated[str | None, Query(pattern=f"^{STATION_ID.pattern}$", max_length=48)] = None,
    limit: Annotated[int, Query(ge=1, le=20_000)] = 2_000,
) -> DefinitionList:
    """Return the kinds of alarm that stations announced, that occurred, or that were defined."""
    stored, occurred = await services.threads.call(_load, services.database)
    keys = {*stored, *occurred, *_announced(services)}
    shown = [
        definition_view(stored.get(key) or default_definition(key), _subject(key))
        for key in sorted(keys, key=lambda key: (key.station, key.channel, key.level))
        if (station is None or key.station == station)
        and reaches(caller, _subject(key), key.station)
    ]
    return DefinitionList(definitions=shown[:limit])


@router.put(PLACE)
async def change_definition(
    services: InjectedServices,
    caller: Configurer,
    station: StationName,
    channel: ChannelName,
    level: LevelName,
    body: DefinitionChange,
) -> DefinitionView:
    """Change priority, group, latching, instructions or the longest shelving."""

    def changed(kept: Definition) -> Definition:
        return replace(
            kept,
            revision=body.revision,
            priority=body.priority.value,
            group=body.group,
            latching=body.latching,
            instructions_vi=body.instructions_vi,
            instructions_en=body.instructions_en,
            max_shelve_s=body.max_shelve_s,
        )

    key = DefinitionKey(station, channel, level)
    return await _change(services, caller, key, changed, "definition_changed", body.why)


@router.put(PLACE + "/suppression")
async def suppress(
    services: InjectedServices,
    caller: Service,
    station: StationName,
    channel: ChannelName,
    level: LevelName,
    body: FlagChange,
) -> DefinitionView:
    """Suppress by design, or no longer."""
    mark, until_ms = _mark(caller, body)
    action = "suppressed" if body.on else "unsuppressed"
    return await _change(
        services,
        caller,
        DefinitionKey(station, channel, level),
        lambda kept: replace(kept, suppressed=mark),
        action,
        body.why,
        until_ms,
    )


@router.put(PLACE + "/service")
async def set_service(
    services: InjectedServices,
    caller: Service,
    station: StationName,
    channel: ChannelName,
    level: LevelName,
    body: FlagChange,
) -> DefinitionView:
    """Take out of service (``on``), or put back."""
    mark, until_ms = _mark(caller, body)
    action = "out_of_service" if body.on else "back_in_service"
    return await _change(
        services,
        caller,
        DefinitionKey(station, channel, level),
        lambda kept: replace(kept, out_of_service=mark),
        action,
        body.why,
        until_ms,
    )


@router.get(PLACE + "/journal")
async def show_definition_journal(
    services: InjectedServices,
    caller: Seer,
    station: StationName,
    channel: ChannelName,
    level: LevelName,
) -> JournalView:
    """Return who changed the definition, when and why."""
    key = DefinitionKey(station, channel, level)
    _check_reach(caller, key)
    entries = await services.threads.call(_journal, services.database, key)
    return JournalView(entries=[journal_entry_view(entry) for entry in entries])


def _subject(key: DefinitionKey) -> Subject:
    if key.level != "fault":
        return "station"
    return SUBJECT.get(cast(CentreKind, key.channel), "station")


def _announced(services: Services) -> set[DefinitionKey]:
    keys: set[DefinitionKey] = set()
    for now in services.board.stations.all():
        keys.update(DefinitionKey(now.station, kind, "fault") for kind in STATION_KINDS)
        for channel in now.status.channels if now.status is not None else []:
            keys.update(
                DefinitionKey(now.station, channel.name, limit.level) for limit in channel.limits
            )
    for camera in services.camera_board.cameras.all():
        keys.add(DefinitionKey(camera.camera, "camera_down", "fault"))
    keys.update(
        DefinitionKey(lane.sink, "notices_failing", "fault") for lane in services.notifier.lanes
    )
    return keys


def _check_reach(caller: Principal, key: DefinitionKey) -> None:
    if not reaches(caller, _subject(key), key.station):
        raise HTTPException(404, f"there is no alarm of {key.station!r}")


def _mark(caller: Principal, body: FlagChange) -> tuple[Mark | None, int | None]:
    if not body.on:
        return None, None
    until_ms = None if body.until is None else ms_from_utc(body.until)
    if until_ms is not None and until_ms <= now_ms():
        raise Fault(422, "end_in_the_past", "until: a time to come")
    return Mark(caller.name[:60], now_ms(), body.why, until_ms), until_ms


async def _change(
    services: Services,
    caller: Principal,
    key: DefinitionKey,
    changed: Callable[[Definition], Definition],
    action: str,
    why: str,
    until_ms: int | None = None,
) -> DefinitionView:
    _check_reach(caller, key)
    known = key in _announced(services)
    actor = Actor(caller.name[:60], caller.account[:60])

    def write(database: Database) -> Definition | None:
        with database.writing() as connection:
            kept = alarm_definitions.find_definition(connection, key, lock=True)
            if not known and key not in alarm_definitions.known_keys(connection):
                return None
            return alarm_definitions.change(
                connection, changed(kept), action, actor, why, now_ms(), until_ms
            )

    try:
        definition = await services.threads.call(write, services.database)
    except DefinitionMoved as error:
        raise Fault(409, "conflict", str(error)) from error
    if definition is None:
        raise HTTPException(404, f"{key.station!r} has no alarm {key.channel}.{key.level}")
    return definition_view(definition, _subject(key))


def _load(
    database: Database,
) -> tuple[dict[DefinitionKey, Definition], list[DefinitionKey]]:
    with database.reading() as connection:
        return (
            alarm_definitions.load_definitions(connection),
            alarm_definitions.known_keys(connection),
        )


def _journal(database: Database, key: DefinitionKey) -> list[JournalEntry]:
    with database.reading() as connection:
        return list(alarm_journal.of_definition(connection, key, JOURNAL_LENGTH))
