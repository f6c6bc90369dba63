"""A drift-free schedule: ticks lie on a fixed grid of the monotonic clock."""

import math
from dataclasses import dataclass


@dataclass(slots=True)
class Schedule:
    """Ticks at ``start_s + n × period_s``; ticks that were missed are skipped and counted.

    Args:
        period_s: distance of the ticks, > 0.
        start_s: monotonic time of the first tick.
    """

    period_s: float
    start_s: float
    ticks: int = 0
    skipped: int = 0

    def next_tick_s(self, now_s: float) -> float:
        """Return the time of the next tick; never one that already passed by a full period."""
        due_s = self.start_s + self.ticks * self.period_s
        late_periods = math.floor((now_s - due_s) / self.period_s)
        if late_periods > 0:
            self.skipped += late_periods
            self.ticks += late_periods
            due_s += late_periods * self.period_s
        self.ticks += 1
        return due_s
