"""A running station: the scan loop, the heartbeat loop and the care of the outbox."""

import json
import logging
import resource
from collections.abc import Callable
from dataclasses import dataclass

from edge_agent.acquisition.scanner import Origin, Scanner
from edge_agent.acquisition.schedule import Schedule
from edge_agent.acquisition.timestamps import Timestamps
from edge_agent.alarms.bank import AlarmBank
from edge_agent.outbox.kinds import SCAN
from quantrac_core.contracts import messages
from quantrac_core.contracts.messages import Heartbeat, utc_from_ms
from quantrac_core.contracts.topics import station_topic
from quantrac_core.runtime.clock import Clock
from quantrac_core.runtime.mqtt_session import MqttSession
from quantrac_core.runtime.outbox.ledger import DeliveryLedger
from quantrac_core.runtime.outbox.publisher import OutboxPublisher
from quantrac_core.runtime.outbox.worker import OutboxWorker
from station_drivers.reader import StationReader

log = logging.getLogger(__name__)
READ_BUDGET_SHARE = 0.9
SNAPSHOT_INTERVAL_S = 10.0
ALARM_STATE = "alarms"
STALLED_AFTER_S = 30.0
STALLED_AFTER_PERIODS = 3


@dataclass(slots=True)
class ScanStats:
    """Counters of the scan loop since the start."""

    scans: int = 0
    last_read_s: float = 0.0
    last_commit_s: float = 0.0


class Station:
    """Owns nothing; ties reader, scanner, outbox and publisher together in time.

    Args:
        clock_synchronised: asks the operating system whether its clock is disciplined.
    """

    def __init__(
        self,
        origin: Origin,
        *,
        poll_interval_s: float,
        heartbeat_s: float,
        reader: StationReader,
        scanner: Scanner,
        alarms: AlarmBank,
        outbox: OutboxWorker,
        ledger: DeliveryLedger,
        publisher: OutboxPublisher,
        clock: Clock,
        clock_synchronised: Callable[[], bool],
    ) -> None:
        self._origin = origin
        self._poll_interval_s = poll_interval_s
        self._heartbeat_s = heartbeat_s
        self._reader = reader
        self._scanner = scanner
        self._alarms = alarms
        self._outbox = outbox
        self._ledger = ledger
        self._publisher = publisher
        self._clock = clock
        self._clock_synchronised = clock_synchronised
        self._synchronised = clock_synchronised()
        self._timestamps = Timestamps(newest_ms=outbox.newest_at_ms)
        # Ticks on whole periods of the wall clock make timestamps that people can compare.
        to_grid_s = poll_interval_s - clock.now_ms() / 1000.0 % poll_interval_s
        self._schedule = Schedule(poll_interval_s, clock.monotonic() + to_grid_s)
        self._snapshot_due_s = 0.0
        self._last_scan_s = clock.monotonic()
        self.stats = ScanStats()

    def scanning(self) -> bool:
        """Tell whether scans are still completed, late or not: the watchdog's question."""
        silence_s = self._clock.monotonic() - self._last_scan_s
        return silence_s < max(STALLED_AFTER_S, STALLED_AFTER_PERIODS * self._poll_interval_s)

    async def restore_alarms(self) -> None:
        """Continue the alarms of the run before; alarms whose rule is gone return now."""
        saved = self._outbox.state(ALARM_STATE)
        if saved is None:
            return
        now_ms = self._clock.now_ms()
        try:
            orphans = self._alarms.restore(json.loads(saved), now_ms, self._clock.monotonic())
        except ValueError as error:
            log.error("alarm state of the last run is unusable (%s); alarms start anew", error)
            return
        entries = [
            self._scanner.alarm_entry(record, self._outbox.next_seq + number)
            for number, record in enumerate(orphans)
        ]
        await self._outbox.commit(entries, {})

    async def run_scans(self) -> None:
        """Scan on schedule until cancelled."""
        clock = self._clock
        while True:
            due_s = self._schedule.next_tick_s(clock.monotonic())
            wait_s = due_s - clock.monotonic()
            if wait_s > 0:
                await clock.sleep(wait_s)
            await self.scan()

    async def scan(self) -> None:
        """Read, judge, store, then offer to the network: in this order."""
        clock = self._clock
        began_s = clock.monotonic()
        at_ms = clock.now_ms()
        samples = await self._reader.read(self._poll_interval_s * READ_BUDGET_SHARE)
        read_s = clock.monotonic()
        if self._timestamps.observe(at_ms, began_s):
            at_ms = await self._outbox.free_time(at_ms, SCAN)
            self._timestamps.moved(at_ms)
        entries = self._scanner.scan(
            samples,
            seq=self._outbox.next_seq,
            at_ms=at_ms,
            monotonic_s=began_s,
            clock=self._timestamps.clock_state(began_s, self._synchronised),
        )
        durable = await self._outbox.commit(entries, self._state_to_save(read_s, len(entries) > 1))
        self._publisher.publish_live(durable)
        self._last_scan_s = clock.monotonic()
        self.stats.scans += 1
        self.stats.last_read_s = read_s - began_s
        self.stats.last_commit_s = clock.monotonic() - read_s

    def _state_to_save(self, now_s: float, transitions: bool) -> dict[str, str]:
        if not transitions and now_s < self._snapshot_due_s:
            return {}
        self._snapshot_due_s = now_s + SNAPSHOT_INTERVAL_S
        return {ALARM_STATE: json.dumps(self._alarms.snapshot())}

    async def save(self) -> None:
        """Store the state that the next run continues from."""
        await self._outbox.commit([], {ALARM_STATE: json.dumps(self._alarms.snapshot())})

    async def run_heartbeat(self, session: MqttSession) -> None:
        """Tell the centre that the station lives, and tidy the outbox, until cancelled."""
        topic = station_topic(self._origin.station, "heartbeat")
        while True:
            self._synchronised = self._clock_synchronised()
            await self._outbox.tidy(self._clock.now_ms())
            session.publish(topic, messages.encode(self.heartbeat(session)))
            await self._clock.sleep(self._heartbeat_s)

    def heartbeat(self, session: MqttSession) -> Heartbeat:
        """Return proof of life with this program's own figures."""
        outbox, scans = self._outbox, self.stats
        newest = outbox.newest_seq
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return Heartbeat(
            station=self._origin.station,
            outbox_id=self._origin.outbox_id,
            boot_id=self._origin.boot_id,
            at=utc_from_ms(self._clock.now_ms()),
            clock=self._timestamps.clock_state(self._clock.monotonic(), self._synchronised),
            oldest_seq=outbox.oldest_seq,
            newest_seq=newest,
            metrics={
                "scans_total": scans.scans,
                "scans_skipped_total": self._schedule.skipped,
                "read_s": round(scans.last_read_s, 6),
                "commit_s": round(scans.last_commit_s, 6),
                "outbox_bytes": outbox.stats.size_bytes,
                "outbox_pruned_total": outbox.stats.pruned,
                "outbox_thinned_total": outbox.stats.thinned,
                "outbox_waiting": outbox.waiting,
                "outbox_dropped_total": outbox.stats.dropped,
                "disk_refusals_total": outbox.stats.refused_by_disk,
                "disk_free_bytes": outbox.stats.free_bytes,
                "disk_tight": float(outbox.tight),
                "unacknowledged": self._ledger.missing(newest),
                "in_flight": self._ledger.in_flight,
                "backfill_window": self._ledger.window,
                "backfilled_total": self._publisher.backfilled,
                "resent_total": self._ledger.lost,
                "answers_refused_total": self._publisher.rejected,
                "namesakes_total": self._publisher.namesakes,
                "mqtt_connects_total": session.stats.connects,
                "clock_steps_total": self._timestamps.steps,
                "clock_last_step_ms": self._timestamps.last_step_ms,
                "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
                "memory_bytes": usage.ru_maxrss * 1024,
                **self._reader.diagnostics(),
            },
        )
