"""One alarm: on-delay, dead-band, off-delay, silence while the device does not measure."""

from typing import Final

from edge_agent.alarms.rules import AlarmRule
from quantrac_core.contracts.messages import Transition
from quantrac_core.contracts.quality import Quality, State

Snapshot = dict[str, float | str | bool | None]
SUPPRESSING: Final = frozenset({State.CALIBRATING, State.MAINTENANCE, State.STOPPED})
MAX_RESTART_GAP_S: Final = 30 * 86_400.0


class AlarmMachine:
    """The state of one alarm, moved only by `update`.

    What counts as evidence (ISA-18.2, suppressed by design):

    * a good value while measuring moves the delays;
    * an absent, suspect or bad value, a fault or a lost device is no evidence: the delay
      stands still, and starts anew after a silence longer than itself;
    * calibrating, maintenance and stopped suppress: a running delay is forgotten, an alarm
      that is raised stays raised and does not return on calibration values.

    A delay counts monotonic time between good values, at most ``max_hold_s`` for each, so
    neither a clock step nor a frozen or stopped process can fire or hold back an alarm.
    """

    __slots__ = (
        "_elapsed_s", "_good_before", "_high", "_last_at_ms", "_last_good_s", "_last_mono_s",
        "_max_hold_s", "_off_delay_s", "_on_delay_s", "_return_threshold", "_threshold",
        "raised", "rule", "since_ms",
    )  # fmt: skip

    def __init__(self, rule: AlarmRule, max_hold_s: float) -> None:
        self.rule = rule
        self.raised = False
        self.since_ms: int | None = None
        self._high = rule.side == "high"
        self._threshold = rule.threshold
        self._return_threshold = rule.return_threshold
        self._on_delay_s = rule.on_delay_s
        self._off_delay_s = rule.off_delay_s
        self._max_hold_s = max_hold_s
        self._elapsed_s: float | None = None
        self._good_before = False
        self._last_good_s = 0.0
        self._last_mono_s = 0.0
        self._last_at_ms = 0

    def update(
        self, at_ms: int, mono_s: float, value: float | None, state: State, quality: Quality
    ) -> Transition | None:
        """Take one scan; return what happened to the alarm, or None.

        ``at_ms`` is the wall time that `since_ms` gets, in ms since 1970; ``mono_s`` the
        monotonic time in seconds, which never runs backwards.
        """
        self._last_at_ms = at_ms
        self._last_mono_s = mono_s
        if value is None or quality is not Quality.GOOD or state is not State.MEASURING:
            self._good_before = False
            if state in SUPPRESSING:
                self._elapsed_s = None
            return None
        if self.raised:
            toward = (
                value <= self._return_threshold if self._high else value >= self._return_threshold
            )
            delay_s = self._off_delay_s
        else:
            toward = value > self._threshold if self._high else value < self._threshold
            delay_s = self._on_delay_s
        if not toward:
            self._elapsed_s = None
        elif self._elapsed_s is None:
            self._elapsed_s = 0.0
        else:
            self._count(mono_s - self._last_good_s, delay_s)
        self._good_before = True
        self._last_good_s = mono_s
        if self._elapsed_s is None or self._elapsed_s < delay_s:
            return None
        self._elapsed_s = None
        self.raised = not self.raised
        if self.raised:
            self.since_ms = at_ms
            return "raised"
        return "returned"

    def _count(self, silence_s: float, delay_s: float) -> None:
        assert self._elapsed_s is not None
        if silence_s > max(delay_s, self._max_hold_s):
            self._elapsed_s = 0.0
        elif self._good_before:
            self._elapsed_s += max(0.0, min(silence_s, self._max_hold_s))

    def snapshot(self) -> Snapshot:
        """Return the state as plain JSON values; times are relative, except two wall times."""
        return {
            "raised": self.raised,
            "since_ms": self.since_ms,
            "elapsed_s": self._elapsed_s,
            "good_before": self._good_before,
            "since_good_s": self._last_mono_s - self._last_good_s,
            "at_ms": self._last_at_ms,
        }

    def restore(self, snapshot: Snapshot, now_ms: int, mono_s: float) -> None:
        """Continue from `snapshot`; ``now_ms`` and ``mono_s`` are the same present instant.

        The time in between is taken from the wall clock, bounded to 0 … 30 days, because a
        station may start before its clock is right.

        Raises:
            ValueError: the snapshot lacks a key or has a value of the wrong kind.
        """
        try:
            raised = bool(snapshot["raised"])
            since_ms = _optional(snapshot["since_ms"])
            elapsed_s = _optional(snapshot["elapsed_s"])
            good_before = bool(snapshot["good_before"])
            at_ms = int(_number(snapshot["at_ms"]))
            since_good_s = _number(snapshot["since_good_s"])
        except (KeyError, TypeError) as error:
            raise ValueError(f"no snapshot of {self.rule.alarm_name}: {error}") from error
        if raised and since_ms is None:
            raise ValueError(f"no snapshot of {self.rule.alarm_name}: raised without since_ms")
        self.raised, self._good_before, self._elapsed_s = raised, good_before, elapsed_s
        self.since_ms = None if since_ms is None else int(since_ms)
        self._last_at_ms = at_ms
        self._last_mono_s = mono_s - restart_gap_s(at_ms, now_ms)
        self._last_good_s = self._last_mono_s - since_good_s


def restart_gap_s(before_ms: int, now_ms: int) -> float:
    """Return the seconds between two wall times, bounded to 0 … 30 days."""
    return min(max((now_ms - before_ms) / 1000, 0.0), MAX_RESTART_GAP_S)


def _number(value: float | str | bool | None) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _optional(value: float | str | bool | None) -> float | None:
    return None if value is None else _number(value)
