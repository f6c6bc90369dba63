"""How well a camera was watched lately: analysed frames a second, views left out."""

from collections import deque
from dataclasses import dataclass

from vision.attention.planner import FramePlan

WINDOW_S = 10.0
RECENT_S = 1.0


@dataclass(frozen=True, slots=True)
class Watchfulness:
    """For status and events.

    Args:
        fps: frames a second in which something was analysed, over the last ten seconds.
        skipped_views: views that the overload left out within the last second.
    """

    fps: float
    skipped_views: int


class WatchMeter:
    """Counts plans; time is monotonic seconds."""

    def __init__(self) -> None:
        self._plans: deque[tuple[float, bool, tuple[str, ...]]] = deque()
        self._began_s: float | None = None

    def note(self, now_s: float, plan: FramePlan) -> None:
        """Take one frame's plan after it was carried out."""
        if self._began_s is None:
            self._began_s = now_s
        self._plans.append((now_s, bool(plan.look), plan.skipped))
        self._drop_old(now_s)

    def read(self, now_s: float) -> Watchfulness:
        """Return the figures at ``now_s``."""
        self._drop_old(now_s)
        if self._began_s is None:
            return Watchfulness(0.0, 0)
        span_s = min(WINDOW_S, max(1.0, now_s - self._began_s))
        analysed = sum(was_analysed for _, was_analysed, _ in self._plans)
        skipped = {
            view for at_s, _, views in self._plans if at_s > now_s - RECENT_S for view in views
        }
        return Watchfulness(analysed / span_s, len(skipped))

    def _drop_old(self, now_s: float) -> None:
        while self._plans and self._plans[0][0] <= now_s - WINDOW_S:
            self._plans.popleft()
