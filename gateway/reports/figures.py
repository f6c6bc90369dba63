"""What a report knows in figures; a version keeps them as they were."""

from typing import Final, Literal

import msgspec

Cause = Literal[
    "calibrating", "maintenance", "fault", "stopped", "comms_lost", "invalid", "no_data"
]
CAUSES: Final[tuple[Cause, ...]] = (
    "no_data",
    "comms_lost",
    "fault",
    "stopped",
    "maintenance",
    "calibrating",
    "invalid",
)


class LimitFigure(msgspec.Struct, frozen=True):
    """A limit as the station announced it; ``verified`` against the permit by a person."""

    level: str
    side: str
    value: float
    basis: str = "value"
    source: str = ""
    verified: bool = False


class Curve(msgspec.Struct, frozen=True):
    """A channel over the period in steps of ``step_s``; None where nothing was measured."""

    from_ms: int
    step_s: int
    mean: list[float | None]
    low: list[float | None]
    high: list[float | None]


class ChannelFigures(msgspec.Struct, frozen=True):
    """One channel over the period.

    ``least``, ``mean`` and ``most`` are over the ``count`` values that were measured and are not
    bad; ``capture`` is the share (0 … 1) of time slots that hold at least one. What the station no
    longer announces has ``delivered_until_ms``, the time of its last scan in the period.
    """

    name: str
    symbol: str
    label: str
    unit: str
    decimals: int
    count: int
    least: float | None
    mean: float | None
    most: float | None
    capture: float
    limits: list[LimitFigure]
    curve: Curve
    delivered_until_ms: int | None = None


class Exceedance(msgspec.Struct, frozen=True):
    """One alarm within the period; ``peak`` is the farthest value beyond the limit."""

    channel: str
    level: str
    side: str
    basis: str
    limit: float
    peak: float | None
    unit: str
    began_ms: int
    ended_ms: int | None
    late: bool = False
    taken_ms: int | None = None
    taken_by: str = ""
    note: str = ""


class Downtime(msgspec.Struct, frozen=True):
    """A span without valid values; no ``channels`` means the whole station."""

    channels: list[str]
    began_ms: int
    ended_ms: int
    cause: Cause


class StationFigures(msgspec.Struct, frozen=True):
    """One station; ``channels`` are none if unknown.

    ``capture`` is the mean over the channels that it announces, ``downtimes`` are theirs.
    """

    id: str
    name: str
    kind: str
    capture: float
    channels: list[ChannelFigures]
    exceedances: list[Exceedance] = []
    downtimes: list[Downtime] = []

    @property
    def delivered(self) -> list[ChannelFigures]:
        """The channels that the station announces."""
        return [one for one in self.channels if one.delivered_until_ms is None]

    @property
    def former(self) -> list[ChannelFigures]:
        """The channels with data in the period that it announces no more."""
        return [one for one in self.channels if one.delivered_until_ms is not None]


class CameraFigures(msgspec.Struct, frozen=True):
    """One camera; ``uptime`` (0 … 1) is None where nothing is known of the period."""

    id: str
    name: str
    uptime: float | None
    longest_outage_s: int = 0


class EventCount(msgspec.Struct, frozen=True):
    """Events of one rule of one camera by what people said of them."""

    camera: str
    rule: str
    kind: str
    total: int
    true: int = 0
    false: int = 0
    unclear: int = 0

    @property
    def unjudged(self) -> int:
        """How many nobody has judged."""
        return self.total - self.true - self.false - self.unclear


class ReportFigures(msgspec.Struct, frozen=True):
    """Everything that comes from the data, for [from_ms, until_ms)."""

    from_ms: int
    until_ms: int
    stations: list[StationFigures] = []
    cameras: list[CameraFigures] = []
    events: list[EventCount] = []
