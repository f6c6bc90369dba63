"""After a timeout on RTU the late answer never becomes another request's value."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from quantrac_core.contracts.quality import Reason, State
from station_drivers.links import LinkSettings
from station_drivers.reader import Sample, StationReader
from tests.station_drivers.modbus_setups import floats_map, opened, read_until, units, words
from tests.station_drivers.modbus_slave import Answer, PtySlave, Request, Slave, TcpSlave, rtu_frame

GOOD = State.MEASURING
A, B = 111.0, 222.0


def two_units() -> Slave:
    """Unit 1 holds 111, unit 2 holds 222, at the same addresses."""
    slave = Slave()
    slave.set(1, 3, 0, *words(A))
    slave.set(2, 3, 0, *words(B))
    return slave


def rtu_link(**changes: Any) -> LinkSettings:
    settings: dict[str, Any] = {
        "name": "rs485",
        "baud_rate": 115200,
        "timeout_s": 0.15,
        "worst_reply_s": 0.35,
        "units": units(floats_map("a"), floats_map("b")),
    }
    return LinkSettings.model_validate({**settings, **changes})


@asynccontextmanager
async def line(
    slave: Slave, kind: str, folder: Path, **changes: Any
) -> AsyncIterator[tuple[StationReader, PtySlave | TcpSlave]]:
    if kind == "rtu":
        async with PtySlave(slave, folder) as pty:
            link = rtu_link(transport="rtu", device=pty.device, **changes)
            async with opened(link) as reader:
                yield reader, pty
    else:
        async with TcpSlave(slave, framing="rtu") as server:
            link = rtu_link(transport="rtu_over_tcp", host="127.0.0.1", port=server.port, **changes)
            async with opened(link) as reader:
                yield reader, server


BOTH = pytest.mark.parametrize("kind", ["rtu", "rtu_over_tcp"])


def both_right(samples: dict[str, Sample]) -> bool:
    return samples == {"a": Sample(A, GOOD, None), "b": Sample(B, GOOD, None)}


def never_swapped(samples: dict[str, Sample]) -> None:
    assert samples["a"].value in (A, None)
    assert samples["b"].value in (B, None)


@BOTH
async def test_two_units_on_one_line_are_read(kind: str, tmp_path: Path) -> None:
    async with line(two_units(), kind, tmp_path) as (reader, _):
        await read_until(reader, both_right)


@BOTH
async def test_a_late_answer_of_the_same_shape_is_not_taken_for_the_next_request(
    kind: str, tmp_path: Path
) -> None:
    """One unit, two requests of equal length: only silence can tell their answers apart."""
    slave = Slave()
    slave.set(1, 3, 0, *words(A))
    slave.set(1, 3, 1000, *words(B))
    late = {"on": False}

    def behave(request: Request) -> Answer:
        (answer,) = slave.honest(request)
        return [(0.25 if late["on"] and request.address == 0 else 0.0, answer[1])]

    slave.behaviour = behave
    channels = [{"name": "a", "address": 0}, {"name": "b", "address": 1000}]
    map_ = floats_map(channels=channels)
    async with line(slave, kind, tmp_path, units=units(map_)) as (reader, _):
        await read_until(reader, both_right)
        late["on"] = True
        for _ in range(3):
            samples = await reader.read(1.0)
            never_swapped(samples)
            assert samples["a"].value is None
            assert samples["a"].reason in (Reason.TIMEOUT, Reason.QUARANTINED)
        await read_until(reader, lambda s: s["b"].value == B, always=never_swapped)


@BOTH
async def test_nothing_is_sent_while_a_late_answer_can_be_under_way(
    kind: str, tmp_path: Path
) -> None:
    slave = two_units()
    sent_at: list[tuple[int, float]] = []
    clock = asyncio.get_running_loop().time

    def behave(request: Request) -> Answer:
        sent_at.append((request.unit, clock()))
        return [] if request.unit == 1 else slave.honest(request)

    async with line(slave, kind, tmp_path) as (reader, _):
        await read_until(reader, both_right)
        slave.behaviour = behave
        for _ in range(3):
            never_swapped(await reader.read(0.6))
    silent = [index for index, (unit, _) in enumerate(sent_at) if unit == 1]
    followed = [i for i in silent if i + 1 < len(sent_at)]
    assert followed, "no request followed a silent one"
    for index in followed:
        assert sent_at[index + 1][1] - sent_at[index][1] >= 0.34


def short(request: Request, right: bytes) -> Answer:
    return [(0.0, right[: len(right) // 2])]


def other_unit(request: Request, right: bytes) -> Answer:
    return [(0.0, rtu_frame(9, right[1:-2]))]


def other_function(request: Request, right: bytes) -> Answer:
    return [(0.0, rtu_frame(request.unit, b"\x04" + right[2:-2]))]


def fewer_registers(request: Request, right: bytes) -> Answer:
    return [(0.0, rtu_frame(request.unit, b"\x03\x02\x12\x34"))]


def more_registers(request: Request, right: bytes) -> Answer:
    return [(0.0, rtu_frame(request.unit, b"\x03\x06" + bytes(6)))]


def garbage(request: Request, right: bytes) -> Answer:
    return [(0.0, bytes(range(7, 60)))]


def damaged(request: Request, right: bytes) -> Answer:
    return [(0.0, right[:3] + bytes((right[3] ^ 0x40,)) + right[4:])]


@BOTH
@pytest.mark.parametrize(
    "fault",
    [short, other_unit, other_function, fewer_registers, more_registers, garbage, damaged],
)
async def test_a_wrong_answer_costs_only_the_channels_it_was_for(
    kind: str, fault: Callable[[Request, bytes], Answer], tmp_path: Path
) -> None:
    slave = two_units()

    def behave(request: Request) -> Answer:
        ((_, right),) = slave.honest(request)
        return fault(request, right) if request.unit == 1 else [(0.0, right)]

    async with line(slave, kind, tmp_path) as (reader, _):
        await read_until(reader, both_right)
        slave.behaviour = behave
        bad = Sample(None, State.COMMS_LOST, Reason.BAD_REPLY)
        await read_until(reader, lambda s: s["a"] == bad, always=never_swapped)
        await read_until(reader, lambda s: s["b"].value == B, always=never_swapped)


@BOTH
async def test_noise_before_and_pieces_of_the_right_answer_are_understood(
    kind: str, tmp_path: Path
) -> None:
    slave = two_units()

    def behave(request: Request) -> Answer:
        ((_, right),) = slave.honest(request)
        return [(0.0, b"\x00\xff" + right[:2]), (0.01, right[2:6]), (0.01, right[6:])]

    slave.behaviour = behave
    async with line(slave, kind, tmp_path) as (reader, _):
        await read_until(reader, both_right)


@BOTH
async def test_no_value_is_ever_wrong_on_a_line_where_everything_goes_wrong(
    kind: str, tmp_path: Path
) -> None:
    """Same shape everywhere, so that only the rules keep the four values apart."""
    values = {(1, 0): 11.0, (1, 1000): 12.0, (2, 0): 21.0, (2, 1000): 22.0}
    slave = Slave()
    for (unit, address), value in values.items():
        slave.set(unit, 3, address, *words(value))
    random = Random(7)
    faults = [short, other_unit, other_function, fewer_registers, more_registers, garbage, damaged]

    def behave(request: Request) -> Answer:
        ((_, right),) = slave.honest(request)
        dice = random.random()
        if dice < 0.5:
            return [(0.0, right)]
        if dice < 0.7:
            return [(random.uniform(0.06, 0.1), right)]
        if dice < 0.8:
            return [(0.0, right[:4]), (random.uniform(0.06, 0.1), right[4:])]
        return random.choice(faults)(request, right)

    slave.behaviour = behave
    maps = [
        floats_map(channels=[{"name": f"{name}{i}", "address": 1000 * i} for i in range(2)])
        for name in ("a", "b")
    ]
    expected = {"a0": 11.0, "a1": 12.0, "b0": 21.0, "b1": 22.0}
    read: set[str] = set()
    async with line(
        slave, kind, tmp_path, units=units(*maps), timeout_s=0.05, worst_reply_s=0.3
    ) as (reader, _):

        def check(samples: dict[str, Sample]) -> None:
            for name, sample in samples.items():
                assert sample.value in (None, expected[name])
                if sample.value is not None:
                    read.add(name)

        for _ in range(15):
            check(await reader.read(0.4))
        await read_until(reader, lambda _: read == set(expected), always=check, deadline_s=60.0)


@BOTH
async def test_an_answer_sent_twice_does_not_answer_the_next_request(
    kind: str, tmp_path: Path
) -> None:
    """The second copy comes while nothing, or something else, is asked."""
    slave = Slave()
    slave.set(1, 3, 0, *words(A))
    slave.set(1, 3, 1000, *words(B))
    slave.behaviour = lambda request: slave.honest(request) * 2
    channels = [{"name": "a", "address": 0}, {"name": "b", "address": 1000}]
    async with line(slave, kind, tmp_path, units=units(floats_map(channels=channels))) as (
        reader,
        _,
    ):
        await read_until(reader, both_right)
        for _ in range(5):
            never_swapped(await reader.read(1.0))


async def test_nothing_is_sent_onto_a_line_on_which_somebody_talks(tmp_path: Path) -> None:
    slave = two_units()
    async with line(slave, "rtu", tmp_path) as (reader, pty):
        await read_until(reader, both_right)
        assert isinstance(pty, PtySlave)
        asked = len(slave.seen)
        reading = asyncio.create_task(read_until(reader, both_right, budget_s=2.0))
        for _ in range(5):
            pty.write(b"\x55")
            await asyncio.sleep(0.01)
        # The first babble may have met a request that was already on its way.
        assert len(slave.seen) <= asked + 1
        await reading


async def test_a_cable_pulled_and_put_back_is_no_connection_and_then_heals(
    tmp_path: Path,
) -> None:
    slave = two_units()
    async with PtySlave(slave, tmp_path) as pty:
        link = rtu_link(transport="rtu", device=pty.device)
        async with opened(link) as reader:
            await read_until(reader, both_right)
            pty.cut()
            lost = await read_until(reader, lambda s: s["a"].value is None)
            assert lost["a"].state is State.COMMS_LOST
            await read_until(reader, lambda s: s["a"].reason is Reason.NO_CONNECTION)
            async with PtySlave(slave, tmp_path):
                await read_until(reader, both_right)
