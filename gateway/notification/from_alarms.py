"""Turns an alarm as the database keeps it into what people may have to be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.database.alarms import AlarmRecord
from gateway.notification.notifiable import Notifiable, Priority, State
from gateway.notification.timetable import site_time
from quantrac_core.contracts.messages import StationStatus

LATE_AFTER_MS: Final = 60_000
"""A short break of the link makes back-fill too, but nothing that is late."""
_PRIORITIES: Final[dict[str, Priority]] = {"limit": "high", "warn": "medium"}


@dataclass(slots=True, frozen=True)
class Handling:
    """What the alarm's definition and its flags say about telling people."""

    priority: Priority
    silenced: bool = False
    instructions_vi: str = ""
    instructions_en: str = ""


def handling_of(record: AlarmRecord) -> Handling:
    """Return how an alarm is handled where nothing but its level is known."""
    return Handling(_PRIORITIES.get(record.level, "high"))


def from_alarm(
    record: AlarmRecord,
    handling: Handling,
    births: Mapping[str, StationStatus],
    now_ms: int,
) -> Notifiable:
    """Return ``record`` as a `Notifiable`.

    Args:
        births: what stations say of themselves, for the names of stations and channels.
        now_ms: when it is first looked at, which decides whether it is late.
    """
    birth = births.get(record.station)
    place_vi = birth.name_vi if birth and birth.name_vi else record.station
    place_en = birth.name_en if birth and birth.name_en else place_vi
    label_vi, label_en = _labels(record, birth)
    over_vi, over_en = _verdicts(record)
    state: State = "firing"
    if record.returned_at_ms is not None:
        state = "resolved"
    elif record.acknowledged_at_ms is not None:
        state = "acknowledged"
    return Notifiable(
        id=f"alarm:{record.id}",
        kind="alarm",
        station=record.station,
        camera=None,
        group=f"alarm/{record.station}",
        priority=handling.priority,
        state=state,
        title_vi=f"{label_vi} {over_vi}: {place_vi}"[:200],
        title_en=f"{label_en} {over_en}: {place_en}"[:200],
        text_vi=_text_vi(record, handling)[:2000],
        text_en=_text_en(record, handling)[:2000],
        at_ms=record.raised_at_ms,
        silenced=handling.silenced,
        late=record.backfill and now_ms - record.raised_at_ms > LATE_AFTER_MS,
        url="#/alarms",
    )


def _labels(record: AlarmRecord, birth: StationStatus | None) -> tuple[str, str]:
    for channel in birth.channels if birth else []:
        if channel.name == record.channel:
            label_vi = channel.label_vi or channel.symbol or channel.name
            return label_vi, channel.label_en or label_vi
    return record.channel.upper(), record.channel.upper()


def _verdicts(record: AlarmRecord) -> tuple[str, str]:
    above = record.side == "high"
    if record.level == "warn":
        return (
            ("vượt mức cảnh báo", "above warning")
            if above
            else (
                "dưới mức cảnh báo",
                "below warning",
            )
        )
    return ("vượt ngưỡng", "above its limit") if above else ("dưới ngưỡng", "below its limit")


def _text_vi(record: AlarmRecord, handling: Handling) -> str:
    unit = f" {record.unit}" if record.unit else ""
    lines = [
        f"Giá trị: {_number(record.value)}{unit}; ngưỡng: {_number(record.limit_value)}{unit}.",
        f"Từ {site_time(record.raised_at_ms):%H:%M:%S ngày %d/%m/%Y}.",
    ]
    if record.acknowledged_by:
        lines.append(f"Người tiếp nhận: {record.acknowledged_by}.")
    if record.returned_at_ms is not None:
        lines.append(
            f"Trở lại bình thường lúc {site_time(record.returned_at_ms):%H:%M:%S ngày %d/%m/%Y};"
            f" giá trị lớn nhất ghi nhận: {_number(record.peak_value)}{unit}."
            if record.side == "high"
            else f"Trở lại bình thường lúc {site_time(record.returned_at_ms):%H:%M:%S %d/%m/%Y}."
        )
    elif handling.instructions_vi:
        lines.append(f"Việc cần làm: {handling.instructions_vi}")
    return "\n".join(lines)


def _text_en(record: AlarmRecord, handling: Handling) -> str:
    unit = f" {record.unit}" if record.unit else ""
    lines = [
        f"Value: {_number(record.value, '.')}{unit};"
        f" limit: {_number(record.limit_value, '.')}{unit}.",
        f"Since {site_time(record.raised_at_ms):%H:%M:%S on %d/%m/%Y}.",
    ]
    if record.acknowledged_by:
        lines.append(f"Acknowledged by {record.acknowledged_by}.")
    if record.returned_at_ms is not None:
        lines.append(f"Back to normal at {site_time(record.returned_at_ms):%H:%M:%S on %d/%m/%Y}.")
    elif handling.instructions_en or handling.instructions_vi:
        lines.append(f"What to do: {handling.instructions_en or handling.instructions_vi}")
    return "\n".join(lines)


def _number(value: float | None, mark: str = ",") -> str:
    return "—" if value is None else f"{value:.6g}".replace(".", mark)
