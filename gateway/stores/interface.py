"""What the gateway needs of a time-series store, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from quantrac_core.contracts.errors import QuantracError
from quantrac_core.contracts.messages import Reading


class StoreUnavailable(QuantracError):
    """The store did not answer, or answered that it cannot write now: try again later."""


class StoreRefused(QuantracError):
    """The store will never take these lines (its answer was 400): do not try again."""


@dataclass(slots=True, frozen=True)
class StoredScan:
    """One scan on its way into a store.

    Args:
        at_ms: milliseconds since 1970, unique within a station.
        clock: code of `CLOCK_CODE`.
        from_seq: first number of the range this scan stands for; equals ``seq`` normally.
    """

    station: str
    at_ms: int
    seq: int
    from_seq: int
    backfill: bool
    clock: int
    readings: list[Reading]


CLOCK_CODE = {"synced": 0, "unsynced": 1, "stepped": 2}


@dataclass(slots=True)
class Series:
    """Readings of one channel in columns of equal length, ascending in time.

    ``v`` is the value, or where ``every_s`` > 0 the mean of the bucket's values that were measured
    (state measuring, quality not bad; so are ``v_min``, ``v_max`` and ``count``); ``s``, ``q``
    and ``r`` are codes of `quantrac_core.contracts.quality`, the highest one of a bucket.
    """

    every_s: int
    at_ms: list[int] = field(default_factory=list)
    v: list[float | None] = field(default_factory=list)
    v_min: list[float | None] = field(default_factory=list)
    v_max: list[float | None] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    s: list[int] = field(default_factory=list)
    q: list[int] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class LatestReading:
    """The newest reading of one channel; codes as in `Series`."""

    at_ms: int
    v: float | None
    s: int
    q: int
    r: int


class Store(Protocol):
    """A time-series store. Every method blocks; the gateway calls them in worker threads.

    ``settle_s`` is how long after a successful write a crash of the store may still lose it:
    0 for a store whose answer follows its own fsync.
    """

    settle_s: float

    def open(self) -> None:
        """Prepare the store. Raises StoreUnavailable where it cannot be reached."""

    def close(self) -> None:
        """Let go of files and connections."""

    def write(self, scans: Sequence[StoredScan]) -> None:
        """Write all of ``scans``; writing the same scan again changes nothing.

        Raises:
            StoreUnavailable: nothing is known to be written.
            StoreRefused: at least one scan can never be written; others may have been.
        """

    def incarnation(self) -> str:
        """Return what changes whenever the store's process was started anew."""

    def query(
        self, station: str, channel: str, from_ms: int, to_ms: int, every_s: int, limit: int
    ) -> Series:
        """Return at most ``limit`` points of [from_ms, to_ms); ``every_s`` is 0, 60 or 3600."""

    def latest(self, station: str) -> dict[str, LatestReading]:
        """Return the newest reading of each channel of a station (30 days back at most)."""

    def channels(self, station: str, from_ms: int, to_ms: int) -> set[str]:
        """Return the channels of a station with anything stored in [from_ms, to_ms)."""

    def sequence_numbers(self, station: str) -> list[int]:
        """Return the number of each stored scan, one entry for each instant, ascending by time."""
