"""Takes every MQTT message in, sends it down its lane, and acknowledges what is durable."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Final, Protocol

from gateway.database.alarms import AlarmRecord
from gateway.database.engine import Database, DatabaseUnavailable
from gateway.database.outboxes import OutboxKey, OutboxState, load
from gateway.database.quarantine import refused
from gateway.ingest.admission import Admission, Rejection
from gateway.ingest.commits import (
    AlarmOutcome,
    Commits,
    PresenceOutcome,
    ScanOutcome,
    now_ms,
)
from gateway.ingest.items import AlarmItem, PresenceItem, RefusedItem, ScanItem
from gateway.ingest.lane import Lane
from gateway.ingest.ledger import SequenceLedger
from gateway.ingest.settling import Settling
from gateway.metrics import GatewayMetrics
from gateway.settings import IngestSettings
from gateway.stores.interface import CLOCK_CODE, Store, StoredScan
from gateway.threads import WorkerThreads
from quantrac_core.contracts.messages import (
    AlarmTransition,
    Heartbeat,
    Replay,
    Scan,
    StationStatus,
    encode,
    ms_from_utc,
)
from quantrac_core.contracts.topics import station_topic

log = logging.getLogger(__name__)
BUSY_AFTER_S: Final = 2.0
REPLAY_CHECK_S: Final = 1.0


class Inbound(Protocol):
    """A received message that can be acknowledged at the broker."""

    topic: str
    payload: bytes

    def ack(self) -> None:
        """Let the broker forget the message."""


class Publish(Protocol):
    """Sends one message to the broker."""

    def __call__(self, topic: str, payload: bytes) -> bool:
        """Return False where there is no connection."""


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


class Pipeline:
    """Message in, durable row and acknowledgement out.

    Args:
        publish: hands a message to the broker.
        listener: hears of everything that came in.
    """

    def __init__(
        self,
        settings: IngestSettings,
        admission: Admission,
        ledger: SequenceLedger,
        store: Store,
        database: Database,
        metrics: GatewayMetrics,
        publish: Publish,
        listener: Listener,
    ) -> None:
        self._settings = settings
        self._admission = admission
        self._ledger = ledger
        self._store = store
        self._database = database
        self._metrics = metrics
        self._publish = publish
        self._listener = listener
        self._threads = WorkerThreads("replay")
        commits = Commits(store, database)
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
        self.quarantine: Lane[RefusedItem, dict[OutboxKey, OutboxState]] = Lane(
            "quarantine", commits.quarantine, self._quarantined, max_waiting=10_000, linger_s=0.1
        )
        self.settling = Settling(store, commits, self._states_merged, settings.max_unsettled_values)
        self.lanes = (self.scans, self.alarms, self.presence, self.quarantine)

    def take(self, message: Inbound) -> None:
        """Take in one message from the broker; never blocks and never raises."""
        topic, payload = message.topic, message.payload
        admitted = self._admission.admit(topic, payload, datetime.now(UTC))
        taken = True
        match admitted:
            case Scan():
                taken = self._take_scan(admitted, message)
            case AlarmTransition():
                taken = self.alarms.put(AlarmItem(admitted, message.ack))
            case Heartbeat():
                taken = self._take_heartbeat(admitted, message)
            case StationStatus():
                self._listener.status_arrived(admitted)
                self._ledger.ack_again(admitted.station)
                taken = self.presence.put(PresenceItem(admitted, message.ack))
            case Rejection():
                self._refuse(message, admitted)
        self._metrics.message(topic, len(payload))
        if not taken:
            # Unacknowledged it would hold up all later ones; what has a number is asked for again.
            self._metrics.not_taken.inc()
            message.ack()

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
            self.alarms.put(AlarmItem(None, _nothing_to_acknowledge, peaks))
        return taken

    def _take_heartbeat(self, heartbeat: Heartbeat, message: Inbound) -> bool:
        self._listener.heartbeat_arrived(heartbeat)
        key = (heartbeat.station, heartbeat.outbox_id)
        now_s = asyncio.get_running_loop().time()
        if self._ledger.heartbeat(key, heartbeat.oldest_seq, heartbeat.newest_seq, now_s):
            return self.presence.put(PresenceItem(heartbeat, message.ack))
        message.ack()
        return True

    def _refuse(self, message: Inbound, why: Rejection) -> None:
        self._metrics.quarantined.labels(why.reason).inc()
        log.warning("refused a message on %s: %s", message.topic[:120], why.reason)
        kept = refused(message.topic, message.payload, why.reason, why.detail, now_ms())
        if not self.quarantine.put(RefusedItem(kept, why.numbers, message.ack)):
            # A flood of rubbish must not fill the broker; it is counted all the same.
            message.ack()

    def _scans_committed(self, items: list[ScanItem], outcome: ScanOutcome) -> None:
        refused_indexes = {index for index, _ in outcome.refused}
        values = 0
        for item in items:
            values += len(item.scan.readings)
            item.acknowledge()
        for index, words in outcome.refused:
            item = items[index]
            self._metrics.quarantined.labels("store_refused").inc()
            kept = refused(item.topic, item.payload, "store_refused", words, now_ms())
            span = (item.scan.from_seq, item.scan.seq)
            self.quarantine.put(RefusedItem(kept, (item.key, span), _nothing_to_acknowledge))
        self._metrics.batch(len(items), values, outcome.write_s)
        if self._store.settle_s > 0:
            kept_items = [item for index, item in enumerate(items) if index not in refused_indexes]
            self.settling.hold(kept_items, outcome.incarnation)
        self._states_merged(outcome.states)

    def _alarms_committed(self, items: list[AlarmItem], outcome: AlarmOutcome) -> None:
        for item in items:
            item.acknowledge()
        self._listener.alarms_changed(outcome.records)
        self._states_merged(outcome.states)

    def _presence_committed(self, items: list[PresenceItem], outcome: PresenceOutcome) -> None:
        for item in items:
            item.acknowledge()
        for station, lost in outcome.lost.items():
            log.error("station %s: %d numbers left its history before they came", station, lost)
            self._metrics.lost.labels(station).inc(lost)
        if outcome.lost:
            self._listener.numbers_lost()
        self._states_merged(outcome.states)

    def _quarantined(self, items: list[RefusedItem], states: dict[OutboxKey, OutboxState]) -> None:
        for item in items:
            item.acknowledge()
        if states:
            self._listener.numbers_lost()
        self._states_merged(states)

    def _states_merged(self, states: dict[OutboxKey, OutboxState]) -> None:
        now_s = asyncio.get_running_loop().time()
        for key, state in states.items():
            self._ledger.committed(key, state, now_s)
        if states:
            self._listener.completeness_changed({station for station, _ in states})

    async def acknowledge_stations(self) -> None:
        """Publish the acknowledgements that are due, for ever."""
        while True:
            await asyncio.sleep(self._settings.ack_interval_ms / 1000)
            self.publish_acks()

    def publish_acks(self) -> None:
        """Publish the acknowledgements that are due."""
        for station, ack in self._ledger.take_acks():
            if self._publish(station_topic(station, "ack"), encode(ack)):
                self._metrics.acks.inc()
            else:
                self._ledger.ack_again(station)

    async def ask_for_gaps(self) -> None:
        """Ask stations for what is missing, for ever, within bounds."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(REPLAY_CHECK_S)
            if any(lane.oldest_age_s() > BUSY_AFTER_S for lane in self.lanes):
                self._ledger.restart_patience(loop.time())
                continue
            for station, request in self._ledger.plan_replays(loop.time()):
                await self._ask(station, request)

    async def _ask(self, station: str, request: Replay) -> None:
        key = (station, request.outbox_id)
        try:
            state = await self._threads.call(self._load, key)
        except DatabaseUnavailable as error:
            log.warning("cannot look for gaps: %s", error)
            return
        # Another gateway of the same centre may have it by now.
        if state is not None and request.from_seq in state.ranges:
            self._ledger.committed(key, state, asyncio.get_running_loop().time())
            return
        log.warning("station %s: asking for %d..%d", station, request.from_seq, request.to_seq)
        if self._publish(station_topic(station, "replay"), encode(request)):
            self._metrics.replays.labels(station).inc()

    def _load(self, key: OutboxKey) -> OutboxState | None:
        with self._database.reading() as connection:
            return load(connection, key)

    async def drain(self, timeout_s: float) -> None:
        """Give what is queued ``timeout_s`` to become durable; the rest is delivered again."""
        await asyncio.gather(*(lane.drain(timeout_s) for lane in self.lanes))
        self.publish_acks()

    def close(self) -> None:
        """End the threads."""
        for lane in self.lanes:
            lane.close()
        self.settling.close()
        self._threads.close()


def _nothing_to_acknowledge() -> None:
    """The broker was told already."""
