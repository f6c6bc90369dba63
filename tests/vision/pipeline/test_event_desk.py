"""From an incident to the centre's database and folder, through kills and full disks."""

import io
import json
import random
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from quantrac_core.contracts.messages import ms_from_utc
from quantrac_core.contracts.pack_verifier import verify_folder
from quantrac_core.runtime.outbox.disk_guard import DiskGuard
from tests.peers.gateway import UPLOAD_TOKEN, Api, embedded_config, gateway
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import Process, eventually, until
from tests.peers.small_disk import Neighbour, small_disk
from tests.vision.delivery.camera import CAMERA, new_event
from tests.vision.pipeline.desk_program import make_incident, running_desk
from vision.evidence.signing import open_device_key
from vision.pipeline.event_desk import NO_EVIDENCE


class Place(NamedTuple):
    """A broker, a gateway and the folder of a vision process."""

    broker: Mosquitto
    gateway: Process
    api: Api
    folder: Path
    token: Path

    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.get("/events", camera=CAMERA, limit="500")["events"]
        return found

    @property
    def ports(self) -> tuple[int, int]:
        assert self.broker.port is not None
        return self.broker.port, self.api.port


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    broker = Mosquitto(tmp_path / "broker")
    assert broker.port is not None
    (tmp_path / "centre").mkdir()
    config = embedded_config(tmp_path / "centre", broker.port)
    centre = gateway(tmp_path / "centre", config)
    folder = tmp_path / "vision"
    folder.mkdir()
    (folder / "token").write_text(UPLOAD_TOKEN)
    place = Place(broker, centre, Api(config["http"]["port"]), folder, folder / "token")
    try:
        broker.start()
        centre.start()
        until(lambda: place.api.get("/health")["checks"]["mqtt"]["ok"])
        yield place
    finally:
        centre.kill()
        broker.kill()


def all_arrived(event: dict[str, Any]) -> bool:
    return all(file["arrived"] for file in event["evidence"])


async def test_an_incident_arrives_with_its_files_and_its_pack_is_intact(place: Place) -> None:
    async with running_desk(place.folder, *place.ports, place.token) as parts:
        await eventually(lambda: parts.line.session.connected, "connected")
        event = await make_incident(parts.desk)
        assert [file.name for file in event.evidence] == [
            "snapshot.jpg",
            "clip.mp4",
            "manifest.json",
        ]
        await eventually(lambda: [e["phase"] for e in place.events()] == ["end"], "its end")
        await eventually(lambda: all_arrived(place.events()[0]), "all its files")
        await eventually(lambda: parts.uploads.waiting(CAMERA) == 0, "nothing waits")
    (shown,) = place.events()
    assert (shown["id"], shown["revision"], shown["late"]) == (event.id, 3, False)
    assert len(shown["evidence"]) == 3
    status, pack = export(place, event.id)
    assert status == 200
    folder = place.folder / "pack"
    zipfile.ZipFile(io.BytesIO(pack)).extractall(folder)
    report = verify_folder(str(folder), open_device_key(place.folder / "keys").public_hex)
    assert report.is_sound, report
    assert {file.name for file in report.files} == {"snapshot.jpg", "clip.mp4"}


def export(place: Place, event_id: str) -> tuple[int, bytes]:
    body = json.dumps({"reason": "vụ 12"})
    headers = {"Content-Type": "application/json"}
    path = f"/api/v1/events/{event_id}/export"
    return place.api.of("Trung úy A").binary(path, "POST", body, headers)[:2]


async def test_on_a_full_disk_an_event_goes_without_its_clip_says_so_and_recording_resumes(
    place: Place, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        async with running_desk(
            place.folder,
            *place.ports,
            place.token,
            data_dir=disk,
            guard=DiskGuard(100_000, 200_000),
        ) as parts:
            await eventually(lambda: parts.line.session.connected, "connected")
            neighbour = Neighbour(disk)
            neighbour.take_all(leave_bytes=100_000)
            poor = await make_incident(parts.desk, clip_bytes=50_000)
            neighbour.take_all()
            event = new_event(7, detail="a_to_b")
            began_ms = ms_from_utc(event.began_at)
            refused = await parts.desk.keep(event.id, began_ms, "clip.mp4", "clip", bytes(900_000))
            assert refused is None
            sent = await parts.desk.send(event)
            assert sent.detail == f"a_to_b {NO_EVIDENCE}"
            assert parts.care.refused == 1
            neighbour.leave()
            rich = await make_incident(parts.desk)
            assert rich.detail == ""
            assert [file.name for file in rich.evidence] == [
                "snapshot.jpg",
                "clip.mp4",
                "manifest.json",
            ]
            await eventually(lambda: len(place.events()) == 3, "three events")
        details = {event["id"]: event["detail"] for event in place.events()}
        assert details == {poor.id: "", event.id: f"a_to_b {NO_EVIDENCE}", rich.id: ""}


@pytest.mark.faults
def test_nothing_is_lost_or_shown_twice_when_vision_broker_and_gateway_are_killed(
    place: Place,
) -> None:
    chance = random.Random(11)
    module = "tests.vision.pipeline.desk_program"
    command = [sys.executable, "-m", module, str(place.folder), *map(str, place.ports)]
    vision = Process("making", [*command, "make"], place.folder)
    victims: list[Process] = [vision, place.gateway, vision, place.broker, vision]
    vision.start()
    for victim in victims:
        time.sleep(0.5 + chance.random() * 0.5)
        victim.kill()
        victim.start()
    until(lambda: len(place.events()) > 5, told_by=vision.log)
    vision.kill()
    finishing = Process("finishing", [*command, "finish"], place.folder)
    finishing.start()
    try:
        assert finishing.wait(60) == 0, finishing.log()[-3000:]
    finally:
        finishing.kill()
    assert "Traceback" not in vision.log() + finishing.log()
    events = place.events()
    ids = [event["id"] for event in events]
    assert len(ids) == len(set(ids))
    for event in events:
        assert event["phase"] == "end"
        assert all_arrived(event)
        assert "manifest.json" in {file["name"] for file in event["evidence"]}
    whole = [event for event in events if len(event["evidence"]) == 3]
    assert len(whole) >= len(events) - 4
