"""CPU of a gateway that feeds 200 browsers, beside the same gateway with none.

Thirteen stations send a scan a second (three of 8 channels, ten of 40) and a heartbeat every ten;
raw sockets read ``/api/v1/stream`` in a process of their own, so that only the gateway's own CPU
time counts. They are signed in as twenty people, four of whom reach a few stations only. The
budget is one core.
"""

import argparse
import asyncio
import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import verdict
from tests.gateway.station import FakeStation, now_ms
from tests.peers.gateway import Api, embedded_config, gateway
from tests.peers.mosquitto import LONG_QUEUES, Mosquitto
from tests.peers.process import running, until

BUDGET_CORES = 1.0
CHANNELS = (8,) * 3 + (40,) * 10
PEOPLE = 20
CONFINED = 4


def main() -> int:
    """Measure without and with browsers and print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browsers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--quick", action="store_true", help="a third of the time")
    parser.add_argument("--read", type=int, metavar="PORT", help="be the browsers (for itself)")
    options = parser.parse_args()
    if options.read is not None:
        asyncio.run(read_all(options.read, options.browsers))
        return 0
    seconds = options.seconds / 3 if options.quick else options.seconds
    idle, _ = measure(0, seconds)
    fed, frames = measure(options.browsers, seconds)
    print("gateway's own CPU, 13 stations at 1 s, 424 values/s")
    print(f"{'browsers':>9}{'cores':>8}{'frames/s':>10}  budget")
    print(f"{0:>9}{idle:>8.2f}{0:>10}")
    print(f"{options.browsers:>9}{fed:>8.2f}{frames:>10.0f}  {verdict(fed, BUDGET_CORES)}")
    return 0


def measure(browsers: int, seconds: float) -> tuple[float, float]:
    """Return cores used by the gateway and frames a second that arrived at all browsers."""
    folder = Path(tempfile.mkdtemp(prefix="fanout-bench-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        broker = stack.enter_context(running(Mosquitto(folder, extra=LONG_QUEUES)))
        assert broker.port is not None
        config = embedded_config(folder, broker.port)
        process = stack.enter_context(running(gateway(folder, config)))
        api = Api(config["http"]["port"])
        until(lambda: api.get("/health")["checks"]["mqtt"]["ok"])
        stations = [FakeStation(broker.port, f"station-{i}") for i in range(len(CHANNELS))]
        for station in stations:
            stack.callback(station.close)
            station.send(station.birth(heartbeat_s=10.0))
        readers: subprocess.Popen[str] | None = None
        if browsers:
            readers = stack.enter_context(reading(api.port, browsers))
        watched = psutil.Process(process.pid)
        publish(stations, 2.0)
        began_s, cpu_began_s = time.perf_counter(), cpu_s(watched)
        publish(stations, seconds, from_seq=100)
        took_s = time.perf_counter() - began_s
        cores = (cpu_s(watched) - cpu_began_s) / took_s
        frames = 0.0
        if readers is not None:
            assert readers.stdin is not None
            assert readers.stdout is not None
            readers.stdin.close()
            frames = int(readers.stdout.readline()) / (took_s + 2.0)
    return cores, frames


@contextlib.contextmanager
def reading(port: int, browsers: int) -> Any:
    """Run the browsers in a process of their own; it says ``ready`` and, at the end, a count."""
    command = [sys.executable, "-m", "benchmarks.event_stream_fanout"]
    child = subprocess.Popen(
        [*command, "--read", str(port), "--browsers", str(browsers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    try:
        yield child
    finally:
        child.kill()
        child.wait(10)


def publish(stations: list[FakeStation], seconds: float, from_seq: int = 1) -> None:
    """Send a scan of every station each second, the stations spread over the second."""
    began_s = time.perf_counter()
    for turn in range(int(seconds)):
        for index, station in enumerate(stations):
            due_s = began_s + turn + index / len(stations)
            time.sleep(max(0.0, due_s - time.perf_counter()))
            values: dict[str, float | None] = {
                f"channel_{i}": 20.0 + i / 7 + turn for i in range(CHANNELS[index])
            }
            station.begin_ms = now_ms() - (from_seq + turn) * 1000
            station.send(station.scan(from_seq + turn, values))
            if turn % 10 == 0:
                station.send(station.heartbeat(1, from_seq + turn))


def cpu_s(process: psutil.Process) -> float:
    """Return user and system time in seconds."""
    times = process.cpu_times()
    return float(times.user + times.system)


async def read_all(port: int, browsers: int) -> None:
    """Read streams until standard input ends, then print how many frames came."""
    api = Api(port)
    for number in range(CONFINED):
        person = {"account": f"person-{number}", "name": "Chủ trạm", "with_password": False}
        reach = {
            "roles": ["station_owner"],
            "stations": [f"station-{number + i}" for i in range(3)],
        }
        api.post("/accounts", {**person, **reach})
    cookies = [api.session_cookie(f"person-{number}") for number in range(PEOPLE)]
    streams = await asyncio.gather(
        *(_open(port, cookies[index % PEOPLE]) for index in range(browsers))
    )
    counts = [0] * browsers

    async def count(index: int, stream: asyncio.StreamReader) -> None:
        while part := await stream.read(65_536):
            counts[index] += part.count(b"event: ")

    readers = [
        asyncio.create_task(count(index, stream), name=f"browser {index}")
        for index, (stream, _) in enumerate(streams)
    ]
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(sum(counts), flush=True)
    for reader in readers:
        reader.cancel()
    await asyncio.wait(readers)


async def _open(
    port: int, cookie: dict[str, str]
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"Host: 127.0.0.1\r\nCookie: {cookie['name']}={cookie['value']}\r\n"
    writer.write(f"GET /api/v1/stream HTTP/1.1\r\n{head}\r\n".encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise SystemExit(f"the stream was refused: {status!r}")
    return reader, writer


if __name__ == "__main__":
    sys.exit(main())
