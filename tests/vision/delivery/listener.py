"""An MQTT client that hears everything of one camera and may answer as the centre would."""

from collections.abc import Callable

import paho.mqtt.client as paho

from quantrac_core.contracts.camera_messages import CameraEvent, CameraStatus, decode_camera
from quantrac_core.contracts.messages import Ack, encode
from quantrac_core.contracts.topics import camera_topic
from tests.peers.subscriber import Subscriber


class CameraListener:
    """Collects what a camera says; ``acknowledge`` picks the numbers that are acked."""

    def __init__(
        self, port: int, camera: str, *, acknowledge: Callable[[int], bool] | None = None
    ) -> None:
        self.camera = camera
        self.events: list[CameraEvent] = []
        self.statuses: list[CameraStatus] = []
        self._acknowledge = acknowledge
        topics = [camera_topic(camera, leaf) for leaf in ("status", "events")]
        self._subscriber = Subscriber(port, topics, self._received)

    def __enter__(self) -> "CameraListener":
        return self

    def __exit__(self, *_: object) -> None:
        self._subscriber.close()

    def send(self, leaf: str, payload: bytes) -> None:
        """Publish any bytes on a topic of the camera."""
        self._subscriber.publish(camera_topic(self.camera, leaf), payload)

    def _received(self, message: paho.MQTTMessage) -> None:
        if message.topic.endswith("/status"):
            self.statuses.append(decode_camera(CameraStatus, message.payload))
            return
        event = decode_camera(CameraEvent, message.payload)
        self.events.append(event)
        if self._acknowledge is not None and self._acknowledge(event.seq):
            self.send("ack", encode(Ack(event.outbox_id, 0, [(event.seq, event.seq)])))
