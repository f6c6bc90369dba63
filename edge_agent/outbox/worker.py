"""The outbox on a thread of its own: commits, reads, retention and making room."""

import asyncio
import json
import logging
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from edge_agent.outbox.disk_guard import DiskGuard
from edge_agent.outbox.log import Entry, OutboxLog
from edge_agent.outbox.thinning import thin_to_minutes
from quantrac_core.contracts.sequence import SequenceRanges

log = logging.getLogger(__name__)
Result = TypeVar("Result")
DAY_MS = 86_400_000
PRUNE_CHUNK = 2_000
THIN_CHUNK = 600
KEEP_RAW_NEWEST = 600
MAX_WAITING = 600
RESERVE_BYTES = 2_000_000


@dataclass(slots=True)
class OutboxStats:
    """Counters since the program's start, and gauges of the last look at the disk."""

    commits: int = 0
    refused_by_disk: int = 0
    dropped: int = 0
    pruned: int = 0
    thinned: int = 0
    free_bytes: int = 0
    size_bytes: int = 0


class OutboxWorker:
    """Async face of `OutboxLog`; at most ``MAX_WAITING`` scans wait in memory for a full disk.

    Args:
        path: the SQLite file.
        station: owner of the file.
        history_days: how long acknowledged entries stay (the logger's duty is 60 days).
        guard: marks of free space.
        reserve_bytes: a file kept so that room can be made on a disk that is full.
    """

    def __init__(
        self,
        path: Path,
        station: str,
        *,
        history_days: int = 60,
        guard: DiskGuard | None = None,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._log = OutboxLog(path, station)
        self._history_ms = history_days * DAY_MS
        self._guard = guard or DiskGuard()
        self._reserve = path.with_suffix(".reserve")
        self._reserve_bytes = reserve_bytes
        self._waiting: deque[Entry] = deque()
        self._thinned_to = 0
        self.outbox_id = self._log.outbox_id
        self.next_seq = self._log.newest_seq + 1
        self.newest_at_ms = self._log.newest_at_ms
        self.acknowledged: SequenceRanges = self._log.acknowledged()
        self._saved_ack = (self.acknowledged.durable, self.acknowledged.above)
        self.stats = OutboxStats()
        self._keep_reserve()

    @property
    def oldest_seq(self) -> int:
        """Lowest number still on disk."""
        return self._log.oldest_seq

    @property
    def newest_seq(self) -> int:
        """Highest number on disk."""
        return self._log.newest_seq

    @property
    def tight(self) -> bool:
        """Whether the disk is short of room."""
        return self._guard.tight

    @property
    def waiting(self) -> int:
        """Entries in memory that the disk has refused so far."""
        return len(self._waiting)

    def state(self, key: str) -> str | None:
        """Return saved state; only before the first `commit` or after `close` of others."""
        return self._log.state(key)

    async def commit(self, entries: Sequence[Entry], state: dict[str, str]) -> list[Entry]:
        """Store entries and state in one transaction; return what became durable by it.

        On a full disk the entries wait in memory (bounded, the oldest dropped and counted)
        and join the next commit; the result is then empty.
        """
        acknowledged = (self.acknowledged.durable, self.acknowledged.above)
        if acknowledged != self._saved_ack:
            state = {
                **state,
                "acknowledged": json.dumps({"durable": acknowledged[0], "above": acknowledged[1]}),
            }
        batch = [*self._waiting, *entries]
        try:
            await self._on_thread(lambda: self._log.append(batch, state))
        except sqlite3.OperationalError as error:
            self.stats.refused_by_disk += 1
            self._wait_with(batch)
            log.error("the disk refused a scan (%s); %d wait in memory", error, len(self._waiting))
            await self.make_room()
            return []
        self._saved_ack = acknowledged
        self._waiting.clear()
        self.stats.commits += 1
        return batch

    def _wait_with(self, batch: list[Entry]) -> None:
        if len(batch) > MAX_WAITING:
            batch = thin_to_minutes(batch)
        over = max(0, len(batch) - MAX_WAITING)
        self.stats.dropped += over
        self._waiting = deque(batch[over:])

    async def free_time(self, at_ms: int) -> int:
        """Return the first millisecond from ``at_ms`` on that no scan has."""
        return await self._on_thread(lambda: self._log.free_time(at_ms))

    async def read(self, first: int, last: int, limit: int) -> list[Entry]:
        """Return up to ``limit`` entries of ``first`` … ``last``, ascending."""
        return await self._on_thread(lambda: self._log.read(first, last, limit))

    async def tidy(self, now_ms: int) -> None:
        """Prune what is past the history and safe at the centre; look at the disk."""
        safe = self.acknowledged.durable
        pruned = await self._on_thread(
            lambda: self._log.prune(now_ms - self._history_ms, safe, PRUNE_CHUNK)
        )
        self.stats.pruned += pruned
        free = os.statvfs(self._log.path.parent)
        self.stats.free_bytes = free.f_bavail * free.f_frsize
        self.stats.size_bytes = await self._on_thread(self._log.size_bytes)
        if self._guard.update(self.stats.free_bytes):
            await self.make_room()
        elif not self._reserve.exists():
            await self._on_thread(self._keep_reserve)

    async def make_room(self) -> None:
        """Free pages: first what the centre holds, then raw scans thinned to minutes."""
        await self._on_thread(self._make_room)

    def _make_room(self) -> None:
        """Thin what the centre holds, then prune it, and only then thin what it lacks."""
        self._reserve.unlink(missing_ok=True)
        safe = self.acknowledged.durable
        raw_end = self._log.newest_seq - KEEP_RAW_NEWEST
        try:
            saved = self._thin(min(safe, raw_end))
            if not saved:
                pruned = self._log.prune(1 << 62, safe, PRUNE_CHUNK)
                self.stats.pruned += pruned
                saved = pruned or self._thin(raw_end)
            if saved:
                self._log.shrink_journal()
        except sqlite3.OperationalError as error:
            log.error("no room could be made on the disk: %s", error)

    def _thin(self, last: int) -> int:
        """Thin the oldest raw stretch up to ``last``; return how many entries it saved."""
        first = max(self._thinned_to + 1, self._log.oldest_seq)
        while first <= last:
            entries = self._log.read(first, last, THIN_CHUNK)
            entries = [entry for entry in entries if entry.seq <= last]
            if not entries:
                return 0
            self._thinned_to = first - 1
            merged = thin_to_minutes(entries)
            first = entries[-1].seq + 1
            if len(merged) < len(entries):
                self._log.replace(merged, entries[0].seq, entries[-1].seq)
                self._thinned_to = first - 1
                saved = len(entries) - len(merged)
                self.stats.thinned += saved
                return saved
        return 0

    def _keep_reserve(self) -> None:
        if self._reserve_bytes <= 0 or self._reserve.exists():
            return
        try:
            with self._reserve.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._reserve_bytes)
        except OSError as error:
            self._reserve.unlink(missing_ok=True)
            log.warning("no room for the reserve %s: %s", self._reserve, error)

    async def close(self) -> None:
        """Save the acknowledged ranges and end the thread."""
        await self.commit([], {})
        await self._on_thread(self._log.close)
        self._thread.shutdown(wait=True)

    async def _on_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
