"""What systemd hears: readiness, and a watchdog that is fed only while work goes on."""

import asyncio
import contextlib
import os
import socket
from pathlib import Path

import pytest

from quantrac_core.runtime.systemd import feed_watchdog, notify, watchdog_interval_s
from tests.peers.process import eventually


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    """A service manager's socket that can be asked without waiting."""
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    channel.bind(str(tmp_path / "notify"))
    channel.setblocking(False)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    return channel


def heard(channel: socket.socket) -> list[bytes]:
    messages: list[bytes] = []
    with contextlib.suppress(BlockingIOError):
        while True:
            messages.append(channel.recv(100))
    return messages


def test_readiness_reaches_the_manager(manager: socket.socket) -> None:
    assert notify("READY=1")
    assert heard(manager) == [b"READY=1"]


def test_the_interval_is_half_of_what_the_manager_allows(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert watchdog_interval_s() == 0.01
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert watchdog_interval_s() is None


async def test_the_watchdog_starves_when_the_work_stands_still(manager: socket.socket) -> None:
    asked = 0
    alive = True

    def working() -> bool:
        nonlocal asked
        asked += 1
        return alive

    task = asyncio.create_task(feed_watchdog(working))
    try:
        await eventually(lambda: asked >= 3, "three feeds")
        assert set(heard(manager)) == {b"WATCHDOG=1"}
        alive = False
        before = asked
        await eventually(lambda: asked >= before + 3, "three questions more")
        assert heard(manager) == []
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_without_a_manager_nothing_is_fed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    assert not notify("READY=1")
    await feed_watchdog(lambda: True)
