"""What cameras say: events and statuses to the database."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Protocol

from gateway.database.events import EventRecord
from gateway.database.sources import camera_source
from gateway.ingest.admission import Rejection
from gateway.ingest.answers import Answers
from gateway.ingest.camera_admission import CameraAdmission
from gateway.ingest.camera_commits import (
    CameraCommits,
    CameraPresenceOutcome,
    EventOutcome,
    key_of,
)
from gateway.ingest.items import CameraStatusItem, EventItem
from gateway.ingest.lane import Lane
from gateway.ingest.ledger import SequenceLedger
from gateway.ingest.refusals import Inbound, Refusals
from gateway.metrics import GatewayMetrics
from gateway.settings import IngestSettings
from quantrac_core.contracts.camera_messages import CameraEvent, CameraStatus

log = logging.getLogger(__name__)
EVENTS_A_BATCH = 100
"""Few, so that browsers take one batch before the next: their queues are bounded."""


class CameraListener(Protocol):
    """Who wants to know what came in (the live page)."""

    def status_arrived(self, status: CameraStatus, retained: bool) -> bool:
        """A status or a will; returns whether it is worth keeping."""

    def events_changed(self, records: list[EventRecord]) -> None:
        """Events as committed."""


class CameraIntake:
    """The lanes of cameras' messages.

    Args:
        listener: hears of everything that came in.
    """

    def __init__(
        self,
        settings: IngestSettings,
        admission: CameraAdmission,
        ledger: SequenceLedger,
        commits: CameraCommits,
        metrics: GatewayMetrics,
        answers: Answers,
        refusals: Refusals,
        listener: CameraListener,
    ) -> None:
        self._admission = admission
        self._ledger = ledger
        self._metrics = metrics
        self._answers = answers
        self._refusals = refusals
        self._listener = listener
        self.events: Lane[EventItem, EventOutcome] = Lane(
            "events",
            commits.events,
            self._events_committed,
            max_weight=EVENTS_A_BATCH,
            max_waiting=settings.max_waiting,
        )
        self.presence: Lane[CameraStatusItem, CameraPresenceOutcome] = Lane(
            "camera_presence", commits.presence, self._presence_committed, max_waiting=10_000
        )

    def take(self, message: Inbound) -> bool:
        """Take in one message; False when its lane is full."""
        if not message.payload and message.topic.endswith("/status"):
            # Somebody cleared what the broker retained.
            message.ack()
            return True
        admitted = self._admission.admit(message.topic, message.payload, datetime.now(UTC))
        match admitted:
            case CameraEvent():
                item = EventItem(admitted, message.topic, message.payload, message.ack)
                return self.events.put(item)
            case CameraStatus():
                return self._take_status(admitted, message)
            case Rejection():
                self._refusals.refuse(message, admitted)
        return True

    def _take_status(self, status: CameraStatus, message: Inbound) -> bool:
        worth_keeping = self._listener.status_arrived(status, message.retain)
        closes_numbers = False
        # A retained one tells what the camera held when it spoke, not what it holds.
        if status.outbox_id and not message.retain:
            key = (camera_source(status.camera), status.outbox_id)
            now_s = asyncio.get_running_loop().time()
            closes_numbers = self._ledger.heartbeat(
                key, status.oldest_seq, status.newest_seq, now_s
            )
        if worth_keeping or closes_numbers:
            return self.presence.put(CameraStatusItem(status, closes_numbers, message.ack))
        message.ack()
        return True

    def _events_committed(self, items: list[EventItem], outcome: EventOutcome) -> None:
        for item in items:
            item.acknowledge()
        for index, words in outcome.refused:
            item = items[index]
            seq = item.event.seq
            why = Rejection("event_of_another_camera", words, (key_of(item), (seq, seq)))
            self._refusals.put(item.topic, item.payload, why, lambda: None)
        self._metrics.events.inc(len(items) - len(outcome.refused))
        self._listener.events_changed(outcome.changed)
        self._answers.merged(outcome.states)

    def _presence_committed(
        self, items: list[CameraStatusItem], outcome: CameraPresenceOutcome
    ) -> None:
        for item in items:
            item.acknowledge()
        for source, lost in outcome.lost.items():
            log.error("%s: %d numbers left its outbox before they came", source, lost)
            self._metrics.lost.labels(source).inc(lost)
        self._answers.merged(outcome.states)
