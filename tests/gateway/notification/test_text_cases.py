"""Recorded cases: what becomes of a thing, and what people and systems then read."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.alarms.instructions import instructions_for
from gateway.database.alarm_records import AlarmRecord
from gateway.database.events import EventRecord
from gateway.database.notice_queue import Delivery
from gateway.database.report_sections import Reminder
from gateway.notification.apprise_channel import message_body
from gateway.notification.bundling import Bundle, Waiting
from gateway.notification.email import compose_mail
from gateway.notification.from_alarms import from_alarm, handling_of
from gateway.notification.from_events import from_event
from gateway.notification.message import Message, compose
from gateway.notification.notifiable import Notifiable
from gateway.notification.settings import SmtpSettings
from gateway.notification.signing import cloud_event
from gateway.notification.web_push import push_content
from gateway.report_reminders import ended, from_reminder
from quantrac_core.contracts.camera_messages import CameraEvent, CameraStatus
from quantrac_core.contracts.messages import Channel, StationStatus, ms_from_utc
from tests.gateway.notification.samples import NOON_MS

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
NOON = datetime.fromisoformat("2025-11-25T12:00:00+07:00")
SMTP = SmtpSettings(host="localhost", sender="quantrac@example.vn")
URL = "https://ioc.example.vn"
ID = "0123456789abcdef0123456789abcdef"
BIRTH = StationStatus(
    station="thanh-hai",
    state="online",
    boot_id="b",
    outbox_id="o",
    started_at=NOON,
    name_vi="Trạm KCN Thanh Hải",
    name_en="Thanh Hai industrial zone",
    channels=[
        Channel("cod", "mg/l", "COD"),
        Channel("ph", "", "pH"),
        Channel("flow_out", "m3/h", "Q", label_vi="Lưu lượng ra", label_en="Outflow"),
    ],
)
CAMERA = CameraStatus(
    camera="cong-chinh",
    state="live",
    boot_id="b",
    at=NOON,
    since=NOON,
    name_vi="Camera cổng chính",
    name_en="Main gate",
)


def alarm_of(wanted: dict[str, Any]) -> Notifiable:
    times = {
        f"{name}_at_ms": ms_of(wanted.pop(name, None)) for name in ("acknowledged", "returned")
    }
    level, channel = wanted["level"], wanted.get("channel", "cod")
    vi, en = instructions_for(channel if level == "fault" else level)
    fields: dict[str, Any] = {
        "station": "thanh-hai",
        "channel": "cod",
        "side": "high",
        "basis": "value",
        "peak_value": None,
        "unit": "mg/l",
        "raised_at_ms": NOON_MS,
        "backfill": False,
        "acknowledged_by": None,
        "note": "",
        "priority": "high",
        "instructions_vi": vi,
        "instructions_en": en,
        **times,
        **wanted,
    }
    name = f"{fields['channel']}.{fields['side']}.{level}"
    id = f"{fields['station']}.{name}.{NOON_MS}"
    record = AlarmRecord(id=id, alarm=name, **fields)
    births, cameras = {"thanh-hai": BIRTH}, {"cong-chinh": CAMERA}
    return from_alarm(record, handling_of(record), births, cameras)


def event_of(wanted: dict[str, Any], verdict: str | None, now_ms: int) -> Notifiable:
    fields: dict[str, Any] = {
        "camera": "cong-chinh",
        "outbox_id": "o",
        "boot_id": "b",
        "seq": 1,
        "at": NOON,
        "clock": "synced",
        "id": "cong-chinh-1",
        "phase": "new",
        "revision": 1,
        "rule": "xam-nhap",
        "kind": "intrusion",
        "label": "person",
        "score": 0.9,
        "zone": "bãi hoá chất",
        "began_at": NOON,
        "priority": "high",
        "name_vi": "Người vào khu vực cấm",
        "name_en": "Person in a forbidden area",
        "distance_m": 34.6,
        "bearing_deg": 121.2,
        **wanted,
    }
    if "ended_at" in wanted:
        fields["ended_at"] = datetime.fromisoformat(wanted["ended_at"])
    by = None if verdict is None else "Đại uý Minh"
    record = EventRecord(
        CameraEvent(**fields),
        NOON_MS,
        NOON_MS,
        False,
        verdict,
        by,
        None,
        "",
        False,  # type: ignore[arg-type]
    )
    return from_event(record, now_ms, {"cong-chinh": CAMERA})


def thing_of(wanted: dict[str, Any], now_ms: int) -> Notifiable:
    if "alarm" in wanted:
        return alarm_of(dict(wanted["alarm"]))
    if "event" in wanted:
        return event_of(dict(wanted["event"]), wanted.get("verdict"), now_ms)
    title, owner = "Sản lượng và nước thải", "Phòng Kỹ thuật"
    deadline_ms = NOON_MS + 5 * 3_600_000
    news = from_reminder(Reminder("2025-w48", "production", NOON_MS, owner, title, deadline_ms))
    return ended(news) if wanted.get("phase") == "resolved" else news


def ms_of(moment: str | None) -> int | None:
    return None if moment is None else ms_from_utc(datetime.fromisoformat(moment))


def read(case: Path) -> Message:
    wanted = yaml.safe_load((case / "input.yaml").read_text(encoding="utf-8"))
    now_ms = ms_from_utc(wanted["now"])
    things = [thing_of(one, now_ms) for one in wanted["things"]]
    items = tuple(
        Waiting(
            number,
            thing.id,
            one.get("phase", "firing"),
            one.get("round", 0),
            thing.priority,
            thing.group,
            now_ms,
        )
        for number, (one, thing) in enumerate(zip(wanted["things"], things, strict=True))
    )
    bundle = Bundle(wanted.get("kind", "single"), items)
    known = {thing.id: thing for thing in things}
    return compose(bundle, known, wanted.get("language", "vi"), "", now_ms)


def rendered(message: Message) -> dict[str, str]:
    """Return each channel's form of a message by the name of its file."""
    fields: dict[str, Any] = dict.fromkeys(Delivery.__dataclass_fields__, 0)
    delivery = Delivery(**{**fields, "id": ID, "target": "lan@example.vn", "recipient": "lan"})
    mail = compose_mail(delivery, message, SMTP, URL)
    plain = mail.get_body(("plain",))
    assert plain is not None
    return {
        "mail.txt": f"{mail['Subject']}\n---\n{plain.get_content()}",
        "telegram.txt": f"{message.title}\n---\n{message_body(delivery, message, URL)}\n",
        "push.json": pretty(push_content(delivery, message)),
        "webhook.json": pretty(cloud_event(delivery, message, URL)),
    }


def pretty(body: bytes) -> str:
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_people_and_systems_read(case: Path) -> None:
    for name, text in rendered(read(case)).items():
        assert text == (case / name).read_text(encoding="utf-8"), name
