"""CPU seconds per 10,000 values: the station reader beside a plain pymodbus loop.

50 devices of 40 float32 channels on pymodbus's asyncio server in another process; only
this process's CPU time counts. The plain loop reads the same registers with one client a
device and converts them with struct; it guards against nothing.
"""

import argparse
import asyncio
import cProfile
import pstats
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pymodbus.client import AsyncModbusTcpClient

from quantrac_core.runtime.clock import SystemClock
from station_drivers.links import LinkSettings
from station_drivers.reader import StationReader
from station_drivers.register_map import RegisterMap

DEVICE = Path(__file__).with_name("acquisition_device.py")
DEVICES, CHANNELS = 50, 40


@contextmanager
def device(*options: str) -> Iterator[int]:
    """Run the device process; yields its port."""
    process = subprocess.Popen(
        [sys.executable, str(DEVICE), *options], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def links(port: int) -> list[LinkSettings]:
    """Fifty links to one port, each its own device with its own channel names."""
    return [
        LinkSettings(
            name=f"d{number}",
            transport="tcp",
            host="127.0.0.1",
            port=port,
            units=[{"unit_id": 1, "map": _map(number)}],  # type: ignore[list-item]
        )
        for number in range(DEVICES)
    ]


def _map(number: int) -> RegisterMap:
    channels = [{"name": f"d{number}_c{i}", "address": 2 * i} for i in range(CHANNELS)]
    return RegisterMap.model_validate({"device": "bench", "channels": channels})


async def measure_reader(port: int, scans: int, pause_s: float) -> float:
    """Return CPU seconds per 10,000 values of `StationReader.read`."""
    reader = StationReader(links(port), clock=SystemClock())
    await reader.open()
    for _ in range(3):
        samples = await reader.read(5.0)
    assert all(sample.value is not None for sample in samples.values())
    began = time.process_time()
    for _ in range(scans):
        samples = await reader.read(5.0)
        if pause_s:
            await asyncio.sleep(pause_s)
    spent = time.process_time() - began
    assert all(sample.value is not None for sample in samples.values())
    await reader.close()
    return spent / (scans * DEVICES * CHANNELS) * 10_000


async def measure_plain(port: int, scans: int, pause_s: float) -> float:
    """Return CPU seconds per 10,000 values of a plain pymodbus loop."""
    clients = [AsyncModbusTcpClient("127.0.0.1", port=port) for _ in range(DEVICES)]
    await asyncio.gather(*(client.connect() for client in clients))

    async def read(client: AsyncModbusTcpClient) -> tuple[float, ...]:
        answer = await client.read_holding_registers(0, count=2 * CHANNELS, device_id=1)
        raw = struct.pack(f">{2 * CHANNELS}H", *answer.registers)
        return struct.unpack(f">{CHANNELS}f", raw)

    began = time.process_time()
    for _ in range(scans):
        await asyncio.gather(*(read(client) for client in clients))
        if pause_s:
            await asyncio.sleep(pause_s)
    spent = time.process_time() - began
    for client in clients:
        client.close()
    return spent / (scans * DEVICES * CHANNELS) * 10_000


def main() -> None:
    """Print the two figures and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=60)
    parser.add_argument("--pause-s", type=float, default=0.0)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with device("pymodbus") as port:
        if options.profile:
            profile = cProfile.Profile()
            profile.runcall(asyncio.run, measure_reader(port, options.scans, options.pause_s))
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
            return
        plain = asyncio.run(measure_plain(port, options.scans, options.pause_s))
        ours = asyncio.run(measure_reader(port, options.scans, options.pause_s))
    print(
        f"acquisition CPU per 10,000 values: reader {ours:.4f} s, plain pymodbus {plain:.4f} s, "
        f"ratio {ours / plain:.2f}"
    )


if __name__ == "__main__":
    main()
