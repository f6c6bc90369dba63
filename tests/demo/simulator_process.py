"""A simulator child process for tests: orders in, replies out, a deadline on everything."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class SimulatorProcess:
    """`python -m demo.simulator --control` on free ports, and the addresses it announced."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "demo.simulator", "--port", "0", "--control", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        ready = self._next_line()
        assert ready["event"] == "ready"
        self.stations: dict[str, dict[str, Any]] = ready["stations"]

    def port(self, station: str) -> int:
        """Return the TCP port of a station."""
        return int(self.stations[station]["port"])

    def order(self, station: str, **what: Any) -> dict[str, Any]:
        """Send one order and return its reply."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"station": station, **what}) + "\n")
        self.process.stdin.flush()
        return self._next_line()

    def _next_line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the simulator ended with {self.process.wait(5)}"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def running_simulator(*arguments: str) -> Iterator[SimulatorProcess]:
    """Run a simulator for the time of a test."""
    simulator = SimulatorProcess(*arguments)
    try:
        yield simulator
    finally:
        simulator.process.terminate()
        simulator.process.wait(5)
