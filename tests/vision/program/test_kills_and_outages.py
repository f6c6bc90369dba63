"""Whatever is killed, whenever: every event and every file is at the centre once, in the end."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers.process import running, until
from tests.peers.rtsp_server import Mount, RtspServer
from tests.peers.vision import Vision
from tests.vision.delivery.listener import CameraListener
from tests.vision.program import yard
from tests.vision.program.site import PATIENCE_S, Event, Site, camera, until_status, verified
from vision.evidence.births import read_births
from vision.evidence.signing import open_device_key
from vision.pipeline.incidents import RESTARTED

pytestmark = pytest.mark.faults
LONG_POST_ROLL = {"pre_roll_s": 1, "post_roll_s": 6, "free_low_mb": 1, "free_high_mb": 2}


@pytest.fixture(scope="module")
def server(
    pictures: yard.Picture, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RtspServer]:
    mounts = {"/main": Mount(yard.encode(pictures), yard.SPAN_S * 1000)}
    with running(RtspServer(tmp_path_factory.mktemp("camera"), mounts)) as server:
        yield server


def files_on_disk(vision: Vision) -> dict[str, dict[str, str]]:
    """Return event → name → SHA-256 of everything that vision has stored."""
    folder = vision.config.parent / "data" / "evidence"
    found: dict[str, dict[str, str]] = {}
    for day in folder.glob("[0-9]*/[0-9]*/[0-9]*"):
        for event in day.iterdir():
            births = read_births(event)
            assert len({birth.name for birth in births}) == len(births)
            found[event.name] = {
                birth.name: birth.sha256 for birth in births if (event / birth.name).exists()
            }
    return found


def files_at_centre(events: list[Event]) -> dict[str, dict[str, str]]:
    """Return event → name → SHA-256 of everything that arrived."""
    assert len({event["id"] for event in events}) == len(events)
    return {
        event["id"]: {file["name"]: file["sha256"] for file in event["evidence"] if file["arrived"]}
        for event in events
    }


def key_of(vision: Vision) -> str:
    return open_device_key(vision.config.parent / "data" / "keys").public_hex


def just_told(listener: CameraListener) -> bool:
    """The incident has begun; its pictures are on their way."""
    return any(event.phase == "new" for event in listener.events)


def has_pictures(listener: CameraListener) -> bool:
    """Its pictures are stored; its clip is in the making."""
    return any(event.evidence for event in listener.events)


def has_ended(listener: CameraListener) -> bool:
    """It is over, but its clip is still in the making."""
    return any(event.phase == "end" for event in listener.events)


@pytest.mark.parametrize(
    ("moment", "evidence"),
    [(just_told, {}), (has_pictures, {}), (has_ended, {"evidence": LONG_POST_ROLL})],
)
def test_vision_killed_in_an_incident_ends_it_after_the_restart_and_doubles_nothing(
    site: Site,
    server: RtspServer,
    tmp_path: Path,
    moment: Callable[[CameraListener], bool],
    evidence: dict[str, Any],
) -> None:
    name = moment.__name__.replace("_", "-")
    with (
        site.listen(name) as listener,
        site.vision(camera(name, server.url()), name=name, **evidence) as vision,
    ):
        until(lambda: moment(listener), PATIENCE_S, told_by=vision.log)
        vision.kill()
        interrupted = listener.events[0].id
        lost = until_status(listener, lambda each: each.state == "down", vision)
        assert lost.detail == "vision ended without a goodbye"
        vision.start()
        event = site.whole_event(name, vision)
        assert event["id"] == interrupted
        assert event["detail"] == ("" if moment is has_ended else RESTARTED)
        verified(site.pack(event, tmp_path), key_of(vision))
        until(lambda: len(site.whole_events(name)) > 1, PATIENCE_S, told_by=vision.log)
        after = site.whole_events(name)[-2]
        assert {"clip.mp4", "manifest.json"} <= {file["name"] for file in after["evidence"]}
        assert "Traceback" not in vision.log()
        assert vision.stop() == 0
    events = site.whole_events(name)
    stored = files_on_disk(vision)
    assert {event["id"]: stored[event["id"]] for event in events} == files_at_centre(events)


def test_broker_and_centre_killed_in_mid_upload_cost_nothing_and_double_nothing(
    site: Site, pictures: yard.Picture, tmp_path: Path
) -> None:
    mounts = {"/main": Mount(yard.encode(pictures), yard.SPAN_S * 1000)}
    slow = {
        "ack_timeout_s": 1,
        "retry_most_s": 0.3,
        "reserve_mb": 0.1,
        "piece_kib": 16,
        "upload_most_kbit_per_s": 2_000,
    }
    with (
        running(RtspServer(tmp_path, mounts)) as server,
        site.listen("kho") as listener,
        site.vision(camera("kho", server.url()), name="outage", delivery=slow) as vision,
    ):
        uploads = site.folder / "centre" / "evidence"
        until(lambda: any(uploads.rglob("*.part*")), PATIENCE_S, told_by=vision.log)
        site.centre.kill()
        until(lambda: has_ended(listener), PATIENCE_S, told_by=vision.log)
        site.broker.kill()
        site.broker.lose_persistence()
        data = vision.config.parent / "data"
        until(lambda: len(files_on_disk(vision)) > 1, PATIENCE_S, told_by=vision.log)
        site.broker.start()
        site.centre.start()
        until(lambda: len(site.whole_events("kho")) > 1, PATIENCE_S, told_by=vision.log)
        until(lambda: all(event["phase"] == "end" for event in site.events("kho")))
        server.kill()
        until(lambda: len(site.whole_events("kho")) == len(files_on_disk(vision)), PATIENCE_S,
              told_by=vision.log)  # fmt: skip
        assert "Traceback" not in vision.log()
    assert data.exists()
    assert files_on_disk(vision) == files_at_centre(site.events("kho"))
    for number, event in enumerate(site.events("kho")):
        verified(site.pack(event, tmp_path / f"pack-{number}"), key_of(vision))


def test_an_orderly_stop_says_so_and_stores_the_clip_in_the_making_cut_short(
    site: Site, server: RtspServer, tmp_path: Path
) -> None:
    with (
        site.listen("dung") as listener,
        site.vision(
            camera("dung", server.url()), name="stopped", evidence=LONG_POST_ROLL
        ) as vision,
    ):
        until(lambda: has_pictures(listener), PATIENCE_S, told_by=vision.log)
        assert vision.stop(within_s=8) == 0
        interrupted = listener.events[0].id
        goodbye = until_status(listener, lambda each: each.state == "down", vision)
        assert (goodbye.cause, goodbye.detail) == ("none", "vision was stopped")
        assert "clip.mp4" in files_on_disk(vision)[interrupted]
        vision.start()
        event = site.whole_event("dung", vision)
        assert event["id"] == interrupted
        folder = site.pack(event, tmp_path)
        verified(folder, key_of(vision))
        notes = {
            file["name"]: file["note"]
            for file in json.loads((folder / "manifest.json").read_text())["payload"]["files"]
        }
        assert notes["clip.mp4"].endswith("or the program was stopped")
        assert "Traceback" not in vision.log()
