"""The whole demo with real processes: start, supervision, orderly end, second start, bad starts."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.peers.process import eventually, free_port

DEMO = str(Path(sys.executable).parent / "quantrac-demo")
LIVE_WITHIN_S = 40.0


class Demo:
    """One `quantrac-demo` and what can be seen of it from outside."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.output = folder.with_suffix(".out")
        self.processes: list[psutil.Process] = []
        with self.output.open("wb") as output:
            self.main = subprocess.Popen(
                [DEMO, "--data-dir", str(folder), "--port", str(port)],
                stdout=output,
                stderr=output,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def get(self, path: str) -> Any:
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}"
        token = (self.folder / "config" / "demo-token").read_text()
        asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return json.load(answer)

    def boot_of(self, station: str) -> str:
        """Return the identity of the station's present run."""
        return str(self.get(f"stations/{station}")["boot_id"])

    def live_stations(self) -> set[str]:
        """Return the stations whose every channel has been read."""
        try:
            stations = self.get("stations")["stations"]
        except OSError:
            return set()
        return {
            station["id"]
            for station in stations
            if station["state"] == "online"
            and all(channel["latest"] is not None for channel in station["channels"])
        }

    async def await_live(self) -> None:
        await eventually(
            lambda: len(self.live_stations()) == 3 or self.main.poll() is not None,
            "three live stations",
            LIVE_WITHIN_S,
        )
        assert self.main.poll() is None, self.said()
        self.processes = psutil.Process(self.main.pid).children(recursive=True)

    def left_over(self) -> list[psutil.Process]:
        return [process for process in self.processes if _is_running(process)]

    def end(self) -> None:
        """Make sure that nothing of this demo stays behind a failed test."""
        if self.main.poll() is None:
            self.main.kill()
            self.main.wait(10)


@pytest.fixture
def demos(tmp_path: Path) -> Iterator[list[Demo]]:
    started: list[Demo] = []
    yield started
    for demo in started:
        demo.end()


async def test_three_stations_are_live_and_ctrl_c_ends_every_process(
    tmp_path: Path, demos: list[Demo]
) -> None:
    demo = Demo(tmp_path / "demo", free_port())
    demos.append(demo)
    await demo.await_live()
    cod = next(
        channel["latest"]["v"]
        for station in demo.get("stations")["stations"]
        for channel in station["channels"]
        if station["id"] == "thanh-hai" and channel["name"] == "cod"
    )
    link = f"OPEN IN A BROWSER: http://127.0.0.1:{demo.port}/#/sign-in/"
    await eventually(lambda: link in demo.said(), "the link", LIVE_WITHIN_S)
    demo.main.send_signal(signal.SIGINT)
    assert demo.main.wait(15) == 0
    assert 40 < cod < 100
    # Broker, simulator, camera, gateway, vision and three agents; some have helpers of their own.
    assert len(demo.processes) >= 8
    assert demo.left_over() == []
    log = (tmp_path / "demo" / "logs" / "gateway.log").read_text()
    assert (tmp_path / "demo" / "config" / "demo-token").read_text() not in log
    assert "Traceback" not in demo.said()


async def test_a_killed_part_comes_back_and_the_person_is_told(
    tmp_path: Path, demos: list[Demo]
) -> None:
    demo = Demo(tmp_path / "demo", free_port())
    demos.append(demo)
    await demo.await_live()
    victim = next(
        process for process in demo.processes if "bia-sg-nt.yaml" in process.cmdline()[-1]
    )
    first_boot = demo.boot_of("bia-sg-nt")
    victim.kill()
    told = "agent-bia-sg-nt ended unexpectedly (code -9)"
    await eventually(lambda: told in demo.said(), "the person is told")
    await eventually(lambda: demo.boot_of("bia-sg-nt") != first_boot, "the agent runs again")
    await demo.await_live()
    assert demo.boot_of("bia-sg-nt") != first_boot


async def test_after_a_kill_nothing_is_left_and_a_second_start_works(
    tmp_path: Path, demos: list[Demo]
) -> None:
    port = free_port()
    first = Demo(tmp_path / "demo", port)
    demos.append(first)
    await first.await_live()
    first.main.kill()
    first.main.wait(10)
    await eventually(lambda: first.left_over() == [], "every child is gone")
    second = Demo(tmp_path / "demo", port)
    demos.append(second)
    await second.await_live()
    twin = Demo(tmp_path / "demo", free_port())
    demos.append(twin)
    assert twin.main.wait(20) == 2
    second.main.send_signal(signal.SIGTERM)
    assert second.main.wait(15) == 0
    assert "a demo is already running in" in twin.output.read_text()
    assert second.left_over() == []


def test_a_busy_port_is_one_line_that_names_the_port_and_the_option(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        demo = subprocess.run(
            [DEMO, "--data-dir", str(tmp_path / "demo"), "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert demo.returncode == 2
    assert demo.stdout == ""
    (line,) = demo.stderr.splitlines()
    assert f"port {port} on 127.0.0.1 is already in use" in line
    assert "--port" in line


def _is_running(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
