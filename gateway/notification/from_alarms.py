"""Turns an alarm as the database keeps it into what people may have to be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from gateway.database.alarm_records import AlarmRecord
from gateway.notification.notifiable import Notifiable, Priority, State
from gateway.notification.timetable import site_time
from gateway.reports.wording import NO_FIGURE, basis_text, plain_number, span_text, with_unit
from quantrac_core.contracts.camera_messages import CameraStatus
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
    cameras: Mapping[str, CameraStatus],
) -> Notifiable:
    """Return ``record`` as a `Notifiable`; one that came late is silenced while it is late.

    Args:
        births, cameras: what stations and cameras say of themselves, for the names.
    """
    is_sink = record.subject == "sink"
    birth = births.get(record.station) if record.subject == "station" else None
    place_vi = birth.name_vi if birth and birth.name_vi else record.station
    place_en = birth.name_en if birth and birth.name_en else place_vi
    if record.subject == "camera":
        place_vi, place_en = camera_names(record.station, cameras)
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
        figure_vi=_figure_vi(record),
        figure_en=_figure_en(record),
        at_ms=record.raised_at_ms,
        silenced=handling.silenced,
        url="#/notices" if is_sink else "#/alarms",
        avoid=record.station if is_sink else "",
    )


def camera_names(camera: str, cameras: Mapping[str, CameraStatus]) -> tuple[str, str]:
    """Return what a camera calls itself in Vietnamese and English, else its id."""
    status = cameras.get(camera)
    vi = status.name_vi if status and status.name_vi else f"camera {camera}"
    return vi, status.name_en if status and status.name_en else vi


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
    figure = _figure_vi(record)
    lines = [*([f"{figure}."] if figure else []), f"Từ {_instant(record.raised_at_ms)}."]
    if record.acknowledged_by:
        at = f", lúc {_instant(record.acknowledged_at_ms)}" if record.acknowledged_at_ms else ""
        lines.append(f"Người tiếp nhận: {record.acknowledged_by}{at}.")
        if record.note:
            lines.append(f"Ghi chú: {record.note}")
    if record.returned_at_ms is not None:
        back = f"Trở lại bình thường lúc {_instant(record.returned_at_ms)}"
        back += f", sau {span_text(_lasted_s(record))}"
        if record.level != CENTRE_LEVEL:
            which = "lớn nhất" if record.side == "high" else "nhỏ nhất"
            back += f"; giá trị {which} ghi nhận: {_value(record, record.peak_value)}"
        lines.append(f"{back}.")
    elif handling.instructions_vi and not record.acknowledged_by:
        lines.append(f"Việc cần làm:\n{handling.instructions_vi}")
    return "\n".join(lines)


def _text_en(record: AlarmRecord, handling: Handling) -> str:
    figure = _figure_en(record)
    since = f"Since {site_time(record.raised_at_ms):%H:%M:%S on %d/%m/%Y}."
    lines = [*([f"{figure}."] if figure else []), since]
    if record.acknowledged_by:
        lines.append(f"Acknowledged by {record.acknowledged_by}.")
        if record.note:
            lines.append(f"Note: {record.note}")
    if record.returned_at_ms is not None:
        back = f"Back to normal at {site_time(record.returned_at_ms):%H:%M:%S on %d/%m/%Y}"
        if record.level != CENTRE_LEVEL:
            which = "highest" if record.side == "high" else "lowest"
            back += f"; {which} value: {_in_english(_value(record, record.peak_value))}"
        lines.append(f"{back}.")
    elif (handling.instructions_en or handling.instructions_vi) and not record.acknowledged_by:
        lines.append(f"What to do:\n{handling.instructions_en or handling.instructions_vi}")
    return "\n".join(lines)


def _figure_vi(record: AlarmRecord) -> str:
    if record.basis == "count" and record.value is not None:
        return f"Số lượt đo bị mất: {plain_number(record.value)}"
    if record.level == CENTRE_LEVEL:
        return ""
    what = "Giá trị" if record.basis == "value" else basis_text(record.basis).capitalize()
    bound = "mức cảnh báo" if record.level == "warn" else "ngưỡng"
    value, limit = _value(record, record.value), _value(record, record.limit_value)
    return f"{what}: {value}; {bound}: {limit}"


def _figure_en(record: AlarmRecord) -> str:
    if record.basis == "count" and record.value is not None:
        return f"Scans lost: {record.value:,.0f}"
    if record.level == CENTRE_LEVEL:
        return ""
    mean_s = record.basis.removeprefix("mean_").removesuffix("s")
    what = f"Mean of {int(mean_s) / 60:g} min" if mean_s.isdigit() else "Value"
    bound = "warning level" if record.level == "warn" else "limit"
    value, limit = _value(record, record.value), _value(record, record.limit_value)
    return f"{what}: {_in_english(value)}; {bound}: {_in_english(limit)}"


def _value(record: AlarmRecord, value: float | None) -> str:
    # An ordinary space: whoever searches in mails and messages types one.
    return with_unit(plain_number(value) if value is not None else NO_FIGURE, record.unit).replace(
        "\u00a0", " "
    )


def _in_english(text: str) -> str:
    return text.translate(str.maketrans(",.", ".,"))


def _instant(at_ms: int) -> str:
    return f"{site_time(at_ms):%H:%M:%S ngày %d/%m/%Y}"


def _lasted_s(record: AlarmRecord) -> float:
    return ((record.returned_at_ms or record.raised_at_ms) - record.raised_at_ms) / 1000
