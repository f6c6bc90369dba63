"""50 devices × 40 float32 channels at 1 s: the agent beside a plain threaded script.

Prints CPU seconds for 10,000 values, resident memory and the latency from the device's answer
to the message at a subscriber. The device answers with the wall clock, so a value tells its
age. The subscriber acknowledges to the agent as the gateway does once its store has committed.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec
import paho.mqtt.client as paho
import psutil

from benchmarks.figures import load_line, percentile, verdict
from benchmarks.listeners import mqtt_subscriber
from benchmarks.machine_noise import machine_noise
from benchmarks.plant import agent, modbus_devices, started, tcp_link
from quantrac_core.contracts.messages import Ack, Scan, decode, encode
from quantrac_core.contracts.sequence import SequenceRanges
from quantrac_core.contracts.topics import station_topic
from tests.peers.mosquitto import Mosquitto

DEVICES, CHANNELS, STATION = 50, 40, "bench"
WARM_UP_S = 4.0
CPU_RATIO_MOST, MEMORY_MB_MOST = 1.5, 60.0
ELSEWHERE = """\
measured elsewhere on such a machine:
plain script       0.11-0.13      29              4-8
Node-RED               0.26      160                8
ThingsBoard, SQLite    1.16       71              450
libmodbus floor       0.008"""


@dataclass
class Load:
    """What one program cost, and what arrived of it."""

    cpu_s: float
    memory_mb: float
    expected: int
    latencies_ms: list[float]

    @property
    def cpu_per_10k_s(self) -> float:
        """CPU seconds for 10,000 values."""
        return self.cpu_s / len(self.latencies_ms) * 1e4

    def row(self, name: str) -> str:
        """Return one line of the table."""
        ages = self.latencies_ms
        return (
            f"{name:<18}{self.cpu_per_10k_s:>9.3f}{self.memory_mb:>9.0f}"
            f"{percentile(ages, 0.5):>8.1f}{percentile(ages, 0.99):>9.1f}"
            f"{len(ages):>9} of {self.expected}"
        )


class Arrivals:
    """Ages of all values that arrived live, and acknowledgements for the agent's scans."""

    def __init__(self) -> None:
        self.latencies_ms: list[float] = []
        self._durable = SequenceRanges()

    def take_plain(self, _: paho.Client, topic: str, payload: bytes, at_s: float) -> None:
        """Take a message of the plain script."""
        self._note(list(msgspec.json.decode(payload)["values"].values()), at_s)

    def take_scan(self, client: paho.Client, topic: str, payload: bytes, at_s: float) -> None:
        """Take a scan of the agent and acknowledge it."""
        scan = decode(Scan, payload)
        self._durable.add(scan.seq)
        ack = Ack(scan.outbox_id, self._durable.durable, self._durable.above)
        client.publish(station_topic(scan.station, "ack"), encode(ack), qos=1)
        if not scan.backfill:
            self._note([r.v for r in scan.readings if r.v is not None], at_s)

    def _note(self, values: list[float], at_s: float) -> None:
        # float32 holds a number below 1000 to 0.06 ms.
        wall_s = time.time() - (time.monotonic() - at_s)
        self.latencies_ms += [(wall_s - value) % 1000.0 * 1000.0 for value in values]


def measure(child: subprocess.Popen[bytes] | int, arrivals: Arrivals, seconds: float) -> Load:
    """Account for ``seconds`` of a program's life after a warm-up."""
    process = psutil.Process(child if isinstance(child, int) else child.pid)
    time.sleep(WARM_UP_S)
    before, skipped = process.cpu_times(), len(arrivals.latencies_ms)
    time.sleep(seconds)
    after = process.cpu_times()
    return Load(
        cpu_s=after.user + after.system - before.user - before.system,
        memory_mb=process.memory_info().rss / 1e6,
        expected=int(DEVICES * CHANNELS * seconds),
        latencies_ms=arrivals.latencies_ms[skipped:],
    )


def measure_plain(broker_port: int, ports: list[int], seconds: float) -> Load:
    """Run the plain script."""
    arrivals = Arrivals()
    life_s = seconds + WARM_UP_S + 2.0
    words = [str(broker_port), str(CHANNELS), f"{life_s:.0f}", *map(str, ports)]
    command = [sys.executable, "-m", "benchmarks.plain_script", *words]
    with (
        mqtt_subscriber(broker_port, ["plain/#"], arrivals.take_plain),
        subprocess.Popen(command) as child,
    ):
        try:
            return measure(child, arrivals, seconds)
        finally:
            child.terminate()


def measure_agent(folder: Path, broker_port: int, ports: list[int], seconds: float) -> Load:
    """Run the agent with an acknowledging centre."""
    arrivals = Arrivals()
    links = [
        tcp_link(f"d{number}", port, [f"d{number}_c{channel}" for channel in range(CHANNELS)])
        for number, port in enumerate(ports)
    ]
    topic = station_topic(STATION, "readings")
    with (
        mqtt_subscriber(broker_port, [topic], arrivals.take_scan),
        started(agent(folder, STATION, broker_port, links)) as station,
    ):
        return measure(station.pid, arrivals, seconds)


def main() -> None:
    """Run both in turns, so that the machine's moods touch both, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one turn of 10 s")
    options = parser.parse_args()
    turns, seconds = (1, 10.0) if options.quick else (3, 20.0)
    rows = []
    ratios = []
    memories = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker = Mosquitto(folder)
        stack.enter_context(started(broker))
        ports = stack.enter_context(modbus_devices(DEVICES))
        noise = stack.enter_context(machine_noise(folder))
        for turn in range(1, turns + 1):
            plain = measure_plain(broker.port, ports, seconds)
            ours = measure_agent(folder, broker.port, ports, seconds)
            ratios.append(ours.cpu_per_10k_s / plain.cpu_per_10k_s)
            memories.append(ours.memory_mb)
            rows += [plain.row(f"{turn} plain script"), ours.row(f"{turn} agent")]
    ratio, memory_mb = statistics.median(ratios), statistics.median(memories)
    print(f"{DEVICES} devices × {CHANNELS} float32 at 1 s, {turns} × {seconds:g} s; {load_line()}")
    print(f"{'':<18}{'CPU s/10k':>9}{'MB':>9}{'p50 ms':>8}{'p99 ms':>9}{'values':>9}")
    print("\n".join(rows))
    print(noise.line())
    print(
        f"medians: CPU agent / plain {ratio:.2f} (at most {CPU_RATIO_MOST}: "
        f"{verdict(ratio, CPU_RATIO_MOST)}); memory {memory_mb:.0f} MB (at most "
        f"{MEMORY_MB_MOST:.0f}: {verdict(memory_mb, MEMORY_MB_MOST)})"
    )
    print(ELSEWHERE)


if __name__ == "__main__":
    main()
