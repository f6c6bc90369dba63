"""Real brokers, stores and gateways as child processes on free ports, for tests and benchmarks."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

Seen = TypeVar("Seen")


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def until(look: Callable[[], Seen], within_s: float = 20.0) -> Seen:
    """Return the first truthy ``look()``; fail after ``within_s``."""
    deadline = time.monotonic() + within_s
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"not seen within {within_s} s, last: {seen!r}"
        time.sleep(0.02)


def accepts(port: int) -> bool:
    """Tell whether something listens on ``port``."""
    with socket.socket() as sock:
        sock.settimeout(0.5)
        return sock.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """A child that is killed at the end whatever happens."""

    def __init__(self, arguments: list[str], log: Path, port: int | None = None) -> None:
        self.arguments = arguments
        self.log = log
        self.port = port
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until its port answers."""
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(self.arguments, stdout=log, stderr=log)
        if self.port is not None:
            port = self.port
            until(lambda: accepts(port) or self._ended())
        assert not self._ended(), self.log.read_text()

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self._child is not None
        self._child.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM, within_s: float = 10.0) -> int:
        """Send a signal, wait for the end, return the exit code."""
        assert self._child is not None
        self._child.send_signal(number)
        code = self._child.wait(within_s)
        self._child = None
        return code

    def kill(self) -> None:
        """Kill it if it runs."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    @property
    def pid(self) -> int:
        """Process id."""
        assert self._child is not None
        return self._child.pid

    def _ended(self) -> bool:
        return self._child is not None and self._child.poll() is not None


@contextlib.contextmanager
def running(process: Process) -> Iterator[Process]:
    """Start a process and kill it at the end."""
    try:
        process.start()
        yield process
    finally:
        process.kill()


def mosquitto(folder: Path, port: int | None = None) -> Process:
    """Return a broker that queues much and saves every second."""
    port = port or free_port()
    (folder / "mosquitto").mkdir(exist_ok=True)
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\n"
        "max_queued_messages 100000\nmax_inflight_messages 2000\n"
        f"persistence true\npersistence_location {folder}/mosquitto/\nautosave_interval 1\n"
        + ("user root\n" if os.getuid() == 0 else "")
    )
    return Process(["mosquitto", "-c", str(config)], folder / "mosquitto.log", port)


def victoria_metrics(folder: Path, port: int | None = None) -> Process:
    """Return a VictoriaMetrics as the document says it must be started."""
    port = port or free_port()
    arguments = [
        "victoria-metrics",
        f"-storageDataPath={folder}/victoria",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=10y",
        "-search.latencyOffset=0s",
        "-dedup.minScrapeInterval=1ms",
        "-memory.allowedPercent=10",
    ]
    return Process(arguments, folder / "victoria.log", port)


def influxd(folder: Path) -> Process:
    """Return a real InfluxDB 1.x engine; see `influx_shim` for its 2.x write endpoint."""
    port, rpc = free_port(), free_port()
    config = folder / "influxdb.conf"
    config.write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{rpc}"\n'
        f'[meta]\ndir = "{folder}/influx/meta"\n'
        f'[data]\ndir = "{folder}/influx/data"\nwal-dir = "{folder}/influx/wal"\n'
        'wal-fsync-delay = "0s"\nquery-log-enabled = false\n'
        f'[http]\nbind-address = "127.0.0.1:{port}"\nlog-enabled = false\n'
        "[monitor]\nstore-enabled = false\n"
    )
    return Process(["influxd", "-config", str(config)], folder / "influxd.log", port)


def gateway(folder: Path, config: dict[str, Any], name: str = "gateway") -> Process:
    """Return a gateway process with its own configuration file."""
    file = folder / f"{name}.yaml"
    file.write_text(json.dumps(config))
    arguments = [sys.executable, "-m", "gateway.app", "--config", str(file)]
    return Process(arguments, folder / f"{name}.log", config["http"]["port"])


def embedded_config(folder: Path, broker_port: int, **changes: Any) -> dict[str, Any]:
    """Return a configuration with SQLite files in ``folder`` that takes any station."""
    config: dict[str, Any] = {
        "mqtt": {"host": "127.0.0.1", "port": broker_port, "reconnect_most_s": 0.5},
        "store": {"kind": "sqlite", "path": str(folder / "readings.db")},
        "database": {"path": str(folder / "gateway.db")},
        "http": {"port": free_port()},
        "accept_any_station": True,
        "ingest": {"replay_after_s": 1.0, "replay_interval_s": 1.0},
    }
    return {**config, **changes}


class Api:
    """The gateway's HTTP face as a test sees it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def raw(
        self,
        path: str,
        method: str = "GET",
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str, dict[str, str]]:
        """Return status, body and headers (names in lower case)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            text = answer.read().decode()
            return answer.status, text, {k.lower(): v for k, v in answer.getheaders()}
        finally:
            connection.close()

    def get(self, path: str, **parameters: str) -> Any:
        """Return the JSON of a 200 answer."""
        query = "&".join(f"{key.rstrip('_')}={quote(value)}" for key, value in parameters.items())
        status, text, _ = self.raw(f"/api/v1{path}" + (f"?{query}" if query else ""))
        assert status == 200, text
        return json.loads(text)

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        """Post JSON; return status and JSON."""
        headers = {"Content-Type": "application/json"}
        status, text, _ = self.raw(f"/api/v1{path}", "POST", json.dumps(body), headers)
        return status, json.loads(text)
