"""Values per second from MQTT to a committed, acknowledged store, beside writing the same lines.

A backlog waits in a real mosquitto; the gateway drains it into a real store on the same
machine, and the clock runs from its first commit to its last. The raw rate is the same lines,
encoded beforehand, sent to the same store in batches of 5,000 with nothing else to do.
``/core-s`` is values per second of the gateway's own CPU time, which other load leaves alone.
"""

import argparse
import contextlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gateway.settings import InfluxStoreSettings, VictoriaStoreSettings, wants_gzip
from gateway.stores.interface import StoredScan
from gateway.stores.line_protocol import LineWriter
from gateway.stores.line_sender import LineSender
from gateway.stores.sqlite import SqliteStore
from quantrac_core.contracts.messages import encode, ms_from_utc
from quantrac_core.contracts.topics import station_topic
from tests.gateway.station import FakeStation
from tests.peers.gateway import Api, embedded_config, gateway
from tests.peers.influx_shim import create_database
from tests.peers.mosquitto import LONG_QUEUES, Mosquitto
from tests.peers.process import Process, running, until
from tests.peers.stores import influxd, victoria_metrics

STATIONS = 10
BATCH_VALUES = 5_000
TARGET = 50_000


@dataclass
class Row:
    """One line of the table."""

    store: str
    readings: int
    rate: float
    raw_rate: float
    cpu_share: dict[str, float]


def main() -> int:
    """Measure every store with small and large scans and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", nargs="+", default=["sqlite", "influxdb2", "victoriametrics"])
    parser.add_argument("--readings", nargs="+", type=int, default=[40, 200])
    parser.add_argument("--values", type=int, default=600_000)
    options = parser.parse_args()
    rows = [
        measure(store, readings, options.values)
        for store in options.stores
        for readings in options.readings
    ]
    print(f"MQTT to committed, acknowledged store; {os.cpu_count()} cores shared by all parts")
    print(
        f"{'store':<16}{'readings':>9}{'values/s':>11}{'raw lines/s':>13}{'ratio':>7}"
        f"{'target':>8}{'/core-s':>9}  cores used: gateway, broker, store; limited by"
    )
    for row in rows:
        cpu = row.cpu_share
        limit = max(cpu, key=lambda name: cpu[name])
        target = "" if row.store == "sqlite" else "met" if row.rate >= TARGET else "MISSED"
        per_core = row.rate / cpu["gateway"]
        used = ", ".join(f"{share:.2f}" for share in cpu.values())
        print(
            f"{row.store:<16}{row.readings:>9}{row.rate:>11,.0f}{row.raw_rate:>13,.0f}"
            f"{row.rate / row.raw_rate:>7.2f}{target:>8}{per_core:>9,.0f}  {used}; {limit}"
        )
    return 0


def measure(kind: str, readings: int, values: int) -> Row:
    """Drain one backlog into one store."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-bench-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        broker = stack.enter_context(running(Mosquitto(folder, extra=LONG_QUEUES)))
        store_config, server, send_raw = open_store(kind, folder, stack)
        assert broker.port is not None
        config = embedded_config(
            folder, broker.port, store=store_config, gateway={"name": "bench"}, ingest={}
        )
        process = stack.enter_context(running(gateway(folder, config)))
        api = Api(config["http"]["port"])
        until(lambda: api.get("/health")["checks"]["mqtt"]["ok"])
        process.stop()
        stations = [FakeStation(broker.port, f"station-{i}") for i in range(STATIONS)]
        for station in stations:
            stack.callback(station.close)
        scans = values // readings // STATIONS
        publish_backlog(stations, scans, readings)
        processes = {"gateway": process, "broker": broker, "store": server}
        process.start()
        rate, shares = watch_drain(api, processes, scans * STATIONS * readings)
        for station in stations:
            until(lambda station=station: station.durable_seq() >= scans, 60)  # type: ignore[misc]
        process.stop()
        raw_rate = measure_raw(stations[0], readings, values, send_raw)
    return Row(kind, readings, rate, raw_rate, shares)


def open_store(
    kind: str, folder: Path, stack: contextlib.ExitStack
) -> tuple[dict[str, Any], Process | None, Callable[[list[StoredScan]], Callable[[], None]]]:
    """Start a store; return its configuration, its process and a maker of raw writes."""
    writer = LineWriter()
    if kind == "sqlite":
        raw = SqliteStore(folder / "raw.db")
        raw.open()
        path = str(folder / "bench.db")
        return {"kind": kind, "path": path}, None, lambda scans: lambda: raw.write(scans)
    if kind == "influxdb2":
        server = stack.enter_context(running(influxd(folder)))
        shim = Process(
            "shim",
            [sys.executable, "-m", "tests.peers.influx_shim", str(server.port)],
            folder,
        )
        assert server.port is not None
        create_database(server.port, "quantrac")
        url = start_shim(shim, folder, stack)
        settings: Any = InfluxStoreSettings(kind="influxdb2", url=url, org="o", bucket="quantrac")
        config: dict[str, Any] = {"kind": kind, "url": url, "org": "o", "bucket": "quantrac"}
    else:
        server = stack.enter_context(running(victoria_metrics(folder)))
        url = f"http://127.0.0.1:{server.port}"
        settings = VictoriaStoreSettings(kind="victoriametrics", url=url)
        config = {"kind": kind, "url": url, "settle_s": 1.0}
    sender = LineSender(url, "o", "quantrac", "none", settings.timeout_s, wants_gzip(settings))

    def prepare(scans: list[StoredScan]) -> Callable[[], None]:
        lines = writer.encode(scans)
        return lambda: sender.send(lines)

    return config, server, prepare


def start_shim(shim: Process, folder: Path, stack: contextlib.ExitStack) -> str:
    """Run the write-address shim as its own process and return its URL."""
    stack.enter_context(running(shim))
    log = folder / "shim.log"
    port = until(lambda: log.read_text().strip() if log.exists() else "")
    return f"http://127.0.0.1:{port}"


def publish_backlog(stations: list[FakeStation], scans: int, readings: int) -> None:
    """Queue ``scans`` scans of each station at the broker."""
    channels: dict[str, float | None] = {f"channel_{i}": 20.0 + i / 7 for i in range(readings)}
    for station in stations:
        station.begin_ms -= 86_400_000
        station.send(station.heartbeat(1, scans))
    infos = []
    for seq in range(1, scans + 1):
        for station in stations:
            payload = encode(station.scan(seq, channels))
            topic = station_topic(station.station, "readings")
            infos.append(station._client.publish(topic, payload, 1))
    for info in infos:
        info.wait_for_publish(60)


def watch_drain(
    api: Api, processes: dict[str, Process | None], values: int
) -> tuple[float, dict[str, float]]:
    """Return values per second between first and last commit, and cores used meanwhile."""
    watched = {name: psutil.Process(p.pid) for name, p in processes.items() if p is not None}
    first = until(lambda: committed(api), 60)
    began_s = time.perf_counter()
    cpu_began = {name: cpu_s(process) for name, process in watched.items()}
    while (seen := committed(api)) < values:
        time.sleep(0.02)
    took_s = time.perf_counter() - began_s
    shares = {name: (cpu_s(p) - cpu_began[name]) / took_s for name, p in watched.items()}
    return (seen - first) / took_s, shares


def committed(api: Api) -> float:
    """Return the gateway's own count of committed values."""
    match = re.search(
        r"^quantrac_gateway_values_committed_total (\S+)", api.raw("/metrics")[1], re.MULTILINE
    )
    return float(match.group(1)) if match else 0.0


def cpu_s(process: psutil.Process) -> float:
    """Return user and system time in seconds."""
    times = process.cpu_times()
    return float(times.user + times.system)


def measure_raw(
    station: FakeStation,
    readings: int,
    values: int,
    prepare: Callable[[list[StoredScan]], Callable[[], None]],
) -> float:
    """Return values per second of writing prepared batches with nothing else to do."""
    channels: dict[str, float | None] = {f"channel_{i}": 20.0 + i / 7 for i in range(readings)}
    writes = []
    per_batch = BATCH_VALUES // readings
    for batch in range(values // BATCH_VALUES):
        scans = []
        for index in range(per_batch):
            seq = batch * per_batch + index
            scan = station.scan(seq + 1, channels)
            scans.append(
                StoredScan("raw", ms_from_utc(scan.at), seq + 1, seq + 1, False, 0, scan.readings)
            )
        writes.append(prepare(scans))
    began_s = time.perf_counter()
    for write in writes:
        write()
    return len(writes) * per_batch * readings / (time.perf_counter() - began_s)


if __name__ == "__main__":
    sys.exit(main())
