"""A relay before an RTSP server that notes when each picture left the camera, for latencies.

RTSP over TCP carries RTP between the answers (RFC 2326, 10.12): ``$``, channel, length. The first
packet of each RTP timestamp is the moment at which the picture was sent.
"""

import bisect
import contextlib
import statistics
import time
from collections.abc import Iterator
from typing import Final

from benchmarks.tcp_relay import Downwards, Link, tcp_relay

VIDEO_CHANNEL: Final = 0
RTP_CLOCK_HZ: Final = 90_000


class InterleavedParser:
    """Finds the RTP timestamps in what a server sends, however it is cut into pieces."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[int]:
        """Return the RTP timestamp of every video packet that is whole after ``data``."""
        self._buffer += data
        found: list[int] = []
        while self._buffer:
            size = self._whole_size()
            if size == 0:
                break
            if self._buffer[0] == 0x24 and self._buffer[1] == VIDEO_CHANNEL and size >= 16:
                found.append(int.from_bytes(self._buffer[8:12], "big"))
            del self._buffer[:size]
        return found

    def _whole_size(self) -> int:
        """Return the size of the packet or answer at the front, 0 while it is not whole."""
        buffer = self._buffer
        if buffer[0] == 0x24:
            size = 4 + int.from_bytes(buffer[2:4], "big") if len(buffer) >= 4 else 0
            return size if size and len(buffer) >= size else 0
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return 0
        body = 0
        for line in bytes(buffer[:end]).decode("ascii", "replace").lower().split("\r\n"):
            if line.startswith("content-length:"):
                body = int(line.partition(":")[2])
        size = end + 4 + body
        return size if len(buffer) >= size else 0


class SentPictures:
    """When each second of a stream was sent; seconds count from its first picture."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget everything: another connection begins."""
        self._media_s: list[float] = []
        self._sent_s: list[float] = []
        self._whole_s: list[float] = []
        self._first: int | None = None

    def note(self, timestamp: int, now_s: float) -> None:
        """Take one RTP packet: the first of a picture is when it was sent."""
        if self._first is None:
            self._first = timestamp
        media_s = ((timestamp - self._first) % 2**32) / RTP_CLOCK_HZ
        if not self._media_s or media_s > self._media_s[-1]:
            self._media_s.append(media_s)
            self._sent_s.append(now_s)
            self._whole_s.append(now_s)
        else:
            self._whole_s[-1] = now_s

    def spread_s(self) -> float:
        """Return the median time from a picture's first packet to its last; 0 before any."""
        spreads = [last - first for first, last in zip(self._sent_s, self._whole_s, strict=True)]
        return statistics.median(spreads) if spreads else 0.0

    @property
    def newest_s(self) -> float:
        """Second of the stream that was sent last; 0 before the first."""
        return self._media_s[-1] if self._media_s else 0.0

    def sent_s(self, media_s: float) -> float | None:
        """Return the monotonic time of a second of the stream, None where it was not sent.

        Between two pictures it lies as far between their times as the second does.
        """
        index = bisect.bisect_right(self._media_s, media_s)
        if index == 0 or index == len(self._media_s):
            return None
        before, after = self._media_s[index - 1], self._media_s[index]
        share = (media_s - before) / (after - before)
        return self._sent_s[index - 1] + share * (self._sent_s[index] - self._sent_s[index - 1])


@contextlib.contextmanager
def relay(server_port: int) -> Iterator[tuple[int, SentPictures]]:
    """Pass clients through to the server; yield the port to connect to, and what was sent.

    Only the newest connection is noted.
    """
    sent = SentPictures()

    def begin(_: Link) -> Downwards:
        sent.begin()
        parser = InterleavedParser()

        def note(data: bytes) -> bytes:
            now_s = time.monotonic()
            for timestamp in parser.feed(data):
                sent.note(timestamp, now_s)
            return data

        return note

    with tcp_relay(server_port, begin) as port:
        yield port, sent
