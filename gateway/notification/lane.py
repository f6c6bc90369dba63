"""Takes one sink's deliveries from the queue, tries them, and notes what became of each."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from gateway.database import notice_queue
from gateway.database.engine import Database, DatabaseUnavailable
from gateway.database.notice_queue import Delivery, DeliveryState
from gateway.notification.message import Message
from gateway.notification.outcomes import Refused, Sender, TryAgain
from gateway.threads import WorkerThreads
from quantrac_core.runtime.backoff import Backoff

log = logging.getLogger(__name__)
LOOK_S: Final = 1.0
LEASE_MARGIN_S: Final = 15.0


@dataclass(slots=True, frozen=True)
class Retry:
    """Back-off between attempts, and when to give up, counted from when it was queued."""

    first_s: float
    most_s: float
    give_up_after_ms: int

    def delay_ms(self, attempts: int, random: Random) -> int:
        """Return how long to wait after ``attempts`` failures."""
        backoff = Backoff(self.first_s, self.most_s, random=random, failures=attempts)
        return int(backoff.next_delay_s() * 1000)


class Lane:
    """One sink's own task: whatever hangs here, hangs nobody else.

    Args:
        by: name of this gateway; takes back at its start what it had in hand when it died.
        at_a_time: how many attempts run side by side.
        attempt_s: the longest that one attempt may take.
        threads: for the database; shared with other lanes.
    """

    def __init__(
        self,
        sink: str,
        sender: Sender,
        database: Database,
        threads: WorkerThreads,
        by: str,
        at_a_time: int,
        attempt_s: float,
        retry: Retry,
        now_ms: Callable[[], int],
    ) -> None:
        self.sink = sink
        self.sent = 0
        self.failed = 0
        self.retried = 0
        self.trouble = ""
        self._sender = sender
        self._database = database
        self._threads = threads
        self._by = by
        self._at_a_time = at_a_time
        self._attempt_s = attempt_s
        self._retry = retry
        self._now_ms = now_ms
        self._random = Random()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look at the queue now."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver for ever."""
        backoff = Backoff(first_s=0.5, most_s=10.0)
        while True:
            try:
                taken = await self._threads.call(self._claim)
            except DatabaseUnavailable as error:
                log.warning("notices to %s wait: %s", self.sink, error)
                await asyncio.sleep(backoff.next_delay_s())
                continue
            backoff.reset()
            if taken:
                await asyncio.gather(*(self._try(delivery) for delivery in taken))
                continue
            self._woken.clear()
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def close(self) -> None:
        """Let go of the sink's connections and threads."""
        await self._sender.close()

    async def _try(self, delivery: Delivery) -> None:
        state: DeliveryState = "sent"
        error = ""
        try:
            message = Message.model_validate_json(delivery.message)
            await self._sender.send(delivery, message)
        except TryAgain as trouble:
            error = str(trouble)
            given_up = delivery.created_at_ms + self._retry.give_up_after_ms <= self._now_ms()
            state = "failed" if given_up else "waiting"
        except Refused as trouble:
            error, state = str(trouble), "failed"
        except ValueError as trouble:
            # A row that this version cannot read must not stand in the way of the others.
            log.error("delivery %s cannot be sent: %r", delivery.id, trouble)
            error, state = "this message cannot be turned into what the channel needs", "failed"
        self._count(delivery, state, error)
        await self._note(delivery, state, error)

    def _count(self, delivery: Delivery, state: DeliveryState, error: str) -> None:
        if state == "sent":
            self.sent += 1
        elif state == "failed":
            self.failed += 1
        else:
            self.retried += 1
        # A single refusal says that the sink works: only what it cannot take now is its trouble.
        trouble = error if state == "waiting" else ""
        if error and error != self.trouble:
            log.warning("notice %s to %s: %s", delivery.id, self.sink, error)
        elif self.trouble and not trouble:
            log.info("notices to %s go out again", self.sink)
        self.trouble = trouble

    async def _note(self, delivery: Delivery, state: DeliveryState, error: str) -> None:
        try:
            await self._threads.call(self._write, delivery, state, error)
        except DatabaseUnavailable as trouble:
            # The claim runs out, and it is sent again under the same id.
            log.warning("what became of notice %s is not noted: %s", delivery.id, trouble)

    def _claim(self) -> list[Delivery]:
        now_ms = self._now_ms()
        with self._database.reading() as connection:
            if not notice_queue.is_due(connection, self.sink, now_ms):
                return []
        until_ms = now_ms + int((self._attempt_s + LEASE_MARGIN_S) * 1000)
        with self._database.writing() as connection:
            return notice_queue.claim(
                connection, self.sink, self._by, now_ms, until_ms, self._at_a_time
            )

    def _write(self, delivery: Delivery, state: DeliveryState, error: str) -> None:
        now_ms = self._now_ms()
        with self._database.writing() as connection:
            if state == "waiting":
                next_ms = now_ms + self._retry.delay_ms(delivery.attempts, self._random)
                notice_queue.put_off(connection, delivery.number, self._by, error, next_ms)
            else:
                notice_queue.finish(connection, delivery.number, self._by, state, error, now_ms)
