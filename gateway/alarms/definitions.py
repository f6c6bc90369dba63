"""What was decided about each alarm beforehand (ISA-18.2 rationalisation), with defaults."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.alarms.flags import Mark
from gateway.alarms.instructions import instructions_for

LEVELS: Final = ("warn", "limit", "fault")
"""Levels of stations' alarms, and the one of the alarms that the centre raises itself."""


class Priority(StrEnum):
    """Four at most, by consequence and time to act (ISA-18.2, EEMUA 191)."""

    URGENT = "urgent"
    """Act at once; given by hand only, so that it stays rare."""
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


RANK: Final[dict[str, int]] = {priority.value: rank for rank, priority in enumerate(Priority)}
_PRIORITY: Final[dict[str, Priority]] = {
    "limit": Priority.HIGH,
    "warn": Priority.MEDIUM,
    "station_offline": Priority.HIGH,
    "camera_down": Priority.HIGH,
    "notices_failing": Priority.HIGH,
    "data_lost": Priority.MEDIUM,
    "clock_unsynced": Priority.LOW,
}
_HOUR_S: Final = 3600
_SHELVE_S: Final[dict[str, int]] = {"limit": 4 * _HOUR_S, "warn": 8 * _HOUR_S}
MOST_SHELVE_S: Final = 7 * 24 * _HOUR_S


@dataclass(slots=True, frozen=True)
class DefinitionKey:
    """Which alarms a definition speaks of; of a centre's alarm ``channel`` is its kind."""

    station: str
    channel: str
    level: str


@dataclass(slots=True, frozen=True)
class Definition:
    """One definition.

    Args:
        group: what belongs together on the desk and in notices.
        max_shelve_s: longest shelving time in seconds; 0 forbids it.
        revision: counts the changes; 0 is the default that nobody has changed.
    """

    key: DefinitionKey
    priority: str
    group: str
    latching: bool
    instructions_vi: str
    instructions_en: str
    max_shelve_s: int
    suppressed: Mark | None = None
    out_of_service: Mark | None = None
    revision: int = 0
    changed_by: str = ""
    changed_at_ms: int | None = None


def default_definition(key: DefinitionKey) -> Definition:
    """Return what holds where nobody decided otherwise."""
    kind = key.channel if key.level == "fault" else key.level
    vi, en = instructions_for(kind)
    return Definition(
        key=key,
        priority=_PRIORITY.get(kind, Priority.MEDIUM).value,
        group="centre" if key.level == "fault" else "environment",
        latching=False,
        instructions_vi=vi,
        instructions_en=en,
        max_shelve_s=_SHELVE_S.get(kind, 24 * _HOUR_S),
    )
