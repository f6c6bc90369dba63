"""The simulator over real Modbus: a real client, real frames, scenes seen in registers."""

import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.exceptions import ModbusIOException
from pymodbus.framer import FramerType

from tests.demo.simulator_process import SimulatorProcess, running_simulator

ILLEGAL_ADDRESS, NO_ANSWER_FROM_UNIT = 2, 11


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorProcess]:
    with running_simulator() as process:
        yield process


@asynccontextmanager
async def tcp_client(port: int, timeout_s: float = 2.0) -> AsyncIterator[AsyncModbusTcpClient]:
    client = AsyncModbusTcpClient("127.0.0.1", port=port, timeout=timeout_s, retries=0)
    assert await client.connect()
    try:
        yield client
    finally:
        client.close()


async def read_cod(client: AsyncModbusTcpClient) -> float:
    reply = await client.read_holding_registers(2, count=2, device_id=1)
    assert not reply.isError()
    value = client.convert_from_registers(reply.registers, client.DATATYPE.FLOAT32)
    assert isinstance(value, float)
    return value


async def test_the_plc_serves_two_units_with_their_own_formats(
    simulator: SimulatorProcess,
) -> None:
    async with tcp_client(simulator.port("thanh-hai")) as client:
        assert 45 < await read_cod(client) < 60
        flow = await client.read_holding_registers(0, count=2, device_id=2)
        value = client.convert_from_registers(
            flow.registers, client.DATATYPE.INT32, word_order="little"
        )
        assert isinstance(value, int)
        assert 25 < value * 0.01 < 50


async def test_the_stack_serves_swapped_floats_and_scaled_integers(
    simulator: SimulatorProcess,
) -> None:
    async with tcp_client(simulator.port("bh-phan-rang")) as client:
        gas = await client.read_holding_registers(10, count=8, device_id=1)
        nox, oxygen, _, monoxide = (
            client.convert_from_registers(
                gas.registers[at : at + 2], client.DATATYPE.FLOAT32, word_order="little"
            )
            for at in (0, 2, 4, 6)
        )
        assert isinstance(nox, float)
        assert isinstance(oxygen, float)
        assert isinstance(monoxide, float)
        assert 30 < nox < 50
        assert 12 < oxygen < 15
        assert 250 < monoxide < 380
        stack = await client.read_input_registers(0, count=3, device_id=2)
        assert 700 < stack.registers[0] < 900
        assert 10_050 < stack.registers[1] < 10_250


async def test_a_pinned_value_is_in_the_register_at_the_instant_of_the_reply(
    simulator: SimulatorProcess,
) -> None:
    async with tcp_client(simulator.port("thanh-hai")) as client:
        due = time.time() + 0.2
        reply = simulator.order("thanh-hai", set={"cod": 81.25}, at=due, id=7)
        assert reply["id"] == 7
        assert reply["at"] >= due
        assert await read_cod(client) == 81.25
        simulator.order("thanh-hai", set={"cod": None})
        assert await read_cod(client) < 60


async def test_wrong_registers_refuse_only_their_own_range(simulator: SimulatorProcess) -> None:
    async with tcp_client(simulator.port("thanh-hai")) as client:
        simulator.order("thanh-hai", scene="wrong_registers")
        flow = await client.read_holding_registers(0, count=6, device_id=2)
        state = await client.read_holding_registers(20, count=1, device_id=2)
        simulator.order("thanh-hai", end_scenes=True)
        again = await client.read_holding_registers(0, count=6, device_id=2)
    assert flow.exception_code == ILLEGAL_ADDRESS
    assert state.registers == [0]
    assert not again.isError()


async def test_a_calibration_is_told_in_the_state_word_of_that_analyser(
    simulator: SimulatorProcess,
) -> None:
    async with tcp_client(simulator.port("thanh-hai")) as client:
        simulator.order("thanh-hai", scene="calibration")
        states = await client.read_holding_registers(100, count=3, device_id=1)
        simulator.order("thanh-hai", end_scenes=True)
    assert states.registers == [0, 1, 0]


async def test_a_silent_unit_answers_nothing_while_its_neighbour_does(
    simulator: SimulatorProcess,
) -> None:
    async with tcp_client(simulator.port("thanh-hai"), timeout_s=0.3) as client:
        simulator.order("thanh-hai", unit=2, silent=True)
        with pytest.raises(ModbusIOException):
            await client.read_holding_registers(0, count=6, device_id=2)
        assert 45 < await read_cod(client) < 60
        simulator.order("thanh-hai", unit=2, silent=False)
        assert not (await client.read_holding_registers(0, count=6, device_id=2)).isError()


async def test_a_late_answer_over_tcp_keeps_its_own_transaction(
    simulator: SimulatorProcess,
) -> None:
    async with tcp_client(simulator.port("thanh-hai"), timeout_s=0.3) as client:
        simulator.order("thanh-hai", unit=1, delay_s=0.4)
        with pytest.raises(ModbusIOException):
            await client.read_holding_registers(100, count=3, device_id=1)
        simulator.order("thanh-hai", unit=1, delay_s=0.0)
        assert 45 < await read_cod(client) < 60


async def test_what_the_devices_do_not_have_is_refused(simulator: SimulatorProcess) -> None:
    async with tcp_client(simulator.port("thanh-hai")) as client:
        beyond = await client.read_holding_registers(500, count=1, device_id=1)
        other_table = await client.read_coils(0, count=1, device_id=1)
        written = await client.write_register(2, 1, device_id=1)
        nobody = await client.read_holding_registers(0, count=1, device_id=9)
    codes = [beyond.exception_code, other_table.exception_code, written.exception_code]
    assert codes == [ILLEGAL_ADDRESS] * 3
    assert nobody.exception_code == NO_ANSWER_FROM_UNIT


async def test_the_same_station_on_a_serial_line(tmp_path: Path) -> None:
    terminal = tmp_path / "rs485"
    with running_simulator("--station", "bia-sg-nt", "--pty", f"bia-sg-nt={terminal}") as serial:
        client = AsyncModbusSerialClient(
            serial.stations["bia-sg-nt"]["device"], framer=FramerType.RTU, timeout=2, retries=0
        )
        assert await client.connect()
        reply = await client.read_input_registers(0, count=12, device_id=1)
        client.close()
    assert 1800 < reply.registers[1] < 3000


async def test_the_same_station_as_rtu_over_tcp() -> None:
    with running_simulator("--station", "bia-sg-nt", "--transport", "rtu_over_tcp") as gateway:
        port = gateway.port("bia-sg-nt")
        client = AsyncModbusTcpClient("127.0.0.1", port=port, framer=FramerType.RTU, retries=0)
        assert await client.connect()
        reply = await client.read_input_registers(0, count=12, device_id=1)
        client.close()
    assert 1800 < reply.registers[1] < 3000


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({"scene": "flood"}, "no scene"),
        ({"set": {"chlorine": 1.0}}, "no channel"),
        ({"unit": 77, "silent": True}, "no unit"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_refused_with_a_reason(
    simulator: SimulatorProcess, order: dict[str, object], says: str
) -> None:
    reply = simulator.order("thanh-hai", **order)
    assert reply["event"] == "refused"
    assert says in reply["error"]


def test_the_simulator_ends_when_the_giver_of_orders_is_gone() -> None:
    with running_simulator("--station", "bia-sg-nt") as simulator:
        assert simulator.process.stdin is not None
        simulator.process.stdin.close()
        assert simulator.process.wait(5) == 0


def test_a_busy_port_is_one_clear_line_and_exit_code_2(simulator: SimulatorProcess) -> None:
    port = simulator.port("thanh-hai")
    second = subprocess.run(
        [sys.executable, "-m", "demo.simulator", "--station", "bia-sg-nt", "--port", str(port)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert second.returncode == 2
    assert second.stderr.splitlines() == [f"simulator: cannot listen on 127.0.0.1:{port}"]


def test_a_scheduled_scene_begins_by_itself() -> None:
    with running_simulator("--station", "thanh-hai", "--scene", "thanh-hai:cod_spill@0.1") as sim:
        assert sim.process.stdout is not None
        begun = json.loads(sim.process.stdout.readline())
    assert begun["event"] == "applied"
    assert begun["until"] > begun["at"]
