"""The set of sequence numbers that are safe: one contiguous run and what lies above it.

The same idea as TCP's selective acknowledgement (RFC 2018): live data overtakes
back-fill, so numbers arrive out of order and a single highest number is not enough.
"""

from bisect import bisect_left
from collections.abc import Iterable

Range = tuple[int, int]


class SequenceRanges:
    """Numbers 1 … ``durable`` plus disjoint inclusive ranges above, sorted, not adjacent."""

    __slots__ = ("_above", "_durable")

    def __init__(self, durable: int = 0, above: Iterable[Range] = ()) -> None:
        self._durable = durable
        self._above: list[Range] = []
        for first, last in above:
            self.add(first, last)

    @property
    def durable(self) -> int:
        """Highest number below which nothing is missing."""
        return self._durable

    @property
    def above(self) -> list[Range]:
        """Ranges held above the first gap, ascending."""
        return list(self._above)

    @property
    def highest(self) -> int:
        """Highest number held at all."""
        return self._above[-1][1] if self._above else self._durable

    def add(self, first: int, last: int | None = None) -> bool:
        """Add ``first`` … ``last`` (inclusive); return False if all of it was held already.

        Raises:
            ValueError: if ``last`` lies before ``first``.
        """
        if last is None:
            last = first
        if last < first:
            raise ValueError(f"range ends before it begins: {first}..{last}")
        if last <= self._durable:
            return False
        first = max(first, self._durable + 1)
        index = bisect_left(self._above, (first, first))
        if index and self._above[index - 1][1] >= first - 1:
            index -= 1
            if self._above[index][1] >= last:
                return False
            first = min(first, self._above[index][0])
        end = index
        while end < len(self._above) and self._above[end][0] <= last + 1:
            last = max(last, self._above[end][1])
            end += 1
        if end == index + 1 and self._above[index] == (first, last):
            return False
        self._above[index:end] = [(first, last)]
        if self._above[0][0] <= self._durable + 1:
            self._durable = self._above.pop(0)[1]
        return True

    def __contains__(self, seq: int) -> bool:
        if seq <= self._durable:
            return True
        index = bisect_left(self._above, (seq + 1, 0)) - 1
        return index >= 0 and self._above[index][0] <= seq <= self._above[index][1]

    def gaps(self, up_to: int | None = None) -> list[Range]:
        """Return the missing ranges below ``up_to`` (default: the highest number held)."""
        end = self.highest if up_to is None else up_to
        missing: list[Range] = []
        cursor = self._durable + 1
        for first, last in self._above:
            if first > end:
                break
            if cursor < first:
                missing.append((cursor, first - 1))
            cursor = last + 1
        if cursor <= end:
            missing.append((cursor, end))
        return missing
