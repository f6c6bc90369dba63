"""Turns an alarm as the database keeps it into what people may have to be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from gateway.database.alarm_records import AlarmRecord
from gateway.notification.notifiable import Notifiable, Priority, State
from gateway.notification.timetable import site_time
from quantrac_core.contracts.messages import StationStatus

CENTRE_LEVEL: Final = "fault"
"""Level of the alarms that the centre raises itself; their ``channel`` is their kind."""
_CENTRE_TITLES: Final = {
    "station_offline": ("Trạm mất kết nối", "Station offline"),
    "clock_unsynced": ("Đồng hồ trạm chưa đồng bộ", "Station clock not synchronised"),
    "data_lost": ("Mất số liệu", "Data lost"),
    "camera_down": ("Camera mất hình", "Camera down"),
    "notices_failing": ("Không gửi được thông báo", "Notices cannot be sent"),
}
_SINKS: Final = {
    "email": ("thư điện tử", "e-mail"),
    "push": ("trình duyệt", "browsers"),
    "webhook": ("hệ thống ngoài", "system"),
    "apprise": ("tin nhắn", "messenger"),
}


@dataclass(slots=True, frozen=True)
class Handling:
    """What the alarm's definition and its flags say about telling people."""

    priority: Priority
    silenced: bool = False
    instructions_vi: str = ""
    instructions_en: str = ""


def handling_of(record: AlarmRecord) -> Handling:
    """Return what the record says of it."""
    return Handling(
        cast(Priority, record.priority),
        record.silenced_by is not None,
        record.instructions_vi,
        record.instructions_en,
    )


def from_alarm(
    record: AlarmRecord,
    handling: Handling,
    births: Mapping[str, StationStatus],
) -> Notifiable:
    """Return ``record`` as a `Notifiable`; one that came late is silenced while it is late.

    Args:
        births: what stations say of themselves, for the names of stations and channels.
    """
    is_sink = record.subject == "sink"
    birth = births.get(record.station) if record.subject == "station" else None
    place_vi = birth.name_vi if birth and birth.name_vi else record.station
    place_en = birth.name_en if birth and birth.name_en else place_vi
    if is_sink:
        place_vi, place_en = _sink_names(record.station)
    what_vi, what_en = _titles(record, birth)
    state: State = "firing"
    if record.returned_at_ms is not None:
        state = "resolved"
    elif record.acknowledged_at_ms is not None:
        state = "acknowledged"
    return Notifiable(
        id=f"alarm:{record.id}",
        kind="alarm",
        station=record.station if record.subject == "station" else None,
        camera=record.station if record.subject == "camera" else None,
        group=f"alarm/{record.station}",
        priority=handling.priority,
        state=state,
        title_vi=f"{what_vi}: {place_vi}"[:200],
        title_en=f"{what_en}: {place_en}"[:200],
        text_vi=_text_vi(record, handling)[:2000],
        text_en=_text_en(record, handling)[:2000],
        at_ms=record.raised_at_ms,
        silenced=handling.silenced,
        url="#/notices" if is_sink else "#/alarms",
        avoid=record.station if is_sink else "",
    )


def _sink_names(sink: str) -> tuple[str, str]:
    kind, _, name = sink.partition(":")
    vi, en = _SINKS.get(kind, (kind, kind))
    return (f"{vi} {name}", f"{en} {name}") if name else (vi, en)


def _titles(record: AlarmRecord, birth: StationStatus | None) -> tuple[str, str]:
    if record.level == CENTRE_LEVEL:
        return _CENTRE_TITLES.get(record.channel, (record.channel, record.channel))
    label_vi, label_en = _labels(record, birth)
    over_vi, over_en = _verdicts(record)
    return f"{label_vi} {over_vi}", f"{label_en} {over_en}"


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
        *_measured(record, "Giá trị: {value}; ngưỡng: {limit}.", ","),
        f"Từ {site_time(record.raised_at_ms):%H:%M:%S ngày %d/%m/%Y}.",
    ]
    if record.acknowledged_by:
        lines.append(f"Người tiếp nhận: {record.acknowledged_by}.")
    if record.returned_at_ms is not None:
        back = f"Trở lại bình thường lúc {site_time(record.returned_at_ms):%H:%M:%S ngày %d/%m/%Y}"
        if record.side == "high" and record.level != CENTRE_LEVEL:
            back += f"; giá trị lớn nhất ghi nhận: {_number(record.peak_value)}{unit}"
        lines.append(f"{back}.")
    elif handling.instructions_vi:
        lines.append(f"Việc cần làm: {handling.instructions_vi}")
    return "\n".join(lines)


def _text_en(record: AlarmRecord, handling: Handling) -> str:
    lines = [
        *_measured(record, "Value: {value}; limit: {limit}.", "."),
        f"Since {site_time(record.raised_at_ms):%H:%M:%S on %d/%m/%Y}.",
    ]
    if record.acknowledged_by:
        lines.append(f"Acknowledged by {record.acknowledged_by}.")
    if record.returned_at_ms is not None:
        lines.append(f"Back to normal at {site_time(record.returned_at_ms):%H:%M:%S on %d/%m/%Y}.")
    elif handling.instructions_en or handling.instructions_vi:
        lines.append(f"What to do: {handling.instructions_en or handling.instructions_vi}")
    return "\n".join(lines)


def _measured(record: AlarmRecord, pattern: str, mark: str) -> list[str]:
    if record.level == CENTRE_LEVEL:
        return []
    unit = f" {record.unit}" if record.unit else ""
    value, limit = (f"{_number(each, mark)}{unit}" for each in (record.value, record.limit_value))
    return [pattern.format(value=value, limit=limit)]


def _number(value: float | None, mark: str = ",") -> str:
    return "—" if value is None else f"{value:.6g}".replace(".", mark)
