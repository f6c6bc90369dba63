"""The relay strikes what is open: cut, silent or garbled; what connects afterwards is untouched."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from benchmarks.striking_relay import Strike, StrikingRelay, striking_relay

WORDS = b"picture " * 512


@pytest.fixture
def relay() -> Iterator[StrikingRelay]:
    """Before a server that says `WORDS` whenever it hears something."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            while client.recv(100):
                client.sendall(WORDS)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with striking_relay(listener.getsockname()[1]) as running:
        yield running
    listener.close()


def said(client: socket.socket) -> bytes:
    """Ask, and return what comes; as much as comes of it within half a second."""
    client.settimeout(0.5)
    heard = b""
    with contextlib.suppress(OSError):
        client.sendall(b"?")
        while len(heard) < len(WORDS) and (data := client.recv(65_536)):
            heard += data
    return heard


def struck(relay: StrikingRelay, how: Strike) -> tuple[bytes, bytes]:
    """Return what an open connection hears after a strike, and what a new one does."""
    with socket.create_connection(("127.0.0.1", relay.port)) as client:
        assert said(client) == WORDS
        assert relay.passed_bytes == len(WORDS)
        relay.strike(how)
        after = said(client)
    with socket.create_connection(("127.0.0.1", relay.port)) as another:
        return after, said(another)


def test_a_cut_connection_says_nothing_more(relay: StrikingRelay) -> None:
    assert struck(relay, "cut") == (b"", WORDS)


def test_a_frozen_connection_stays_silent(relay: StrikingRelay) -> None:
    assert struck(relay, "freeze") == (b"", WORDS)


def test_garbage_comes_in_the_same_amount(relay: StrikingRelay) -> None:
    after, another = struck(relay, "garbage")
    assert len(after) == len(WORDS)
    assert after != WORDS
    assert another == WORDS
