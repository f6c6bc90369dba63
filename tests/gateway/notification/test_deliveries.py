"""From an alarm on MQTT to mail, webhook and Apprise, over real servers that fail and hang."""

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.access.permissions import Role
from gateway.database import births
from gateway.database.engine import Database
from gateway.notification.signing import signature
from tests.gateway.camera import FakeCamera
from tests.gateway.conftest import Centre
from tests.gateway.notification.conftest import WEBHOOK_SECRET, add_recipient, change
from tests.gateway.station import FakeStation
from tests.gateway.visitor import new_person
from tests.peers.gateway import CALLER
from tests.peers.http_sink import HttpSink, http_sink
from tests.peers.process import until
from tests.peers.smtp_sink import MailSink

IOC = {"kind": "webhook", "name": "ioc"}
OTHER = {"kind": "webhook", "name": "other"}
LAN = {"kind": "email", "address": "lan@example.vn"}


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def events_of(sink: HttpSink) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in sink.accepted() if one.path == "/events"]


def has_kept_birth(centre: Centre, station: FakeStation) -> bool:
    """Tell whether the centre knows the station's name from now on."""
    database = Database(f"sqlite:///{centre.config['database']['path']}")
    with contextlib.closing(database), database.reading() as connection:
        return any(birth.station == station.station for birth, _ in births.load_all(connection))


def test_an_alarm_and_its_end_arrive_signed_by_mail_and_through_apprise(
    new_centre: Callable[..., Centre],
    section: Callable[..., dict[str, Any]],
    hook: HttpSink,
    mails: MailSink,
    station: FakeStation,
) -> None:
    centre = new_centre(notification=section(hook, mails, public_url="https://ioc.example.vn"))
    add_recipient(centre, "ioc", [IOC], mode="system")
    add_recipient(centre, "lan", [LAN, {"kind": "apprise", "name": "duty"}])
    since = now()
    station.send(station.birth())
    until(lambda: has_kept_birth(centre, station))
    station.send(station.alarm(1, "raised", since))

    until(lambda: len(hook.accepted()) == 2 and len(mails.mails) == 1, told_by=centre.process.log)

    taken = next(one for one in hook.accepted() if one.path == "/events")
    event = json.loads(taken.body)
    assert event["specversion"] == "1.0"
    assert event["type"] == "vn.quantrac.notice.firing"
    assert event["data"]["items"][0]["station"] == station.station
    assert event["data"]["items"][0]["url"] == "https://ioc.example.vn/#/alarms"
    sent_s = int(taken.headers["quantrac-timestamp"])
    assert taken.headers["quantrac-signature"] == signature(WEBHOOK_SECRET, sent_s, taken.body)
    assert taken.headers["content-type"].startswith("application/cloudevents+json")
    apprise = next(json.loads(one.body) for one in hook.accepted() if one.path == "/apprise")
    assert apprise["title"] == "COD vượt ngưỡng: Trạm Thanh Hải"
    mail = mails.mails[0]
    assert mail["Subject"] == "COD vượt ngưỡng: Trạm Thanh Hải"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Giá trị: 120 mg/l; ngưỡng: 100 mg/l." in body.get_content()

    station.send(station.alarm(2, "returned", since, value=90.0))
    until(lambda: len(mails.mails) == 2 and len(events_of(hook)) == 2)
    end = mails.mails[1]
    assert end["Subject"].startswith("[ĐÃ TRỞ LẠI BÌNH THƯỜNG] COD")
    assert end["References"] == mail["References"]
    assert end["Message-ID"] != mail["Message-ID"]
    assert events_of(hook)[1]["type"] == "vn.quantrac.notice.resolved"
    until(lambda: centre.api.get("/notification")["waiting"] == 0)
    shown = centre.api.get("/notification/deliveries")["deliveries"]
    assert {one["state"] for one in shown} == {"sent"}


def test_a_receiver_that_fails_hangs_and_comes_back_gets_everything_in_order_under_the_same_ids(
    new_centre: Callable[..., Centre],
    section: Callable[..., dict[str, Any]],
    hook: HttpSink,
    station: FakeStation,
) -> None:
    with http_sink() as other:
        centre = new_centre(notification=section(hook, other=other))
        add_recipient(centre, "ioc", [IOC], mode="system")
        add_recipient(centre, "other", [OTHER], mode="system")
        since = now()
        hook.status = 503
        station.send(station.alarm(1, "raised", since))
        until(lambda: len(hook.taken) >= 2 and len(events_of(other)) == 1)
        ids = {json.loads(one.body)["id"] for one in hook.taken}
        waiting = centre.api.get("/notification/deliveries", state="waiting")["deliveries"]
        assert [one["error"] for one in waiting] == ["the receiver answered 503"]

        hook.hang()
        arrived = hook.arrivals
        until(lambda: hook.arrivals > arrived)
        station.send(station.alarm(2, "returned", since, value=90.0))
        until(lambda: len(events_of(other)) == 2, told_by=centre.process.log)
        assert events_of(hook) == []

        hook.status = 204
        hook.release()
        until(lambda: len({event["id"] for event in events_of(hook)}) == 2)
        heard = events_of(hook)
        assert {heard[0]["id"]} == ids
        assert heard[-1]["type"] == "vn.quantrac.notice.resolved"
        until(lambda: centre.api.get("/notification")["waiting"] == 0)


def test_a_kill_in_mid_delivery_loses_nothing_and_a_duplicate_has_the_same_id(
    new_centre: Callable[..., Centre],
    section: Callable[..., dict[str, Any]],
    hook: HttpSink,
    station: FakeStation,
) -> None:
    centre = new_centre(notification=section(hook, timeout_s=30))
    add_recipient(centre, "ioc", [IOC], mode="system")
    since = now()
    hook.hang()
    station.send(station.alarm(1, "raised", since))
    until(lambda: hook.arrivals == 1)

    centre.process.kill()
    hook.release()
    centre.process.start()
    until(lambda: centre.api.get("/health")["checks"]["mqtt"]["ok"])
    until(lambda: len(events_of(hook)) == 2, told_by=centre.process.log)
    station.send(station.alarm(2, "returned", since, value=90.0))
    until(lambda: len(events_of(hook)) == 3)

    first, again, end = events_of(hook)
    assert first["id"] == again["id"] != end["id"]
    assert end["type"] == "vn.quantrac.notice.resolved"
    until(lambda: centre.api.get("/notification")["sent"] == 2)


def test_what_comes_late_is_told_to_nobody(
    new_centre: Callable[..., Centre],
    section: Callable[..., dict[str, Any]],
    hook: HttpSink,
    station: FakeStation,
) -> None:
    centre = new_centre(notification=section(hook))
    add_recipient(centre, "ioc", [IOC], mode="system")
    station.send(station.alarm(1, "raised", now() - timedelta(hours=2), backfill=True))
    station.send(station.alarm(2, "raised", now(), alarm="cod.high.warn.value", level="warn"))

    until(lambda: len(events_of(hook)) == 1)
    assert len(centre.api.get("/alarms", station=station.station)["alarms"]) == 2
    assert events_of(hook)[0]["data"]["priority"] == "medium"


def test_a_flood_reaches_a_person_as_few_messages_that_count_the_rest(
    new_centre: Callable[..., Centre],
    section: Callable[..., dict[str, Any]],
    mails: MailSink,
    new_station: Callable[..., FakeStation],
    unique: str,
) -> None:
    centre = new_centre(notification=section(mails=mails))
    add_recipient(centre, "lan", [LAN], max_per_hour=4)
    flooded = new_station(unique)
    since = now()
    for number in range(500):
        flooded.send(flooded.alarm(number + 1, "raised", since, alarm=f"cod{number}.high.limit"))

    def told() -> int:
        counts = [str(mail["Subject"]).partition(" thông báo") for mail in mails.mails]
        return sum(int(number) if rest else 1 for number, rest, _ in counts)

    until(lambda: told() == 500, told_by=lambda: str([mail["Subject"] for mail in mails.mails]))
    assert len(mails.mails) <= 5
    largest = max(mails.mails, key=lambda mail: len(mail.as_bytes()))
    text = largest.get_body(("plain",))
    assert text is not None
    assert "thông báo khác" in text.get_content()


def test_a_security_event_is_told_and_waits_for_a_persons_word(
    new_centre: Callable[..., Centre],
    section: Callable[..., dict[str, Any]],
    hook: HttpSink,
    new_camera: Callable[..., FakeCamera],
    unique: str,
) -> None:
    centre = new_centre(notification=section(hook))
    add_recipient(centre, "ioc", [IOC], mode="system", rules=[{"kinds": ["event"]}])
    camera = new_camera(centre, unique)
    camera.send(camera.event(1))
    until(lambda: len(events_of(hook)) == 1)
    camera.send(camera.event(2, revision=2, phase="end", ended_at=datetime.now(UTC)))
    until(lambda: camera.durable_seq() == 2)
    status, _ = centre.api.post(f"/events/{camera.event_id(1)}/verdict", {"verdict": "true"})
    assert status == 200

    until(lambda: len(events_of(hook)) == 2)
    assert [event["type"].rpartition(".")[2] for event in events_of(hook)] == ["firing", "resolved"]
    assert f"Kết luận: đúng ({CALLER})" in events_of(hook)[1]["data"]["text"]


def test_a_test_message_tells_its_result(
    new_centre: Callable[..., Centre], section: Callable[..., dict[str, Any]], mails: MailSink
) -> None:
    centre = new_centre(notification=section(mails=mails))
    nobody = {"kind": "email", "address": "nobody@example.vn"}
    add_recipient(centre, "lan", [LAN, nobody], rules=[])

    status, answer = change(centre, "/recipients/lan/test", {}, "POST")

    assert status == 200
    ids = [one["id"] for one in answer["deliveries"]]
    assert len(ids) == 2

    def results() -> dict[str, Any]:
        shown = [centre.api.get(f"/notification/deliveries/{one}") for one in ids]
        return {one["target"]: one for one in shown}

    until(lambda: all(one["state"] != "waiting" for one in results().values()))
    found = results()
    assert found["lan@example.vn"]["state"] == "sent"
    assert found["nobody@example.vn"]["state"] == "failed"
    assert "550" in found["nobody@example.vn"]["error"]
    assert mails.mails[0]["Subject"] == "Tin thử từ hệ thống quan trắc"
    again = change(centre, f"/deliveries/{found['nobody@example.vn']['id']}/retry", {}, "POST")
    assert again[0] == 200
    assert (
        change(centre, f"/deliveries/{found['lan@example.vn']['id']}/retry", {}, "POST")[0] == 409
    )


def test_a_mail_server_that_is_down_for_a_while_loses_nothing(
    new_centre: Callable[..., Centre], section: Callable[..., dict[str, Any]], mails: MailSink
) -> None:
    centre = new_centre(notification=section(mails=mails))
    add_recipient(centre, "lan", [LAN], rules=[])
    mails.answer = "451 try again later"
    change(centre, "/recipients/lan/test", {}, "POST")
    until(lambda: mails.refused >= 2)

    mails.answer = "250 OK"

    until(lambda: len(mails.mails) == 1)
    until(lambda: centre.api.get("/notification")["sent"] == 1)


def test_nonsense_is_refused_in_one_sentence_without_secrets(
    new_centre: Callable[..., Centre], section: Callable[..., dict[str, Any]], hook: HttpSink
) -> None:
    centre = new_centre(notification=section(hook))
    good = {"name": "Lan", "channels": [IOC], "rules": [{}]}
    bad: list[tuple[str, Any]] = [
        ("/recipients/lan", {**good, "channels": [OTHER]}),
        ("/recipients/lan", {**good, "channels": [LAN]}),
        ("/recipients/lan", {**good, "surprise": 1}),
        ("/recipients/lan", {**good, "name": "x" * 81}),
        ("/recipients/lan", []),
        ("/recipients/LAN!", good),
        ("/rosters/duty", {"name": "Trực", "shifts": [{"window": {}, "recipient": "lan"}]}),
        (
            "/rosters/duty",
            {
                "name": "Trực",
                "shifts": [
                    {"window": {"begin": "06:00", "end": "18:00"}, "recipient": "nobody-known"}
                ],
            },
        ),
    ]
    for path, body in bad:
        status, answer = change(centre, path, body)
        assert status == 422, (path, body, answer)
        assert "\n" not in answer["detail"]
        assert WEBHOOK_SECRET not in answer["detail"]
    for path in ("/recipients/nobody/test", "/deliveries/" + "0" * 32 + "/retry"):
        assert change(centre, path, {}, "POST")[0] == 404
    assert change(centre, "/rosters/none", {}, "DELETE")[0] == 404
    assert WEBHOOK_SECRET not in centre.process.log()


def test_a_recipient_in_a_roster_stays_until_the_roster_lets_go(
    new_centre: Callable[..., Centre], section: Callable[..., dict[str, Any]], hook: HttpSink
) -> None:
    centre = new_centre(notification=section(hook))
    add_recipient(centre, "lan", [IOC])
    always = {"begin": "00:00", "end": "00:00"}
    roster = {"name": "Trực", "shifts": [{"window": always, "recipient": "lan"}]}

    assert change(centre, "/rosters/duty", roster)[0] == 200
    assert centre.api.get("/notification/rosters")["rosters"][0]["on_duty"] == {"1": ["lan"]}
    assert change(centre, "/recipients/lan", {}, "DELETE")[0] == 409
    assert change(centre, "/rosters/duty", {}, "DELETE")[0] == 200
    assert change(centre, "/recipients/lan", {}, "DELETE")[0] == 200
    assert centre.api.get("/notification/recipients") == {"recipients": []}


def test_an_account_sets_its_own_quiet_hours_and_browsers_and_nothing_else(
    new_centre: Callable[..., Centre], section: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    push = {"key_file": str(tmp_path / "push.pem"), "contact": "mailto:it@example.vn"}
    centre = new_centre(notification=section(push=push))
    night = {"weekdays": [], "begin": "22:00", "end": "06:00"}
    mine = {"language": "en", "quiet": [night]}
    me, _ = new_person(centre.api, "lan.tran", Role.TECHNICIAN)
    own = "/notification"
    assert me.post(f"{own}/mine", mine, "PUT")[0] == 404

    add_recipient(centre, "me", [{"kind": "push"}], account="lan.tran")
    assert me.post(f"{own}/mine", mine, "PUT") == (200, {"name": "me", **mine})
    kept = centre.api.get("/notification/recipients")["recipients"][0]["settings"]
    assert (kept["quiet"], kept["language"], len(kept["rules"])) == ([night], "en", 1)
    assert me.post(f"{own}/mine", {**mine, "rules": []}, "PUT")[0] == 422

    browser = {"endpoint": "https://push.example/a", "keys": {"p256dh": "A" * 87, "auth": "A" * 22}}
    assert me.post(f"{own}/push/subscriptions", browser)[0] == 200
    assert me.get(f"{own}/push")[1]["browsers"] == 1
    bad = {**browser, "endpoint": "http://127.0.0.1/"}
    assert me.post(f"{own}/push/subscriptions", bad)[0] == 422
    forget = {"endpoint": browser["endpoint"]}
    assert me.post(f"{own}/push/forget", forget)[0] == 200
    assert me.post(f"{own}/push/forget", forget)[0] == 404
