"""A child process of a test: waited for by its port, killed, frozen, started again."""

import asyncio
import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

Seen = TypeVar("Seen")
Started = TypeVar("Started", bound="Process")


def free_port() -> int:
    """Return a TCP port on loopback that nobody listens on now.

    From below the range that the kernel gives to outgoing connections, which would otherwise take
    it before its server does; each test process draws from a part of its own.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    while True:
        port = 20_000 + 1_500 * worker + random.randrange(1_500)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def until(
    look: Callable[[], Seen], within_s: float = 20.0, *, told_by: Callable[[], str] | None = None
) -> Seen:
    """Return the first truthy ``look()``; fail after ``within_s`` with what ``told_by`` returns."""
    deadline = time.monotonic() + within_s
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            words = told_by()[-3000:] if told_by else ""
            raise AssertionError(f"not seen within {within_s:g} s, last: {seen!r}\n{words}")
        time.sleep(0.02)


class Process:
    """Start, stop, kill −9, freeze and thaw one command; its output goes to a file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        *,
        port: int | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.name = name
        self.arguments = list(command)
        self.port = port
        self._environment = {**os.environ, **(environment or {})}
        self.log_file = folder / f"{name}.log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def start(self, ready_within_s: float = 60.0) -> "Process":
        with self.log_file.open("ab") as output:
            self._child = subprocess.Popen(
                self.arguments, stdout=output, stderr=output, env=self._environment
            )
        if self.port is not None:
            self._await_port(ready_within_s)
        return self

    def _await_port(self, within_s: float) -> None:
        assert self.port is not None
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if not self.running:
                raise AssertionError(f"{self.name} ended at its start:\n{self.log()[-2000:]}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=0.2).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"{self.name} did not listen on {self.port}:\n{self.log()[-2000:]}")

    def wait(self, within_s: float = 20.0) -> int:
        """Wait until it ends by itself; return the exit code."""
        assert self._child is not None
        return self._child.wait(within_s)

    def send(self, number: signal.Signals) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(number)

    def kill(self) -> None:
        """SIGKILL and reap."""
        self.send(signal.SIGKILL)
        if self._child is not None:
            self._child.wait(10)

    def stop(self, number: signal.Signals = signal.SIGTERM, within_s: float = 10.0) -> int:
        """Ask it to end, SIGKILL where that does not help; return the exit code."""
        if self._child is None:
            return 0
        self.send(signal.SIGCONT)
        self.send(number)
        try:
            return self._child.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9

    def freeze(self) -> None:
        self.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.send(signal.SIGCONT)


@contextlib.contextmanager
def running(process: Started) -> Iterator[Started]:
    """Start a process, and kill it at the end whatever happens."""
    try:
        process.start()
        yield process
    finally:
        process.kill()


async def eventually(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]],
    what: str,
    within_s: float = 20.0,
) -> None:
    """Wait until ``condition`` holds; fail with ``what`` after ``within_s``."""
    deadline = time.monotonic() + within_s
    while True:
        result = condition()
        if isinstance(result, Awaitable):
            result = await result
        if result:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s:g} s: {what}")
        await asyncio.sleep(0.02)
