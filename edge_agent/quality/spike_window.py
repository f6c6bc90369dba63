"""Robust test of one value against the median of the values just before it."""

from bisect import bisect_left, insort
from collections import deque

from edge_agent.quality.rules import SpikeRule

MAD_TO_SIGMA = 1.4826
MIN_SAMPLES = 5


class SpikeWindow:
    """The last accepted values, sorted and in order of arrival; spikes stay outside."""

    __slots__ = (
        "_confirm", "_factor", "_floor", "_order", "_size", "_sorted",
        "_suspects", "_suspects_high",
    )  # fmt: skip

    def __init__(self, rule: SpikeRule) -> None:
        self._floor = rule.floor
        self._factor = rule.k * MAD_TO_SIGMA
        self._size = rule.window
        self._confirm = rule.confirm_samples
        self._order: deque[float] = deque()
        self._sorted: list[float] = []
        self._suspects: list[float] = []
        self._suspects_high = False

    def clear(self) -> None:
        """Forget everything."""
        self._order.clear()
        self._sorted.clear()
        self._suspects.clear()

    def is_spike(self, value: float) -> bool:
        """Tell whether finite ``value`` is a spike, and learn from it."""
        ordered = self._sorted
        count = len(ordered)
        if count >= MIN_SAMPLES:
            half = count >> 1
            median = ordered[half] if count & 1 else (ordered[half - 1] + ordered[half]) * 0.5
            deviation = value - median
            high = deviation > 0
            distance = deviation if high else -deviation
            if distance > self._floor and distance > self._factor * self._mad(median):
                return not self._is_confirmed(value, high)
            if self._suspects:
                self._suspects.clear()
        self._accept(value)
        return False

    def _accept(self, value: float) -> None:
        ordered = self._sorted
        self._order.append(value)
        if len(ordered) == self._size:
            oldest = self._order.popleft()
            if oldest == value:
                return
            del ordered[bisect_left(ordered, oldest)]
        insort(ordered, value)

    def _is_confirmed(self, value: float, high: bool) -> bool:
        if high is not self._suspects_high:
            self._suspects.clear()
            self._suspects_high = high
        self._suspects.append(value)
        if len(self._suspects) < self._confirm:
            return False
        new_normal = self._suspects
        self._suspects = []
        self._order = deque(new_normal[-self._size :])
        self._sorted = sorted(self._order)
        return True

    def _mad(self, median: float) -> float:
        distances = sorted([abs(value - median) for value in self._sorted])
        half = len(distances) >> 1
        if len(distances) & 1:
            return distances[half]
        return (distances[half - 1] + distances[half]) * 0.5
