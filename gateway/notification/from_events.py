"""Turns a security event as the database keeps it into what people may have to be told."""

from collections.abc import Mapping
from typing import Final

from gateway.database.events import EventRecord
from gateway.notification.from_alarms import camera_names
from gateway.notification.notifiable import Notifiable, State, is_pressing
from gateway.notification.timetable import site_time
from quantrac_core.contracts.camera_messages import CameraEvent, CameraStatus
from quantrac_core.contracts.messages import ms_from_utc

FORGOTTEN_AFTER_MS: Final = 24 * 3_600_000
"""After a day nobody is called any more about an event that nobody has judged."""
_TO_DO_VI: Final = "xem ảnh và đoạn ghi hình, báo tổ an ninh nếu là thật, rồi ghi kết luận."
_TO_DO_EN: Final = "look at picture and clip, tell security if it is real, then judge it."
_VERDICTS_VI: Final = {"true": "đúng", "false": "báo nhầm", "unclear": "chưa rõ"}
_VERDICTS_EN: Final = {"true": "true", "false": "false alarm", "unclear": "unclear"}


def from_event(record: EventRecord, now_ms: int, cameras: Mapping[str, CameraStatus]) -> Notifiable:
    """Return ``record`` as a `Notifiable`.

    A pressing event that has ended still needs a person's word: an intruder who has left the
    picture has not gone home.
    """
    event = record.message
    judged = record.verdict is not None
    ended = event.phase == "end"
    state: State = "firing"
    if ended or record.verdict == "false":
        state = "resolved"
    elif judged:
        state = "acknowledged"
    began_ms = ms_from_utc(event.began_at)
    place_vi, place_en = camera_names(event.camera, cameras)
    name_vi = event.name_vi or event.name_en or event.rule
    waits = is_pressing(event.priority) and now_ms - began_ms < FORGOTTEN_AFTER_MS
    return Notifiable(
        id=f"event:{event.id}",
        kind="event",
        station=None,
        camera=event.camera,
        group=f"event/{event.camera}",
        priority=event.priority,
        state=state,
        title_vi=f"{name_vi}: {place_vi}"[:200],
        title_en=f"{event.name_en or name_vi}: {place_en}"[:200],
        text_vi=_text(
            f"Lúc {site_time(began_ms):%H:%M:%S ngày %d/%m/%Y}.",
            "Đã kết thúc." if ended else "Đang diễn ra.",
            _where(event, "Vùng: {}.", "Cách camera khoảng {} m, hướng {}°."),
            f"Số đối tượng: {event.count}." if event.count > 1 else "",
            f"Kết luận: {_VERDICTS_VI.get(record.verdict or '', '')} ({record.verdict_by})."
            if judged
            else f"Việc cần làm: {_TO_DO_VI}",
        ),
        text_en=_text(
            f"At {site_time(began_ms):%H:%M:%S on %d/%m/%Y}.",
            "It has ended." if ended else "It is going on.",
            _where(event, "Zone: {}.", "About {} m from the camera, bearing {}°."),
            f"Objects: {event.count}." if event.count > 1 else "",
            f"Verdict: {_VERDICTS_EN.get(record.verdict or '', '')} ({record.verdict_by})."
            if judged
            else f"What to do: {_TO_DO_EN}",
        ),
        at_ms=began_ms,
        late=record.late,
        needs_word=waits and not judged,
        url=f"#/events/{event.id}",
    )


def _where(event: CameraEvent, zone: str, place: str) -> str:
    lines = [zone.format(event.zone)] if event.zone else []
    if event.distance_m is not None and event.bearing_deg is not None:
        lines.append(place.format(round(event.distance_m), round(event.bearing_deg) % 360))
    return " ".join(lines)


def _text(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
