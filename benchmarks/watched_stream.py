"""The whole chain over RTSP: camera, relay, vision, broker and centre as processes."""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import paho.mqtt.client as paho

from benchmarks.listeners import event_stream, mqtt_subscriber
from benchmarks.rtsp_relay import SentPictures, relay
from benchmarks.vision_footage import rtsp
from demo.camera_config import MODEL
from quantrac_core.contracts.camera_messages import CameraEvent, CameraStatus, decode_camera
from quantrac_core.contracts.messages import ms_from_utc
from quantrac_core.contracts.topics import every_camera
from tests.peers.gateway import Api, embedded_config, gateway
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import running, until
from tests.peers.vision import Vision, vision_config


@dataclass
class News:
    """What was heard of events and when (monotonic seconds), each by the event's id."""

    events: dict[str, CameraEvent] = field(default_factory=dict)
    broker_s: dict[str, float] = field(default_factory=dict)
    desk_s: dict[str, float] = field(default_factory=dict)
    statuses: dict[str, CameraStatus] = field(default_factory=dict)

    def take_message(self, _: paho.Client, topic: str, payload: bytes, at_s: float) -> None:
        """Take a message of a camera; the first of each event counts."""
        if topic.endswith("/status"):
            status = decode_camera(CameraStatus, payload)
            self.statuses[status.camera] = status
            return
        event = decode_camera(CameraEvent, payload)
        if event.id not in self.events:
            self.events[event.id] = event
            self.broker_s[event.id] = at_s

    def take_event(self, name: str, data: bytes, at_s: float) -> None:
        """Take an event of the desk's stream; the first of each counts."""
        if name == "event":
            view: dict[str, Any] = msgspec.json.decode(data)
            self.desk_s.setdefault(view["id"], at_s)

    def began_s(self, event_id: str) -> float:
        """Return the monotonic time at which an event began, by its own word."""
        return monotonic_s(ms_from_utc(self.events[event_id].began_at))

    def decided_s(self, event_id: str) -> float:
        """Return the monotonic time of the picture in which an event was decided."""
        return monotonic_s(ms_from_utc(self.events[event_id].at))


def monotonic_s(at_ms: int) -> float:
    """Return a wall-clock time (ms) on the monotonic clock."""
    return at_ms / 1000 - (time.time() - time.monotonic())


class Chain(NamedTuple):
    """The running chain."""

    vision: Vision
    sent: SentPictures
    news: News

    def until_live(self, camera: str, within_s: float = 90.0) -> None:
        """Wait until a camera says that it is being watched."""

        def is_live() -> bool:
            status = self.news.statuses.get(camera)
            return status is not None and status.state in ("live", "degraded")

        until(is_live, within_s, told_by=self.vision.log)


@contextlib.contextmanager
def watched(
    video: Path, camera: dict[str, Any], classes: list[str] | None = None, **changes: Any
) -> Iterator[Chain]:
    """Run everything with one camera that plays ``video`` for ever.

    Args:
        camera: its section; the stream's address is put into it.
        changes: replace sections of vision's configuration.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        root = stack.enter_context(rtsp({"camera.mp4": video}))
        port, sent = stack.enter_context(relay(int(root.rpartition(":")[2])))
        # As shipped: without it mosquitto holds small messages back for the peer's delayed ACK.
        broker = Mosquitto(folder, extra="set_tcp_nodelay true\n")
        stack.enter_context(running(broker))
        assert broker.port is not None
        centre = embedded_config(folder, broker.port)
        stack.enter_context(running(gateway(folder, centre)))
        api = Api(centre["http"]["port"])
        until(lambda: api.get("/health")["checks"]["mqtt"]["ok"])
        news = News()
        topics = [every_camera("events"), every_camera("status")]
        stack.enter_context(mqtt_subscriber(broker.port, topics, news.take_message))
        stack.enter_context(event_stream(api.port, news.take_event))
        url = f"rtsp://127.0.0.1:{port}/camera.mp4?play_count=0"
        section = {**camera, "streams": {"main": {"url": url}}}
        model = {"path": str(MODEL), "min_score": 0.35, "cache_dir": str(folder / "cache")}
        if classes is not None:
            model["classes"] = classes
        config = vision_config(folder, broker.port, api.port, model, [section], **changes)
        yield Chain(stack.enter_context(Vision(folder, config)), sent, news)
