"""From a register's change to the message at a subscriber, and to the alarm in a browser.

A device changes eight registers at instants of its own; each change passes an alarm limit in
one direction or the other. ``beyond the poll`` counts from the first answer of the device
that carries the change, so that it is what the programs add; ``in all`` counts from the change
and contains the wait for the next poll, up to one period. The broker has ``set_tcp_nodelay``,
without which mosquitto holds an alarm behind its scan for the peer's delayed ACK, 40 ms.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import paho.mqtt.client as paho

from benchmarks.changing_device import LIMIT, number_of
from benchmarks.figures import load_line, percentile, verdict
from benchmarks.listeners import event_stream, mqtt_subscriber
from benchmarks.machine_noise import Noise, machine_noise
from benchmarks.plant import agent, gateway, python_child, started, tcp_link
from quantrac_core.contracts.messages import Scan, decode
from quantrac_core.contracts.topics import station_topic
from tests.peers.mosquitto import Mosquitto

STATION, CHANNELS = "bench", 8
CHANGE_PERIOD_S = 1.0
"""Each register changes once in 1.1 to 2.1 of these: five alarms a second in all."""
TARGET_MESSAGE_MS, TARGET_ALARM_MS = 20.0, 300.0
Change = tuple[int, int]
"""Channel and number of the change."""


@dataclass
class Sightings:
    """When each change happened, was first served, reached a subscriber and a browser."""

    changed_s: dict[Change, float] = field(default_factory=dict)
    served_s: dict[Change, float] = field(default_factory=dict)
    message_s: dict[Change, float] = field(default_factory=dict)
    alarm_s: dict[Change, float] = field(default_factory=dict)
    noise: Noise | None = None

    def note_served(self, lines: Iterator[str]) -> None:
        """Take what the device prints, until it ends."""
        for line in lines:
            channel, number, changed, served = line.split()
            change = (int(channel), int(number))
            self.changed_s[change] = float(changed)
            self.served_s[change] = float(served)

    def take_message(self, _: paho.Client, topic: str, payload: bytes, at_s: float) -> None:
        """Take one scan; the first that shows a change counts."""
        for reading in decode(Scan, payload).readings:
            if reading.v is not None:
                self.message_s.setdefault((int(reading.c[1:]), number_of(reading.v)), at_s)

    def take_event(self, name: str, data: bytes, at_s: float) -> None:
        """Take one event; an alarm keeps the value that raised it, and the next change ends it.

        An alarm that was raised and ended within one commit is told once, as ended.
        """
        if name != "alarm":
            return
        alarm: dict[str, Any] = msgspec.json.decode(data)
        if alarm["value"] is None:
            return
        channel, number = int(alarm["channel"][1:]), number_of(alarm["value"])
        self.alarm_s.setdefault((channel, number), at_s)
        if alarm["returned_at"] is not None:
            self.alarm_s.setdefault((channel, number + 1), at_s)


def measure(poll_interval_s: float, seconds: float) -> Sightings:
    """Run the chain for ``seconds`` after a warm-up and return what was seen."""
    seen = Sightings()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker = Mosquitto(folder, extra="set_tcp_nodelay true\n")
        stack.enter_context(started(broker))
        centre, http_port = gateway(folder, broker.port)
        stack.enter_context(started(centre))
        device_port = stack.enter_context(_device(max(poll_interval_s, CHANGE_PERIOD_S), seen))
        channels = [f"c{number}" for number in range(CHANNELS)]
        limits = [{"level": "limit", "side": "high", "value": LIMIT}]
        station = agent(
            folder,
            STATION,
            broker.port,
            [tcp_link("plc", device_port, channels)],
            poll_interval_s=poll_interval_s,
            channels={channel: {"limits": limits} for channel in channels},
        )
        topic = station_topic(STATION, "readings")
        stack.enter_context(mqtt_subscriber(broker.port, [topic], seen.take_message))
        stack.enter_context(event_stream(http_port, seen.take_event))
        stack.enter_context(started(station))
        time.sleep(5.0)
        warm_s = time.monotonic()
        seen.noise = stack.enter_context(machine_noise(folder))
        time.sleep(seconds)
        until_s = time.monotonic() - 1.0
    late = [change for change, at_s in seen.served_s.items() if not warm_s < at_s < until_s]
    for change in late:
        del seen.served_s[change]
    return seen


@contextmanager
def _device(period_s: float, seen: Sightings) -> Iterator[int]:
    """Run the device; a thread notes what it prints until it is killed."""
    with python_child("benchmarks.changing_device", str(CHANNELS), str(period_s)) as child:
        assert child.stdout is not None
        port = int(child.stdout.readline())
        notes = threading.Thread(target=seen.note_served, args=(child.stdout,), name="device-notes")
        notes.start()
        yield port
    notes.join(10)


def report(poll_interval_s: float, seen: Sightings) -> list[str]:
    """Return the table's rows of one poll interval."""
    rows = []
    for what, arrived_s, target_ms in (
        ("message at a subscriber", seen.message_s, TARGET_MESSAGE_MS),
        ("alarm in the event stream", seen.alarm_s, TARGET_ALARM_MS),
    ):
        changes = [change for change in seen.served_s if change in arrived_s]
        beyond = [(arrived_s[c] - seen.served_s[c]) * 1000 for c in changes]
        in_all = [(arrived_s[c] - seen.changed_s[c]) * 1000 for c in changes]
        if not changes:
            rows.append(f"{poll_interval_s:>6g} {what:<27} nothing arrived")
            continue
        p99 = percentile(beyond, 0.99)
        rows.append(
            f"{poll_interval_s:>6g} {what:<27}{len(changes):>6} of {len(seen.served_s):<6}"
            f"{percentile(beyond, 0.5):>8.1f}{p99:>8.1f}{max(beyond):>8.1f}"
            f"{percentile(in_all, 0.5):>9.1f}{percentile(in_all, 0.99):>9.1f}"
            f"{target_ms:>7.0f}  {verdict(p99, target_ms)}"
        )
    if seen.noise is not None:
        rows.append(f"{'':>7}{seen.noise.line()}")
    return rows


def main() -> None:
    """Measure at 1 s and at 0.1 s and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="30 s instead of 120 s each")
    options = parser.parse_args()
    rows = []
    for poll_interval_s, seconds in ((1.0, 120.0), (0.1, 120.0)):
        seen = measure(poll_interval_s, 30.0 if options.quick else seconds)
        rows += report(poll_interval_s, seen)
    print(f"From a register's change to whom it concerns; {load_line()}")
    print(f"{'':<51}{'beyond the poll, ms':>20}{'in all, ms':>20}")
    print(
        f"{'poll s':>6} {'':<27}{'changes seen':>16}{'p50':>8}{'p99':>8}{'max':>8}"
        f"{'p50':>9}{'p99':>9}{'target p99':>12}"
    )
    print("\n".join(rows))


if __name__ == "__main__":
    main()
