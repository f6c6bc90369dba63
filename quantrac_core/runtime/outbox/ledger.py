"""What to send when: live at once, the rest oldest-first in a window that adapts.

Pure: it knows sequence numbers and an injected time, neither MQTT nor the disk. The
window follows TCP's congestion control (RFC 5681: slow start, halving on loss), because
a broker drops silently when its queue is full and only the centre's ack tells. It never
closes below its first size: some stores confirm only seconds later.
"""

from collections import deque

from quantrac_core.contracts.sequence import Range, SequenceRanges

MAX_REPLAYS = 64
FIRST_WINDOW = 64


class DeliveryLedger:
    """Tracks what the centre holds, what is on its way, and what to send next.

    Args:
        acknowledged: what the centre holds; shared with the outbox, which saves it.
        ack_timeout_s: after this long without an ack a message counts as lost.
        window_most: most unacknowledged back-fill messages.
    """

    def __init__(
        self,
        acknowledged: SequenceRanges,
        *,
        ack_timeout_s: float = 30.0,
        window_most: int = 4_000,
    ) -> None:
        self.acknowledged = acknowledged
        self._ack_timeout_s = ack_timeout_s
        self._window_most = window_most
        self._window = float(FIRST_WINDOW)
        self._in_flight: dict[int, float] = {}
        self._backfill_in_flight: set[int] = set()
        self._cursor = acknowledged.durable + 1
        self._replays: deque[Range] = deque(maxlen=MAX_REPLAYS)
        self.lost = 0

    @property
    def window(self) -> int:
        """Most back-fill messages that may be unacknowledged now."""
        return int(self._window)

    @property
    def in_flight(self) -> int:
        """Messages sent and neither acknowledged nor given up."""
        return len(self._in_flight)

    def missing(self, newest: int) -> int:
        """How many numbers up to ``newest`` the centre does not hold."""
        return sum(last - first + 1 for first, last in self.acknowledged.gaps(newest))

    def sent(self, seq: int, now_s: float, *, backfill: bool) -> None:
        """Note that ``seq`` was handed to the broker."""
        if seq in self.acknowledged and not backfill:
            return
        self._in_flight.pop(seq, None)
        self._in_flight[seq] = now_s
        if backfill:
            self._backfill_in_flight.add(seq)

    def acked(self, durable: int, above: list[Range]) -> bool:
        """Take the centre's ack; return True if it brought something new."""
        ranges = [(1, durable), *above] if durable >= 1 else above
        changed = False
        for first, last in ranges:
            changed = self.acknowledged.add(max(1, first), last) or changed
        done = [seq for seq in self._in_flight if _within(seq, durable, above)]
        for seq in done:
            del self._in_flight[seq]
            if seq in self._backfill_in_flight:
                self._backfill_in_flight.discard(seq)
                self._window = min(float(self._window_most), self._window + 1.0)
        return changed

    def replay(self, first: int, last: int) -> None:
        """The centre misses ``first`` … ``last``, whatever it acknowledged before."""
        if (first, last) not in self._replays:
            self._replays.append((first, last))

    def expire(self, now_s: float) -> int:
        """Give up what was not acknowledged in time; return how many, to be sent again."""
        # Insertion order is sending order, so the overdue ones stand in front.
        overdue: list[int] = []
        for seq, sent_s in self._in_flight.items():
            if now_s - sent_s < self._ack_timeout_s:
                break
            overdue.append(seq)
        for seq in overdue:
            del self._in_flight[seq]
            if seq in self._backfill_in_flight:
                self._backfill_in_flight.discard(seq)
        if overdue:
            self.lost += len(overdue)
            self._window = max(float(FIRST_WINDOW), self._window / 2.0)
            self._cursor = self.acknowledged.durable + 1
        return len(overdue)

    def disconnected(self) -> None:
        """Forget what was on its way: a new connection starts from what the centre holds."""
        self._in_flight.clear()
        self._backfill_in_flight.clear()
        self._window = float(FIRST_WINDOW)
        self._cursor = self.acknowledged.durable + 1

    def next_backfill(self, newest: int, most: int) -> Range | None:
        """Return the next range to read and send, at most ``most`` long and within the window.

        Replays come first, then the oldest number that is neither held nor on its way.
        """
        room = min(most, self.window - len(self._backfill_in_flight))
        if room <= 0:
            return None
        while self._replays:
            first, last = self._replays[0]
            if first > last or first > newest:
                self._replays.popleft()
                continue
            end = min(last, first + room - 1)
            self._replays[0] = (end + 1, last)
            return first, end
        for first, last in self.acknowledged.gaps(newest):
            start = max(first, self._cursor)
            while start <= last and start in self._in_flight:
                start += 1
            if start > last:
                continue
            end = start
            while end < last and end - start + 1 < room and end + 1 not in self._in_flight:
                end += 1
            self._cursor = end + 1
            return start, end
        return None


def _within(seq: int, durable: int, above: list[Range]) -> bool:
    return seq <= durable or any(first <= seq <= last for first, last in above)
