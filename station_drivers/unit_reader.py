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
        self._wanted = {function: unit.wanted(function) for function in unit.tables()}
        self._refusals = {function: Refusals() for function in unit.tables()}
        self._probes_left = 0
        self.blocks: list[Block] = []
        self._unreadable: list[Point] = []
        self._state_blocks = 0
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
        turn = _Turn(scan, new_states(self.unit))
        try:
            if await self._read_blocks(connection, turn, standing):
                await self._retry_refused(connection, turn)
                turn.refused += self._unreadable
            else:
                fill(scan, self.unit.points, Reason.TIMEOUT)
        finally:
            turn.give()
        if any(refusals.changed for refusals in self._refusals.values()):
            self._replan()

    async def _read_blocks(
        self, connection: ModbusConnection, turn: "_Turn", standing: Standing
    ) -> bool:
        """Return False if the unit was asked and said nothing at all."""
        answered = False
        silent: list[Block] = []
        states_to_come = self._state_blocks
        for block in self._in_order():
            if turn.scan.is_over:
                break
            # A unit that says nothing to two requests, or to its probe, is not asked more.
            if silent and not answered and (len(silent) > 1 or standing is Standing.DUE):
                break
            if block.states:
                states_to_come -= 1
            if block.quarantine.standing(self._clock.monotonic()) is Standing.QUARANTINED:
                fill(turn.scan, block.points, Reason.QUARANTINED)
            else:
                try:
                    turn.take(block, await self._exchange(connection, block.request))
                    answered = True
                    if block.quarantine.failures_in_row:
                        block.quarantine.succeeded()
                except RefusedByDevice as refusal:
                    if refusal.is_silence:
                        silent.append(block)
                        fill(turn.scan, block.points, Reason.MODBUS_EXCEPTION)
                    else:
                        answered = True
                        turn.refused += block.points
                        if refusal.names_a_range:
                            self._probes_left = BISECTION_REQUESTS
                            await self._bisect(
                                connection, turn, block.function, block.span, block.wanted
                            )
                except (ReplyTimeout, BadReply) as fault:
                    silent.append(block)
                    fill(turn.scan, block.points, fault.reason)
            if states_to_come == 0:
                turn.give()
        self._judge_silence(silent, answered)
        return answered or not silent

    def _judge_silence(self, silent: list[Block], answered: bool) -> None:
        """Blame the block where the unit answered others, and else the unit."""
        now_s = self._clock.monotonic()
        if answered:
            self.quarantine.succeeded()
            for block in silent:
                block.quarantine.failed(now_s)
        elif silent:
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
        turn: "_Turn",
        function: Function,
        request: Span,
        wanted: Sequence[Span],
    ) -> None:
        """Learn which part of a refused request is to blame, reading the rest meanwhile."""
        refusals = self._refusals[function]
        refusals.refuse(request, self._clock.monotonic())
        left, right = split_refused(request, wanted)
        read_left = await self._try(connection, turn, function, left)
        read_right = await self._try(connection, turn, function, right)
        is_apart = bool(left and right)
        if is_apart and ((read_left and read_right) or self._probes_left <= 0):
            refusals.refuse_join(
                request,
                range_of(left),
                range_of(right),
                self._wanted[function],
                self._clock.monotonic(),
            )

    async def _try(
        self,
        connection: ModbusConnection,
        turn: "_Turn",
        function: Function,
        wanted: Sequence[Span],
    ) -> bool:
        """Read the spans in one request; on a refusal look further. Return whether it worked."""
        if turn.scan.is_over:
            self._probes_left = 0
        if not wanted or self._probes_left <= 0:
            return False
        self._probes_left -= 1
        request = range_of(wanted)
        block = compile_block(self.unit, function, request, wanted, set())
        try:
            data = await self._exchange(connection, block.request)
        except RefusedByDevice as refusal:
            if refusal.names_a_range:
                await self._bisect(connection, turn, function, request, wanted)
            return False
        except (ReplyTimeout, BadReply) as fault:
            self._probes_left = 0
            fill(turn.scan, block.points, fault.reason)
            return False
        self._refusals[function].allow(request)
        # Another block may have read some of these too: sample by sample, the first counts.
        block.run_first = None
        turn.take(block, data)
        return True

    async def _retry_refused(self, connection: ModbusConnection, turn: "_Turn") -> None:
        """Ask once more, at most once a scan, for something that was refused long ago."""
        now_s = self._clock.monotonic()
        for function, refusals in self._refusals.items():
            due = refusals.due(self._wanted[function], now_s) if refusals.ranges else None
            if due is not None and not turn.scan.is_over:
                self._probes_left = 1
                await self._try(connection, turn, function, [due])
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
            wanted = self._wanted[function]
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
        self._state_blocks = sum(1 for block in blocks if block.states)


class _Turn:
    """One read of a unit: states as they become known, answers that wait for them."""

    __slots__ = ("held", "refused", "scan", "states")

    def __init__(self, scan: Scan, states: list[StateReading]) -> None:
        self.scan = scan
        self.states = states
        self.held: list[tuple[Block, bytes]] = []
        self.refused: list[Point] = []

    def take(self, block: Block, data: bytes) -> None:
        """Read the states in an answer, and keep it until `give`."""
        if block.states:
            block.read_states(data, self.states)
        self.held.append((block, data))

    def give(self) -> None:
        """Give the scan its samples; what was refused says so, with the device's state."""
        for block, data in self.held:
            block.give_samples(data, self.states, self.scan)
        self.held.clear()
        if self.refused:
            for point in self.refused:
                state = self.states[point.source][0]
                state = State.FAULT if state is State.MEASURING else state
                self.scan.put(point.slot, Sample(None, state, Reason.MODBUS_EXCEPTION))
            self.refused.clear()


def fill(scan: Scan, points: Iterable[Point], reason: Reason) -> None:
    """Say of every channel that has no sample yet why there is none."""
    sample = LOST[reason]
    for point in points:
        scan.put(point.slot, sample)
