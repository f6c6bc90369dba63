"""The shared outbox with a station's knowledge: scans cover ranges and can be thinned."""

from collections.abc import Sequence
from pathlib import Path

from edge_agent.outbox import kinds
from edge_agent.outbox.thinning import fold_oldest, thin_to_minutes
from quantrac_core.runtime.outbox.disk_guard import DiskGuard
from quantrac_core.runtime.outbox.entries import Entry, Owner
from quantrac_core.runtime.outbox.log import OutboxLog
from quantrac_core.runtime.outbox.worker import RESERVE_BYTES, OutboxWorker


class StationEntries:
    """Scans are thinned to minutes and folded; alarm transitions stay as they are."""

    def first_covered(self, entry: Entry) -> int:
        """See `kinds.first_covered`."""
        return kinds.first_covered(entry)

    def thin(self, entries: Sequence[Entry]) -> list[Entry]:
        """See `thin_to_minutes`."""
        return thin_to_minutes(entries)

    def fold(self, entries: Sequence[Entry], most: int) -> list[Entry]:
        """See `fold_oldest`."""
        return fold_oldest(entries, most)


def station_owner(station: str) -> Owner:
    """Return the owner as the outbox's file names it."""
    return Owner("agent", "station", station)


def station_log(path: Path, station: str) -> OutboxLog:
    """Open a station's outbox file without a thread; raises as `OutboxLog` does."""
    return OutboxLog(path, station_owner(station), StationEntries())


def station_outbox(
    path: Path,
    station: str,
    *,
    history_days: int = 60,
    guard: DiskGuard | None = None,
    reserve_bytes: int = RESERVE_BYTES,
) -> OutboxWorker:
    """Open a station's outbox; arguments and errors as for `OutboxWorker`.

    ``history_days`` defaults to what is asked of a data logger.
    """
    return OutboxWorker(
        path,
        station_owner(station),
        StationEntries(),
        history_days=history_days,
        guard=guard,
        reserve_bytes=reserve_bytes,
    )
