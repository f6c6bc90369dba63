"""One place of a test: a broker, a centre, and the vision process that watches for it."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from quantrac_core.contracts.camera_messages import CameraEvent, CameraStatus
from quantrac_core.contracts.pack_verifier import PackReport, verify_folder
from tests.peers.gateway import Api, embedded_config, gateway
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import until
from tests.peers.vision import PATIENCE, Vision, vision_config
from tests.vision.delivery.listener import CameraListener
from tests.vision.program import yard

Event = dict[str, Any]
PATIENCE_S = 60.0
"""How long a test waits for what happens within seconds where the cores are free."""


def camera(name: str, url: str, **changes: Any) -> dict[str, Any]:
    """Return the section of a camera that looks into the yard; ``changes`` replace keys."""
    return {
        "id": name,
        "streams": {"main": {"url": url, **PATIENCE}},
        "lens": {"kind": "perspective", "hfov_deg": yard.HFOV_DEG},
        "mast": {**yard.MAST, "north_deg": yard.BEARING_DEG, "tilt_deg": yard.DOWN_DEG},
        "views": {
            "layout": "manual",
            "smallest": {"person": 24},
            "views": [{"name": "san", "kind": "whole"}],
        },
        "zones": [{"name": "san-kho", "space": "ground", "points": yard.ZONE}],
        "rules": [
            {
                "id": "dot-nhap",
                "kind": "intrusion",
                "zone": "san-kho",
                "labels": ["person"],
                "name_vi": "Đột nhập sân kho",
                "name_en": "Intrusion into the yard",
                "priority": "high",
                "cool_down_s": 0,
                "grace_s": 0.7,
            }
        ],
        "attention": {"idle_fps": 4, "active_fps": 4, "sweep_s": 1},
        **changes,
    }


class Site:
    """Starts and ends its broker and its centre; processes of vision belong to the tests."""

    def __init__(self, folder: Path, model: dict[str, Any]) -> None:
        self.folder = folder
        self._model = model
        self.broker = Mosquitto(folder / "broker")
        assert self.broker.port is not None
        self.broker_port = self.broker.port
        (folder / "centre").mkdir()
        config = embedded_config(folder / "centre", self.broker_port)
        self.centre = gateway(folder / "centre", config)
        self.api = Api(config["http"]["port"])

    def __enter__(self) -> "Site":
        self.broker.start()
        self.centre.start()
        until(lambda: self.api.get("/health")["checks"]["mqtt"]["ok"], told_by=self.centre.log)
        return self

    def __exit__(self, *_: object) -> None:
        self.centre.kill()
        self.broker.kill()

    def vision(
        self,
        *cameras: dict[str, Any],
        name: str = "vision",
        environment: dict[str, str] | None = None,
        **changes: Any,
    ) -> Vision:
        """Return the process, not started, with a folder of its own."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        config = vision_config(
            folder, self.broker_port, self.api.port, self._model, list(cameras), **changes
        )
        return Vision(folder, config, environment=environment)

    def listen(self, camera: str) -> CameraListener:
        """Hear what a camera says."""
        return CameraListener(self.broker_port, camera)

    def events(self, camera: str) -> list[Event]:
        """Return the events of a camera at the centre, newest first."""
        found: list[Event] = self.api.get("/events", camera=camera, limit="500")["events"]
        return found

    def whole_event(self, camera: str, vision: Vision) -> Event:
        """Wait until the oldest event of a camera has ended and all its files have arrived."""
        until(lambda: self.whole_events(camera), PATIENCE_S, told_by=vision.log)
        return self.whole_events(camera)[-1]

    def whole_events(self, camera: str) -> list[Event]:
        """Return the events that have ended and lack nothing, newest first."""
        return [event for event in self.events(camera) if is_whole(event)]

    def file(self, event: Event, name: str) -> bytes:
        """Return a file of an event from the centre."""
        path = f"/api/v1/events/{event['id']}/files/{name}?reason=test"
        status, content, _ = self.api.binary(path)
        assert status == 200, content[:300]
        return content

    def pack(self, event: Event, folder: Path) -> Path:
        """Export the event's evidence and unpack it."""
        body = json.dumps({"reason": "vụ 12"})
        headers = {"Content-Type": "application/json"}
        path = f"/api/v1/events/{event['id']}/export"
        status, content, _ = self.api.of("Trung úy A").binary(path, "POST", body, headers)
        assert status == 200, content[:300]
        zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
        return folder


def is_whole(event: Event) -> bool:
    """Tell whether an event has ended and its files, a manifest among them, are at the centre."""
    files = event["evidence"]
    return (
        event["phase"] == "end"
        and any(file["kind"] == "manifest" for file in files)
        and all(file["arrived"] for file in files)
    )


def verified(folder: Path, key: str) -> PackReport:
    """Return what the verifier says of an unpacked export; it has to be sound."""
    report = verify_folder(str(folder), key)
    assert report.is_sound, report
    return report


def until_status(
    listener: CameraListener, wanted: Callable[[CameraStatus], bool], vision: Vision
) -> CameraStatus:
    """Wait for a status that is as wanted; return it."""

    def found() -> CameraStatus | None:
        return next((each for each in list(listener.statuses) if wanted(each)), None)

    until(found, PATIENCE_S, told_by=lambda: f"{vision.log()}\n{listener.statuses[-1:]}")
    status = found()
    assert status is not None
    return status


def first_message(listener: CameraListener, event: Event) -> CameraEvent:
    """Return how an event was first told."""
    return next(each for each in listener.events if each.id == event["id"])
