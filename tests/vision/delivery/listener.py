"""An MQTT client that hears everything of one camera and may answer as the centre would."""

import threading
from collections.abc import Callable

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from quantrac_core.contracts.camera_messages import CameraEvent, CameraStatus, decode_camera
from quantrac_core.contracts.messages import Ack, encode
from quantrac_core.contracts.topics import camera_topic


class CameraListener:
    """Collects what a camera says; ``acknowledge`` picks the numbers that are acked."""

    def __init__(
        self, port: int, camera: str, *, acknowledge: Callable[[int], bool] | None = None
    ) -> None:
        self.camera = camera
        self.events: list[CameraEvent] = []
        self.statuses: list[CameraStatus] = []
        self._acknowledge = acknowledge
        self._ready = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe(
            [(camera_topic(camera, leaf), 1) for leaf in ("status", "events")]
        )
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._received
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._ready.wait(10), "the broker did not confirm the subscriptions"

    def __enter__(self) -> "CameraListener":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, leaf: str, payload: bytes) -> None:
        """Publish any bytes on a topic of the camera."""
        self._client.publish(camera_topic(self.camera, leaf), payload, 1)

    def _received(self, client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        if message.topic.endswith("/status"):
            self.statuses.append(decode_camera(CameraStatus, message.payload))
            return
        event = decode_camera(CameraEvent, message.payload)
        self.events.append(event)
        if self._acknowledge is not None and self._acknowledge(event.seq):
            self.send("ack", encode(Ack(event.outbox_id, 0, [(event.seq, event.seq)])))
