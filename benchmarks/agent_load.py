"""50 devices × 40 float32 channels at 1 s: the agent beside a plain threaded script.

Prints CPU seconds for 10,000 values, resident memory and the latency from the device's answer
to the message at a subscriber. The device answers with the wall clock, so a value tells its age.
"""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as paho
import psutil
import yaml

from tests.peers.mosquitto import Mosquitto

DEVICES, CHANNELS, SECONDS = 50, 40, 30


@dataclass
class Load:
    """What one program cost, and what arrived of it."""

    cpu_s: float
    memory_mb: float
    values: int
    expected: int
    latencies_ms: list[float]

    def row(self, name: str) -> str:
        ordered = sorted(self.latencies_ms)
        p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        return (
            f"{name:<14} {self.cpu_s / self.values * 1e4:>12.3f} {self.memory_mb:>8.0f}"
            f" {p50:>8.1f} {p99:>8.1f} {self.values:>8} of {self.expected}"
        )


class Subscriber:
    """Notes each message's arrival and the age of its first value."""

    def __init__(self, port: int, topic: str) -> None:
        self.latencies_ms: list[float] = []
        self.values = 0
        self.stations: set[int] = set()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(1000)
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(topic, 1)
        self._client.loop_start()

    def _take(self, client: object, userdata: object, message: paho.MQTTMessage) -> None:
        now_s = time.time() % 1000.0
        document = json.loads(message.payload)
        if "values" in document:
            values = list(document["values"].values())
        else:
            values = [reading["v"] for reading in document["readings"] if reading["v"] is not None]
        self.values += len(values)
        # float32 holds a number below 1000 to 0.06 ms.
        self.latencies_ms += [(now_s - value) % 1000.0 * 1000.0 for value in values]

    def close(self) -> None:
        self._client.loop_stop()
        self._client.disconnect()


def measure(command: list[str], subscriber: Subscriber, seconds: float) -> Load:
    """Run ``command`` for ``seconds`` after a warm-up and account for that stretch only."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=sys.stderr)
    try:
        process = psutil.Process(child.pid)
        time.sleep(4.0)
        before, values = process.cpu_times(), subscriber.values
        skipped = len(subscriber.latencies_ms)
        time.sleep(seconds)
        after, arrived = process.cpu_times(), subscriber.values - values
        memory = process.memory_info().rss / 1e6
        return Load(
            cpu_s=after.user + after.system - before.user - before.system,
            memory_mb=memory,
            values=arrived,
            expected=int(DEVICES * CHANNELS * seconds),
            latencies_ms=subscriber.latencies_ms[skipped:],
        )
    finally:
        child.terminate()
        child.wait(10)


def agent_config(folder: Path, broker_port: int, ports: list[str]) -> Path:
    """Write the agent's configuration: one link per device, 40 channels each."""
    links = [
        {
            "name": f"d{number}",
            "transport": "tcp",
            "host": "127.0.0.1",
            "port": int(port),
            "units": [
                {
                    "unit_id": 1,
                    "map": {
                        "device": "bench",
                        "channels": [
                            {
                                "name": f"d{number}_c{channel}",
                                "address": 2 * channel,
                                "type": "float32",
                                "unit": "mg/l",
                                "valid_min": 0,
                                "valid_max": 1000,
                            }
                            for channel in range(CHANNELS)
                        ],
                    },
                }
            ],
        }
        for number, port in enumerate(ports)
    ]
    path = folder / "agent.yaml"
    path.write_text(
        yaml.safe_dump(
            {
                "station": {"id": "bench"},
                "data_dir": str(folder / "data"),
                "mqtt": {"port": broker_port},
                "links": links,
                "outbox": {"free_low_mb": 1, "free_high_mb": 2},
            }
        )
    )
    return path


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = Mosquitto(folder)
        broker.start()
        devices = subprocess.Popen(
            [sys.executable, "-m", "tests.peers.modbus_devices", str(DEVICES), "0"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert devices.stdout is not None
        ports = devices.stdout.readline().split()
        try:
            subscriber = Subscriber(broker.port, "plain/#")
            plain = measure(
                [
                    *(sys.executable, "-m", "benchmarks.plain_script"),
                    *(str(broker.port), str(CHANNELS), str(SECONDS + 10), *ports),
                ],
                subscriber,
                SECONDS,
            )
            subscriber.close()
            subscriber = Subscriber(broker.port, "quantrac/v1/stations/bench/readings")
            config = agent_config(folder, broker.port, ports)
            agent = measure(
                [
                    sys.executable,
                    "-m",
                    "edge_agent.app",
                    "--config",
                    str(config),
                    "--log-level",
                    "WARNING",
                ],
                subscriber,
                SECONDS,
            )
            subscriber.close()
        finally:
            devices.kill()
            broker.kill()
    print(f"{DEVICES} devices × {CHANNELS} float32 at 1 s for {SECONDS} s")
    print(f"{'':<14} {'CPU s/10k':>12} {'MB':>8} {'p50 ms':>8} {'p99 ms':>8} {'values':>8}")
    print(plain.row("plain script"))
    print(agent.row("agent"))
    ratio = (agent.cpu_s / agent.values) / (plain.cpu_s / plain.values)
    print(f"CPU agent / plain script: {ratio:.2f} (target ≤ 1.5); memory target ≤ 60 MB")


if __name__ == "__main__":
    main()
