"""The last seconds of a stream, still compressed: where clips get what was before the moment."""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from quantrac_core.contracts.errors import QuantracError
from vision.streams.packet import StreamFormat, StreamPacket

Ending = Literal["complete", "reconnect", "format_change", "size_limit", "stopped"]
"""Why a clip ends where it ends."""
MAX_CLIP_BYTES: Final = 192 * 1024 * 1024


class ClipUnavailable(QuantracError):
    """No clip can be made of the time asked for; the message says what the ring holds."""


@dataclass(slots=True)
class Gop:
    """A key picture and what depends on it."""

    packets: list[StreamPacket] = field(default_factory=list)
    size_bytes: int = 0

    @property
    def first(self) -> StreamPacket:
        return self.packets[0]

    def continues(self, other: "Gop") -> bool:
        """Tell whether a player could go on from ``other`` into this one."""
        return (
            self.first.connection == other.first.connection
            and self.first.format == other.first.format
        )


@dataclass(slots=True, frozen=True)
class Footage:
    """Consecutive packets of one connection in one format; the first is a key picture."""

    packets: Sequence[StreamPacket]
    ending: Ending

    @property
    def format(self) -> StreamFormat:
        return self.packets[0].format


def runs(gops: Sequence[Gop]) -> list[list[Gop]]:
    """Split GOPs where the connection or the format changes."""
    parts: list[list[Gop]] = []
    for gop in gops:
        if parts and gop.continues(parts[-1][-1]):
            parts[-1].append(gop)
        else:
            parts.append([gop])
    return parts


def best_run(gops: Sequence[Gop], from_ms: int, to_ms: int, moment_ms: int) -> list[Gop]:
    """Return the run that shows the moment, else the one that shows most of the time asked for.

    Empty if no run touches ``from_ms`` … ``to_ms``.
    """

    def shown_ms(run: list[Gop]) -> int:
        began_ms, ended_ms = run[0].first.at_ms, max(p.at_ms for p in run[-1].packets)
        return min(to_ms, ended_ms) - max(from_ms, began_ms)

    def shows_moment(run: list[Gop]) -> bool:
        return run[0].first.at_ms <= moment_ms <= max(p.at_ms for p in run[-1].packets)

    touching = [run for run in runs(gops) if shown_ms(run) >= 0]
    return max(touching, key=lambda run: (shows_moment(run), shown_ms(run)), default=[])


def starting_at(run: Sequence[Gop], from_ms: int) -> list[StreamPacket]:
    """Return the packets from the last key picture at or before ``from_ms``, else all."""
    start = max((i for i, gop in enumerate(run) if gop.first.at_ms <= from_ms), default=0)
    return [packet for gop in run[start:] for packet in gop.packets]


def until(packets: Sequence[StreamPacket], to_ms: int) -> list[StreamPacket]:
    """Return the packets up to the last one taken at or before ``to_ms``, never none."""
    last = max((i for i, packet in enumerate(packets) if packet.at_ms <= to_ms), default=0)
    return list(packets[: last + 1])


class PacketRing:
    """Keeps GOPs of at least ``seconds``, at most ``max_bytes``; safe from any thread.

    Whole GOPs are dropped, so that it always begins with a key picture; a GOP that alone is larger
    than ``max_bytes`` is dropped too and counted in ``oversized``.
    """

    def __init__(self, seconds: float, max_bytes: int) -> None:
        self.oversized = 0
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._gops: deque[Gop] = deque()
        self._size_bytes = 0
        self._is_whole = False
        self._recordings: list[Recording] = []
        self._lock = threading.Lock()

    @property
    def size_bytes(self) -> int:
        """Bytes of compressed video held now."""
        return self._size_bytes

    @property
    def recordings(self) -> int:
        """Recordings that still follow the stream."""
        return len(self._recordings)

    def span_ms(self) -> tuple[int, int] | None:
        """Return the times of the oldest and the newest packet, or None while empty."""
        with self._lock:
            if not self._gops:
                return None
            return self._gops[0].first.at_ms, self._gops[-1].packets[-1].at_ms

    def add(self, packet: StreamPacket) -> None:
        """Append the next packet in the order of decoding."""
        with self._lock:
            self._recordings = [each for each in self._recordings if each.follow(packet)]
            if packet.is_key:
                self._gops.append(Gop())
                self._is_whole = True
            if not self._is_whole:
                return
            gop = self._gops[-1]
            gop.packets.append(packet)
            gop.size_bytes += len(packet.data)
            self._size_bytes += len(packet.data)
            self._evict(packet.received_s)

    def _evict(self, now_s: float) -> None:
        while len(self._gops) > 1 and (
            self._size_bytes > self._max_bytes
            or self._gops[1].first.received_s < now_s - self._seconds
        ):
            self._size_bytes -= self._gops.popleft().size_bytes
        if self._size_bytes > self._max_bytes:
            self._gops.clear()
            self._size_bytes = 0
            self._is_whole = False
            self.oversized += 1

    def connection_ended(self, ending: Ending = "reconnect") -> None:
        """End what follows the stream: its next packet, if any, belongs to another connection."""
        with self._lock:
            self._is_whole = False
            for recording in self._recordings:
                recording.end(ending)
            self._recordings = []

    def footage(self, from_ms: int, to_ms: int, moment_ms: int | None = None) -> Footage:
        """Return what there is of ``from_ms`` … ``to_ms``, from a key picture at or before it.

        Where the stream was interrupted in that time, the part around ``moment_ms`` is returned.

        Raises:
            ClipUnavailable: the ring holds nothing of that time.
        """
        with self._lock:
            packets, run_ended = self._held(from_ms, to_ms, moment_ms)
        is_complete = packets[-1].at_ms >= to_ms
        return Footage(until(packets, to_ms), "complete" if is_complete else run_ended)

    def record(
        self,
        from_ms: int,
        to_ms: int,
        moment_ms: int | None = None,
        max_bytes: int = MAX_CLIP_BYTES,
    ) -> "Recording":
        """Return a recording that begins in the ring and follows the stream until ``to_ms``.

        Raises:
            ClipUnavailable: the ring holds nothing of that time.
        """
        with self._lock:
            newest = self._newest()
            if newest is not None and self._is_whole:
                # A clip may begin with the very next picture.
                from_ms = min(from_ms, newest.at_ms)
            packets, run_ended = self._held(from_ms, to_ms, moment_ms)
            recording = Recording(packets, to_ms, max_bytes)
            if packets[-1] is not newest or not self._is_whole:
                recording.end(run_ended)
            if recording.is_open:
                self._recordings.append(recording)
            return recording

    def _newest(self) -> StreamPacket | None:
        return self._gops[-1].packets[-1] if self._gops else None

    def _held(
        self, from_ms: int, to_ms: int, moment_ms: int | None
    ) -> tuple[list[StreamPacket], Ending]:
        moment_ms = from_ms if moment_ms is None else moment_ms
        run = best_run(self._gops, from_ms, to_ms, moment_ms)
        if not run:
            raise ClipUnavailable(self._words(from_ms, to_ms))
        ended: Ending = "stopped" if self._is_whole else "reconnect"
        for gop in self._gops:
            if gop.first.received_s > run[-1].first.received_s and not gop.continues(run[-1]):
                is_same = gop.first.connection == run[-1].first.connection
                ended = "format_change" if is_same else "reconnect"
                break
        return starting_at(run, from_ms), ended

    def _words(self, from_ms: int, to_ms: int) -> str:
        if not self._gops:
            return "no video has arrived yet"
        began_ms, ended_ms = self._gops[0].first.at_ms, self._gops[-1].packets[-1].at_ms
        return f"asked for {from_ms} … {to_ms} ms, the ring holds {began_ms} … {ended_ms} ms"


class Recording:
    """A clip in the making: begins in the ring and takes packets until its time is over.

    It ends early, and says so in ``Footage.ending``, at a reconnect, at a change of format, when it
    grows too large, or when it is finished by hand.
    """

    def __init__(self, packets: list[StreamPacket], to_ms: int, max_bytes: int) -> None:
        self._packets = packets
        self._to_ms = to_ms
        self._left_bytes = max_bytes - sum(len(packet.data) for packet in packets)
        self._ending: Ending | None = None
        self._done = threading.Event()
        self._lock = threading.Lock()
        if packets[-1].at_ms > to_ms:
            self.end("complete")

    @property
    def is_open(self) -> bool:
        """Whether it still follows the stream."""
        return not self._done.is_set()

    def extend(self, to_ms: int) -> bool:
        """Go on until ``to_ms`` where it is still open; tell whether it is."""
        with self._lock:
            if self._ending is None:
                self._to_ms = max(self._to_ms, to_ms)
            return self._ending is None

    def follow(self, packet: StreamPacket) -> bool:
        """Take the stream's next packet; tell whether more is wanted."""
        with self._lock:
            if self._ending is not None:
                return False
            last = self._packets[-1]
            if packet.connection != last.connection:
                self._end("reconnect")
            elif packet.format != last.format:
                self._end("format_change")
            elif len(packet.data) > self._left_bytes:
                self._end("size_limit")
            else:
                self._packets.append(packet)
                self._left_bytes -= len(packet.data)
                if packet.at_ms > self._to_ms:
                    self._end("complete")
            return self._ending is None

    def end(self, ending: Ending) -> None:
        """Follow no further."""
        with self._lock:
            self._end(ending)

    def _end(self, ending: Ending) -> None:
        if self._ending is None:
            self._ending = ending
            self._done.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait until it has ended; tell whether it has."""
        return self._done.wait(timeout_s)

    def finish(self) -> Footage:
        """End it now where it is still open, and return what it holds."""
        with self._lock:
            self._end("stopped")
            assert self._ending is not None
            return Footage(until(self._packets, self._to_ms), self._ending)
