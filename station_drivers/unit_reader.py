"""Reading one unit: its blocks in turn, what it refuses, and when it is left alone."""

from collections.abc import Iterable, Sequence
from typing import Final

from quantrac_core.contracts.quality import Reason, State
from quantrac_core.runtime.clock import Clock
from station_drivers.blocks import (
    Block,
    CompiledUnit,
    Point,
    StateReading,
    compile_block,
    new_states,
)
from station_drivers.counters import LinkCounters
from station_drivers.faults import BadReply, ConnectionGone, RefusedByDevice, ReplyTimeout
from station_drivers.modbus_client import ModbusConnection, ReadRequest
from station_drivers.planner import Span, plan_requests
from station_drivers.quarantine import Quarantine, Standing
from station_drivers.refusals import Refusals, range_of, split_refused
from station_drivers.register_map import Function
from station_drivers.samples import LOST, Sample, Scan

BISECTION_REQUESTS: Final = 64
"""Most extra requests that one scan spends on finding out what a unit refuses."""


class UnitReader:
    """Reads one unit over the connection it is given.

    Args:
        unit: the compiled map.
        clock: for quarantine and retries.
        counters: shared with the other units of the link.
    """

    def __init__(self, unit: CompiledUnit, clock: Clock, counters: LinkCounters) -> None:
        self.unit = unit
        self.quarantine = Quarantine()
        self.read_at_s = 0.0
        self._clock = clock
        self.counters = counters
        self._pacing_s = unit.map.pacing_s
        self._refusals = {function: Refusals() for function in unit.tables()}
        self._probes_left = 0
        self.blocks: list[Block] = []
        self._unreadable: list[Point] = []
        self._replan()

    async def read(self, connection: ModbusConnection, scan: Scan) -> None:
        """Read every block once into ``scan``; each channel gets a sample.

        Raises:
            ConnectionGone: if the link broke; the channels still missing are not filled.
        """
        self.read_at_s = self._clock.monotonic()
        standing = self.quarantine.standing(self.read_at_s)
        if standing is Standing.QUARANTINED:
            fill(scan, self.unit.points, Reason.QUARANTINED)
            return
        states = new_states(self.unit)
        answered = await self._read_blocks(connection, scan, states, standing)
        if answered:
            self.quarantine.succeeded()
            if self._unreadable:
                await self._retry_refused(connection, scan, states)
                self._fill_refused(scan, self._unreadable, states)
        else:
            fill(scan, self.unit.points, Reason.TIMEOUT)
        if any(refusals.changed for refusals in self._refusals.values()):
            self._replan()

    async def _read_blocks(
        self,
        connection: ModbusConnection,
        scan: Scan,
        states: list[StateReading],
        standing: Standing,
    ) -> bool:
        """Return whether the unit answered at all (or had nothing to be asked)."""
        answered = False
        silent: list[Block] = []
        for block in self._in_order():
            if block.quarantine.standing(self._clock.monotonic()) is Standing.QUARANTINED:
                fill(scan, block.points, Reason.QUARANTINED)
                continue
            if scan.is_over:
                break
            # A unit that says nothing to two requests, or to its probe, is not asked more.
            if silent and not answered and (len(silent) > 1 or standing is Standing.DUE):
                break
            try:
                data = await self._exchange(connection, block.request)
            except RefusedByDevice as refusal:
                if refusal.is_silence:
                    silent.append(block)
                    fill(scan, block.points, Reason.MODBUS_EXCEPTION)
                    continue
                answered = True
                if refusal.names_a_range:
                    self._probes_left = BISECTION_REQUESTS
                    await self._bisect(
                        connection, scan, states, block.function, block.span, block.wanted
                    )
                self._fill_refused(scan, block.points, states)
            except (ReplyTimeout, BadReply) as fault:
                silent.append(block)
                fill(scan, block.points, fault.reason)
            else:
                answered = True
                block.apply(data, states, scan)
                if block.quarantine.failures_in_row:
                    block.quarantine.succeeded()
        self._judge_silence(silent, answered)
        return answered or not silent

    def _judge_silence(self, silent: list[Block], answered: bool) -> None:
        """Blame the block where the unit answered others, and else the unit."""
        if not silent:
            return
        now_s = self._clock.monotonic()
        if answered:
            for block in silent:
                block.quarantine.failed(now_s)
        else:
            self.quarantine.failed(now_s)

    async def _exchange(self, connection: ModbusConnection, request: ReadRequest) -> bytes:
        counters = self.counters
        counters.requests += 1
        try:
            return await connection.exchange(request, self._pacing_s)
        except ReplyTimeout:
            counters.timeouts += 1
            raise
        except BadReply:
            counters.bad_replies += 1
            raise
        except RefusedByDevice:
            counters.exceptions += 1
            raise
        except ConnectionGone:
            counters.lost_connections += 1
            raise

    async def _bisect(
        self,
        connection: ModbusConnection,
        scan: Scan,
        states: list[StateReading],
        function: Function,
        request: Span,
        wanted: Sequence[Span],
    ) -> None:
        """Learn which part of a refused request is to blame, reading the rest meanwhile."""
        refusals = self._refusals[function]
        refusals.refuse(request, self._clock.monotonic())
        left, right = split_refused(request, wanted)
        read_left = await self._try(connection, scan, states, function, left)
        read_right = await self._try(connection, scan, states, function, right)
        is_apart = bool(left and right)
        if is_apart and ((read_left and read_right) or self._probes_left <= 0):
            refusals.refuse_join(
                request,
                range_of(left),
                range_of(right),
                self.unit.wanted(function),
                self._clock.monotonic(),
            )

    async def _try(
        self,
        connection: ModbusConnection,
        scan: Scan,
        states: list[StateReading],
        function: Function,
        wanted: Sequence[Span],
    ) -> bool:
        """Read the spans in one request; on a refusal look further. Return whether it worked."""
        if not wanted or self._probes_left <= 0:
            return False
        self._probes_left -= 1
        request = range_of(wanted)
        block = compile_block(self.unit, function, request, wanted, set())
        try:
            data = await self._exchange(connection, block.request)
        except RefusedByDevice as refusal:
            if refusal.names_a_range:
                await self._bisect(connection, scan, states, function, request, wanted)
            return False
        except (ReplyTimeout, BadReply) as fault:
            self._probes_left = 0
            fill(scan, block.points, fault.reason)
            return False
        self._refusals[function].allow(request)
        block.run_first = None
        block.apply(data, states, scan)
        return True

    async def _retry_refused(
        self, connection: ModbusConnection, scan: Scan, states: list[StateReading]
    ) -> None:
        """Ask once more, at most once a scan, for something that was refused long ago."""
        now_s = self._clock.monotonic()
        for function, refusals in self._refusals.items():
            spans = [p.span for p in self._unreadable if p.function is function]
            due = refusals.due(spans, now_s)
            if due is not None:
                self._probes_left = 1
                await self._try(connection, scan, states, function, [due])
                return

    def _in_order(self) -> list[Block]:
        """Return the blocks with those that stayed silent last time at the end."""
        if any(block.quarantine.failures_in_row for block in self.blocks):
            return sorted(self.blocks, key=lambda b: b.quarantine.failures_in_row > 0)
        return self.blocks

    def _replan(self) -> None:
        kept = {(b.function, b.span): b.quarantine for b in self.blocks}
        blocks: list[Block] = []
        unreadable: list[Point] = []
        for function, refusals in self._refusals.items():
            refusals.changed = False
            wanted = self.unit.wanted(function)
            plan = plan_requests(wanted, self.unit.limits(function), refusals.ranges)
            refused = set(plan.unreadable)
            unreadable += [
                p for p in self.unit.points if p.function is function and p.span in refused
            ]
            taken: set[int] = set()
            for span in plan.requests:
                inside = [w for w in wanted if span.contains(w) and w not in refused]
                block = compile_block(self.unit, function, span, inside, taken)
                block.quarantine = kept.get((function, span), block.quarantine)
                blocks.append(block)
        # States first, so that the values that depend on them can be given at once.
        blocks.sort(key=lambda block: not block.states)
        self.blocks, self._unreadable = blocks, unreadable

    def _fill_refused(
        self, scan: Scan, points: Iterable[Point], states: list[StateReading]
    ) -> None:
        for point in points:
            state = states[point.source][0]
            if state is State.MEASURING:
                state = State.FAULT
            scan.put(point.slot, Sample(None, state, Reason.MODBUS_EXCEPTION))


def fill(scan: Scan, points: Iterable[Point], reason: Reason) -> None:
    """Say of every channel that has no sample yet why there is none."""
    sample = LOST[reason]
    for point in points:
        scan.put(point.slot, sample)
