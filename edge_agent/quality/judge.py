"""The judge of one channel: state first, then range, spike, rate and stuck."""

from math import inf, isfinite
from typing import Final

from edge_agent.quality.rules import QualityRules
from edge_agent.quality.spike_window import SpikeWindow
from quantrac_core.contracts.quality import Quality, Reason, State

Judgement = tuple[Quality, Reason | None]

GOOD: Final[Judgement] = (Quality.GOOD, None)
UNREADABLE: Final[Judgement] = (Quality.BAD, None)
NOT_A_NUMBER: Final[Judgement] = (Quality.BAD, Reason.NOT_A_NUMBER)
OUT_OF_RANGE: Final[Judgement] = (Quality.BAD, Reason.OUT_OF_RANGE)
SPIKE: Final[Judgement] = (Quality.SUSPECT, Reason.SPIKE)
RATE: Final[Judgement] = (Quality.SUSPECT, Reason.RATE)
STUCK: Final[Judgement] = (Quality.SUSPECT, Reason.STUCK)
OF_STATE: Final[dict[State, Judgement]] = {
    State.CALIBRATING: (Quality.SUSPECT, Reason.NOT_MEASURING),
    State.MAINTENANCE: (Quality.SUSPECT, Reason.NOT_MEASURING),
    State.STOPPED: (Quality.SUSPECT, Reason.NOT_MEASURING),
    State.FAULT: (Quality.BAD, Reason.DEVICE_FAULT),
    State.COMMS_LOST: (Quality.BAD, Reason.NO_CONNECTION),
}
GAP_INTERVALS: Final = 5


class QualityJudge:
    """Judges the values of one channel in the order of their timestamps.

    Only values of the state measuring that are numbers within the range enter the history.
    The history starts anew after calibration, maintenance, fault or stop (the level may have
    shifted), after a silence of more than ``max_gap_s`` and when the timestamps jump back.
    """

    __slots__ = (
        "_anchor", "_anchor_at", "_last_at", "_max_gap_s", "_max_rate", "_rate_at", "_rate_value",
        "_rest_values", "_spike_window", "_stuck_after_s", "_tolerance", "_valid_max", "_valid_min",
    )  # fmt: skip

    def __init__(self, rules: QualityRules, poll_interval_s: float = 1.0) -> None:
        self._valid_min = -inf if rules.valid_min is None else rules.valid_min
        self._valid_max = inf if rules.valid_max is None else rules.valid_max
        self._stuck_after_s = inf if rules.stuck_after_s is None else rules.stuck_after_s
        self._tolerance = rules.stuck_tolerance
        self._rest_values = frozenset(rules.rest_values)
        self._spike_window = None if rules.spike is None else SpikeWindow(rules.spike)
        self._max_rate = rules.max_rate_per_s
        self._max_gap_s = max(rules.max_gap_s, GAP_INTERVALS * poll_interval_s)
        self._last_at = -inf
        self._anchor = inf
        self._anchor_at = 0.0
        self._rate_value = 0.0
        self._rate_at = -inf

    def judge(self, at_s: float, value: float | None, state: State) -> Judgement:
        """Return quality and reason of ``value``, read at ``at_s`` (seconds, any epoch).

        A value of None is bad without a reason here: only the reader knows why.
        """
        if state is not State.MEASURING:
            if state is not State.COMMS_LOST:
                self.reset()
            return UNREADABLE if value is None else OF_STATE[state]
        if value is None:
            return UNREADABLE
        if not self._valid_min <= value <= self._valid_max or not isfinite(value):
            return OUT_OF_RANGE if isfinite(value) else NOT_A_NUMBER
        if not 0.0 <= at_s - self._last_at <= self._max_gap_s:
            self.reset()
        self._last_at = at_s
        unchanged_s = self._unchanged_s(at_s, value)
        if self._spike_window is not None and self._spike_window.is_spike(value):
            return SPIKE
        if self._max_rate is not None and self._is_too_fast(at_s, value):
            return RATE
        if unchanged_s >= self._stuck_after_s and value not in self._rest_values:
            return STUCK
        return GOOD

    def reset(self) -> None:
        """Forget the history, as after a restart."""
        if self._last_at == -inf:
            return
        self._last_at = -inf
        self._anchor = inf
        self._rate_at = -inf
        if self._spike_window is not None:
            self._spike_window.clear()

    def _unchanged_s(self, at_s: float, value: float) -> float:
        if -self._tolerance <= value - self._anchor <= self._tolerance:
            return at_s - self._anchor_at
        self._anchor = value
        self._anchor_at = at_s
        return 0.0

    def _is_too_fast(self, at_s: float, value: float) -> bool:
        # The reference stays at the last accepted value while the allowance grows with time:
        # an outlier is flagged once, and a step passes when a lawful ramp would have arrived.
        elapsed_s = at_s - self._rate_at
        if 0.0 < elapsed_s < inf and self._max_rate is not None:
            distance = abs(value - self._rate_value)
            if distance > self._max_rate * elapsed_s:
                return True
        self._rate_value = value
        self._rate_at = at_s
        return False
