"""What is not taken: counted, kept in part, and its numbers closed where no replay could help."""

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from gateway.database.outboxes import OutboxKey, OutboxState
from gateway.database.quarantine import refused
from gateway.ingest.admission import Rejection
from gateway.ingest.commits import Commits, now_ms
from gateway.ingest.items import Acknowledge, RefusedItem
from gateway.ingest.lane import Lane
from gateway.metrics import GatewayMetrics

log = logging.getLogger(__name__)


class Inbound(Protocol):
    """A received message that can be acknowledged at the broker."""

    topic: str
    payload: bytes
    retain: bool

    def ack(self) -> None:
        """Let the broker forget the message."""


class Refusals:
    """The lane into the quarantine.

    Args:
        closed: hears of outboxes in which numbers were closed by a refusal.
    """

    def __init__(
        self,
        commits: Commits,
        metrics: GatewayMetrics,
        closed: Callable[[Mapping[OutboxKey, OutboxState]], None],
    ) -> None:
        self._metrics = metrics
        self._closed = closed
        self.lane: Lane[RefusedItem, dict[OutboxKey, OutboxState]] = Lane(
            "quarantine", commits.quarantine, self._committed, max_waiting=10_000, linger_s=0.1
        )

    def refuse(self, message: Inbound, why: Rejection) -> None:
        """Keep a message that was not admitted."""
        log.warning("refused a message on %s: %s", message.topic[:120], why.reason)
        if not self.put(message.topic, message.payload, why, message.ack):
            # A flood of rubbish must not fill the broker; it is counted all the same.
            message.ack()

    def put(self, topic: str, payload: bytes, why: Rejection, acknowledge: Acknowledge) -> bool:
        """Keep a message; False when the lane is full."""
        self._metrics.quarantined.labels(why.reason).inc()
        kept = refused(topic, payload, why.reason, why.detail, now_ms())
        return self.lane.put(RefusedItem(kept, why.numbers, acknowledge))

    def _committed(self, items: list[RefusedItem], states: dict[OutboxKey, OutboxState]) -> None:
        for item in items:
            item.acknowledge()
        self._closed(states)
