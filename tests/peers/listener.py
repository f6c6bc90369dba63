"""An MQTT client that hears everything of one station and may answer as the centre would."""

from collections.abc import Callable
from typing import NamedTuple

import paho.mqtt.client as paho

from quantrac_core.contracts.messages import (
    Ack,
    AlarmTransition,
    Heartbeat,
    Message,
    Scan,
    StationStatus,
    decode,
    encode,
)
from quantrac_core.contracts.topics import station_topic
from tests.peers.subscriber import Subscriber


class Heard(NamedTuple):
    """One message as it came."""

    leaf: str
    payload: bytes
    retained: bool


class Listener:
    """Collects what a station says; ``acknowledge`` picks the numbers that are acked one by one."""

    def __init__(
        self, port: int, station: str, *, acknowledge: Callable[[int], bool] | None = None
    ) -> None:
        self.station = station
        self.heard: list[Heard] = []
        self._acknowledge = acknowledge
        topics = [
            station_topic(station, leaf) for leaf in ("status", "readings", "alarms", "heartbeat")
        ]
        self._subscriber = Subscriber(port, topics, self._received)

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_: object) -> None:
        self._subscriber.close()

    def send(self, leaf: str, payload: bytes) -> None:
        """Publish any bytes on a topic of the station."""
        self._subscriber.publish(station_topic(self.station, leaf), payload)

    def scans(self) -> list[Scan]:
        """Every scan so far, in the order of arrival."""
        return self._all("readings", Scan)

    def alarms(self) -> list[AlarmTransition]:
        """Every alarm transition so far."""
        return self._all("alarms", AlarmTransition)

    def statuses(self) -> list[StationStatus]:
        """Every birth, goodbye and last will so far."""
        return self._all("status", StationStatus)

    def heartbeats(self) -> list[Heartbeat]:
        """Every heartbeat so far."""
        return self._all("heartbeat", Heartbeat)

    def newest_metric(self, name: str) -> float:
        """The newest heartbeat's figure; −1 before the first heartbeat."""
        beats = self.heartbeats()
        return beats[-1].metrics[name] if beats else -1.0

    def _all(self, leaf: str, kind: type[Message]) -> list[Message]:
        return [decode(kind, heard.payload) for heard in list(self.heard) if heard.leaf == leaf]

    def _received(self, message: paho.MQTTMessage) -> None:
        leaf = message.topic.rsplit("/", 1)[1]
        self.heard.append(Heard(leaf, message.payload, message.retain))
        if self._acknowledge is None or leaf not in ("readings", "alarms"):
            return
        entry = decode(Scan if leaf == "readings" else AlarmTransition, message.payload)
        if self._acknowledge(entry.seq):
            first = entry.from_seq if isinstance(entry, Scan) and entry.from_seq else entry.seq
            self.send("ack", encode(Ack(entry.outbox_id, 0, [(first, entry.seq)])))
