"""From register bytes to values: compiled once per request, run at every scan. Pure.

Bytes are as Modbus sends them: each register most significant byte first, coils and
discrete inputs packed eight to a byte, least significant bit first.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from operator import itemgetter
from typing import Final, NamedTuple

from station_drivers.register_map import REGISTERS_OF, Order, ValueType

Value = float | str
_FORMAT: Final[dict[ValueType, str]] = {
    ValueType.INT16: "h",
    ValueType.UINT16: "H",
    ValueType.INT32: "i",
    ValueType.UINT32: "I",
    ValueType.INT64: "q",
    ValueType.FLOAT32: "f",
    ValueType.FLOAT64: "d",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One value within a reply: ``start`` addresses after the reply's first address.

    ``count`` is in addresses; ``of_bits`` says that one address is one bit (coil or
    discrete input); ``bit`` picks 0..15 of a register for type ``bit``.
    """

    start: int
    count: int
    type: ValueType
    byte_order: Order = Order.BIG
    word_order: Order = Order.BIG
    scale: float = 1.0
    offset: float = 0.0
    bit: int | None = None
    of_bits: bool = False


class WordOrderCandidate(NamedTuple):
    """What two registers would mean as float32 and int32 in one pair of orders."""

    byte_order: Order
    word_order: Order
    as_float32: float
    as_int32: int


def compile_fields(fields: Sequence[Field]) -> Callable[[bytes], Sequence[Value | None]]:
    """Return a function from the data bytes of one reply to the fields' values, in order.

    Numbers come as float (scaled), strings as str; None stands for NaN and infinities.
    The bytes must be as many as were requested: `modbus_client` checks that.
    """
    indices: list[int] = []
    formats: list[str] = []
    for field in fields:
        source = _byte_indices(field)
        indices += source
        formats.append(_struct_format(field, len(source)))
    layout = struct.Struct(">" + "".join(formats))
    gather = _gatherer(indices)
    numbers = _number_step(fields)

    def decode(data: bytes) -> Sequence[Value | None]:
        return numbers(layout.unpack(gather(data)))

    return decode


def word_order_candidates(registers: Sequence[int]) -> tuple[WordOrderCandidate, ...]:
    """Return the four readings of two registers (0..65535), so that a person can choose.

    Raises:
        ValueError: if there are not exactly two registers.
    """
    if len(registers) != 2:
        raise ValueError(f"two registers are needed, got {len(registers)}")
    data = struct.pack(">HH", *registers)
    candidates = []
    for word_order in Order:
        for byte_order in Order:
            picked = [
                Field(0, 2, kind, byte_order, word_order)
                for kind in (ValueType.FLOAT32, ValueType.INT32)
            ]
            raw = bytes(data[i] for i in _byte_indices(picked[0]))
            (as_float,) = struct.unpack(">f", raw)
            (as_int,) = struct.unpack(">i", raw)
            candidates.append(WordOrderCandidate(byte_order, word_order, as_float, as_int))
    return tuple(candidates)


def encode_registers(
    value: Value,
    kind: ValueType,
    byte_order: Order = Order.BIG,
    word_order: Order = Order.BIG,
    length: int | None = None,
) -> list[int]:
    """Return the registers a device would hold for ``value`` (raw, before scale and offset).

    The inverse of `compile_fields`, for simulators and tests; not for bits. ``length`` is
    in registers, for strings.

    Raises:
        ValueError: if the value does not fit its type.
    """
    try:
        if kind is ValueType.STRING:
            size = 2 * (length or 1)
            raw = str(value).encode("utf-8")
            if len(raw) > size:
                raise ValueError(f"{len(raw)} bytes do not fit in {size}")
            raw = raw.ljust(size, b"\0")
        elif kind in (ValueType.FLOAT32, ValueType.FLOAT64):
            raw = struct.pack(">" + _FORMAT[kind], float(value))
        else:
            raw = struct.pack(">" + _FORMAT[kind], int(value))
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{value!r} does not fit {kind}") from error
    order = _byte_indices(Field(0, len(raw) // 2, kind, byte_order, word_order))
    placed = bytearray(len(raw))
    for target, source in zip(order, raw, strict=True):
        placed[target] = source
    return list(struct.unpack(f">{len(raw) // 2}H", placed))


def register_count(kind: ValueType, length: int | None = None) -> int:
    """Return how many registers a value of ``kind`` spans."""
    return (length or 1) if kind is ValueType.STRING else REGISTERS_OF[kind]


def _byte_indices(field: Field) -> list[int]:
    """Return which bytes of the reply make the value, most significant first."""
    if field.of_bits:
        return [field.start // 8]
    words = list(range(field.start, field.start + field.count))
    if field.word_order is Order.LITTLE and field.type is not ValueType.STRING:
        words.reverse()
    if field.byte_order is Order.LITTLE:
        return [index for word in words for index in (2 * word + 1, 2 * word)]
    return [index for word in words for index in (2 * word, 2 * word + 1)]


def _struct_format(field: Field, size: int) -> str:
    if field.of_bits:
        return "B"
    if field.type is ValueType.STRING:
        return f"{size}s"
    return "H" if field.type is ValueType.BIT else _FORMAT[field.type]


def _gatherer(indices: list[int]) -> Callable[[bytes], bytes]:
    first, size = indices[0], len(indices)
    if indices == list(range(first, first + size)):
        return lambda data: data[first : first + size]
    if size == 1:
        return lambda data: data[first : first + 1]
    pick = itemgetter(*indices)
    return lambda data: bytes(pick(data))


def _number_step(
    fields: Sequence[Field],
) -> Callable[[tuple[object, ...]], Sequence[Value | None]]:
    """Return the step from unpacked fields to values; plain floats take the short way."""
    floats = (ValueType.FLOAT32, ValueType.FLOAT64)
    if all(field.type in floats and field.scale == 1.0 and field.offset == 0.0 for field in fields):
        return _finite_or_none
    steps = [_field_step(field) for field in fields]

    def convert(raw: tuple[object, ...]) -> Sequence[Value | None]:
        return [step(value) for step, value in zip(steps, raw, strict=True)]

    return convert


def _finite_or_none(values: tuple[object, ...]) -> Sequence[Value | None]:
    # A sum is finite only if every term is: one check for the whole reply.
    if isfinite(sum(values)):  # type: ignore[arg-type]
        return values  # type: ignore[return-value]
    return [value if isfinite(value) else None for value in values]  # type: ignore[arg-type,misc]


def _field_step(field: Field) -> Callable[[object], Value | None]:
    scale, offset = field.scale, field.offset
    if field.type is ValueType.STRING:
        return _text
    if field.type is ValueType.BIT:
        shift = field.start % 8 if field.of_bits else field.bit or 0
        return lambda raw: float((raw >> shift) & 1) * scale + offset  # type: ignore[operator]

    if field.type not in (ValueType.FLOAT32, ValueType.FLOAT64):
        # 2008 × 0.01 is 20.08 and not 20.080000000000002: whole registers have as many
        # decimals as their scale and offset, and the stored value says no more.
        digits = max(_decimals(scale), _decimals(offset))
        return lambda raw: round(raw * scale + offset, digits)  # type: ignore[operator]

    def number(raw: object) -> float | None:
        value = raw * scale + offset  # type: ignore[operator]
        return value if isfinite(value) else None

    return number


def _decimals(factor: float) -> int:
    exponent = Decimal(repr(factor)).as_tuple().exponent
    return max(0, -int(exponent))


def _text(raw: object) -> str:
    assert isinstance(raw, bytes)
    text = raw.split(b"\0", 1)[0].decode("utf-8", errors="replace")
    return "".join(character for character in text if character.isprintable()).strip()
