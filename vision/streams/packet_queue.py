"""Between the threads that read and decode: bounded, and never in the reader's way."""

import threading
from collections import deque
from typing import Final

from vision.streams.faults import StreamFault
from vision.streams.packet import StreamPacket

MAX_BACKLOG_S: Final = 1.0
MAX_BACKLOG: Final = 250


class PacketQueue:
    """Packets of one connection in their order, then how it ended.

    When decoding lags by more than a second, everything before the newest key picture is left
    out; the reader goes on, so that the packet ring misses nothing.
    """

    def __init__(self) -> None:
        self.left_out = 0
        self._changed = threading.Condition()
        self._packets: deque[StreamPacket] = deque()
        self._fault: StreamFault | None = None
        self._has_gap = False
        self._is_waiting_for_key = False

    def put(self, packet: StreamPacket) -> None:
        """Append a packet; never blocks."""
        with self._changed:
            if self._is_waiting_for_key and not packet.is_key:
                self.left_out += 1
                return
            self._is_waiting_for_key = False
            self._packets.append(packet)
            backlog_s = packet.received_s - self._packets[0].received_s
            if backlog_s > MAX_BACKLOG_S or len(self._packets) > MAX_BACKLOG:
                self._leave_out()
            self._changed.notify()

    def _leave_out(self) -> None:
        newest_key = max(
            (index for index, packet in enumerate(self._packets) if packet.is_key), default=0
        )
        count = newest_key or len(self._packets)
        for _ in range(count):
            self._packets.popleft()
        self.left_out += count
        self._has_gap = True
        self._is_waiting_for_key = newest_key == 0

    def end(self, fault: StreamFault) -> None:
        """Say why no packet will follow."""
        with self._changed:
            self._fault = fault
            self._changed.notify()

    def wake(self) -> None:
        """Let `take` return at once."""
        with self._changed:
            self._changed.notify()

    def take(self, timeout_s: float) -> tuple[StreamPacket | None, bool]:
        """Return the next packet, or None after ``timeout_s``; and whether some were left out.

        Raises:
            StreamFault: the connection has ended and every packet was taken.
        """
        with self._changed:
            if not self._packets and self._fault is None:
                self._changed.wait(timeout_s)
            has_gap, self._has_gap = self._has_gap, False
            if self._packets:
                return self._packets.popleft(), has_gap
            if self._fault is not None:
                # Anew for each taker: the trace of one that is kept would hold the taker's decoder.
                raise StreamFault(self._fault.cause, self._fault.detail)
            return None, has_gap
