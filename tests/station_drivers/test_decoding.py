"""Decoding: the inverse of encoding for every type and order, and what is not a number."""

import math
import struct
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station_drivers.decoding import (
    Field,
    compile_fields,
    encode_registers,
    register_count,
    word_order_candidates,
)
from station_drivers.register_map import Order, ValueType

RANGES = {
    ValueType.INT16: (-(2**15), 2**15 - 1),
    ValueType.UINT16: (0, 2**16 - 1),
    ValueType.INT32: (-(2**31), 2**31 - 1),
    ValueType.UINT32: (0, 2**32 - 1),
    ValueType.INT64: (-(2**53), 2**53),
}


def value_of(kind: ValueType) -> st.SearchStrategy[float | str]:
    if kind is ValueType.FLOAT32:
        return st.floats(width=32, allow_nan=False, allow_infinity=False)
    if kind is ValueType.FLOAT64:
        return st.floats(allow_nan=False, allow_infinity=False)
    if kind is ValueType.STRING:
        return st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=8)
    return st.integers(*RANGES[kind])


one_field = st.sampled_from([kind for kind in ValueType if kind is not ValueType.BIT]).flatmap(
    lambda kind: st.tuples(
        st.just(kind), value_of(kind), st.sampled_from(Order), st.sampled_from(Order)
    )
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(one_field, st.integers(0, 3)), min_size=1, max_size=12), st.randoms())
def test_what_was_encoded_is_decoded_in_any_type_order_and_place(
    placed: list[tuple[tuple[ValueType, float | str, Order, Order], int]], random: object
) -> None:
    registers: list[int] = []
    fields: list[Field] = []
    expected: list[float | str] = []
    for (kind, value, byte_order, word_order), gap in placed:
        length = 4 if kind is ValueType.STRING else None
        registers += [0xDEAD] * gap
        fields.append(
            Field(len(registers), register_count(kind, length), kind, byte_order, word_order)
        )
        registers += encode_registers(value, kind, byte_order, word_order, length)
        expected.append(value if isinstance(value, str) else float(value))
    data = struct.pack(f">{len(registers)}H", *registers)
    assert list(compile_fields(fields)(data)) == expected
    order = list(range(len(fields)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = compile_fields([fields[i] for i in order])(data)
    assert list(shuffled) == [expected[i] for i in order]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_nan_and_infinity_are_no_value_and_harm_no_neighbour(bad: float, scale: float) -> None:
    fields = [Field(2 * i, 2, ValueType.FLOAT32, scale=scale) for i in range(3)]
    decode = compile_fields(fields)
    assert list(decode(struct.pack(">3f", 8.0, bad, 2.0))) == [8.0 * scale, None, 2.0 * scale]


def test_doubles_whose_sum_overflows_are_all_kept() -> None:
    fields = [Field(4 * i, 4, ValueType.FLOAT64) for i in range(2)]
    assert list(compile_fields(fields)(struct.pack(">2d", 1.7e308, 1.7e308))) == [1.7e308] * 2


def test_scale_and_offset_apply_to_the_raw_number() -> None:
    decode = compile_fields([Field(0, 1, ValueType.INT16, scale=0.1, offset=-4.0)])
    assert decode(struct.pack(">h", -250))[0] == pytest.approx(-29.0)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_coils_are_unpacked_least_significant_first(bits: list[bool]) -> None:
    data = bytearray((len(bits) + 7) // 8)
    for index, bit in enumerate(bits):
        data[index // 8] |= bit << index % 8
    fields = [Field(i, 1, ValueType.BIT, of_bits=True) for i in range(len(bits))]
    assert list(compile_fields(fields)(bytes(data))) == [float(bit) for bit in bits]


@given(st.integers(0, 0xFFFF), st.integers(0, 15), st.sampled_from(Order))
def test_a_bit_of_a_register_is_counted_from_the_least_significant(
    word: int, bit: int, byte_order: Order
) -> None:
    (register,) = encode_registers(word, ValueType.UINT16, byte_order)
    decode = compile_fields([Field(0, 1, ValueType.BIT, byte_order, bit=bit)])
    assert decode(struct.pack(">H", register))[0] == float(word >> bit & 1)


def test_a_string_ends_at_its_first_zero_and_keeps_only_what_prints() -> None:
    decode = compile_fields([Field(0, 4, ValueType.STRING)])
    assert decode(b"AB\x07\xff \x00ZZ")[0] == "AB\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("value", "kind"),
    [(70000, ValueType.UINT16), (-1, ValueType.UINT32), (1e300, ValueType.FLOAT32)],
)
def test_a_value_that_does_not_fit_its_type_is_refused(value: float, kind: ValueType) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode_registers(value, kind)


@pytest.mark.parametrize("byte_order", list(Order))
@pytest.mark.parametrize("word_order", list(Order))
def test_the_word_order_probe_shows_the_true_value_under_its_orders(
    byte_order: Order, word_order: Order
) -> None:
    registers = encode_registers(52.5, ValueType.FLOAT32, byte_order, word_order)
    candidates = word_order_candidates(registers)
    assert len(candidates) == 4
    (right,) = [c for c in candidates if (c.byte_order, c.word_order) == (byte_order, word_order)]
    assert right.as_float32 == 52.5


def test_the_word_order_probe_wants_two_registers() -> None:
    with pytest.raises(ValueError, match="two registers"):
        word_order_candidates([1])


@given(
    raw=st.integers(-32768, 32767),
    decimals=st.integers(0, 6),
    offset=st.sampled_from([0.0, -273.15, 0.5]),
)
def test_a_scaled_register_is_the_nearest_number_to_the_decimal_that_it_means(
    raw: int, decimals: int, offset: float
) -> None:
    scale = float(f"1e-{decimals}")
    field = Field(0, 1, ValueType.INT16, scale=scale, offset=offset)
    (value,) = compile_fields([field])(struct.pack(">h", raw))
    assert value == float(Decimal(raw) * Decimal(repr(scale)) + Decimal(repr(offset)))
