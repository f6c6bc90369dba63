"""Quarantine of a unit that does not answer, so that it costs its line little. Pure.

States: trusted → (``patience`` failed scans in a row) → quarantined → (pause over) →
due: one probe → trusted, or quarantined for longer. Time is injected.
"""

from dataclasses import dataclass, field
from enum import Enum

from quantrac_core.runtime.backoff import Backoff

PATIENCE = 2
FIRST_PAUSE_S = 2.0
MOST_PAUSE_S = 60.0


class Standing(Enum):
    """What may be asked of a unit now."""

    TRUSTED = "trusted"
    QUARANTINED = "quarantined"
    DUE = "due"


def _pauses() -> Backoff:
    return Backoff(first_s=FIRST_PAUSE_S, most_s=MOST_PAUSE_S, jitter=0.1)


@dataclass(slots=True)
class Quarantine:
    """The standing of one unit on one link.

    Args:
        patience: failed scans in a row before the first quarantine, >= 1.
        pauses: the growing pauses (s) between probes.
    """

    patience: int = PATIENCE
    pauses: Backoff = field(default_factory=_pauses)
    failures_in_row: int = 0
    _until_s: float | None = None

    def standing(self, now_s: float) -> Standing:
        """Return what may be asked of the unit at ``now_s`` (monotonic seconds)."""
        if self._until_s is None:
            return Standing.TRUSTED
        return Standing.DUE if now_s >= self._until_s else Standing.QUARANTINED

    @property
    def is_active(self) -> bool:
        """Whether the unit is quarantined or waits for its probe."""
        return self._until_s is not None

    def succeeded(self) -> None:
        """Note that the unit answered, be it with an exception."""
        self.failures_in_row = 0
        self._until_s = None
        self.pauses.reset()

    def failed(self, now_s: float) -> None:
        """Note a scan or probe without a usable answer."""
        self.failures_in_row += 1
        if self._until_s is not None or self.failures_in_row >= self.patience:
            self._until_s = now_s + self.pauses.next_delay_s()
