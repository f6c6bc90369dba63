"""Passes TCP connections through to one server, and lets somebody look at what comes back."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Final

CHUNK_BYTES: Final = 65_536
Downwards = Callable[[bytes], bytes]
"""Gets what the server sent; returns what the client shall get of it."""


class Link:
    """One client and its connection to the server."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        for each in (client, server):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def cut(self) -> None:
        """End both connections; their threads then end too."""
        for each in (self.client, self.server):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def tcp_relay(server_port: int, begin: Callable[[Link], Downwards]) -> Iterator[int]:
    """Relay until the end of the block; yields the port to connect to.

    Args:
        begin: called with each new link, on the thread that accepts; returns what looks at it.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    links: list[Link] = []
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", server_port))
            except OSError:
                client.close()
                continue
            link = Link(client, server)
            links.append(link)
            threads.append(_passing(client, server, lambda data: data))
            threads.append(_passing(server, client, begin(link)))

    accepting = threading.Thread(target=accept, name="relay-accept")
    accepting.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for link in links:
            link.cut()
        for thread in threads:
            thread.join()
        for link in links:
            link.client.close()
            link.server.close()


def _passing(source: socket.socket, target: socket.socket, look: Downwards) -> threading.Thread:
    def run() -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK_BYTES):
                target.sendall(look(data))
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=run, name="relay")
    thread.start()
    return thread
