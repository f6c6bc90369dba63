"""A failing range, unit or link costs only its own channels; quarantine keeps it cheap."""

import asyncio
import itertools

from quantrac_core.contracts.quality import Reason, State
from station_drivers.reader import Sample
from tests.station_drivers.modbus_setups import (
    STATE,
    floats_map,
    opened,
    read_until,
    tcp_link,
    words,
)
from tests.station_drivers.modbus_slave import Answer, Request, Slave, TcpSlave

GOOD = State.MEASURING


def ten_channels(missing: int) -> Slave:
    """Unit 1 holds 0.0, 1.0, … 9.0 as float32, but refuses one of them."""
    slave = Slave()
    for index in range(10):
        if index != missing:
            slave.set(1, 3, 2 * index, *words(float(index)))
    return slave


NAMES = [f"c{index}" for index in range(10)]


async def test_an_illegal_channel_is_found_within_one_read_and_remembered() -> None:
    slave = ten_channels(missing=6)
    async with (
        TcpSlave(slave) as server,
        opened(tcp_link(server.port, floats_map(*NAMES))) as reader,
    ):
        for _ in range(2):
            samples = await reader.read(1.0)
            refused = samples.pop("c6")
            assert refused == Sample(None, State.FAULT, Reason.MODBUS_EXCEPTION)
            assert [s.value for s in samples.values()] == [0, 1, 2, 3, 4, 5, 7, 8, 9]
        before = len(slave.seen)
        await reader.read(1.0)
    assert [(r.address, r.count) for r in slave.seen[before:]] == [(0, 12), (14, 6)]


async def test_a_refused_channel_keeps_the_state_the_device_reports() -> None:
    slave = ten_channels(missing=6)
    slave.set(1, 3, 100, 4)
    async with (
        TcpSlave(slave) as server,
        opened(tcp_link(server.port, floats_map(*NAMES, state=STATE))) as reader,
    ):
        samples = await reader.read(1.0)
    assert samples["c6"] == Sample(None, State.STOPPED, Reason.MODBUS_EXCEPTION)
    assert samples["c5"] == Sample(5.0, State.STOPPED, None)


async def test_a_gap_the_device_refuses_is_no_longer_bridged() -> None:
    slave = Slave()
    slave.set(1, 3, 0, *words(1.0))
    slave.set(1, 3, 6, *words(2.0))
    channels = [{"name": "a", "address": 0}, {"name": "b", "address": 6}]
    async with (
        TcpSlave(slave) as server,
        opened(tcp_link(server.port, floats_map(channels=channels))) as reader,
    ):
        for _ in range(2):
            samples = await reader.read(1.0)
            assert [s.value for s in samples.values()] == [1.0, 2.0]
        before = len(slave.seen)
        await reader.read(1.0)
    assert [(r.address, r.count) for r in slave.seen[before:]] == [(0, 2), (6, 2)]


async def test_a_state_that_cannot_be_read_is_never_taken_for_measuring() -> None:
    slave = Slave()
    slave.set(1, 3, 0, *words(52.5))
    async with (
        TcpSlave(slave) as server,
        opened(tcp_link(server.port, floats_map("cod", state=STATE))) as reader,
    ):
        samples = await reader.read(1.0)
    assert samples["cod"] == Sample(52.5, State.FAULT, Reason.UNKNOWN_STATE)


async def test_a_range_that_stays_silent_costs_only_its_own_channels() -> None:
    slave = Slave()
    slave.set(1, 3, 0, *words(1.0))
    slave.set(1, 3, 500, *words(2.0))
    slave.behaviour = lambda r: [] if r.address == 0 else slave.honest(r)
    channels = [{"name": "a", "address": 0}, {"name": "b", "address": 500}]
    async with (
        TcpSlave(slave) as server,
        opened(tcp_link(server.port, floats_map(channels=channels))) as reader,
    ):
        for _ in range(4):
            samples = await reader.read(1.0)
            assert samples["a"].reason in (Reason.TIMEOUT, Reason.QUARANTINED)
            assert samples["b"] == Sample(2.0, GOOD, None)
        assert reader.diagnostics()["quarantined_units"] == 0.0


async def test_a_busy_device_loses_its_own_request_alone() -> None:
    slave = Slave()
    slave.set(1, 3, 0, *words(1.0))
    slave.set(1, 4, 0, *words(2.0))
    slave.behaviour = lambda r: [(0.0, r.refuse(6))] if r.function == 3 else slave.honest(r)
    channels = [{"name": "a", "address": 0}, {"name": "b", "address": 0, "function": "input"}]
    async with (
        TcpSlave(slave) as server,
        opened(tcp_link(server.port, floats_map(channels=channels))) as reader,
    ):
        samples = await reader.read(1.0)
    assert samples["a"] == Sample(None, State.FAULT, Reason.MODBUS_EXCEPTION)
    assert samples["b"] == Sample(2.0, GOOD, None)


async def test_a_silent_unit_is_quarantined_and_found_again_by_one_probe() -> None:
    slave = Slave()
    slave.set(1, 3, 0, *words(1.0))
    slave.set(2, 3, 0, *words(2.0))
    is_silent = True

    def behave(request: Request) -> Answer:
        return [] if is_silent and request.unit == 1 else slave.honest(request)

    slave.behaviour = behave
    async with (
        TcpSlave(slave) as server,
        opened(tcp_link(server.port, floats_map("a"), floats_map("b"))) as reader,
    ):
        samples = await read_until(reader, lambda s: s["a"].reason is Reason.QUARANTINED)
        assert samples["a"].state is State.COMMS_LOST
        assert samples["b"] == Sample(2.0, GOOD, None)
        assert reader.diagnostics()["quarantined_units"] == 1.0
        asked = sum(request.unit == 1 for request in slave.seen)
        for _ in range(5):
            await reader.read(0.5)
        assert sum(request.unit == 1 for request in slave.seen) == asked
        is_silent = False
        await read_until(reader, lambda s: s["a"] == Sample(1.0, GOOD, None))
        assert reader.diagnostics()["quarantined_units"] == 0.0


async def test_a_slow_link_times_out_alone_and_its_late_result_leaks_into_no_later_read() -> None:
    slow, quick = Slave(), Slave()
    slow.set(1, 3, 0, *words(1.0))
    quick.set(1, 3, 0, *words(2.0))
    slow.behaviour = lambda r: [(0.4, data) for _, data in slow.honest(r)]
    async with TcpSlave(slow) as slow_server, TcpSlave(quick) as quick_server:
        links = (
            tcp_link(slow_server.port, floats_map("a"), name="slow", timeout_s=2.0),
            tcp_link(quick_server.port, floats_map("b"), name="quick"),
        )
        async with opened(*links) as reader:
            for _ in range(3):
                slow.set(1, 3, 0, *words(float(len(slow.seen))))
                samples = await reader.read(0.1)
                assert samples["a"] == Sample(None, State.COMMS_LOST, Reason.TIMEOUT)
                assert samples["b"] == Sample(2.0, GOOD, None)
            assert len(slow.seen) == 1, "a busy link must not be asked again"
            assert reader.diagnostics()["skipped_scans_total"] >= 1.0
            slow.behaviour = None
            slow.set(1, 3, 0, *words(9.0))
            samples = await read_until(reader, lambda s: s["a"].value is not None, budget_s=0.1)
            assert samples["a"].value == 9.0


async def test_a_unit_whose_silence_outlasts_the_read_costs_the_others_no_later_read() -> None:
    slave = Slave()
    slave.set(1, 3, 0, *words(1.0))
    slave.set(2, 3, 0, *words(2.0))
    slave.behaviour = lambda r: [] if r.unit == 1 else slave.honest(r)
    async with TcpSlave(slave) as server:
        link = tcp_link(server.port, floats_map("a"), floats_map("b"), timeout_s=0.6)
        async with opened(link) as reader:
            await reader.read(0.5)
            for _ in range(4):
                samples = await reader.read(0.5)
                assert samples["a"].value is None
                assert samples["b"] == Sample(2.0, GOOD, None)


async def test_requests_keep_the_pause_the_device_needs() -> None:
    slave = Slave()
    slave.set(1, 3, 0, *words(1.0))
    slave.set(1, 3, 500, *words(2.0))
    times: list[float] = []

    def behave(request: Request) -> Answer:
        times.append(asyncio.get_running_loop().time())
        return slave.honest(request)

    slave.behaviour = behave
    channels = [{"name": "a", "address": 0}, {"name": "b", "address": 500}]
    map_ = floats_map(channels=channels, pacing_s=0.05)
    async with TcpSlave(slave) as server, opened(tcp_link(server.port, map_)) as reader:
        for _ in range(2):
            await reader.read(1.0)
    assert len(times) == 4
    assert all(later - earlier >= 0.049 for earlier, later in itertools.pairwise(times))


async def test_closing_leaves_no_task_behind() -> None:
    before = asyncio.all_tasks()
    slave = Slave()
    slave.set(1, 3, 0, *words(1.0))
    async with TcpSlave(slave) as server:
        link = tcp_link(server.port, floats_map("a"))
        absent = tcp_link(1, floats_map("b"), name="absent")
        async with opened(link, absent) as reader:
            await reader.read(0.2)
            names = {task.get_name() for task in asyncio.all_tasks() - before}
            assert {"link:line", "link:absent"} <= names
        names = {task.get_name() for task in asyncio.all_tasks() - before}
        assert not any(name.startswith("link:") for name in names)


async def test_bits_strings_and_words_of_every_table_are_read() -> None:
    slave = Slave()
    slave.set(1, 1, 3, 1, 0, 1)
    slave.set(1, 2, 9, 1)
    slave.set(1, 3, 10, 0x4142, 0x4300)
    slave.set(1, 4, 20, 0b1000)
    channels = [
        {"name": "pump", "function": "coil", "address": 3, "type": "bit"},
        {"name": "valve", "function": "coil", "address": 4, "type": "bit"},
        {"name": "door", "function": "discrete", "address": 9, "type": "bit"},
        {"name": "serial", "function": "holding", "address": 10, "type": "string", "length": 2},
        {"name": "alarm", "function": "input", "address": 20, "type": "bit", "bit": 3},
    ]
    async with (
        TcpSlave(slave) as server,
        opened(tcp_link(server.port, floats_map(channels=channels))) as reader,
    ):
        samples = await reader.read(1.0)
    assert [s.value for s in samples.values()] == [1.0, 0.0, 1.0, "ABC", 1.0]
