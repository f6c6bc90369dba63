"""Events of cameras: from the broker to the list, whatever the order, and what people say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.gateway.browser import Browser
from tests.gateway.camera import FakeCamera, evidence_file
from tests.gateway.conftest import Centre
from tests.peers.process import until


def event_of(centre: Centre, event_id: str) -> Any:
    return centre.api.get(f"/events/{event_id}")


def test_an_event_is_committed_acknowledged_and_shown(centre: Centre, camera: FakeCamera) -> None:
    camera.send(camera.event(1))
    camera.send(camera.event(2, revision=2, score=0.9, evidence=[evidence_file("clip.mp4", b"c")]))
    camera.send(camera.event(3, revision=3, phase="end", ended_at=datetime.now(UTC)))

    until(lambda: camera.durable_seq() == 3)

    (shown,) = centre.api.get("/events", camera=camera.camera)["events"]
    assert shown["phase"] == "end"
    assert (shown["revision"], shown["late"], shown["verdict"]) == (3, False, None)
    assert shown["name_vi"] == "Đột nhập cổng chính"
    assert shown["bearing_deg"] == 132.5
    assert event_of(centre, camera.event_id(1)) == shown


@pytest.mark.parametrize("order", [(3, 1, 2), (3, 2, 1, 3), (1, 3, 2)], ids=str)
def test_the_highest_revision_stands_whatever_the_order(
    centre: Centre, camera: FakeCamera, order: tuple[int, ...]
) -> None:
    phases = {1: "new", 2: "update", 3: "end"}
    for revision in order:
        camera.send(
            camera.event(revision, revision=revision, phase=phases[revision], count=revision)
        )

    until(lambda: camera.durable_seq() == 3)

    (shown,) = centre.api.get("/events", camera=camera.camera)["events"]
    assert (shown["revision"], shown["phase"], shown["count"]) == (3, "end", 3)


@pytest.mark.parametrize(
    ("age_s", "backfill", "clock", "late"),
    [
        (2, False, "synced", False),
        (2, True, "synced", False),
        (20, True, "synced", True),
        (300, False, "synced", True),
        (2, True, "unsynced", True),
    ],
)
def test_news_is_late_by_its_age_and_not_by_back_fill_alone(
    centre: Centre, camera: FakeCamera, age_s: float, backfill: bool, clock: str, late: bool
) -> None:
    at = datetime.now(UTC) - timedelta(seconds=age_s)
    camera.send(camera.event(1, at=at, began_at=at, backfill=backfill, clock=clock))

    until(lambda: camera.durable_seq() == 1)

    assert event_of(centre, camera.event_id(1))["late"] is late


def test_a_gap_is_asked_for_and_what_is_not_held_any_more_is_closed(
    centre: Centre, camera: FakeCamera
) -> None:
    camera.send(camera.holds(1, 5))
    camera.send(camera.event(1, 1))
    camera.send(camera.event(5, 5))

    request = until(lambda: camera.replays[-1:])[0]
    assert (request.from_seq, request.to_seq) == (2, 4)
    camera.send(camera.event(4, 4, backfill=True))
    camera.send(camera.holds(4, 5))

    until(lambda: camera.durable_seq() == 5)
    assert len(centre.api.get("/events", camera=camera.camera)["events"]) == 3


def test_pages_follow_one_another_without_a_double_or_a_hole(
    centre: Centre, camera: FakeCamera
) -> None:
    same = camera.began_at
    for seq in range(1, 26):
        began = same if seq > 10 else same + timedelta(seconds=seq)
        camera.send(camera.event(seq, seq, began_at=began))
    until(lambda: camera.durable_seq() == 25)

    seen: list[str] = []
    page = centre.api.get("/events", camera=camera.camera, limit="7")
    while True:
        seen += [event["id"] for event in page["events"]]
        if page["next"] is None:
            break
        page = centre.api.get("/events", camera=camera.camera, limit="7", after=page["next"])

    newest = [camera.event_id(seq) for seq in range(10, 0, -1)]
    assert seen == newest + [camera.event_id(seq) for seq in range(25, 10, -1)]


def test_filters_find_what_they_say(centre: Centre, camera: FakeCamera) -> None:
    hour = timedelta(hours=1)
    now = datetime.now(UTC)
    camera.send(camera.event(1, 1, rule="dot-nhap", priority="high"))
    camera.send(camera.event(2, 2, rule="dam-dong", kind="crowd", priority="low"))
    camera.send(camera.event(3, 3, phase="end", began_at=now - 3 * hour, ended_at=now))
    until(lambda: camera.durable_seq() == 3)
    verdict = {"verdict": "false", "note": "con mèo"}
    assert centre.api.post(f"/events/{camera.event_id(2)}/verdict", verdict)[0] == 200

    def numbers(**wanted: str) -> list[int]:
        found = centre.api.get("/events", camera=camera.camera, **wanted)["events"]
        return sorted(int(event["id"][-6:]) for event in found)

    assert numbers() == [1, 2, 3]
    assert numbers(rule="dam-dong") == [2]
    assert numbers(kind="crowd") == [2]
    assert numbers(priority="high", phase="open") == [1]
    assert numbers(phase="ended") == [3]
    assert numbers(verdict="false") == [2]
    assert numbers(verdict="none") == [1, 3]
    assert numbers(from_=(now - hour).isoformat()) == [1, 2]
    assert numbers(to=(now - hour).isoformat()) == [3]
    assert numbers(verdict="true") == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=501",
        "limit=0",
        "after=x.y",
        "after=1.short",
        "verdict=perhaps",
        "phase=new",
        "priority=urgent",
        "camera=A%20b",
        "rule=%00",
        "from=1000-01-01T00:00:00Z",
        "from=soon",
    ],
)
def test_absurd_questions_get_one_sentence(centre: Centre, query: str) -> None:
    status, text, _ = centre.api.raw(f"/api/v1/events?{query}")

    assert status == 422
    assert '"detail":"' in text


def test_verdicts_and_locks_stand_through_later_revisions_and_are_in_the_log(
    centre: Centre, camera: FakeCamera
) -> None:
    camera.send(camera.event(1))
    until(lambda: camera.durable_seq() == 1)
    path = f"/events/{camera.event_id(1)}"

    centre.api.of("Lan").post(f"{path}/verdict", {"verdict": "unclear"})
    minh = centre.api.of("Minh")
    minh.post(f"{path}/verdict", {"verdict": "true", "note": "rõ mặt"})
    locked = minh.post(f"{path}/lock", {"locked": True, "reason": "vụ án"})[1]
    camera.send(camera.event(2, revision=2))
    until(lambda: event_of(centre, camera.event_id(1))["revision"] == 2)

    assert locked["locked"] is True
    shown = event_of(centre, camera.event_id(1))
    assert (shown["verdict"], shown["verdict_by"], shown["note"]) == ("true", "Minh", "rõ mặt")
    assert shown["locked"] is True
    log = centre.api.get(f"{path}/custody")
    assert log["intact"] is True
    assert [(line["action"], line["by"], line["detail"]) for line in log["entries"]] == [
        ("verdict", "service:Lan", "unclear"),
        ("verdict", "service:Minh", "true: rõ mặt"),
        ("locked", "service:Minh", "vụ án"),
    ]


def test_what_is_said_about_an_unknown_event_is_not_found(centre: Centre) -> None:
    verdict = {"verdict": "true"}
    assert centre.api.post("/events/nothing-like-it/verdict", verdict)[0] == 404
    assert centre.api.raw("/api/v1/events/nothing-like-it")[0] == 404
    assert centre.api.raw("/api/v1/events/..%2Fgateway.db")[0] in (404, 422)


def test_the_stream_tells_of_every_revision_and_verdict_and_of_cameras(
    centre: Centre, camera: FakeCamera
) -> None:
    browser = Browser(centre.api.port)
    browser.next("hello")

    camera.send(camera.status())
    assert browser.next("camera", id=camera.camera)["state"] == "live"
    camera.send(camera.event(1))
    assert browser.next("event", id=camera.event_id(1))["phase"] == "new"
    camera.send(camera.event(2, revision=2))
    assert browser.next("event", id=camera.event_id(1))["revision"] == 2
    verdict = {"verdict": "true"}
    centre.api.post(f"/events/{camera.event_id(1)}/verdict", verdict)
    assert browser.next("event", id=camera.event_id(1))["verdict"] == "true"
    browser.close()
