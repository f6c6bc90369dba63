"""Steps of the wall clock: noticed, marked, and kept from giving two scans one time."""

from dataclasses import dataclass

from quantrac_core.contracts.messages import ClockState

STEP_MS = 500
STEPPED_FOR_S = 60.0


@dataclass(slots=True)
class Timestamps:
    """Watches the wall clock against the monotonic one, scan by scan.

    A timestamp is part of the identity of a stored point. Where the clock was set back,
    times overlap a stretch already measured; `observe` tells, and the outbox then finds
    the next free millisecond.

    Args:
        newest_ms: newest time already stored, 0 for none.
    """

    newest_ms: int = 0
    steps: int = 0
    last_step_ms: int = 0
    _offset_ms: float | None = None
    _stepped_at_s: float = float("-inf")

    def observe(self, wall_ms: int, monotonic_s: float) -> bool:
        """Take the time of a new scan; return whether earlier scans may have the same one."""
        offset_ms = wall_ms - monotonic_s * 1000.0
        if self._offset_ms is not None and abs(offset_ms - self._offset_ms) > STEP_MS:
            self.steps += 1
            self.last_step_ms = round(offset_ms - self._offset_ms)
            self._stepped_at_s = monotonic_s
        self._offset_ms = offset_ms
        overlaps = wall_ms <= self.newest_ms
        self.newest_ms = max(self.newest_ms, wall_ms)
        return overlaps

    def moved(self, at_ms: int) -> None:
        """Note that the scan just observed got ``at_ms`` instead of the clock's time."""
        self.newest_ms = max(self.newest_ms, at_ms)

    def clock_state(self, monotonic_s: float, synchronised: bool) -> ClockState:
        """Return ``stepped`` for a minute after a step, else what the kernel says."""
        if monotonic_s - self._stepped_at_s < STEPPED_FOR_S:
            return "stepped"
        return "synced" if synchronised else "unsynced"
