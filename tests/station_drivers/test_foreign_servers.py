"""Reading from servers of another make: pymodbus's own, on TCP and on a serial line."""

from pathlib import Path

import pytest
from pymodbus import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from quantrac_core.contracts.quality import Reason, State
from station_drivers.links import LinkSettings
from station_drivers.reader import Sample
from tests.station_drivers.modbus_setups import floats_map, opened, read_until, tcp_link, units
from tests.station_drivers.modbus_slave import PtySlave, Slave, TcpSlave

EXPECTED = {
    "cod": Sample(52.5, State.MEASURING, None),
    "ph": Sample(7.25, State.MEASURING, None),
    "far": Sample(None, State.FAULT, Reason.MODBUS_EXCEPTION),
}
CHANNELS = [
    {"name": "cod", "address": 0},
    {"name": "ph", "address": 2},
    {"name": "far", "address": 500},
]


def device() -> SimDevice:
    return SimDevice(1, simdata=[SimData(0, values=[52.5, 7.25], datatype=DataType.FLOAT32)])


async def test_a_pymodbus_tcp_server_is_read() -> None:
    async with TcpSlave(Slave()) as probe:
        port = probe.port
    server = ModbusTcpServer(device(), address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    try:
        async with opened(tcp_link(port, floats_map(channels=CHANNELS))) as reader:
            assert await read_until(reader, lambda s: s["cod"].value is not None) == EXPECTED
    finally:
        await server.shutdown()


@pytest.mark.parametrize("framing", ["rtu", "rtu_over_tcp"])
async def test_a_pymodbus_rtu_server_is_read(framing: str, tmp_path: Path) -> None:
    common = {"name": "line", "transport": framing, "timeout_s": 0.3}
    listed = units(floats_map(channels=CHANNELS))
    server: ModbusSerialServer | ModbusTcpServer
    async with PtySlave(Slave(), tmp_path) as pty, TcpSlave(Slave()) as probe:
        pty.release()
        if framing == "rtu":
            server = ModbusSerialServer(
                device(), framer=FramerType.RTU, port=pty.far, baudrate=19200
            )
            where = {"device": pty.device, "baud_rate": 19200}
        else:
            port = probe.port
            await probe.__aexit__()
            server = ModbusTcpServer(device(), framer=FramerType.RTU, address=("127.0.0.1", port))
            where = {"host": "127.0.0.1", "port": port}
        await server.serve_forever(background=True)
        try:
            link = LinkSettings.model_validate({**common, **where, "units": listed})
            async with opened(link) as reader:
                assert await read_until(reader, lambda s: s["cod"].value is not None) == EXPECTED
        finally:
            await server.shutdown()
