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
from functools import partial
from pathlib import Path
from typing import TypeVar

from quantrac_core.contracts.sequence import SequenceRanges
from quantrac_core.runtime.outbox.damage import (
    OutboxDamaged,
    is_damage,
    is_marked,
    mark_damaged,
    set_aside,
)
from quantrac_core.runtime.outbox.disk_guard import DiskGuard
from quantrac_core.runtime.outbox.entries import Entry, EntryPolicy, Owner
from quantrac_core.runtime.outbox.log import OutboxLog, OutboxRefused

log = logging.getLogger(__name__)
Result = TypeVar("Result")
DAY_MS = 86_400_000
PRUNE_CHUNK = 2_000
THIN_CHUNK = 600
THIN_BYTES = 4_000_000
KEEP_RAW_NEWEST = 600
MAX_WAITING = 600
SLICE = 100
RESERVE_BYTES = 8_000_000
PAGE_BYTES = 4096
DISK_ERRORS = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
LEAST_ROOM_BYTES = 1_000_000


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
    """Async face of `OutboxLog`; at most ``MAX_WAITING`` entries wait in memory for a full disk.

    Args:
        path: the SQLite file.
        owner: whose it is.
        policy: what the owner knows about its entries.
        history_days: how long acknowledged entries stay.
        guard: marks of free space.
        reserve_bytes: a file kept so that room can be made on a disk that is full.
    """

    def __init__(
        self,
        path: Path,
        owner: Owner,
        policy: EntryPolicy,
        *,
        history_days: int,
        guard: DiskGuard | None = None,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._reserve = path.with_suffix(".reserve")
        self._reserve_bytes = reserve_bytes
        self._policy = policy
        self._log = self._open(path, owner)
        self._history_ms = history_days * DAY_MS
        self._guard = guard or DiskGuard()
        self._waiting: deque[Entry] = deque()
        self._thinned_to = 0
        self._held = False
        self._state_due: dict[str, str] = {}
        self.outbox_id = self._log.outbox_id
        self.newest_at_ms = self._log.newest_at_ms
        self.acknowledged: SequenceRanges = self._log.acknowledged()
        self._saved_ack = (self.acknowledged.durable, self.acknowledged.above)
        self.stats = OutboxStats()
        if self._has_room(self._free_bytes()):
            self._keep_reserve()

    def _open(self, path: Path, owner: Owner) -> OutboxLog:
        # The log in memory, the one on disk and a transaction have to fit into the reserve.
        pages = min(1_000, max(32, self._reserve_bytes // 3 // PAGE_BYTES))
        if is_marked(path):
            set_aside(path)
        try:
            return OutboxLog(path, owner, self._policy, checkpoint_pages=pages)
        except OutboxDamaged:
            set_aside(path)
            return OutboxLog(path, owner, self._policy, checkpoint_pages=pages)
        except OutboxRefused:
            if not self._reserve.exists():
                raise
            self._reserve.unlink()
            return OutboxLog(path, owner, self._policy, checkpoint_pages=pages)

    @property
    def next_seq(self) -> int:
        """Number of the next entry; a number is taken only once its entry is here."""
        waiting = self._waiting[-1].seq if self._waiting else 0
        return max(waiting, self._log.newest_seq) + 1

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
        """Store entries and state in one transaction; return those of ``entries`` now durable.

        On a full disk the entries wait in memory (bounded: thinned, then folded, and counted)
        and join the next commits, in slices that a nearly full disk can take.
        """
        acknowledged = (self.acknowledged.durable, self.acknowledged.above)
        state = {**self._state_due, **state}
        if acknowledged != self._saved_ack:
            state["acknowledged"] = json.dumps(
                {"durable": acknowledged[0], "above": acknowledged[1]}
            )
        batch = [*self._waiting, *entries]
        done = 0
        try:
            while len(batch) - done > SLICE:
                await self._on_thread(partial(self._store, batch[done : done + SLICE], {}))
                done += SLICE
            await self._on_thread(partial(self._store, batch[done:], state))
        except sqlite3.OperationalError as error:
            self.stats.refused_by_disk += 1
            newest = self._log.newest_seq
            self._wait_with([entry for entry in batch[done:] if entry.seq > newest])
            self._state_due = state
            log.error("the disk refused an entry (%s); it waits in memory", error)
            if error.sqlite_errorcode & 0xFF in DISK_ERRORS:
                await self._on_thread(partial(self._make_room, refused=True))
            return []
        self._saved_ack = acknowledged
        self._state_due = {}
        self._waiting.clear()
        self.stats.commits += 1
        return list(entries)

    def _store(self, entries: Sequence[Entry], state: dict[str, str]) -> None:
        # A commit that was cancelled while it ran has stored what still waits in memory.
        newest = self._log.newest_seq
        self._log.append([entry for entry in entries if entry.seq > newest], state)

    def _wait_with(self, batch: list[Entry]) -> None:
        if len(batch) > MAX_WAITING:
            batch = self._policy.thin(batch)
        kept = self._policy.fold(batch, MAX_WAITING)
        self.stats.dropped += len(batch) - len(kept)
        self._waiting = deque(kept)

    async def free_time(self, at_ms: int, kind: int) -> int:
        """Return the first millisecond from ``at_ms`` on that no entry of ``kind`` has."""
        waiting = {entry.at_ms for entry in self._waiting if entry.kind == kind}
        while True:
            free_ms = await self._on_thread(partial(self._log.free_time, at_ms, kind))
            if free_ms not in waiting:
                return free_ms
            at_ms = free_ms + 1

    async def read(self, first: int, last: int, limit: int) -> list[Entry]:
        """Return up to ``limit`` entries of ``first`` … ``last``, ascending."""
        return await self._on_thread(lambda: self._log.read(first, last, limit))

    async def tidy(self, now_ms: int) -> None:
        """Prune what is past the history and safe at the centre; look at the disk."""
        await self._on_thread(partial(self._tidy, now_ms))

    def _tidy(self, now_ms: int) -> None:
        self._prune_history(now_ms)
        self.stats.free_bytes = self._free_bytes()
        self.stats.size_bytes = self._log.size_bytes()
        # Deleting gives pages back to the file, not to the disk: without counting them a disk
        # that somebody else has filled would cost the whole history and win nothing.
        if self._guard.update(self.stats.free_bytes + self._log.reusable_bytes()):
            self._make_room(refused=False)
        if self._has_room(self.stats.free_bytes):
            self._let_grow()

    def _free_bytes(self) -> int:
        disk = os.statvfs(self._log.path.parent)
        return disk.f_bavail * disk.f_frsize

    def _has_room(self, free_bytes: int) -> bool:
        return free_bytes >= max(2 * self._reserve_bytes, LEAST_ROOM_BYTES)

    def _let_grow(self) -> None:
        if self._held:
            self._log.let_grow()
            self._held = False
            log.info("the outbox has room to grow again")
        self._keep_reserve()

    def _prune_history(self, now_ms: int) -> None:
        safe = self.acknowledged.durable
        try:
            self.stats.pruned += self._log.prune(now_ms - self._history_ms, safe, PRUNE_CHUNK)
        except sqlite3.OperationalError as error:
            log.error("the history could not be pruned: %s", error)

    def _make_room(self, *, refused: bool) -> None:
        """Free pages; give the reserve up where the disk has ``refused`` something."""
        if refused and self._held and self._has_room(self._free_bytes()):
            self._let_grow()
            return
        if refused:
            self._reserve.unlink(missing_ok=True)
        try:
            self._free_pages(refused)
        except sqlite3.OperationalError as error:
            if self._reserve.exists():
                self._make_room(refused=True)
            else:
                log.error("no room could be made on the disk: %s", error)

    def _free_pages(self, refused: bool) -> None:
        """Thin what the centre holds, then prune it, and only then thin what it lacks."""
        safe = self.acknowledged.durable
        raw_end = self._log.newest_seq - KEEP_RAW_NEWEST
        if refused and not self._held:
            # The last free space is for moving the write-ahead log into the file. From then on
            # the log begins anew in the space it has, and deleted pages are all that is used:
            # a file that went on growing would end with a log that can never be emptied.
            self._log.hold_size()
            self._held = True
            log.warning("the disk is full: the outbox stays at its size and gives up detail")
        self._log.checkpoint()
        if not self._thin(min(safe, raw_end)):
            pruned = self._log.prune(1 << 62, safe, PRUNE_CHUNK)
            self.stats.pruned += pruned
            if not pruned:
                self._thin(raw_end)
        self._log.checkpoint()

    def _thin(self, last: int) -> int:
        """Thin the oldest raw stretch up to ``last``; return how many entries it saved."""
        first = max(self._thinned_to + 1, self._log.oldest_seq)
        while first <= last:
            entries = self._log.read(first, last, self._thin_chunk(first))
            entries = [entry for entry in entries if entry.seq <= last]
            if not entries:
                return 0
            self._thinned_to = first - 1
            merged = self._policy.thin(entries)
            first = entries[-1].seq + 1
            if len(merged) < len(entries):
                self._log.replace(merged, entries[0].seq, entries[-1].seq)
                self._thinned_to = first - 1
                saved = len(entries) - len(merged)
                self.stats.thinned += saved
                return saved
        return 0

    def _thin_chunk(self, first: int) -> int:
        """How many entries from ``first`` on to hold in memory at once."""
        sample = self._log.read(first, self._log.newest_seq, 1)
        return max(2, min(THIN_CHUNK, THIN_BYTES // len(sample[0].payload))) if sample else 1

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
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            mark_damaged(self._log.path)
            raise OutboxDamaged(self._log.path, error) from error
