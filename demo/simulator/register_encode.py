"""Values into registers: the device's side, the inverse of a driver's decoding. Pure."""

import math
import struct
from collections.abc import Mapping

from demo.simulator.register_layout import Function, Order, RegisterLayout, RegisterType
from quantrac_core.contracts.quality import State

PACKING: dict[RegisterType, str] = {
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "float32": "f",
    "float64": "d",
}
INTEGER_RANGE: dict[RegisterType, tuple[int, int]] = {
    "int16": (-(1 << 15), (1 << 15) - 1),
    "uint16": (0, (1 << 16) - 1),
    "int32": (-(1 << 31), (1 << 31) - 1),
    "uint32": (0, (1 << 32) - 1),
    "int64": (-(1 << 63), (1 << 63) - 1),
}
FLOAT32_MAX = 3.4028234663852886e38

Words = dict[tuple[Function, int], int]
"""A device's memory: (table, address) → 16-bit word, or 0/1 for coils and discrete inputs."""


def encode_number(
    value: float,
    type_: RegisterType,
    *,
    scale: float = 1.0,
    offset: float = 0.0,
    byte_order: Order = "big",
    word_order: Order = "big",
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
        if type_ == "float32" and math.isfinite(raw):
            raw = max(-FLOAT32_MAX, min(FLOAT32_MAX, raw))
        packed = struct.pack(">" + PACKING[type_], raw)
    return _in_order(packed, byte_order, word_order)


def encode_text(text: str, register_count: int, byte_order: Order = "big") -> list[int]:
    """Return ``register_count`` registers with ``text`` as ASCII, padded with zeros."""
    packed = text.encode("ascii", "replace")[: register_count * 2].ljust(register_count * 2, b"\0")
    return _in_order(packed, byte_order, "big")


def encode_device(
    layout: RegisterLayout, values: Mapping[str, float], states: Mapping[str, State]
) -> Words:
    """Return the memory of a device that shows ``values`` and ``states``.

    A state word that several channels share shows the first state that is not measuring.
    """
    words: Words = {}
    for channel in layout.channels:
        value = values[channel.name]
        if channel.type == "bit":
            _set_bit(words, channel.function, channel.address, channel.bit, value != 0)
            continue
        if channel.type == "string":
            registers = encode_text(
                f"{value:.4g}", len(channel.registers), channel.byte_order or layout.byte_order
            )
        else:
            registers = encode_number(
                value,
                channel.type,
                scale=channel.scale,
                offset=channel.offset,
                byte_order=channel.byte_order or layout.byte_order,
                word_order=channel.word_order or layout.word_order,
            )
        for position, word in enumerate(registers):
            words[channel.function, channel.address + position] = word
    _encode_states(layout, states, words)
    return words


def _encode_states(layout: RegisterLayout, states: Mapping[str, State], words: Words) -> None:
    shown: dict[tuple[Function, int, int | None], State] = {}
    for channel in layout.channels:
        field = layout.state_of(channel)
        if field is None:
            continue
        place = (field.function, field.address, field.bit)
        if shown.get(place, State.MEASURING) != State.MEASURING:
            continue
        shown[place] = states[channel.name]
        code = field.code_of(states[channel.name])
        if field.type == "bit" or field.bit is not None:
            _set_bit(words, field.function, field.address, field.bit, code != 0)
            continue
        registers = encode_number(
            code, field.type, byte_order=layout.byte_order, word_order=layout.word_order
        )
        for position, word in enumerate(registers):
            words[field.function, field.address + position] = word


def _set_bit(words: Words, function: Function, address: int, bit: int | None, on: bool) -> None:
    mask = 1 << (bit or 0) if function in ("holding", "input") else 1
    word = words.get((function, address), 0)
    words[function, address] = word | mask if on else word & ~mask


def _in_order(packed: bytes, byte_order: Order, word_order: Order) -> list[int]:
    registers = list(struct.unpack(f">{len(packed) // 2}H", packed))
    if byte_order == "little":
        registers = [(word & 0xFF) << 8 | word >> 8 for word in registers]
    if word_order == "little":
        registers.reverse()
    return registers
