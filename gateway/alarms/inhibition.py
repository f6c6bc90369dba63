"""Which alarms are silenced by a greater cause: a station that is away, a channel in service."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.alarms.flags import Inhibition

_NEVER_BY_OFFLINE: Final = frozenset(
    {"station_offline", "data_lost", "camera_down", "notices_failing"}
)


@dataclass(slots=True, frozen=True)
class ChannelService:
    """A channel that is being calibrated or maintained, as of the scan of ``at_ms``.

    ``cause`` is None once it measures again; the newest word of any gateway counts.
    """

    cause: Inhibition | None
    at_ms: int


def cause_of(state: str) -> Inhibition | None:
    """Return what a measurement state silences: calibration and maintenance their own channel."""
    if state == "calibrating":
        return "calibrating"
    return "maintenance" if state == "maintenance" else None


def inhibited_by(
    station: str,
    channel: str,
    level: str,
    offline: frozenset[str],
    in_service: Mapping[tuple[str, str], ChannelService],
) -> Inhibition | None:
    """Return what silences an alarm for the time being.

    Args:
        offline: stations whose alarm ``station_offline`` is active.
        in_service: by station and channel.
    """
    if level == "fault":
        silent = station in offline and channel not in _NEVER_BY_OFFLINE
        return "station_offline" if silent else None
    if station in offline:
        return "station_offline"
    service = in_service.get((station, channel))
    return None if service is None else service.cause


def newer_words(
    live: Iterable[tuple[str, str, str, int]],
    kept: Mapping[tuple[str, str], ChannelService],
) -> dict[tuple[str, str], ChannelService]:
    """Return what must be kept: changed causes, seen in scans newer than those that are kept.

    Args:
        live: station, channel, measurement state, time of the scan.
    """
    news = {}
    for station, channel, state, at_ms in live:
        cause, known = cause_of(state), kept.get((station, channel))
        if known is None:
            if cause is not None:
                news[station, channel] = ChannelService(cause, at_ms)
        elif known.cause != cause and known.at_ms < at_ms:
            news[station, channel] = ChannelService(cause, at_ms)
    return news
