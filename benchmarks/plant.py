"""The parts that benchmarks are put together from: devices, agents and a gateway as processes."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.peers.gateway import access_section
from tests.peers.process import Process, free_port


@contextlib.contextmanager
def python_child(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run ``python -m module`` with its output readable; kill it at the end."""
    child = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait(10)


@contextlib.contextmanager
def modbus_devices(count: int, delay_s: float = 0.0) -> Iterator[list[int]]:
    """Run devices whose float32 registers hold the wall clock modulo 1,000 s; yield their ports."""
    with python_child("tests.peers.modbus_devices", str(count), str(delay_s)) as child:
        assert child.stdout is not None
        yield [int(word) for word in child.stdout.readline().split()]


def tcp_link(name: str, port: int, channels: list[str]) -> dict[str, Any]:
    """Return a link to one device with float32 ``channels`` at 0, 2, 4 …"""
    points = [
        {"name": channel, "address": 2 * index, "type": "float32", "unit": "mg/l"}
        for index, channel in enumerate(channels)
    ]
    return {
        "name": name,
        "transport": "tcp",
        "host": "127.0.0.1",
        "port": port,
        "units": [{"unit_id": 1, "map": {"device": "bench", "channels": points}}],
    }


def agent(
    folder: Path, station: str, broker_port: int, links: list[dict[str, Any]], **changes: Any
) -> Process:
    """Return an agent with its configuration and data in ``folder``."""
    config = {
        "station": {"id": station},
        "data_dir": str(folder / station),
        "mqtt": {"port": broker_port},
        "links": links,
        "outbox": {"free_low_mb": 1, "free_high_mb": 2},
        **changes,
    }
    return _program("edge_agent", station, folder, config)


def gateway(
    folder: Path, broker_port: int, store: dict[str, Any] | None = None, **changes: Any
) -> tuple[Process, int]:
    """Return a gateway with a SQLite store unless told otherwise, and its HTTP port."""
    port = free_port()
    config = {
        "mqtt": {"port": broker_port},
        "store": store or {"kind": "sqlite", "path": str(folder / "readings.sqlite")},
        "database": {"path": str(folder / "gateway.sqlite")},
        "http": {"port": port},
        "access": access_section(folder),
        "accept_any_station": True,
        **changes,
    }
    return _program("gateway", "gateway", folder, config, port), port


def _program(
    package: str, name: str, folder: Path, config: dict[str, Any], port: int | None = None
) -> Process:
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(config))
    command = [sys.executable, "-m", f"{package}.app", "--config", str(path)]
    return Process(name, [*command, "--log-level", "WARNING"], folder, port=port)


@contextlib.contextmanager
def started(process: Process) -> Iterator[Process]:
    """Start a process; kill it at the end."""
    try:
        yield process.start()
    finally:
        process.kill()
