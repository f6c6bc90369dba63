"""A relay before an RTSP server that strikes the connections through it: cut, frozen, garbled."""

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from benchmarks.tcp_relay import Downwards, Link, tcp_relay

Strike = Literal["cut", "freeze", "garbage"]
STRIKES: tuple[Strike, ...] = ("cut", "freeze", "garbage")
GARBLED_SHARE: Final = 0.02
"""Of the bytes; enough that neither the framing nor a picture survives."""
GARBLED_S: Final = 3.0


@dataclass
class _Struck:
    link: Link
    is_frozen: bool = False
    garbled_until_s: float = 0.0


class StrikingRelay:
    """Passes connections through, and strikes those that are open.

    What connects after a strike is passed through untouched, as a camera is that came back.
    Garbage comes for `GARBLED_S`, then the connection is as it was, if it is still there.
    """

    def __init__(self) -> None:
        self._open: list[_Struck] = []
        self._lock = threading.Lock()
        self._random = random.Random(7)
        self.port = 0
        self.passed_bytes = 0
        """From the server and untouched, since the last strike."""

    def begin(self, link: Link) -> Downwards:
        """Take a new link; return what looks at its bytes."""
        one = _Struck(link)
        with self._lock:
            self._open.append(one)
        return lambda data: self._passed(one, data)

    def strike(self, how: Strike) -> None:
        """Hit every connection that was made so far."""
        with self._lock:
            self.passed_bytes = 0
            for one in self._open:
                if how == "garbage":
                    one.garbled_until_s = time.monotonic() + GARBLED_S
                    continue
                # What a cut leaves on its way does not arrive either.
                one.is_frozen = True
                if how == "cut":
                    one.link.cut()
            if how == "cut":
                self._open.clear()

    def _passed(self, one: _Struck, data: bytes) -> bytes:
        with self._lock:
            if one.is_frozen:
                return b""
            if time.monotonic() < one.garbled_until_s:
                return self._garbled(data)
            self.passed_bytes += len(data)
            return data

    def _garbled(self, data: bytes) -> bytes:
        spoilt = bytearray(data)
        for _ in range(max(1, int(len(spoilt) * GARBLED_SHARE))):
            spoilt[self._random.randrange(len(spoilt))] = self._random.randrange(256)
        return bytes(spoilt)


@contextlib.contextmanager
def striking_relay(server_port: int) -> Iterator[StrikingRelay]:
    """Run a relay before a server."""
    relay = StrikingRelay()
    with tcp_relay(server_port, relay.begin) as relay.port:
        yield relay
