"""Readiness, watchdog and status for systemd (sd_notify(3)), silent elsewhere."""

import asyncio
import os
import socket
from collections.abc import Callable


def notify(state: str) -> bool:
    """Send ``state`` (for example ``READY=1``) to the service manager; False without one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.connect(address)
            channel.sendall(state.encode())
        except OSError:
            return False
    return True


def watchdog_interval_s() -> float | None:
    """Return half of the watchdog's period, or None where no watchdog is asked for."""
    period_us = os.environ.get("WATCHDOG_USEC")
    if not period_us or not period_us.isdigit():
        return None
    owner = os.environ.get("WATCHDOG_PID")
    if owner and owner != str(os.getpid()):
        return None
    return int(period_us) / 2_000_000


async def feed_watchdog(alive: Callable[[], bool]) -> None:
    """Feed the watchdog while ``alive()`` says that the program does its work.

    A program whose event loop turns but whose work stands still is as dead as a frozen one,
    so systemd must restart it. Returns at once where no watchdog is asked for.
    """
    interval_s = watchdog_interval_s()
    while interval_s is not None:
        if alive():
            notify("WATCHDOG=1")
        await asyncio.sleep(interval_s)
