"""Holds what a store has taken but could still lose, and writes it again if the store died."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.database.engine import DatabaseUnavailable
from gateway.database.outboxes import OutboxKey, OutboxState
from gateway.ingest.commits import Commits, ranges_of, write_bisecting
from gateway.ingest.items import ScanItem
from gateway.stores.interface import Store, StoreUnavailable
from gateway.threads import WorkerThreads

log = logging.getLogger(__name__)
CHECK_INTERVAL_S: Final = 0.5


@dataclass(slots=True)
class _Held:
    items: list[ScanItem]
    incarnation: str
    written_s: float
    values: int


class Settling:
    """Batches between their write and the moment the store cannot lose them any more.

    A batch is safe when the store's process that took it has been running for
    ``store.settle_s`` since; after a restart of the store all that is held is written again.
    What does not fit is let go unacknowledged: the stations still hold it and are asked.
    """

    def __init__(
        self,
        store: Store,
        commits: Commits,
        settled: Callable[[dict[OutboxKey, OutboxState]], None],
        max_held_values: int,
    ) -> None:
        self._store = store
        self._commits = commits
        self._settled = settled
        self._max_held_values = max_held_values
        self._held: deque[_Held] = deque()
        self._threads = WorkerThreads("settling")
        self.held_values = 0
        self.let_go_values = 0
        self.rewritten_values = 0

    def hold(self, items: list[ScanItem], incarnation: str) -> None:
        """Take over a batch that was just written to the process ``incarnation``."""
        values = sum(len(item.scan.readings) for item in items)
        now_s = asyncio.get_running_loop().time()
        self._held.append(_Held(items, incarnation, now_s, values))
        self.held_values += values
        while self.held_values > self._max_held_values and len(self._held) > 1:
            forgotten = self._held.popleft()
            self.held_values -= forgotten.values
            self.let_go_values += forgotten.values

    async def run(self) -> None:
        """Confirm or rewrite for ever."""
        while True:
            await asyncio.sleep(CHECK_INTERVAL_S)
            try:
                await self._check()
            except (StoreUnavailable, DatabaseUnavailable) as error:
                log.warning("cannot confirm what the store holds: %s", error)

    def close(self) -> None:
        """End the thread."""
        self._threads.close()

    async def _check(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._held or loop.time() - self._held[0].written_s < self._store.settle_s:
            return
        asked_s = loop.time()
        incarnation = await self._threads.call(self._store.incarnation)
        while self._held and asked_s - self._held[0].written_s >= self._store.settle_s:
            held = self._held.popleft()
            try:
                if held.incarnation == incarnation:
                    await self._confirm(held)
                else:
                    await self._rewrite(held)
            except BaseException:
                self._held.appendleft(held)
                raise

    async def _confirm(self, held: _Held) -> None:
        states = await self._threads.call(self._commits.settled, ranges_of(held.items))
        self.held_values -= held.values
        self._settled(states)

    async def _rewrite(self, held: _Held) -> None:
        scans = [item.scan for item in held.items]
        log.warning("the store was started anew: writing %d scans again", len(scans))
        held.incarnation = await self._threads.call(self._store.incarnation)
        await self._threads.call(write_bisecting, self._store, scans)
        held.written_s = asyncio.get_running_loop().time()
        self.rewritten_values += held.values
        self._held.append(held)
