"""How well a camera is being watched: analysed frames a second, lag, views left out."""

from collections import deque
from dataclasses import dataclass
from typing import Final

WINDOW_S: Final = 10.0


@dataclass(slots=True, frozen=True)
class WatchFigures:
    """Means over the last ten seconds.

    Args:
        fps: analysed frames a second.
        lag_s: from the picture's arrival to the end of its analysis.
        skipped_views: views that the newest plan left out although they were due.
    """

    fps: float = 0.0
    lag_s: float = 0.0
    skipped_views: int = 0


class WatchMeter:
    """Collects one entry an analysed frame; bounded by its window of time."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, float]] = deque(maxlen=1_000)
        self._skipped_views = 0

    def analysed(self, now_s: float, lag_s: float, skipped_views: int) -> None:
        """Note one analysed frame; ``now_s`` is monotonic."""
        self._frames.append((now_s, lag_s))
        self._skipped_views = skipped_views
        self._forget(now_s)

    def figures(self, now_s: float) -> WatchFigures:
        """Return the means up to ``now_s``."""
        frames = [frame for frame in list(self._frames) if frame[0] > now_s - WINDOW_S]
        if not frames:
            return WatchFigures()
        # A camera that has just begun is not called slow for the seconds before.
        span_s = max(now_s - frames[0][0], 1.0)
        return WatchFigures(
            fps=round(len(frames) / span_s, 2),
            lag_s=round(sum(lag_s for _, lag_s in frames) / len(frames), 3),
            skipped_views=self._skipped_views,
        )

    def _forget(self, now_s: float) -> None:
        while self._frames and self._frames[0][0] <= now_s - WINDOW_S:
            self._frames.popleft()
