"""Values into registers: the device's side, the inverse of a driver's decoding. Pure."""

import math
import struct
from collections.abc import Mapping
from typing import Final

from quantrac_core.contracts.quality import State
from station_drivers.links import UnitSettings
from station_drivers.register_map import Function, Location, Order, StateSource, ValueType

PACKING: Final[dict[ValueType, str]] = {
    ValueType.INT16: "h",
    ValueType.UINT16: "H",
    ValueType.INT32: "i",
    ValueType.UINT32: "I",
    ValueType.INT64: "q",
    ValueType.FLOAT32: "f",
    ValueType.FLOAT64: "d",
}
INTEGER_RANGE: Final[dict[ValueType, tuple[int, int]]] = {
    ValueType.INT16: (-(1 << 15), (1 << 15) - 1),
    ValueType.UINT16: (0, (1 << 16) - 1),
    ValueType.INT32: (-(1 << 31), (1 << 31) - 1),
    ValueType.UINT32: (0, (1 << 32) - 1),
    ValueType.INT64: (-(1 << 63), (1 << 63) - 1),
}
FLOAT32_MAX: Final = 3.4028234663852886e38

Words = dict[tuple[Function, int], int]
"""A device's memory: (table, address) → 16-bit word, or 0/1 for coils and discrete inputs."""


def encode_number(
    value: float,
    type_: ValueType,
    *,
    scale: float = 1.0,
    offset: float = 0.0,
    byte_order: Order = Order.BIG,
    word_order: Order = Order.BIG,
) -> list[int]:
    """Return the registers of ``value``, lowest address first.

    Integers round to the nearest step and stop at the ends of their type, as a
    transmitter does; an integer cannot hold "not a number" and shows its lowest code.
    """
    raw = (value - offset) / scale
    if type_ in INTEGER_RANGE:
        low, high = INTEGER_RANGE[type_]
        whole = low if math.isnan(raw) else round(max(float(low), min(float(high), raw)))
        packed = struct.pack(">" + PACKING[type_], max(low, min(high, whole)))
    else:
        if type_ is ValueType.FLOAT32 and math.isfinite(raw):
            raw = max(-FLOAT32_MAX, min(FLOAT32_MAX, raw))
        packed = struct.pack(">" + PACKING[type_], raw)
    return _in_order(packed, byte_order, word_order)


def encode_text(text: str, register_count: int, byte_order: Order = Order.BIG) -> list[int]:
    """Return ``register_count`` registers with ``text`` as ASCII, padded with zeros."""
    packed = text.encode("ascii", "replace")[: register_count * 2].ljust(register_count * 2, b"\0")
    return _in_order(packed, byte_order, Order.BIG)


def encode_unit(
    unit: UnitSettings, values: Mapping[str, float], states: Mapping[str, State]
) -> Words:
    """Return the memory of a device that shows ``values`` and ``states`` (station channels).

    A state word that several channels share shows the first state that is not measuring.
    """
    words: Words = {}
    for channel in unit.map.channels:
        value = values[unit.station_channel(channel.name)]
        if channel.type is ValueType.STRING:
            order = channel.byte_order or unit.map.byte_order
            _put(words, channel, encode_text(f"{value:.4g}", channel.register_count, order))
        else:
            _put_number(words, unit, channel, value, channel.scale, channel.offset)
    for source, state in _shown_states(unit, states):
        _put_number(words, unit, source, code_of(source, state))
    return words


def code_of(source: StateSource, state: State) -> int:
    """Return the device's code of ``state``; a device that lacks it shows its fault code."""
    for wanted in (state, State.FAULT):
        for code, known in source.values.items():
            if known == wanted:
                return code
    return next(iter(source.values))


def _shown_states(
    unit: UnitSettings, states: Mapping[str, State]
) -> list[tuple[StateSource, State]]:
    shown: dict[tuple[Function, int, int | None], tuple[StateSource, State]] = {}
    for channel in unit.map.channels:
        source = channel.state or unit.map.state
        if source is None:
            continue
        place = (source.function, source.address, source.bit)
        if place not in shown or shown[place][1] is State.MEASURING:
            shown[place] = (source, states[unit.station_channel(channel.name)])
    return list(shown.values())


def _put_number(
    words: Words,
    unit: UnitSettings,
    location: Location,
    value: float,
    scale: float = 1.0,
    offset: float = 0.0,
) -> None:
    if location.type is ValueType.BIT:
        _put_bit(words, location, value != 0)
        return
    registers = encode_number(
        value,
        location.type,
        scale=scale,
        offset=offset,
        byte_order=location.byte_order or unit.map.byte_order,
        word_order=location.word_order or unit.map.word_order,
    )
    _put(words, location, registers)


def _put(words: Words, location: Location, registers: list[int]) -> None:
    for position, word in enumerate(registers):
        words[location.function, location.address + position] = word


def _put_bit(words: Words, location: Location, on: bool) -> None:
    place = (location.function, location.address)
    mask = 1 << (location.bit or 0)
    words[place] = words.get(place, 0) | mask if on else words.get(place, 0) & ~mask


def _in_order(packed: bytes, byte_order: Order, word_order: Order) -> list[int]:
    registers = list(struct.unpack(f">{len(packed) // 2}H", packed))
    if byte_order is Order.LITTLE:
        registers = [(word & 0xFF) << 8 | word >> 8 for word in registers]
    if word_order is Order.LITTLE:
        registers.reverse()
    return registers
