"""Encoding is the inverse of decoding; the reference decoder is the Modbus library's own."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymodbus.client import AsyncModbusTcpClient

from demo.simulator.register_encode import encode_device, encode_number
from demo.simulator.register_layout import Order, RegisterType, load_layout
from demo.simulator.station_files import CONFIG_DIR, load_station, station_file
from demo.simulator.stations import STATIONS
from quantrac_core.contracts.quality import State

DATATYPE = AsyncModbusTcpClient.DATATYPE
LIBRARY_TYPE: dict[RegisterType, DATATYPE] = {
    "int16": DATATYPE.INT16,
    "uint16": DATATYPE.UINT16,
    "int32": DATATYPE.INT32,
    "uint32": DATATYPE.UINT32,
    "int64": DATATYPE.INT64,
    "float32": DATATYPE.FLOAT32,
    "float64": DATATYPE.FLOAT64,
}
orders = st.sampled_from(["big", "little"])


def decode(
    registers: list[int], type_: RegisterType, byte_order: Order, word_order: Order
) -> float:
    if byte_order == "little":
        registers = [(word % 256) * 256 + word // 256 for word in registers]
    value = AsyncModbusTcpClient.convert_from_registers(
        registers, LIBRARY_TYPE[type_], word_order=word_order
    )
    assert isinstance(value, int | float)
    return value


@given(
    value=st.floats(-30_000, 30_000, allow_subnormal=False),
    type_=st.sampled_from(list(LIBRARY_TYPE)),
    scale=st.sampled_from([0.01, 0.1, 1.0, 10.0, -0.5]),
    offset=st.sampled_from([0.0, -40.0, 100.0]),
    byte_order=orders,
    word_order=orders,
)
@settings(max_examples=200)
def test_decoding_gives_back_what_the_type_can_hold(
    value: float,
    type_: RegisterType,
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
    if type_.startswith("float"):
        assert raw == pytest.approx(wanted, rel=1e-6, abs=1e-30)
        return
    bits = int(type_.removeprefix("u").removeprefix("int"))
    low = 0 if type_.startswith("u") else -(1 << bits - 1)
    high = (1 << bits if type_.startswith("u") else 1 << bits - 1) - 1
    assert abs(raw - max(low, min(high, wanted))) <= 0.5


@given(
    value=st.floats(allow_nan=True, allow_infinity=True), type_=st.sampled_from(list(LIBRARY_TYPE))
)
def test_every_number_becomes_registers(value: float, type_: RegisterType) -> None:
    assert all(0 <= word <= 0xFFFF for word in encode_number(value, type_))


def test_not_a_number_stays_one_in_a_float() -> None:
    assert math.isnan(decode(encode_number(math.nan, "float32"), "float32", "big", "big"))


@pytest.mark.parametrize("path", sorted((CONFIG_DIR / "devices").glob("*.yaml")), ids=str)
def test_every_shipped_map_encodes_without_overlap(path: object) -> None:
    layout = load_layout(path)  # type: ignore[arg-type]
    places = [
        (channel.function, address) for channel in layout.channels for address in channel.registers
    ]
    assert len(places) == len(set(places))
    states = {channel.name: State.MEASURING for channel in layout.channels}
    words = encode_device(layout, {channel.name: 1.0 for channel in layout.channels}, states)
    assert words.keys() >= set(places)


@pytest.mark.parametrize("station", STATIONS)
def test_a_station_file_has_every_channel_of_its_station_once(station: str) -> None:
    name, link, _ = load_station(station_file(station))
    channels = [field.name for layout in link.units.values() for field in layout.channels]
    assert name == station
    assert sorted(channels) == sorted(STATIONS[station].channels)


def test_a_shared_state_word_shows_the_first_state_that_is_not_measuring() -> None:
    layout = load_layout(CONFIG_DIR / "devices" / "bia-sg-water.yaml")
    names = [channel.name for channel in layout.channels]
    states = dict.fromkeys(names, State.MEASURING) | {"ph": State.MAINTENANCE}
    assert encode_device(layout, dict.fromkeys(names, 1.0), states)["input", 30] == 3
