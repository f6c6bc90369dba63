"""The overload ladder: what is given up, in which order, and when it comes back."""

from dataclasses import dataclass

from vision.attention.settings import OverloadSettings

MAX_LEVEL = 3
FLAP_FACTOR = 8.0
"""The most by which a ladder that goes up and down is slowed."""


@dataclass(frozen=True, slots=True)
class Relief:
    """What a level gives up; each keeps what the lower ones gave up.

    Intrusion, line crossing and every other rule that is not named here, tamper detection and
    recording are never given up. Counting crowds costs nothing beside finding them, so it stays.

    Args:
        level: 0 nothing; 1 newest frame only; 2 a slower sweep; 3 fewer frames in views without
            rules.
        max_in_flight: frames of a camera that may be in work at once.
        sweep_factor: times the configured time of a sweep.
        fps_share_without_rules: of the configured rate, in views without rules.
    """

    level: int
    max_in_flight: int
    sweep_factor: float
    fps_share_without_rules: float


LADDER = (
    Relief(0, 2, 1.0, 1.0),
    Relief(1, 1, 1.0, 1.0),
    Relief(2, 1, 4.0, 1.0),
    Relief(3, 1, 4.0, 0.2),
)
NO_RELIEF = LADDER[0]


class Overload:
    """Climbs one step while it is too slow, and descends one when it was calm for long.

    A step that must be taken back soon after makes the next descent wait twice as long.
    """

    def __init__(self, settings: OverloadSettings) -> None:
        self._settings = settings
        self._level = 0
        self._hot_since_s: float | None = None
        self._calm_since_s: float | None = None
        self._descended_s: float | None = None
        self._patience = 1.0

    @property
    def relief(self) -> Relief:
        """What is given up now."""
        return LADDER[self._level]

    def observe(self, now_s: float, lag_s: float, busy: float) -> Relief:
        """Take one measurement, about one a second, and return what is given up from now on.

        Args:
            now_s: monotonic seconds.
            lag_s: from the picture to the decision, of the newest decision.
            busy: share of the last second in which the detector had work waiting, 0 … 1.
        """
        limits = self._settings
        is_hot = lag_s > limits.high_lag_s or busy > limits.high_busy
        is_calm = lag_s < limits.low_lag_s and busy < limits.low_busy
        self._hot_since_s = _since(self._hot_since_s, now_s, holds=is_hot)
        self._calm_since_s = _since(self._calm_since_s, now_s, holds=is_calm)
        calm_s = limits.calm_after_s * self._patience
        if _lasted(self._hot_since_s, now_s, limits.climb_after_s) and self._level < MAX_LEVEL:
            self._climb(now_s)
        elif _lasted(self._calm_since_s, now_s, calm_s) and self._level > 0:
            self._level -= 1
            self._descended_s = self._calm_since_s = now_s
        elif self._level == 0 and _lasted(self._calm_since_s, now_s, 4 * calm_s):
            self._patience = 1.0
        return self.relief

    def _climb(self, now_s: float) -> None:
        recent_s = 2 * self._settings.calm_after_s * self._patience
        if self._descended_s is not None and now_s - self._descended_s < recent_s:
            self._patience = min(FLAP_FACTOR, 2 * self._patience)
        self._level += 1
        self._hot_since_s = now_s


def _since(began_s: float | None, now_s: float, *, holds: bool) -> float | None:
    if not holds:
        return None
    return now_s if began_s is None else began_s


def _lasted(began_s: float | None, now_s: float, least_s: float) -> bool:
    return began_s is not None and now_s - began_s >= least_s
