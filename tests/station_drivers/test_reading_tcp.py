"""Reading over Modbus TCP from a real socket."""

from quantrac_core.contracts.quality import Reason, State
from station_drivers.reader import Sample
from tests.station_drivers.modbus_setups import STATE, floats_map, opened, tcp_link, words
from tests.station_drivers.modbus_slave import Slave, TcpSlave


async def test_every_channel_comes_once_in_the_order_of_the_configuration() -> None:
    slave = Slave()
    slave.set(1, 3, 0, *words(52.5), *words(7.25))
    slave.set(1, 3, 100, 0)
    slave.set(2, 3, 0, *words(31.0))
    async with TcpSlave(slave) as server:
        link = tcp_link(server.port, floats_map("cod", "ph", state=STATE), floats_map("temp"))
        async with opened(link) as reader:
            samples = await reader.read(1.0)
    assert list(samples.items()) == [
        ("cod", Sample(52.5, State.MEASURING, None)),
        ("ph", Sample(7.25, State.MEASURING, None)),
        ("temp", Sample(31.0, State.MEASURING, None)),
    ]


async def test_state_follows_its_register_and_an_unknown_number_is_a_fault() -> None:
    slave = Slave()
    slave.set(1, 3, 0, *words(52.5))
    slave.set(1, 3, 100, 1)
    async with (
        TcpSlave(slave) as server,
        opened(tcp_link(server.port, floats_map("cod", state=STATE))) as reader,
    ):
        calibrating = await reader.read(1.0)
        slave.set(1, 3, 100, 77)
        unknown = await reader.read(1.0)
    assert calibrating["cod"] == Sample(52.5, State.CALIBRATING, None)
    assert unknown["cod"] == Sample(52.5, State.FAULT, Reason.UNKNOWN_STATE)
