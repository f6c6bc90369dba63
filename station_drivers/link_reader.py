"""One link: a named task that keeps it connected and reads its units in sequence."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from enum import Enum, auto

from quantrac_core.contracts.quality import Reason
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import Clock
from station_drivers.faults import ConnectionGone
from station_drivers.links import LinkSettings
from station_drivers.modbus_client import ModbusConnection
from station_drivers.samples import Scan
from station_drivers.unit_reader import UnitReader, fill

log = logging.getLogger(__name__)
RECONNECT_FIRST_S = 0.5
RECONNECT_MOST_S = 30.0


class Phase(Enum):
    """What the link's task is doing."""

    STOPPED = auto()
    CONNECTING = auto()
    DOWN = auto()
    READY = auto()
    READING = auto()


class LinkReader:
    """Owns the connection and the task of one link.

    A request in flight is never cancelled by a read, and its result goes to the scan it
    belongs to. A scan offered meanwhile waits for the line, within its own budget, so that
    one silent unit does not cost the others the scan after it.
    """

    def __init__(self, link: LinkSettings, units: Sequence[UnitReader], clock: Clock) -> None:
        self.link = link
        self.units = units
        self.counters = units[0].counters
        self.phase = Phase.STOPPED
        self._clock = clock
        self._connection = ModbusConnection(link, clock)
        self._wake = self._connection.on_lost
        self._backoff = Backoff(first_s=RECONNECT_FIRST_S, most_s=RECONNECT_MOST_S)
        self._current: Scan | None = None
        self._waiting: Scan | None = None
        self._task: asyncio.Task[None] | None = None
        self._has_tried = False
        self._has_complained = False

    def start(self) -> None:
        """Start the link's task."""
        if self._task is None:
            self.phase = Phase.CONNECTING
            self._task = asyncio.get_running_loop().create_task(
                self._supervise(), name=f"link:{self.link.name}"
            )

    async def stop(self) -> None:
        """End the task and close the connection."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._connection.close()
        self.phase = Phase.STOPPED
        self._end_scans(Reason.NO_CONNECTION)

    def offer(self, scan: Scan) -> None:
        """Take part in a scan, or say at once why not."""
        if self.phase in (Phase.STOPPED, Phase.DOWN):
            self._decline(scan, Reason.NO_CONNECTION)
        elif self._waiting is not None:
            self._decline(scan, Reason.TIMEOUT)
        else:
            self._waiting = scan
            self._wake.set()

    def withdraw(self, scan: Scan) -> None:
        """The scan is over: say why channels are missing; one not begun is taken back."""
        if self._current is scan:
            self._fill(scan, Reason.TIMEOUT)
        elif self._waiting is scan:
            self._waiting = None
            self.counters.skipped_scans += 1
            is_busy = self._current is not None
            self._fill(scan, Reason.TIMEOUT if is_busy else Reason.NO_CONNECTION)

    async def _supervise(self) -> None:
        """Keep the link's work going: a fault of our own costs a reconnection, not the link."""
        while True:
            try:
                await self._run()
            except Exception:
                log.exception("link %s: unexpected fault, reconnecting", self.link.name)
                self.counters.restarts += 1
                self._connection.close()

    async def _run(self) -> None:
        while True:
            if not self._connection.is_open:
                await self._reconnect()
                continue
            self.phase = Phase.READY
            if self._waiting is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            self._current, self._waiting = self._waiting, None
            self.phase = Phase.READING
            began_s = self._clock.monotonic()
            await self._read(self._current)
            self.counters.busy_s += self._clock.monotonic() - began_s

    async def _reconnect(self) -> None:
        """Try once to connect, at once the first time and else after the next pause."""
        if self._has_tried:
            self.phase = Phase.DOWN
            self._end_scans(Reason.NO_CONNECTION)
            await self._clock.sleep(self._backoff.next_delay_s())
        self._has_tried = True
        self.phase = Phase.CONNECTING
        try:
            await self._connection.connect()
        except ConnectionGone as fault:
            self.counters.failed_connects += 1
            if not self._has_complained:
                log.warning("no connection, will keep trying: %s", fault)
            self._has_complained = True
            return
        self.counters.connects += 1
        log.info("%s: connected to %s", self.link.name, self.link.address_text)
        self._has_complained = False

    async def _read(self, scan: Scan) -> None:
        try:
            for unit in sorted(self.units, key=_reading_order):
                if scan.is_over:
                    break
                await unit.read(self._connection, scan)
                if not unit.quarantine.failures_in_row:
                    self._backoff.reset()
        except ConnectionGone as fault:
            log.info("%s", fault)
            self._fill(scan, Reason.NO_CONNECTION)
        self._current = None
        scan.link_done()

    def _fill(self, scan: Scan, reason: Reason) -> None:
        for unit in self.units:
            fill(scan, unit.unit.points, reason)

    def _decline(self, scan: Scan, reason: Reason) -> None:
        self._fill(scan, reason)
        scan.link_done()

    def _end_scans(self, reason: Reason) -> None:
        for scan in (self._current, self._waiting):
            if scan is not None:
                self._decline(scan, reason)
        self._current = self._waiting = None


def _reading_order(unit: UnitReader) -> tuple[bool, float]:
    """Units that failed last, then the one not read for longest: one unit's silence, which
    costs the line its timeout, must not cost the others their scan."""
    return (unit.quarantine.failures_in_row > 0, unit.read_at_s)
