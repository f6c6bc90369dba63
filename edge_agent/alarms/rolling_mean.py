"""Time-weighted rolling mean of usable values, with the share of the window they cover."""

import json
from collections import deque
from typing import Final, NamedTuple

MAX_BUCKETS: Final = 300
"""Slices per window: one second in 5 minutes, 288 s in a day; memory is bounded by it."""


class Bucket(NamedTuple):
    """Usable time in one slice of the window: slice number, ∫ value dt, seconds covered."""

    number: int
    area: float
    covered_s: float


class RollingMean:
    """Mean of the last ``window_s`` seconds, each value weighted by the time it stood.

    A usable value stands until the next update, but never longer than ``max_hold_s``; an
    unusable one ends it. The window is kept in slices of 1/300 (at least 1 s, or a tenth); the
    one that is leaving counts by the share still inside, so the mean is exact to one slice's
    share of the values' spread. An update costs O(1) amortised; sums are never subtracted from (two
    stacks instead), so one huge value leaves no rounding residue behind.
    """

    __slots__ = (
        "_back", "_back_area", "_back_covered_s", "_bucket_s", "_front", "_held", "_last_mono_s",
        "_max_hold_s", "_now_s", "_open", "window_s",
    )  # fmt: skip

    def __init__(self, window_s: float, max_hold_s: float) -> None:
        if not (window_s > 0 and max_hold_s > 0):
            raise ValueError(f"window_s {window_s} and max_hold_s {max_hold_s} must be positive")
        self.window_s = window_s
        self._bucket_s = max(window_s / MAX_BUCKETS, min(1.0, window_s / 10))
        self._max_hold_s = max_hold_s
        self._now_s = 0.0
        self._last_mono_s: float | None = None
        self._held: float | None = None
        # Oldest slice last; each entry carries the sums of itself and everything newer in front.
        self._front: list[tuple[Bucket, float, float]] = []
        self._back: deque[Bucket] = deque()
        self._back_area = 0.0
        self._back_covered_s = 0.0
        self._open = Bucket(0, 0.0, 0.0)

    def update(self, mono_s: float, value: float | None) -> None:
        """Take a scan at ``mono_s`` (monotonic seconds); None stands for anything unusable."""
        if self._last_mono_s is not None and mono_s > self._last_mono_s:
            self._advance(mono_s - self._last_mono_s)
        if self._last_mono_s is None or mono_s > self._last_mono_s:
            self._last_mono_s = mono_s
        self._held = value

    @property
    def coverage(self) -> float:
        """Share of the window that usable values cover, 0 … 1."""
        return min(1.0, self._sums()[1] / self.window_s)

    def mean(self, min_coverage: float) -> float | None:
        """Return the mean, or None while usable values cover less than ``min_coverage``."""
        area, covered_s = self._sums()
        # A window of 300 scans of 1 s adds up with rounding; a millionth is no lack of data.
        if covered_s <= 0 or covered_s < min_coverage * self.window_s * (1 - 1e-6):
            return None
        return area / covered_s

    def _advance(self, elapsed_s: float) -> None:
        start_s = self._now_s
        self._now_s = start_s + elapsed_s
        if self._held is not None:
            end_s = start_s + min(elapsed_s, self._max_hold_s)
            start_s = max(start_s, self._now_s - self.window_s - self._bucket_s)
            while start_s < end_s:
                index = int(start_s // self._bucket_s)
                piece_end_s = min(end_s, (index + 1) * self._bucket_s)
                if piece_end_s <= start_s:
                    index += 1
                    piece_end_s = min(end_s, (index + 1) * self._bucket_s)
                self._add(index, piece_end_s - start_s)
                start_s = piece_end_s
        self._drop_old()

    def _add(self, index: int, seconds: float) -> None:
        assert self._held is not None
        last = self._open
        if index != last.number:
            self._close(last)
            last = Bucket(index, 0.0, 0.0)
        self._open = Bucket(index, last.area + self._held * seconds, last.covered_s + seconds)

    def _close(self, bucket: Bucket) -> None:
        if bucket.covered_s > 0:
            self._back.append(bucket)
            self._back_area += bucket.area
            self._back_covered_s += bucket.covered_s

    def _drop_old(self) -> None:
        window_start_s = self._now_s - self.window_s
        while self._front or self._back:
            if not self._front:
                self._flip()
            if (self._front[-1][0].number + 1) * self._bucket_s > window_start_s:
                break
            self._front.pop()
        if (self._open.number + 1) * self._bucket_s <= window_start_s:
            self._open = Bucket(self._open.number, 0.0, 0.0)

    def _flip(self) -> None:
        area = covered_s = 0.0
        for bucket in reversed(self._back):
            area += bucket.area
            covered_s += bucket.covered_s
            self._front.append((bucket, area, covered_s))
        self._back.clear()
        self._back_area = self._back_covered_s = 0.0

    def _sums(self) -> tuple[float, float]:
        area = self._back_area + self._open.area
        covered_s = self._back_covered_s + self._open.covered_s
        if not self._front:
            return area, covered_s
        oldest, front_area, front_covered_s = self._front[-1]
        outside_s = self._now_s - self.window_s - oldest.number * self._bucket_s
        if outside_s <= 0:
            return area + front_area, covered_s + front_covered_s
        inside = 1.0 - outside_s / self._bucket_s
        if len(self._front) > 1:
            _, newer_area, newer_covered_s = self._front[-2]
            area += newer_area
            covered_s += newer_covered_s
        return area + oldest.area * inside, covered_s + oldest.covered_s * inside

    def snapshot(self, mono_s: float) -> str:
        """Return the whole state at ``mono_s`` as one line of JSON text."""
        return json.dumps(
            {
                "now_s": self._now_s,
                "held": self._held,
                "age_s": None if self._last_mono_s is None else mono_s - self._last_mono_s,
                "bucket_s": self._bucket_s,
                "front": [entry[0] for entry in self._front],
                "back": list(self._back),
                "open": self._open,
            },
            separators=(",", ":"),
        )

    def restore(self, snapshot: str, mono_s: float, gap_s: float) -> None:
        """Continue from `snapshot`, taken ``gap_s`` (≥ 0) seconds before ``mono_s``.

        A snapshot of another window is ignored: the mean begins anew.

        Raises:
            ValueError: the text is no snapshot.
        """
        try:
            state = json.loads(snapshot)
            if state["bucket_s"] != self._bucket_s:
                return
            front = [_bucket(entry) for entry in state["front"]]
            back = [_bucket(entry) for entry in state["back"]]
            opened = _bucket(state["open"])
            now_s = float(state["now_s"])
            held = None if state["held"] is None else float(state["held"])
            age_s = None if state["age_s"] is None else float(state["age_s"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"no snapshot of a rolling mean: {snapshot[:80]!r}") from error
        self._front, self._back = [], deque(reversed(front))
        self._flip()
        for bucket in back:
            self._close(bucket)
        self._open, self._now_s, self._held = opened, now_s, held
        self._last_mono_s = None if age_s is None else mono_s - gap_s - age_s


def _bucket(entry: object) -> Bucket:
    if not isinstance(entry, list) or len(entry) != 3:
        raise ValueError("a bucket has three numbers")
    return Bucket(int(entry[0]), float(entry[1]), float(entry[2]))
