"""Cycle time of one station against a loop of the fewest requests, at a 20 ms device.

The floor is a C program on libmodbus (where gcc and libmodbus-dev are installed) or else
raw blocking sockets. Both sides run in turns against one device process, so that the
machine's moods touch both. The optimum number of requests comes from an exhaustive search.
"""

import argparse
import asyncio
import functools
import shutil
import socket
import statistics
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.acquisition_cpu import device
from quantrac_core.runtime.clock import SystemClock
from station_drivers.links import LinkSettings
from station_drivers.planner import PlanLimits, Span, plan_requests
from station_drivers.reader import StationReader
from station_drivers.register_map import RegisterMap

SOURCE = Path(__file__).with_name("acquisition_libmodbus.c")
BUILD = ["pkg-config", "--cflags", "--libs", "libmodbus"]
GROUPS = ((0, 30), (64, 10), (300, 62), (430, 20), (1000, 1), (1012, 4))
"""First register and number of float32 channels: bridged gaps, long runs, single ones."""


def station_map() -> RegisterMap:
    """A map of 127 float32 channels in six groups."""
    channels = [
        {"name": f"c{first}_{index}", "address": first + 2 * index}
        for first, number in GROUPS
        for index in range(number)
    ]
    return RegisterMap.model_validate({"device": "bench", "channels": channels})


def optimum(wanted: list[Span], limit: int, max_gap: int) -> int:
    """Return the least number of requests, trying every end of every request."""

    @functools.cache
    def rest(index: int) -> int:
        if index == len(wanted):
            return 0
        best = len(wanted)
        for last in range(index, len(wanted)):
            gap = wanted[last].first - wanted[last - 1].end if last > index else 0
            if gap > max_gap or wanted[last].end - wanted[index].first > limit:
                break
            best = min(best, 1 + rest(last + 1))
        return best

    return rest(0)


def build_floor(folder: Path) -> Path | None:
    """Return the compiled libmodbus program, or None where it cannot be built."""
    if shutil.which("gcc") is None or shutil.which("pkg-config") is None:
        return None
    flags = subprocess.run(BUILD, capture_output=True, text=True, check=False)
    if flags.returncode:
        return None
    program = folder / "floor"
    command = ["gcc", "-O2", "-o", str(program), str(SOURCE), *flags.stdout.split()]
    return program if subprocess.run(command, check=False).returncode == 0 else None


def floor_cycles(
    program: Path | None, port: int, cycles: int, requests: tuple[Span, ...]
) -> list[float]:
    """Return the cycle times (s) of the floor."""
    if program is None:
        return _raw_cycles(port, cycles, requests)
    spans = [f"{span.first}:{span.length}" for span in requests]
    done = subprocess.run(
        [str(program), str(port), str(cycles), *spans], capture_output=True, text=True, check=True
    )
    return [float(line) for line in done.stdout.split()]


def _raw_cycles(port: int, cycles: int, requests: tuple[Span, ...]) -> list[float]:
    times = []
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(cycles):
            began = time.perf_counter()
            for span in requests:
                peer.sendall(struct.pack(">HHHBBHH", 1, 0, 6, 1, 3, span.first, span.length))
                peer.recv(9 + 2 * span.length, socket.MSG_WAITALL)
            times.append(time.perf_counter() - began)
    return times


async def reader_cycles(port: int, cycles: int, map_: RegisterMap) -> tuple[list[float], float]:
    """Return the cycle times (s) of the station reader, and its requests per cycle."""
    link = LinkSettings(
        name="bench",
        transport="tcp",
        host="127.0.0.1",
        port=port,
        units=[{"unit_id": 1, "map": map_}],  # type: ignore[list-item]
    )
    reader = StationReader([link], clock=SystemClock())
    await reader.open()
    await reader.read(5.0)
    before = reader.diagnostics()["requests_total"]
    times = []
    for _ in range(cycles):
        began = time.perf_counter()
        samples = await reader.read(5.0)
        times.append(time.perf_counter() - began)
        assert all(sample.value is not None for sample in samples.values())
    requests = (reader.diagnostics()["requests_total"] - before) / cycles
    await reader.close()
    return times, requests


def main() -> None:
    """Print both medians, their ratio, and the requests of both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay-ms", type=float, default=20.0)
    parser.add_argument("--cycles", type=int, default=20)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    map_ = station_map()
    wanted = sorted(Span(c.address, c.address + 2) for c in map_.channels)
    fewest = optimum(wanted, map_.max_registers, map_.max_gap)
    requests = plan_requests(wanted, PlanLimits(map_.max_registers, map_.max_gap)).requests
    floor: list[float] = []
    ours: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        device("slow", "--delay-ms", str(options.delay_ms)) as port,
    ):
        program = build_floor(Path(folder))
        for _ in range(options.turns):
            floor += floor_cycles(program, port, options.cycles, requests)
            times, per_cycle = asyncio.run(reader_cycles(port, options.cycles, map_))
            ours += times
    floor_s, ours_s = statistics.median(floor), statistics.median(ours)
    kind = "raw sockets" if program is None else "libmodbus"
    print(
        f"acquisition cycle, {options.delay_ms:g} ms device, {len(wanted)} channels: "
        f"reader {ours_s * 1000:.1f} ms, {kind} {floor_s * 1000:.1f} ms, "
        f"ratio {ours_s / floor_s:.3f} (goal 1.15)"
    )
    print(f"acquisition requests per cycle: reader {per_cycle:g}, optimum {fewest}")


if __name__ == "__main__":
    main()
