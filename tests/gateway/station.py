"""A station as the gateway sees it: publishes what it is told and collects what it is sent."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from quantrac_core.contracts.messages import (
    Ack,
    AlarmTransition,
    Channel,
    Heartbeat,
    Reading,
    Replay,
    Scan,
    StationStatus,
    decode,
    encode,
    utc_from_ms,
)
from quantrac_core.contracts.quality import Quality, State
from quantrac_core.contracts.topics import station_topic


def now_ms() -> int:
    """Return the wall clock in milliseconds."""
    return time.time_ns() // 1_000_000


class FakeStation:
    """Speaks the contract over a real connection; knows nothing of the agent's own code."""

    def __init__(self, port: int, station: str = "thanh-hai", outbox_id: str = "a1b2") -> None:
        self.station = station
        self.outbox_id = outbox_id
        self.begin_ms = now_ms() - 600_000
        self.acks: list[Ack] = []
        self.replays: list[Replay] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(1000)
        self._client.on_message = self._received
        self._client.on_connect = lambda client, *_: client.subscribe(
            [(station_topic(station, "ack"), 1), (station_topic(station, "replay"), 1)]
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def close(self) -> None:
        """Say goodbye."""
        self._client.disconnect()
        self._client.loop_stop()

    def durable_seq(self) -> int:
        """Return the newest acknowledged number."""
        return self.acks[-1].durable_seq if self.acks else 0

    def scan(self, seq: int, channels: dict[str, float | None] | None = None, **more: Any) -> Scan:
        """Return a scan whose time follows from its number (1 s apart)."""
        values = {"cod": 50.0 + seq, "ph": 7.0} if channels is None else channels
        fields: dict[str, Any] = {
            "station": self.station,
            "outbox_id": self.outbox_id,
            "boot_id": "boot1",
            "seq": seq,
            "at": utc_from_ms(self.begin_ms + seq * 1000),
            "clock": "synced",
            "readings": [
                Reading(c, v, "mg/l", State.MEASURING, Quality.GOOD) for c, v in values.items()
            ],
        }
        return Scan(**{**fields, **more})

    def alarm(self, seq: int, transition: str, since: datetime, **more: Any) -> AlarmTransition:
        """Return a transition of the limit alarm on COD."""
        fields: dict[str, Any] = {
            "station": self.station,
            "outbox_id": self.outbox_id,
            "boot_id": "boot1",
            "seq": seq,
            "at": since + timedelta(seconds=0 if transition == "raised" else 60),
            "alarm": "cod.high.limit.value",
            "channel": "cod",
            "level": "limit",
            "side": "high",
            "basis": "value",
            "transition": transition,
            "value": 120.0,
            "limit": 100.0,
            "unit": "mg/l",
            "since": since,
        }
        return AlarmTransition(**{**fields, **more})

    def birth(self, **more: Any) -> StationStatus:
        """Return a birth with two channels."""
        fields: dict[str, Any] = {
            "station": self.station,
            "state": "online",
            "boot_id": "boot1",
            "outbox_id": self.outbox_id,
            "started_at": datetime.now(UTC),
            "software": "test",
            "name_vi": "Trạm Thanh Hải",
            "kind": "wastewater",
            "heartbeat_s": 0.5,
            "channels": [Channel("cod", "mg/l", "COD"), Channel("ph", "", "pH")],
        }
        return StationStatus(**{**fields, **more})

    def heartbeat(self, oldest_seq: int, newest_seq: int) -> Heartbeat:
        """Return a heartbeat that says what is still held."""
        return Heartbeat(
            self.station,
            self.outbox_id,
            "boot1",
            datetime.now(UTC),
            "synced",
            oldest_seq,
            newest_seq,
            {},
        )

    def send(self, message: Any) -> None:
        """Publish a message on its own topic."""
        leaf = {
            Scan: "readings",
            AlarmTransition: "alarms",
            StationStatus: "status",
            Heartbeat: "heartbeat",
        }[type(message)]
        self.send_raw(leaf, encode(message), retain=leaf == "status")

    def send_raw(self, leaf: str, payload: bytes, retain: bool = False) -> None:
        """Publish any bytes."""
        self._client.publish(station_topic(self.station, leaf), payload, 1, retain)

    def _received(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        if message.topic.endswith("/ack"):
            self.acks.append(decode(Ack, message.payload))
        else:
            self.replays.append(decode(Replay, message.payload))
