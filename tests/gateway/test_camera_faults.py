"""The gateway is killed while events and files come in: nothing is lost, nothing is doubled."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.gateway.browser import Browser
from tests.gateway.camera import FakeCamera, evidence_file
from tests.gateway.conftest import Centre
from tests.peers.process import free_port, until

CLIP = os.urandom(6_000_000)


def test_a_gateway_killed_in_mid_ingest_loses_and_doubles_no_event(
    new_centre: Callable[..., Centre], new_camera: Callable[..., FakeCamera], unique: str
) -> None:
    centre = new_centre()
    camera = new_camera(centre, unique)
    camera.send(camera.holds(1, 300))
    for seq in range(1, 301):
        number, revision = (seq + 2) // 3, (seq - 1) % 3 + 1
        phase = {1: "new", 2: "update", 3: "end"}[revision]
        camera.send(camera.event(seq, number, revision, phase=phase))
        if seq % 150 == 0:
            until(lambda: camera.acks)
            centre.process.kill()
            centre.process.start()
            camera.acks.clear()
    camera.send(camera.holds(1, 300))
    answered = 0

    def whole() -> bool:
        nonlocal answered
        for request in camera.replays[answered:]:
            answered += 1
            for seq in range(request.from_seq, request.to_seq + 1):
                number, revision = (seq + 2) // 3, (seq - 1) % 3 + 1
                phase = {1: "new", 2: "update", 3: "end"}[revision]
                camera.send(camera.event(seq, number, revision, phase=phase, backfill=True))
        return camera.durable_seq() == 300

    until(whole, 40)

    shown = centre.api.get("/events", camera=unique, limit="500")["events"]
    assert sorted(event["id"] for event in shown) == [camera.event_id(n) for n in range(1, 101)]
    assert {(event["revision"], event["phase"]) for event in shown} == {(3, "end")}


def test_an_upload_goes_on_after_the_gateway_was_killed(
    new_centre: Callable[..., Centre], new_camera: Callable[..., FakeCamera], unique: str
) -> None:
    centre = new_centre()
    camera = new_camera(centre, unique)
    event = camera.event_id(1)
    camera.send(camera.event(1, evidence=[evidence_file("clip.mp4", CLIP)]))
    until(lambda: camera.durable_seq() == 1)
    assert camera.put_piece(event, "clip.mp4", CLIP, 0, 2_000_000)[0] == 204
    centre.process.kill()
    centre.process.start()
    assert camera.offset(event, "clip.mp4", CLIP) == (200, 2_000_000)

    assert camera.put_piece(event, "clip.mp4", CLIP, 2_000_000, len(CLIP))[0] == 201

    centre.process.kill()
    centre.process.start()
    assert centre.api.get(f"/events/{event}")["evidence"][0]["arrived"] is True
    assert centre.api.binary(f"/api/v1/events/{event}/clip.mp4?reason=x")[1] == CLIP


def test_a_gateway_killed_between_moving_and_noting_a_file_finds_it_again(
    new_centre: Callable[..., Centre], new_camera: Callable[..., FakeCamera], unique: str
) -> None:
    centre = new_centre()
    camera = new_camera(centre, unique)
    event = camera.event_id(1)
    camera.send(camera.event(1, evidence=[evidence_file("clip.mp4", CLIP)]))
    until(lambda: camera.durable_seq() == 1)
    assert camera.put_piece(event, "clip.mp4", CLIP, 0, 3_000_000)[0] == 204
    centre.process.kill()
    # What such a death leaves: the whole file in its place, and a row that does not know it.
    folder = Path(centre.config["evidence"]["path"])
    (partial,) = folder.glob("staging/*.part")
    day = camera.event(1).began_at.strftime("%Y/%m/%d")
    digest = evidence_file("clip.mp4", CLIP).sha256[:16]
    final = folder / day / event / f"clip-{digest}.mp4"
    final.parent.mkdir(parents=True)
    shutil.move(partial, final)
    final.write_bytes(CLIP)
    centre.process.start()
    assert centre.api.get(f"/events/{event}")["evidence"][0]["arrived"] is False

    assert camera.offset(event, "clip.mp4", CLIP) == (200, len(CLIP))

    assert centre.api.get(f"/events/{event}")["evidence"][0]["arrived"] is True


def test_two_gateways_share_events_files_and_what_they_tell(
    new_centre: Callable[..., Centre], new_camera: Callable[..., FakeCamera], unique: str
) -> None:
    shared = {"shared_group": "centre", "replay_after_s": 2.0, "replay_interval_s": 2.0}
    first, second = (
        new_centre(gateway={"name": f"share-{free_port()}"}, ingest=shared) for _ in range(2)
    )
    camera = new_camera(first, unique)
    browsers = [Browser(centre.api.port) for centre in (first, second)]
    event = camera.event_id(1)

    camera.send(camera.event(1, evidence=[evidence_file("clip.mp4", CLIP)]))
    for browser in browsers:
        assert browser.next("event", id=event)["revision"] == 1
    assert camera.put_piece(event, "clip.mp4", CLIP, 0, 2_000_000)[0] == 204
    camera.http_port = second.api.port
    assert camera.offset(event, "clip.mp4", CLIP) == (200, 2_000_000)
    assert camera.put_piece(event, "clip.mp4", CLIP, 2_000_000, len(CLIP))[0] == 201
    for browser in browsers:
        assert browser.next("event", id=event)["evidence"][0]["arrived"] is True
        browser.close()
    assert first.api.binary(f"/api/v1/events/{event}/clip.mp4?reason=x")[1] == CLIP
