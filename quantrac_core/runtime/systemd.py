"""Readiness, watchdog and status for systemd (sd_notify(3)), silent elsewhere."""

import os
import socket


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
