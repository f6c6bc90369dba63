"""The alarms that the centre raises itself: what is seen, how long it must last, what follows.

Several gateways may watch the same stations. What each sees is compared with one shared table
of suspicions: whoever sees the condition first notes it, any gateway that knows better clears
it, and after the delay it becomes an alarm once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gateway.alarms.settings import AlarmSettings

CentreKind = Literal[
    "station_offline", "clock_unsynced", "data_lost", "camera_down", "notices_failing"
]
Subject = Literal["station", "camera", "sink"]
"""What an alarm is about; a sink is a way out for notices, such as ``email``."""
Sight = Literal["present", "clear"]
SUBJECT: Final[dict[CentreKind, Subject]] = {
    "station_offline": "station",
    "clock_unsynced": "station",
    "data_lost": "station",
    "camera_down": "camera",
    "notices_failing": "sink",
}


@dataclass(slots=True, frozen=True, order=True)
class ConditionKey:
    """One thing that may be wrong with one station, camera or sink."""

    source: str
    kind: CentreKind


@dataclass(slots=True, frozen=True)
class Observation:
    """What this gateway sees; something of which it knows nothing is not in the list.

    Args:
        value: a figure that goes with it (numbers lost), or None.
    """

    sight: Sight
    value: float | None = None


@dataclass(slots=True, frozen=True)
class Suspicion:
    """What the shared table knows; ``alarm_id`` is None until the delay is over."""

    since_ms: int
    alarm_id: str | None = None


@dataclass(slots=True, frozen=True)
class Step:
    """One change of the shared table that this gateway proposes."""

    key: ConditionKey
    what: Literal["suspect", "forget", "raise", "return"]
    value: float | None = None


def delays_s(settings: AlarmSettings) -> dict[CentreKind, float]:
    """Return how long, in seconds, each condition must last before it is an alarm."""
    return {
        "station_offline": settings.station_delay_s,
        "camera_down": settings.camera_delay_s,
        "clock_unsynced": settings.clock_delay_s,
        "data_lost": 0.0,
        "notices_failing": settings.notices_delay_s,
    }


def plan(
    seen: Mapping[ConditionKey, Observation],
    known: Mapping[ConditionKey, Suspicion],
    settings: AlarmSettings,
    now_ms: int,
) -> list[Step]:
    """Return the changes that follow from what is seen, in the order of their keys."""
    steps, delay_s = [], delays_s(settings)
    for key in sorted(seen):
        observation, suspicion = seen[key], known.get(key)
        if observation.sight == "clear":
            if suspicion is not None:
                steps.append(Step(key, "forget" if suspicion.alarm_id is None else "return"))
        elif suspicion is None:
            steps.append(Step(key, "suspect", observation.value))
        elif suspicion.alarm_id is None and now_ms - suspicion.since_ms >= delay_s[key.kind] * 1000:
            steps.append(Step(key, "raise", observation.value))
    return steps


def see_stations(
    states: Iterable[tuple[str, str, str, bool]],
) -> dict[ConditionKey, Observation]:
    """Return what stations look like.

    Args:
        states: station, its state, its clock, and whether it ever announced itself.
    """
    seen: dict[ConditionKey, Observation] = {}
    for station, state, clock, announced in states:
        key = ConditionKey(station, "station_offline")
        if state == "online":
            seen[key] = Observation("clear")
            unsynced = Observation("present" if clock == "unsynced" else "clear")
            seen[ConditionKey(station, "clock_unsynced")] = unsynced
        elif state in ("silent", "offline") or announced:
            seen[key] = Observation("present")
    return seen


def see_cameras(states: Iterable[tuple[str, str]]) -> dict[ConditionKey, Observation]:
    """Return what cameras look like, from pairs of camera and state."""
    seen: dict[ConditionKey, Observation] = {}
    for camera, state in states:
        if state in ("live", "degraded"):
            seen[ConditionKey(camera, "camera_down")] = Observation("clear")
        elif state in ("down", "silent"):
            seen[ConditionKey(camera, "camera_down")] = Observation("present")
    return seen


def see_losses(
    lately: Mapping[str, int], known: Iterable[ConditionKey]
) -> dict[ConditionKey, Observation]:
    """Return which stations lost numbers lately (how many), and which no longer do."""
    seen = {
        key: Observation("clear")
        for key in known
        if key.kind == "data_lost" and key.source not in lately
    }
    for station, lost in lately.items():
        seen[ConditionKey(station, "data_lost")] = Observation("present", float(lost))
    return seen


def see_sinks(
    failing: Iterable[str], known: Iterable[ConditionKey]
) -> dict[ConditionKey, Observation]:
    """Return through which sinks notices do not arrive now, and through which they do again."""
    seen = {ConditionKey(sink, "notices_failing"): Observation("present") for sink in failing}
    for key in known:
        if key.kind == "notices_failing":
            seen.setdefault(key, Observation("clear"))
    return seen
