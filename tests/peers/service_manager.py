"""What stands around a service: the manager's notification socket, and peers in every bad state."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

from tests.peers.process import free_port


@contextlib.contextmanager
def notification_socket(path: Path) -> Iterator[socket.socket]:
    """The socket on which systemd hears a service."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(20.0)
        yield manager


@contextlib.contextmanager
def silent_peer() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        yield server.getsockname()[1]


@contextlib.contextmanager
def unreachable_peer() -> Iterator[int]:
    """A port whose connections neither succeed nor fail, as behind a firewall."""
    with socket.socket() as server, contextlib.ExitStack() as queue:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            filler = queue.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
        yield server.getsockname()[1]


@contextlib.contextmanager
def absent_peer() -> Iterator[int]:
    """A port that nobody listens on."""
    yield free_port()
