"""What the demo says about alarms, and which it acknowledges: a state machine without I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

LEVEL_VI = {"warn": "cảnh báo", "limit": "VƯỢT NGƯỠNG"}
LEVEL_EN = {"warn": "warning", "limit": "LIMIT PASSED"}
MAX_REMEMBERED = 2_000


class Alarm(msgspec.Struct):
    """An alarm as the gateway's API gives it (the fields that the demo needs)."""

    id: str
    station: str
    channel: str
    level: str
    limit: float
    unit: str
    active: bool
    acknowledged: bool
    value: float | None = None
    peak_value: float | None = None
    acknowledged_by: str | None = None


@dataclass(frozen=True)
class Told:
    """A line for the terminal."""

    vietnamese: str
    english: str


@dataclass(frozen=True)
class Acknowledge:
    """An alarm that nobody took in time."""

    alarm: Alarm


@dataclass
class _Seen:
    first_s: float
    active: bool
    acknowledged: bool
    asked: bool = False


class AlarmWatch:
    """Compares what the gateway reports with what was known.

    Args:
        acknowledge_after_s: acknowledge an alarm that nobody took for so long; None: never.
    """

    def __init__(self, acknowledge_after_s: float | None) -> None:
        self._after_s = acknowledge_after_s
        self._seen: dict[str, _Seen] = {}

    def observe(self, alarms: Sequence[Alarm], now_s: float) -> list[Told | Acknowledge]:
        """Return what is new since the last call; ``now_s`` is monotonic time."""
        news: list[Told | Acknowledge] = []
        for alarm in alarms:
            seen = self._seen.get(alarm.id)
            if seen is None:
                if len(self._seen) >= MAX_REMEMBERED:
                    self._seen.pop(next(iter(self._seen)))
                is_open = alarm.active or not alarm.acknowledged
                seen = _Seen(now_s, active=is_open, acknowledged=not is_open)
                self._seen[alarm.id] = seen
                if is_open:
                    news.append(_raised(alarm))
            if alarm.acknowledged and not seen.acknowledged:
                seen.acknowledged = True
                by = alarm.acknowledged_by or "?"
                news.append(
                    Told(
                        f"{_place(alarm)}: đã tiếp nhận bởi {by}",
                        f"{_place(alarm)}: acknowledged by {by}",
                    )
                )
            if seen.active and not alarm.active:
                seen.active = False
                news.append(_returned(alarm))
            if self._is_due(alarm, seen, now_s):
                seen.asked = True
                news.append(Acknowledge(alarm))
        return news

    def retry(self, alarm: Alarm) -> None:
        """Take note that acknowledging did not work, so that it is tried again."""
        if alarm.id in self._seen:
            self._seen[alarm.id].asked = False

    def _is_due(self, alarm: Alarm, seen: _Seen, now_s: float) -> bool:
        if self._after_s is None or alarm.acknowledged or seen.asked:
            return False
        return now_s - seen.first_s >= self._after_s


def _place(alarm: Alarm) -> str:
    return f"{alarm.station}/{alarm.channel} {alarm.limit:g} {alarm.unit}".rstrip()


def _raised(alarm: Alarm) -> Told:
    value = "?" if alarm.value is None else f"{alarm.value:.1f}"
    return Told(
        f"{LEVEL_VI.get(alarm.level, alarm.level)}: {_place(alarm)}, đo được {value}",
        f"{LEVEL_EN.get(alarm.level, alarm.level)}: {_place(alarm)}, measured {value}",
    )


def _returned(alarm: Alarm) -> Told:
    peak = "" if alarm.peak_value is None else f"{alarm.peak_value:.1f}"
    return Told(
        f"{_place(alarm)}: trở lại bình thường (đỉnh {peak})",
        f"{_place(alarm)}: back to normal (peak {peak})",
    )
