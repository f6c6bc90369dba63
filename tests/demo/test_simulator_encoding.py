"""Encoding is the inverse of the drivers' decoding, for every type, order and shipped map."""

import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.simulator.register_encode import encode_number, encode_unit
from demo.simulator.station_files import load_station, station_file
from demo.simulator.stations import STATIONS
from quantrac_core.contracts.quality import State
from station_drivers.decoding import Field, compile_fields
from station_drivers.register_map import REGISTERS_OF, Function, Order, ValueType

NUMBERS = [type_ for type_ in REGISTERS_OF if type_ is not ValueType.BIT]
orders = st.sampled_from(Order)


def decode(
    registers: list[int],
    type_: ValueType,
    byte_order: Order = Order.BIG,
    word_order: Order = Order.BIG,
) -> float | None:
    field = Field(0, REGISTERS_OF[type_], type_, byte_order, word_order)
    (value,) = compile_fields([field])(struct.pack(f">{len(registers)}H", *registers))
    assert value is None or isinstance(value, float)
    return value


@given(
    value=st.floats(-30_000, 30_000, allow_subnormal=False),
    type_=st.sampled_from(NUMBERS),
    scale=st.sampled_from([0.01, 0.1, 1.0, 10.0, -0.5]),
    offset=st.sampled_from([0.0, -40.0, 100.0]),
    byte_order=orders,
    word_order=orders,
)
@settings(max_examples=200)
def test_decoding_gives_back_what_the_type_can_hold(
    value: float,
    type_: ValueType,
    scale: float,
    offset: float,
    byte_order: Order,
    word_order: Order,
) -> None:
    registers = encode_number(
        value, type_, scale=scale, offset=offset, byte_order=byte_order, word_order=word_order
    )
    raw = decode(registers, type_, byte_order, word_order)
    wanted = (value - offset) / scale
    assert raw is not None
    if type_.startswith("float"):
        assert raw == pytest.approx(wanted, rel=1e-6, abs=1e-30)
        return
    bits = int(type_.removeprefix("u").removeprefix("int"))
    low = 0 if type_.startswith("u") else -(1 << bits - 1)
    high = (1 << bits if type_.startswith("u") else 1 << bits - 1) - 1
    assert abs(raw - max(low, min(high, wanted))) <= 0.5


@given(value=st.floats(allow_nan=True, allow_infinity=True), type_=st.sampled_from(NUMBERS))
def test_every_number_becomes_registers(value: float, type_: ValueType) -> None:
    assert all(0 <= word <= 0xFFFF for word in encode_number(value, type_))


def test_not_a_number_stays_one_in_a_float() -> None:
    assert decode(encode_number(math.nan, ValueType.FLOAT32), ValueType.FLOAT32) is None


@pytest.mark.parametrize("station", STATIONS)
def test_every_channel_of_a_station_has_its_own_place(station: str) -> None:
    name, link, _ = load_station(station_file(station))
    channels = [channel.name for unit in link.units.values() for channel in unit.map.channels]
    assert name == station
    assert sorted(channels) == sorted(STATIONS[station].channels)
    for unit_id, unit in link.units.items():
        words = link.view(unit_id, 1_734_411_600.0).words
        for channel in unit.map.channels:
            places = range(channel.address, channel.address + channel.register_count)
            assert all((channel.function, address) in words for address in places)


def test_a_shared_state_word_shows_the_first_state_that_is_not_measuring() -> None:
    unit = load_station(station_file("bia-sg-nt")).link.units[1]
    names = [channel.name for channel in unit.map.channels]
    states = dict.fromkeys(names, State.MEASURING) | {"ph": State.MAINTENANCE}
    assert encode_unit(unit, dict.fromkeys(names, 1.0), states)[Function.INPUT, 30] == 3
