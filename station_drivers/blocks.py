"""A unit's map compiled for reading: points, state sources, and the blocks that hold them.

A block is one planned request together with everything that its answer yields. Pure, but
for the encoded request that it carries along.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from quantrac_core.contracts.quality import Reason, State
from station_drivers.decoding import Field, Value, compile_fields
from station_drivers.links import UnitSettings
from station_drivers.modbus_client import ReadRequest, build_read
from station_drivers.planner import PlanLimits, Span
from station_drivers.quarantine import Quarantine
from station_drivers.register_map import Function, Location, RegisterMap, StateSource
from station_drivers.samples import Sample, Scan

StateReading = tuple[State, Reason | None]
NO_SOURCE: Final = -1
UNKNOWN: Final[StateReading] = (State.FAULT, Reason.UNKNOWN_STATE)
MEASURING: Final[StateReading] = (State.MEASURING, None)


@dataclass(frozen=True, slots=True)
class Point:
    """A channel in its unit: where it lies, its slot in the scan, its state source."""

    slot: int
    function: Function
    span: Span
    location: Location
    scale: float
    offset: float
    source: int


@dataclass(frozen=True, slots=True)
class CompiledUnit:
    """The points of a unit by table, and the distinct state sources they refer to."""

    unit_id: int
    map: RegisterMap
    points: tuple[Point, ...]
    sources: tuple[StateSource, ...]

    def tables(self) -> tuple[Function, ...]:
        """Return the tables to be read, in a fixed order."""
        used = {point.function for point in self.points}
        used.update(source.function for source in self.sources)
        return tuple(function for function in Function if function in used)

    def wanted(self, function: Function) -> list[Span]:
        """Return the spans of channels and states in one table."""
        spans = {point.span for point in self.points if point.function is function}
        spans.update(span_of(s) for s in self.sources if s.function is function)
        return sorted(spans)

    def limits(self, function: Function) -> PlanLimits:
        """Return what one request to a table may span."""
        limit = self.map.max_bits if function.holds_bits else self.map.max_registers
        return PlanLimits(limit, self.map.max_gap)


@dataclass(slots=True)
class Block:
    """One request and what its answer gives."""

    function: Function
    span: Span
    wanted: tuple[Span, ...]
    request: ReadRequest
    slots: tuple[int, ...]
    run_first: int | None
    points: tuple[Point, ...]
    one_source: int | None
    decode: Callable[[bytes], Sequence[Value | None]] | None
    states: tuple[tuple[int, Callable[[bytes], StateReading]], ...]
    quarantine: Quarantine = field(default_factory=Quarantine)

    def read_states(self, data: bytes, states: list[StateReading]) -> None:
        """Turn the answer's data bytes into the states that they hold."""
        for index, read_state in self.states:
            states[index] = read_state(data)

    def give_samples(self, data: bytes, states: list[StateReading], scan: Scan) -> None:
        """Turn the answer's data bytes into samples, once the states are known."""
        if self.decode is None:
            return
        values = self.decode(data)
        if self.one_source is not None:
            state, reason = states[self.one_source]
            samples = [
                Sample(value, state, reason)
                if value is not None
                else Sample(None, state, Reason.NOT_A_NUMBER)
                for value in values
            ]
        else:
            samples = [
                Sample(
                    value,
                    states[point.source][0],
                    states[point.source][1] if value is not None else Reason.NOT_A_NUMBER,
                )
                for value, point in zip(values, self.points, strict=True)
            ]
        if self.run_first is not None:
            scan.put_run(self.run_first, samples)
            return
        for slot, sample in zip(self.slots, samples, strict=True):
            scan.put(slot, sample)


def span_of(location: Location) -> Span:
    """Return the addresses that a location spans."""
    return Span(location.address, location.address + location.register_count)


def compile_unit(unit: UnitSettings, first_slot: int) -> CompiledUnit:
    """Return the unit with its channels in slots ``first_slot``, ``first_slot`` + 1, …"""
    sources: list[StateSource] = []
    points: list[Point] = []
    for number, channel in enumerate(unit.map.channels):
        source = channel.state if channel.state is not None else unit.map.state
        index = NO_SOURCE
        if source is not None:
            if source not in sources:
                sources.append(source)
            index = sources.index(source)
        points.append(
            Point(
                slot=first_slot + number,
                function=channel.function,
                span=span_of(channel),
                location=channel,
                scale=channel.scale,
                offset=channel.offset,
                source=index,
            )
        )
    return CompiledUnit(unit.unit_id, unit.map, tuple(points), tuple(sources))


def compile_block(
    unit: CompiledUnit,
    function: Function,
    span: Span,
    wanted: Sequence[Span],
    taken: set[int],
) -> Block:
    """Return the block that reads ``span``, for the channels on ``wanted`` spans.

    Channels whose slots are in ``taken`` belong to another block and are left out; the
    slots of this block are added.
    """
    chosen = set(wanted)
    points = [
        p
        for p in unit.points
        if p.function is function and p.span in chosen and p.slot not in taken
    ]
    taken.update(point.slot for point in points)
    slots = tuple(point.slot for point in points)
    is_run = bool(slots) and slots == tuple(range(slots[0], slots[0] + len(slots)))
    sources = {point.source for point in points}
    return Block(
        function=function,
        span=span,
        wanted=tuple(wanted),
        request=build_read(unit.unit_id, function, span),
        slots=slots,
        run_first=slots[0] if is_run else None,
        points=tuple(points),
        one_source=sources.pop() if len(sources) == 1 else None,
        decode=compile_fields([_field_of(unit.map, p, span) for p in points]) if points else None,
        states=tuple(
            (index, _compile_state(unit.map, source, span))
            for index, source in enumerate(unit.sources)
            if source.function is function and span_of(source) in chosen
        ),
    )


def new_states(unit: CompiledUnit) -> list[StateReading]:
    """Return the states of a scan before anything was read; index -1 is "no source"."""
    return [*(UNKNOWN for _ in unit.sources), MEASURING]


def _field_of(map_: RegisterMap, point: Point, span: Span) -> Field:
    return _field(map_, point.location, span, point.scale, point.offset)


def _field(
    map_: RegisterMap, where: Location, span: Span, scale: float = 1.0, offset: float = 0.0
) -> Field:
    return Field(
        start=where.address - span.first,
        count=where.register_count,
        type=where.type,
        byte_order=where.byte_order or map_.byte_order,
        word_order=where.word_order or map_.word_order,
        scale=scale,
        offset=offset,
        bit=where.bit,
        of_bits=where.function.holds_bits,
    )


def _compile_state(
    map_: RegisterMap, source: StateSource, span: Span
) -> Callable[[bytes], StateReading]:
    decode = compile_fields([_field(map_, source, span)])
    readings: dict[object, StateReading] = {
        float(number): (state, None) for number, state in source.values.items()
    }
    return lambda data: readings.get(decode(data)[0], UNKNOWN)
