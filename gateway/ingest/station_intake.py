"""What stations say: scans to the store, alarms and presence to the database."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Protocol

from gateway.database.alarms import AlarmRecord
from gateway.ingest.admission import Admission, Rejection
from gateway.ingest.answers import Answers
from gateway.ingest.commits import AlarmOutcome, Commits, PresenceOutcome, ScanOutcome
from gateway.ingest.items import AlarmItem, PresenceItem, ScanItem
from gateway.ingest.lane import Lane
from gateway.ingest.ledger import SequenceLedger
from gateway.ingest.refusals import Inbound, Refusals
from gateway.ingest.settling import Settling
from gateway.metrics import GatewayMetrics
from gateway.settings import IngestSettings
from gateway.stores.interface import CLOCK_CODE, Store, StoredScan
from quantrac_core.contracts.messages import (
    AlarmTransition,
    Heartbeat,
    Scan,
    StationStatus,
    ms_from_utc,
)

log = logging.getLogger(__name__)


class Listener(Protocol):
    """Who wants to know what came in (the live page)."""

    def scan_arrived(self, scan: Scan) -> dict[str, float]:
        """A valid scan, not yet durable; returns new peaks of active alarms by id."""

    def status_arrived(self, status: StationStatus) -> None:
        """A birth or a will."""

    def heartbeat_arrived(self, heartbeat: Heartbeat) -> None:
        """Proof of life."""

    def alarms_changed(self, records: list[AlarmRecord]) -> None:
        """Alarms as committed."""

    def numbers_lost(self) -> None:
        """The database knows of more numbers that will never come."""

    def completeness_changed(self, stations: set[str]) -> None:
        """The sequence state of these stations moved."""


class StationIntake:
    """The lanes of stations' messages.

    Args:
        listener: hears of everything that came in.
    """

    def __init__(
        self,
        settings: IngestSettings,
        admission: Admission,
        ledger: SequenceLedger,
        store: Store,
        commits: Commits,
        metrics: GatewayMetrics,
        answers: Answers,
        refusals: Refusals,
        listener: Listener,
    ) -> None:
        self._admission = admission
        self._ledger = ledger
        self._store = store
        self._metrics = metrics
        self._answers = answers
        self._refusals = refusals
        self._listener = listener
        self.scans: Lane[ScanItem, ScanOutcome] = Lane(
            "scans",
            commits.scans,
            self._scans_committed,
            weight=lambda item: len(item.scan.readings) or 1,
            max_weight=settings.batch_values,
            max_waiting=settings.max_waiting,
            linger_s=settings.linger_ms / 1000,
        )
        self.alarms: Lane[AlarmItem, AlarmOutcome] = Lane(
            "alarms", commits.alarms, self._alarms_committed, max_waiting=settings.max_waiting
        )
        self.presence: Lane[PresenceItem, PresenceOutcome] = Lane(
            "presence", commits.presence, self._presence_committed, max_waiting=10_000
        )
        self.settling = Settling(store, commits, answers.merged, settings.max_unsettled_values)

    def take(self, message: Inbound) -> bool:
        """Take in one message; False when its lane is full."""
        admitted = self._admission.admit(message.topic, message.payload, datetime.now(UTC))
        match admitted:
            case Scan():
                return self._take_scan(admitted, message)
            case AlarmTransition():
                return self.alarms.put(AlarmItem(admitted, message.ack))
            case Heartbeat():
                return self._take_heartbeat(admitted, message)
            case StationStatus():
                self._listener.status_arrived(admitted)
                self._ledger.ack_again(admitted.station)
                return self.presence.put(PresenceItem(admitted, message.ack))
            case Rejection():
                self._refusals.refuse(message, admitted)
        return True

    def _take_scan(self, scan: Scan, message: Inbound) -> bool:
        stored = StoredScan(
            station=scan.station,
            at_ms=ms_from_utc(scan.at),
            seq=scan.seq,
            from_seq=scan.seq if scan.from_seq is None else scan.from_seq,
            backfill=scan.backfill,
            clock=CLOCK_CODE[scan.clock],
            readings=scan.readings,
        )
        key = (scan.station, scan.outbox_id)
        item = ScanItem(stored, key, message.topic, message.payload, message.ack)
        taken = self.scans.put(item)
        peaks = self._listener.scan_arrived(scan)
        if peaks:
            self.alarms.put(AlarmItem(None, nothing_to_acknowledge, peaks))
        return taken

    def _take_heartbeat(self, heartbeat: Heartbeat, message: Inbound) -> bool:
        self._listener.heartbeat_arrived(heartbeat)
        key = (heartbeat.station, heartbeat.outbox_id)
        now_s = asyncio.get_running_loop().time()
        if self._ledger.heartbeat(key, heartbeat.oldest_seq, heartbeat.newest_seq, now_s):
            return self.presence.put(PresenceItem(heartbeat, message.ack))
        message.ack()
        return True

    def _scans_committed(self, items: list[ScanItem], outcome: ScanOutcome) -> None:
        refused_indexes = {index for index, _ in outcome.refused}
        values = 0
        for item in items:
            values += len(item.scan.readings)
            item.acknowledge()
        for index, words in outcome.refused:
            item = items[index]
            why = Rejection("store_refused", words, (item.key, (item.scan.from_seq, item.scan.seq)))
            self._refusals.put(item.topic, item.payload, why, nothing_to_acknowledge)
        self._metrics.batch(len(items), values, outcome.write_s)
        if self._store.settle_s > 0:
            kept_items = [item for index, item in enumerate(items) if index not in refused_indexes]
            self.settling.hold(kept_items, outcome.incarnation)
        self._answers.merged(outcome.states)

    def _alarms_committed(self, items: list[AlarmItem], outcome: AlarmOutcome) -> None:
        for item in items:
            item.acknowledge()
        self._listener.alarms_changed(outcome.records)
        self._answers.merged(outcome.states)

    def _presence_committed(self, items: list[PresenceItem], outcome: PresenceOutcome) -> None:
        for item in items:
            item.acknowledge()
        for station, lost in outcome.lost.items():
            log.error("station %s: %d numbers left its history before they came", station, lost)
            self._metrics.lost.labels(station).inc(lost)
        if outcome.lost:
            self._listener.numbers_lost()
        self._answers.merged(outcome.states)


def nothing_to_acknowledge() -> None:
    """The broker was told already."""
