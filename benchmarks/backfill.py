"""24 h of three stations after an outage: minutes until the centre has all, and live meanwhile.

Each station's outbox is filled as the agent would have filled it with the centre away (1 s
scans, ten channels); then broker, gateway and agents start. Live latency counts from the
device's answer to the scan's message at a subscriber, and to its event in a browser's stream
(which shows a station every 0.5 s at most); it is taken before, with empty outboxes, and during.
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
import psutil

from benchmarks.figures import load_line, percentile, verdict
from benchmarks.listeners import event_stream, mqtt_subscriber
from benchmarks.machine_noise import Noise, machine_noise
from benchmarks.plant import agent, gateway, modbus_devices, started, tcp_link
from benchmarks.recorded_history import write_history
from quantrac_core.contracts.messages import Scan, decode
from quantrac_core.contracts.topics import every_station
from tests.peers.gateway import Api
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import Process
from tests.peers.process import running as running_store
from tests.peers.stores import victoria_metrics

STATIONS = ("thanh-hai", "bia-sg-nt", "bh-phan-rang")
CHANNELS = [f"c{number}" for number in range(10)]
LATENCY_RATIO_MOST = 2.0
SETTLE_S = 3.0
"""Three interpreters starting at once are not back-fill: their first scans do not count."""
GIVE_UP_S = 1_500.0
DEFAULT_RATE_PER_S = 500.0


@dataclass
class Ages:
    """Ages in milliseconds of live scans, at a subscriber and in a browser."""

    message_ms: list[float] = field(default_factory=list)
    event_ms: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take_message(self, _: paho.Client, topic: str, payload: bytes, at_s: float) -> None:
        """Take one scan; a back-filled one has no age worth knowing."""
        if payload.endswith(b',"backfill":true}'):
            return
        scan = decode(Scan, payload)
        self._note(self.message_ms, scan.readings[0].v, at_s)

    def take_event(self, name: str, data: bytes, at_s: float) -> None:
        """Take one event of the stream."""
        if name == "scan":
            event: dict[str, Any] = msgspec.json.decode(data)
            self._note(self.event_ms, event["readings"][0]["v"], at_s)

    def _note(self, ages_ms: list[float], value: float | None, at_s: float) -> None:
        if value is None:
            return
        wall_s = time.time() - (time.monotonic() - at_s)
        with self._lock:
            ages_ms.append((wall_s - value) % 1000.0 * 1000.0)

    def take_all(self) -> "Ages":
        """Return what was noted so far and start anew."""
        with self._lock:
            taken = Ages(self.message_ms, self.event_ms)
            self.message_ms, self.event_ms = [], []
        return taken


@dataclass
class Outcome:
    """One store's figures."""

    store: str
    scans: int
    took_s: float
    before: Ages
    during: Ages
    cores: dict[str, float]
    noise: Noise


def measure(kind: str, hours: float, rate_per_s: float, before_s: float) -> Outcome:
    """Back-fill ``hours`` of three stations into one store."""
    scans = round(hours * 3600)
    ages = Ages()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker = Mosquitto(folder)
        stack.enter_context(started(broker))
        store = stack.enter_context(_store(kind, folder))
        centre, http_port = gateway(folder, broker.port, store)
        stack.enter_context(started(centre))
        ports = stack.enter_context(modbus_devices(len(STATIONS)))
        stack.enter_context(
            mqtt_subscriber(broker.port, [every_station("readings")], ages.take_message)
        )
        stack.enter_context(event_stream(http_port, ages.take_event))
        delivery = {"delivery": {"backfill_rate_per_s": rate_per_s}}

        def station(name: str, port: int) -> Process:
            return agent(folder, name, broker.port, [tcp_link("plc", port, CHANNELS)], **delivery)

        with ExitStack() as idle:
            for name, port in zip(STATIONS, ports, strict=True):
                idle.enter_context(started(station(f"{name}-before", port)))
            time.sleep(5.0)
            ages.take_all()
            time.sleep(before_s)
            before = ages.take_all()
        end_ms = time.time_ns() // 1_000_000 - 2_000
        for name in STATIONS:
            write_history(folder / name / "outbox.sqlite", name, CHANNELS, scans, end_ms)
        agents = {name: station(name, port) for name, port in zip(STATIONS, ports, strict=True)}
        for process in agents.values():
            stack.enter_context(started(process))
        noise = stack.enter_context(machine_noise(folder))
        began_s = time.monotonic()
        time.sleep(SETTLE_S)
        ages.take_all()
        programs = {"gateway": centre, "broker": broker, **agents}
        began = {name: _cpu_s(process.pid) for name, process in programs.items()}
        counted_s = time.monotonic()
        _wait_until_whole(Api(http_port), scans, began_s)
        ended_s = time.monotonic()
        cores = {
            name: (_cpu_s(process.pid) - began[name]) / (ended_s - counted_s)
            for name, process in programs.items()
        }
        during = ages.take_all()
    return Outcome(kind, scans, ended_s - began_s, before, during, cores, noise)


@contextmanager
def _store(kind: str, folder: Path) -> Iterator[dict[str, Any]]:
    if kind == "sqlite":
        yield {"kind": kind, "path": str(folder / "readings.sqlite")}
        return
    with running_store(victoria_metrics(folder)) as server:
        yield {"kind": kind, "url": f"http://127.0.0.1:{server.port}"}


def _wait_until_whole(api: Api, scans: int, began_s: float) -> None:
    """Wait until the centre's word is that no number of any station is missing.

    Raises:
        TimeoutError: with how far each station got.
    """
    while True:
        states = {view["id"]: view["completeness"] for view in api.get("/stations")["stations"]}
        if all((states.get(name) or {}).get("durable_seq", 0) >= scans for name in STATIONS):
            return
        if time.monotonic() - began_s > GIVE_UP_S:
            raise TimeoutError(f"not whole after {GIVE_UP_S:g} s: {states}")
        time.sleep(0.5)


def _cpu_s(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def report(outcome: Outcome, rate_per_s: float) -> list[str]:
    """Return the table's rows of one store."""
    scans = outcome.scans * len(STATIONS)
    per_station = outcome.scans / outcome.took_s
    used = ", ".join(f"{name} {share:.2f}" for name, share in outcome.cores.items())
    rows = [
        f"{outcome.store}: {outcome.took_s / 60:.1f} min for {scans} scans "
        f"({scans * len(CHANNELS)} values), {per_station:.0f} scans/s a station of "
        f"{rate_per_s:g} allowed, {scans * len(CHANNELS) / outcome.took_s:,.0f} values/s in all",
        f"  cores used: {used}",
    ]
    for what, before, during in (
        ("message at a subscriber", outcome.before.message_ms, outcome.during.message_ms),
        ("scan in the event stream", outcome.before.event_ms, outcome.during.event_ms),
    ):
        for share in (0.5, 0.99):
            was, now = percentile(before, share), percentile(during, share)
            rows.append(
                f"  {what:<25} p{share * 100:<3.0f} before {was:>7.1f} ms, during {now:>7.1f} ms, "
                f"x {now / was:.2f} ({verdict(now / was, LATENCY_RATIO_MOST)})"
            )
    rows.append(f"  {outcome.noise.line()}")
    return rows


def main() -> None:
    """Measure each store and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1 h instead of 24 h")
    parser.add_argument("--hours", type=float, default=None)
    parser.add_argument("--stores", nargs="+", default=["sqlite", "victoriametrics"])
    parser.add_argument("--rate-per-s", type=float, default=DEFAULT_RATE_PER_S)
    options = parser.parse_args()
    hours = options.hours or (1.0 if options.quick else 24.0)
    for kind in options.stores:
        outcome = measure(kind, hours, options.rate_per_s, 20.0 if options.quick else 60.0)
        print(f"Back-fill of {hours:g} h of {len(STATIONS)} stations; {load_line()}")
        print("\n".join(report(outcome, options.rate_per_s)), flush=True)


if __name__ == "__main__":
    main()
