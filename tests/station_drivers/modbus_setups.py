"""Shared set-ups: register maps, links and readers for the tests of this room."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from quantrac_core.runtime.clock import SystemClock
from station_drivers.links import LinkSettings
from station_drivers.reader import Sample, StationReader
from station_drivers.register_map import RegisterMap

STATE = {
    "address": 100,
    "type": "uint16",
    "values": {0: "measuring", 1: "calibrating", 2: "fault", 3: "maintenance", 4: "stopped"},
}


def words(value: float) -> tuple[int, int]:
    """The two registers of a float32, most significant first."""
    return struct.unpack(">HH", struct.pack(">f", value))


def floats_map(*names: str, **changes: Any) -> RegisterMap:
    """A map of float32 channels at 0, 2, 4, …"""
    channels = [{"name": name, "address": 2 * i, "unit": "mg/l"} for i, name in enumerate(names)]
    return RegisterMap.model_validate({"device": "test", "channels": channels, **changes})


def units(*maps: RegisterMap) -> list[dict[str, Any]]:
    """Units 1, 2, … of a link."""
    return [{"unit_id": i + 1, "map": map_} for i, map_ in enumerate(maps)]


def tcp_link(port: int, *maps: RegisterMap, **changes: Any) -> LinkSettings:
    """A link to a loopback port with short times."""
    settings: dict[str, Any] = {
        "name": "line",
        "transport": "tcp",
        "host": "127.0.0.1",
        "port": port,
        "timeout_s": 0.25,
        "units": units(*maps),
    }
    return LinkSettings.model_validate({**settings, **changes})


@asynccontextmanager
async def opened(*links: LinkSettings) -> AsyncIterator[StationReader]:
    """An open reader whose links have had the chance to connect."""
    reader = StationReader(links, clock=SystemClock())
    await reader.open()
    try:
        yield reader
    finally:
        await reader.close()


async def read_until(
    reader: StationReader,
    is_right: Callable[[dict[str, Sample]], bool],
    budget_s: float = 1.0,
    deadline_s: float = 15.0,
    always: Callable[[dict[str, Sample]], None] = lambda samples: None,
) -> dict[str, Sample]:
    """Read until the samples are as wanted, and return them; ``always`` checks every read."""
    async with asyncio.timeout(deadline_s):
        while True:
            samples = await reader.read(budget_s)
            always(samples)
            if is_right(samples):
                return samples
            await asyncio.sleep(0.02)
