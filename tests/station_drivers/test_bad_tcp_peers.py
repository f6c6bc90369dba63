"""Modbus TCP peers that are short, late, confused, absent or come back."""

import asyncio
from collections.abc import Callable

import pytest

from quantrac_core.contracts.quality import Reason, State
from station_drivers.reader import Sample
from tests.station_drivers.modbus_setups import floats_map, opened, read_until, tcp_link, words
from tests.station_drivers.modbus_slave import Answer, Request, Slave, TcpSlave

GOOD = State.MEASURING
A, B = 111.0, 222.0


def two_units() -> Slave:
    slave = Slave()
    slave.set(1, 3, 0, *words(A))
    slave.set(2, 3, 0, *words(B))
    return slave


def both_right(samples: dict[str, Sample]) -> bool:
    return samples == {"a": Sample(A, GOOD, None), "b": Sample(B, GOOD, None)}


def only_b(samples: dict[str, Sample]) -> None:
    assert samples["a"].value is None
    assert samples["b"].value in (B, None)


def short(request: Request) -> Answer:
    return [(0.0, request.frame(request.unit, b"\x03\x04\x42\xde")[:9])]


def fewer_registers(request: Request) -> Answer:
    return [(0.0, request.frame(request.unit, b"\x03\x02\x42\xde"))]


def length_that_lies(request: Request) -> Answer:
    return [(0.0, request.frame(request.unit, b"\x03\x04\x42\xde"))]


def other_unit(request: Request) -> Answer:
    return [(0.0, request.frame(7, b"\x03\x04\x42\xde\x00\x00"))]


def other_function(request: Request) -> Answer:
    return [(0.0, request.frame(request.unit, b"\x04\x04\x42\xde\x00\x00"))]


def other_transaction(request: Request) -> Answer:
    frame = request.frame(request.unit, b"\x03\x04\x42\xde\x00\x00")
    return [(0.0, bytes((frame[0] ^ 0x55,)) + frame[1:])]


def other_protocol(request: Request) -> Answer:
    frame = request.frame(request.unit, b"\x03\x04\x42\xde\x00\x00")
    return [(0.0, frame[:2] + b"\x12\x34" + frame[4:])]


def empty_pdu(request: Request) -> Answer:
    return [(0.0, request.frame(request.unit, b""))]


def http(request: Request) -> Answer:
    return [(0.0, b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")]


@pytest.mark.parametrize(
    "fault",
    [
        short,
        fewer_registers,
        length_that_lies,
        other_unit,
        other_function,
        other_transaction,
        other_protocol,
        empty_pdu,
        http,
    ],
)
async def test_a_wrong_answer_is_a_bad_reply_of_its_unit_alone(
    fault: Callable[[Request], Answer],
) -> None:
    slave = two_units()
    async with TcpSlave(slave) as server:
        link = tcp_link(server.port, floats_map("a"), floats_map("b"))
        async with opened(link) as reader:
            assert both_right(await reader.read(1.0))
            slave.behaviour = lambda r: fault(r) if r.unit == 1 else slave.honest(r)
            bad = Sample(None, State.COMMS_LOST, Reason.BAD_REPLY)
            await read_until(reader, lambda s: s["a"] == bad, always=only_b)
            await read_until(reader, lambda s: s["b"].value == B, always=only_b)


async def test_a_late_answer_is_discarded_by_its_transaction_id() -> None:
    slave = two_units()
    late = {"s": 0.0}
    slave.behaviour = lambda r: [
        (late["s"] if r.unit == 1 else 0.0, data) for _, data in slave.honest(r)
    ]
    async with TcpSlave(slave) as server:
        link = tcp_link(server.port, floats_map("a"), floats_map("b"))
        async with opened(link) as reader:
            assert both_right(await reader.read(1.0))
            late["s"] = 0.35
            lost = Sample(None, State.COMMS_LOST, Reason.TIMEOUT)
            await read_until(reader, lambda s: s["a"] == lost, always=only_b)
            for _ in range(3):
                only_b(await reader.read(1.0))
            await read_until(reader, lambda s: s["b"].value == B, always=only_b)


async def test_an_absent_peer_costs_only_its_own_channels_and_is_found_when_it_comes() -> None:
    slave = two_units()
    async with TcpSlave(slave) as probe:
        free_port = probe.port
    async with TcpSlave(slave) as server:
        here = tcp_link(server.port, floats_map("a"), name="here")
        there = tcp_link(
            free_port, floats_map("b"), name="there", units=[{"unit_id": 2, "map": floats_map("b")}]
        )
        async with opened(here, there) as reader:
            samples = await reader.read(0.5)
            assert samples["a"] == Sample(A, GOOD, None)
            assert samples["b"] == Sample(None, State.COMMS_LOST, Reason.NO_CONNECTION)
            async with TcpSlave(slave, port=free_port):
                await read_until(reader, both_right)


async def test_a_dropped_connection_is_made_again() -> None:
    slave = two_units()
    async with TcpSlave(slave) as server:
        link = tcp_link(server.port, floats_map("a"), floats_map("b"))
        async with opened(link) as reader:
            assert both_right(await reader.read(1.0))
            server.drop()
            await read_until(reader, lambda s: s["a"].reason is Reason.NO_CONNECTION)
            await read_until(reader, both_right)
    assert slave.connections == 2


async def test_a_peer_that_accepts_and_hangs_up_is_not_hammered() -> None:
    connections = 0

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with opened(tcp_link(port, floats_map("a"))) as reader:
        for _ in range(20):
            samples = await reader.read(0.1)
            assert samples["a"].value is None
            await asyncio.sleep(0.05)
    server.close()
    assert 1 <= connections <= 4
