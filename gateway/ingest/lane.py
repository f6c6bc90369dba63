"""A lane: collects items into batches and commits them in a thread until it succeeds."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from gateway.database.engine import DatabaseUnavailable
from gateway.stores.interface import StoreUnavailable
from gateway.threads import WorkerThreads
from quantrac_core.runtime.backoff import Backoff

log = logging.getLogger(__name__)
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class Lane(Generic[Item, Outcome]):
    """Items of one kind on their way to disk, in order, in batches.

    Args:
        name: shows in logs, metrics and the health page.
        commit: blocking; makes a batch durable; runs in the lane's own thread. It is called
            again with the same batch while it raises StoreUnavailable or DatabaseUnavailable.
        committed: called on the event loop with the batch and what ``commit`` returned.
        weight: how much of ``max_weight`` an item takes.
        max_weight: weight at which a batch is closed.
        max_waiting: items that may wait; `put` refuses more.
        linger_s: how long a batch waits for company.
    """

    def __init__(
        self,
        name: str,
        commit: Callable[[list[Item]], Outcome],
        committed: Callable[[list[Item], Outcome], None],
        *,
        weight: Callable[[Item], int] = lambda item: 1,
        max_weight: int = 1_000,
        max_waiting: int = 100_000,
        linger_s: float = 0.0,
        retry_most_s: float = 5.0,
    ) -> None:
        self.name = name
        self._commit = commit
        self._committed = committed
        self._weight = weight
        self._max_weight = max_weight
        self._max_waiting = max_waiting
        self._linger_s = linger_s
        self._backoff = Backoff(first_s=0.2, most_s=retry_most_s)
        self._waiting: deque[tuple[Item, float]] = deque()
        self._waiting_weight = 0
        self._arrived = asyncio.Event()
        self._full = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._in_hand_since: float | None = None
        self._threads = WorkerThreads(f"lane-{name}")
        self.dropped = 0
        self.failure = ""
        """Why the last commit failed; empty after a success."""

    def put(self, item: Item) -> bool:
        """Queue ``item``; False (and counted) when the lane is full."""
        if len(self._waiting) >= self._max_waiting:
            self.dropped += 1
            return False
        self._waiting.append((item, asyncio.get_running_loop().time()))
        self._waiting_weight += self._weight(item)
        self._arrived.set()
        self._idle.clear()
        if self._waiting_weight >= self._max_weight:
            self._full.set()
        return True

    def __len__(self) -> int:
        return len(self._waiting)

    def oldest_age_s(self) -> float:
        """Return how long the oldest item that is not committed has been waiting."""
        since = self._in_hand_since
        if since is None and self._waiting:
            since = self._waiting[0][1]
        return 0.0 if since is None else asyncio.get_running_loop().time() - since

    async def run(self) -> None:
        """Commit batches for ever."""
        while True:
            await self._arrived.wait()
            if self._linger_s > 0 and not self._full.is_set():
                await self._linger()
            self._in_hand_since = self._waiting[0][1]
            batch = self._take()
            outcome = await self._commit_until_done(batch)
            self._committed(batch, outcome)
            self._in_hand_since = None
            if not self._waiting:
                self._idle.set()

    async def drain(self, timeout_s: float) -> bool:
        """Wait until everything queued is committed; False when ``timeout_s`` went by."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """End the lane's thread."""
        self._threads.close()

    async def _linger(self) -> None:
        try:
            async with asyncio.timeout(self._linger_s):
                await self._full.wait()
        except TimeoutError:
            return

    def _take(self) -> list[Item]:
        batch: list[Item] = []
        weight = 0
        while self._waiting:
            next_weight = self._weight(self._waiting[0][0])
            if batch and weight + next_weight > self._max_weight:
                break
            batch.append(self._waiting.popleft()[0])
            weight += next_weight
        self._waiting_weight -= weight
        if not self._waiting:
            self._arrived.clear()
        if self._waiting_weight < self._max_weight:
            self._full.clear()
        return batch

    async def _commit_until_done(self, batch: list[Item]) -> Outcome:
        while True:
            try:
                outcome = await self._threads.call(self._commit, batch)
            except (StoreUnavailable, DatabaseUnavailable) as error:
                self.failure = str(error)
                delay_s = self._backoff.next_delay_s()
                log.warning("lane %s: cannot commit: %s", self.name, error)
            else:
                if self.failure:
                    log.info("lane %s: committing again", self.name)
                self.failure = ""
                self._backoff.reset()
                return outcome
            await asyncio.sleep(delay_s)
