"""Tells stations and cameras what is durable, and asks them for what is missing."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from gateway.database.engine import Database, DatabaseUnavailable
from gateway.database.outboxes import OutboxKey, OutboxState, load
from gateway.database.sources import source_topic
from gateway.ingest.ledger import SequenceLedger
from gateway.metrics import GatewayMetrics
from gateway.threads import WorkerThreads
from quantrac_core.contracts.messages import Replay, encode

log = logging.getLogger(__name__)
REPLAY_CHECK_S: Final = 1.0


class Publish(Protocol):
    """Sends one message to the broker."""

    def __call__(self, topic: str, payload: bytes) -> bool:
        """Return False where there is no connection."""


class Answers:
    """Acknowledgements and requests for replays, for every outbox alike.

    Args:
        publish: hands a message to the broker.
        moved: hears which sources' sequence states moved.
    """

    def __init__(
        self,
        ledger: SequenceLedger,
        database: Database,
        metrics: GatewayMetrics,
        publish: Publish,
        moved: Callable[[set[str]], None],
    ) -> None:
        self._ledger = ledger
        self._database = database
        self._metrics = metrics
        self._publish = publish
        self._moved = moved
        self._threads = WorkerThreads("replay")

    def merged(self, states: Mapping[OutboxKey, OutboxState]) -> None:
        """Take over states as the database merged them; they are acknowledged soon."""
        now_s = asyncio.get_running_loop().time()
        for key, state in states.items():
            self._ledger.committed(key, state, now_s)
        if states:
            self._moved({source for source, _ in states})

    async def acknowledge(self, interval_s: float) -> None:
        """Publish the acknowledgements that are due, for ever."""
        while True:
            await asyncio.sleep(interval_s)
            self.publish_acks()

    def publish_acks(self) -> None:
        """Publish the acknowledgements that are due."""
        for source, ack in self._ledger.take_acks():
            if self._publish(source_topic(source, "ack"), encode(ack)):
                self._metrics.acks.inc()
            else:
                self._ledger.ack_again(source)

    async def ask_for_gaps(self, busy: Callable[[], bool]) -> None:
        """Ask for what is missing, for ever, within bounds; not while the gateway is ``busy``."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(REPLAY_CHECK_S)
            if busy():
                self._ledger.restart_patience(loop.time())
                continue
            for source, request in self._ledger.plan_replays(loop.time()):
                await self._ask(source, request)

    async def _ask(self, source: str, request: Replay) -> None:
        key = (source, request.outbox_id)
        try:
            state = await self._threads.call(self._load, key)
        except DatabaseUnavailable as error:
            log.warning("cannot look for gaps: %s", error)
            return
        # Another gateway of the same centre may have it by now.
        if state is not None and request.from_seq in state.ranges:
            self._ledger.committed(key, state, asyncio.get_running_loop().time())
            return
        log.warning("%s: asking for %d..%d", source, request.from_seq, request.to_seq)
        if self._publish(source_topic(source, "replay"), encode(request)):
            self._metrics.replays.labels(source).inc()

    def _load(self, key: OutboxKey) -> OutboxState | None:
        with self._database.reading() as connection:
            return load(connection, key)

    def close(self) -> None:
        """End the thread."""
        self._threads.close()
