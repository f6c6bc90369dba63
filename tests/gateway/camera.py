"""A camera as the gateway sees it: publishes events and statuses, uploads files as vision does."""

import http.client
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from quantrac_core.contracts.camera_messages import CameraEvent, CameraStatus, EvidenceFile
from quantrac_core.contracts.messages import Ack, Replay, decode, encode
from quantrac_core.contracts.topics import camera_topic
from tests.peers.gateway import UPLOAD_TOKEN

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8 + b"\xff\xd9"
KINDS = {
    "snapshot.jpg": ("snapshot", "image/jpeg"),
    "snapshot_boxed.jpg": ("snapshot_boxed", "image/jpeg"),
    "snapshot_blurred.jpg": ("snapshot_blurred", "image/jpeg"),
    "clip.mp4": ("clip", "video/mp4"),
    "clip_playback.mp4": ("clip_playback", "video/mp4"),
    "manifest.json": ("manifest", "application/json"),
}


def evidence_file(name: str, content: bytes) -> EvidenceFile:
    """Return how an event names a file; its kind follows from its name."""
    kind, media_type = KINDS[name]
    hashed = sha256(content).hexdigest()
    return EvidenceFile(name, kind, media_type, len(content), hashed)  # type: ignore[arg-type]


def hashed(content: bytes) -> dict[str, str]:
    """The header that says what a file must be."""
    return {"X-Content-SHA256": sha256(content).hexdigest()}


class FakeCamera:
    """Speaks the contract over real connections; knows nothing of vision's own code."""

    def __init__(
        self, broker_port: int, http_port: int, camera: str, outbox_id: str = "c1d2"
    ) -> None:
        self.camera = camera
        self.outbox_id = outbox_id
        self.http_port = http_port
        self.token = UPLOAD_TOKEN
        self.began_at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=20)
        self.acks: list[Ack] = []
        self.replays: list[Replay] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(1000)
        self._client.on_message = self._received
        self._client.on_connect = lambda client, *_: client.subscribe(
            [(camera_topic(camera, "ack"), 1), (camera_topic(camera, "replay"), 1)]
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", broker_port)
        self._client.loop_start()

    def close(self) -> None:
        """Say goodbye."""
        self._client.disconnect()
        self._client.loop_stop()

    def durable_seq(self) -> int:
        """Return the newest acknowledged number."""
        return self.acks[-1].durable_seq if self.acks else 0

    def event_id(self, number: int) -> str:
        """Return the id of this camera's event number ``number``."""
        return f"{self.camera}-{number:06d}"

    def event(self, seq: int, number: int = 1, revision: int = 1, **more: Any) -> CameraEvent:
        """Return one message about event ``number`` (an intruder at the main gate)."""
        fields: dict[str, Any] = {
            "camera": self.camera,
            "outbox_id": self.outbox_id,
            "boot_id": "boot1",
            "seq": seq,
            "at": datetime.now(UTC),
            "clock": "synced",
            "id": self.event_id(number),
            "phase": "new" if revision == 1 else "update",
            "revision": revision,
            "rule": "dot-nhap",
            "kind": "intrusion",
            "label": "person",
            "score": 0.82,
            "zone": "cong-chinh",
            "began_at": self.began_at + timedelta(milliseconds=number),
            "priority": "high",
            "name_vi": "Đột nhập cổng chính",
            "name_en": "Intrusion at the main gate",
            "box": (0.4, 0.3, 0.45, 0.5),
            "bearing_deg": 132.5,
            "distance_m": 41.0,
            "lat": 11.5801,
            "lon": 108.9902,
            "fps": 5.0,
            "lag_s": 0.3,
        }
        return CameraEvent(**{**fields, **more})

    def status(self, state: str = "live", **more: Any) -> CameraStatus:
        """Return a status of a camera on a mast of 30 m."""
        fields: dict[str, Any] = {
            "camera": self.camera,
            "state": state,
            "boot_id": "boot1",
            "at": datetime.now(UTC),
            "since": self.began_at,
            "name_vi": "Camera 360° thử",
            "name_en": "Test 360° camera",
            "lat": 11.58,
            "lon": 108.99,
            "mast_height_m": 30.0,
            "north_deg": 12.0,
            "width_px": 2048,
            "height_px": 2048,
            "codec": "h264",
            "stream_fps": 25.0,
            "fps": 5.0,
        }
        return CameraStatus(**{**fields, **more})

    def holds(self, oldest_seq: int, newest_seq: int, **more: Any) -> CameraStatus:
        """Return a status that says which numbers the outbox holds."""
        numbers = {"oldest_seq": oldest_seq, "newest_seq": newest_seq}
        return self.status(outbox_id=self.outbox_id, **numbers, **more)

    def send(self, message: CameraEvent | CameraStatus, retain: bool | None = None) -> None:
        """Publish a message on its own topic; statuses are retained."""
        is_status = isinstance(message, CameraStatus)
        self.send_raw(
            "status" if is_status else "events",
            encode(message),
            is_status if retain is None else retain,
        )

    def send_raw(self, leaf: str, payload: bytes, retain: bool = False) -> None:
        """Publish any bytes."""
        self._client.publish(camera_topic(self.camera, leaf), payload, 1, retain)

    def file_path(self, event_id: str, name: str) -> str:
        """Return the path to which a file is uploaded."""
        return f"/api/v1/cameras/{self.camera}/events/{event_id}/files/{name}"

    def put(
        self,
        path: str,
        body: bytes,
        headers: dict[str, str] | None = None,
        method: str = "PUT",
    ) -> tuple[int, dict[str, str], str]:
        """Send a binary body with the token; return status, headers (lower case) and text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=20)
        try:
            sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, text
        finally:
            connection.close()

    def offset(self, event_id: str, name: str, content: bytes) -> tuple[int, int]:
        """Ask how much of a file is there; return status and offset."""
        headers = hashed(content)
        status, answer, _ = self.put(self.file_path(event_id, name), b"", headers, "HEAD")
        return status, int(answer.get("upload-offset", -1))

    def put_piece(
        self, event_id: str, name: str, content: bytes, begin: int, end: int
    ) -> tuple[int, dict[str, str], str]:
        """Send ``content[begin:end]``."""
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes {begin}-{end - 1}/{len(content)}",
            **hashed(content),
        }
        return self.put(self.file_path(event_id, name), content[begin:end], headers)

    def upload(self, event_id: str, name: str, content: bytes, piece_bytes: int = 1 << 20) -> int:
        """Send what is missing of a file, piece by piece; return the last status."""
        status, offset = self.offset(event_id, name, content)
        while status == 200 and offset < len(content):
            end = min(len(content), offset + piece_bytes)
            status, headers, text = self.put_piece(event_id, name, content, offset, end)
            if status == 204:
                status, offset = 200, int(headers["upload-offset"])
            elif status != 201:
                raise AssertionError(f"{status}: {text}")
        return status

    def _received(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        if message.topic.endswith("/ack"):
            self.acks.append(decode(Ack, message.payload))
        else:
            self.replays.append(decode(Replay, message.payload))
