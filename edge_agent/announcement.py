"""What a station says of itself: birth, goodbye and last will."""

from datetime import datetime

import msgspec

from edge_agent.acquisition.scanner import Origin
from edge_agent.settings import AgentSettings, ChannelSettings
from quantrac_core.contracts.messages import Channel, Limit, StationStatus
from station_drivers.register_map import ValueType


def birth(
    settings: AgentSettings, origin: Origin, started_at: datetime, software: str
) -> StationStatus:
    """Return the birth: every channel with unit, symbol, range and limits."""
    return StationStatus(
        station=origin.station,
        state="online",
        boot_id=origin.boot_id,
        outbox_id=origin.outbox_id,
        started_at=started_at,
        software=software,
        name_vi=settings.station.name_vi or settings.station.id,
        name_en=settings.station.name_en or settings.station.name_vi or settings.station.id,
        kind=settings.station.kind,
        poll_interval_s=settings.poll_interval_s,
        heartbeat_s=settings.delivery.heartbeat_s,
        channels=_channels(settings),
        lat=settings.station.lat,
        lon=settings.station.lon,
    )


def death(status: StationStatus, *, orderly: bool) -> StationStatus:
    """Return the goodbye (``orderly``) or the last will that belongs to a birth.

    It lists no channels: MQTT bounds a will to 65,535 bytes, and the centre keeps the birth.
    """
    return msgspec.structs.replace(status, state="offline", orderly=orderly, channels=[])


def _channels(settings: AgentSettings) -> list[Channel]:
    channels: list[Channel] = []
    for link in settings.links:
        for unit in link.units:
            for point in unit.map.channels:
                if point.type is ValueType.STRING:
                    continue
                name = unit.station_channel(point.name)
                shown = settings.channels.get(name, ChannelSettings())
                channels.append(
                    Channel(
                        name=name,
                        unit=point.unit,
                        symbol=shown.symbol or name,
                        label_vi=shown.label_vi or shown.symbol or name,
                        label_en=shown.label_en or shown.label_vi or shown.symbol or name,
                        decimals=shown.decimals,
                        range_min=point.valid_min,
                        range_max=point.valid_max,
                        limits=[
                            Limit(
                                level=limit.level,
                                side=limit.side,
                                value=limit.value,
                                basis=limit.basis,
                                source=limit.source,
                                verified=limit.verified,
                            )
                            for limit in shown.limits
                        ],
                    )
                )
    return channels
