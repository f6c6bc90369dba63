"""A whole chain under load: devices, agent, mosquitto, gateway and a real store."""

import contextlib
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from gateway.settings import StoreSettings
from gateway.stores.opening import new_store
from tests.peers.gateway import Api, access_section
from tests.peers.influx_shim import InfluxShim, create_database
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import Process, free_port
from tests.peers.stores import influxd, victoria_metrics

STATION = "load"
CHANNELS = 25
POLL_INTERVAL_S = 0.1
VALUES_PER_S = CHANNELS / POLL_INTERVAL_S


class Chain:
    """Every process of the chain; kill, freeze and restart them through their attributes."""

    def __init__(self, folder: Path, store_kind: str, broker_settings: str = "") -> None:
        self.folder = folder
        self._stack = contextlib.ExitStack()
        self.store_process: Process | None = None
        store = self._start_store(store_kind)
        self._store_settings: StoreSettings = TypeAdapter(StoreSettings).validate_python(store)
        self.broker = Mosquitto(folder, extra=broker_settings)
        http_port = free_port()
        self.gateway = self._program("gateway", self._gateway_config(store, http_port), http_port)
        self.agent = self._program("edge_agent", self._agent_config(self._start_devices()))
        self.api = Api(http_port)

    def __enter__(self) -> "Chain":
        for process in (self.broker, self.gateway, self.agent):
            self._stack.callback(process.kill)
            process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.broker.thaw()
        self.gateway.thaw()
        self._stack.close()

    def _program(self, package: str, config: dict[str, Any], port: int | None = None) -> Process:
        path = self.folder / f"{package}.yaml"
        path.write_text(json.dumps(config))
        command = [sys.executable, "-m", f"{package}.app", "--config", str(path)]
        return Process(package, command, self.folder, port=port)

    def _start_devices(self) -> int:
        devices = subprocess.Popen(
            [sys.executable, "-m", "tests.peers.modbus_devices", "1", "0"],
            stdout=subprocess.PIPE,
            text=True,
        )
        self._stack.callback(devices.wait)
        self._stack.callback(devices.kill)
        assert devices.stdout is not None
        return int(devices.stdout.readline())

    def _start_store(self, kind: str) -> dict[str, Any]:
        if kind == "sqlite":
            return {"kind": kind, "path": str(self.folder / "readings.sqlite")}
        if kind == "victoriametrics":
            self.store_process = victoria_metrics(self.folder)
            self._stack.callback(self.store_process.kill)
            self.store_process.start()
            return {"kind": kind, "url": f"http://127.0.0.1:{self.store_process.port}"}
        self.store_process = influxd(self.folder)
        self._stack.callback(self.store_process.kill)
        self.store_process.start()
        assert self.store_process.port is not None
        create_database(self.store_process.port, "quantrac")
        shim = self._stack.enter_context(InfluxShim(self.store_process.port))
        url = f"http://127.0.0.1:{shim.port}"
        return {"kind": "influxdb2", "url": url, "org": "o", "bucket": "quantrac"}

    def _gateway_config(self, store: dict[str, Any], http_port: int) -> dict[str, Any]:
        return {
            "mqtt": self._mqtt(),
            "store": store,
            "database": {"path": str(self.folder / "gateway.sqlite")},
            "http": {"port": http_port},
            "access": access_section(self.folder),
            "stations": [STATION],
            "ingest": {"replay_after_s": 3.0, "replay_interval_s": 2.0},
        }

    def _agent_config(self, device_port: int) -> dict[str, Any]:
        channels = [
            {"name": f"c{number}", "address": 2 * number, "type": "float32", "unit": "mg/l"}
            for number in range(CHANNELS)
        ]
        return {
            "station": {"id": STATION},
            "poll_interval_s": POLL_INTERVAL_S,
            "data_dir": str(self.folder / "agent"),
            "mqtt": self._mqtt(),
            "links": [
                {
                    "name": "plc",
                    "transport": "tcp",
                    "host": "127.0.0.1",
                    "port": device_port,
                    "units": [{"unit_id": 1, "map": {"device": "load", "channels": channels}}],
                }
            ],
            "outbox": {"free_low_mb": 1, "free_high_mb": 2},
            "delivery": {"ack_timeout_s": 15.0, "heartbeat_s": 2.0},
        }

    def _mqtt(self) -> dict[str, Any]:
        return {
            "port": self.broker.port,
            "keepalive_s": 5,
            "connect_timeout_s": 3,
            "reconnect_most_s": 2,
        }

    def outbox_numbers(self) -> list[int]:
        """Return the numbers of all scans on the station's disk."""
        path = self.folder / "agent" / "outbox.sqlite"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return [seq for (seq,) in db.execute("SELECT seq FROM entries WHERE kind = 0")]

    def durable_seq(self) -> int:
        """Return what the centre says is complete, 0 while it cannot say."""
        try:
            state = self.api.get(f"/stations/{STATION}")["completeness"]
        except (OSError, AssertionError):
            return 0
        return int(state["durable_seq"]) if state else 0

    def stored_numbers(self) -> list[int]:
        """Return the sequence number at each stored instant."""
        if self.store_process is not None and "victoria" in self.store_process.arguments[0]:
            self._flush_victoria()
        return new_store(self._store_settings).sequence_numbers(STATION)

    def _flush_victoria(self) -> None:
        import http.client

        assert self.store_process is not None
        connection = http.client.HTTPConnection("127.0.0.1", self.store_process.port, timeout=10)
        connection.request("GET", "/internal/force_flush")
        connection.getresponse().read()
        time.sleep(1.0)


def let_run(seconds: float) -> None:
    """Let the chain work for a while: the load itself is the point of the wait."""
    time.sleep(seconds)


def each_number_once(chain: Chain, within_s: float = 120.0) -> dict[str, int]:
    """Wait until the centre holds all that is on the station's disk now; compare every number.

    Returns figures for the report.
    """
    target = max(chain.outbox_numbers())
    began_s = time.monotonic()
    while chain.durable_seq() < target:
        if time.monotonic() - began_s > within_s:
            state = chain.api.get(f"/stations/{STATION}")["completeness"]
            raise AssertionError(
                f"complete up to {state['durable_seq']} of {target} after {within_s} s; gaps "
                f"{state['gaps'][:5]}\nagent: {chain.agent.log()[-1500:]}\n"
                f"gateway: {chain.gateway.log()[-1500:]}"
            )
        time.sleep(0.2)
    caught_up_s = time.monotonic() - began_s
    expected = sorted(seq for seq in chain.outbox_numbers() if seq <= target)
    stored = sorted(seq for seq in chain.stored_numbers() if seq <= target)
    assert len(expected) == target
    assert stored == expected
    return {"scans": target, "values": target * CHANNELS, "caught_up_s": round(caught_up_s)}


@contextlib.contextmanager
def running_chain(folder: Path, store: str, broker_settings: str = "") -> Iterator[Chain]:
    """Start a chain and wait until values flow end to end."""
    with Chain(folder, store, broker_settings) as chain:
        deadline = time.monotonic() + 30.0
        while chain.durable_seq() < 10:
            assert time.monotonic() < deadline, chain.gateway.log() + chain.agent.log()
            time.sleep(0.1)
        yield chain
