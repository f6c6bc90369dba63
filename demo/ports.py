"""Ports on loopback: which are free, and a clear word where one is not."""

import errno
import socket

from quantrac_core.contracts.errors import QuantracError

LOOPBACK = "127.0.0.1"


class PortBusy(QuantracError):
    """The port that a person will type into the browser belongs to somebody else."""

    def __init__(self, port: int, why: str) -> None:
        super().__init__(
            f"Cổng {port} không dùng được, hãy chọn cổng khác  |  port {port} on {LOOPBACK} "
            f"{why}; choose another: --port {port + 1 if port < 65_535 else 8080}"
        )


def check_port(port: int) -> None:
    """Make sure that ``port`` can be listened on.

    Raises:
        PortBusy: it is taken or needs privileges.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError as error:
            why = "is already in use" if error.errno == errno.EADDRINUSE else str(error.strerror)
            raise PortBusy(port, why) from error


def free_ports(count: int) -> list[int]:
    """Return ``count`` different free ports."""
    probes: list[socket.socket] = []
    try:
        for _ in range(count):
            probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            probes.append(probe)
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
