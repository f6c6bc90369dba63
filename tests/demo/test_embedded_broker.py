"""The embedded broker keeps what the product relies on: retained messages, wills, QoS 1."""

import sys
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from demo.broker import broker_config
from tests.peers.process import Process, eventually, free_port

STATUS = "quantrac/v1/stations/x/status"
READINGS = "quantrac/v1/stations/x/readings"


class Client:
    """One MQTT 5 client and what it has received."""

    def __init__(self, port: int, name: str, *filters: str, will: bytes | None = None) -> None:
        self.received: list[tuple[bytes, bool]] = []
        self.subscribed = 0
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTv5
        )
        if will is not None:
            self._client.will_set(STATUS, will, qos=1, retain=True)
        self._client.on_message = lambda *args: self.received.append(
            (args[2].payload, args[2].retain)
        )
        self._client.on_subscribe = self._note_subscription
        self._client.connect("127.0.0.1", port, keepalive=5)
        for pattern in filters:
            self._client.subscribe(pattern, qos=1)
        self._client.loop_start()

    def _note_subscription(self, *_: object) -> None:
        self.subscribed += 1

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Publish at QoS 1 and wait for the broker's word."""
        self._client.publish(topic, payload, 1, retain).wait_for_publish(5)

    def vanish(self) -> None:
        """Drop the connection without a goodbye."""
        sock = self._client.socket()
        assert sock is not None
        self._client.loop_stop()
        sock.close()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    number = free_port()
    config = tmp_path / "broker.toml"
    config.write_text(broker_config("127.0.0.1", number))
    broker = Process(
        "broker", [sys.executable, "-m", "demo.broker", str(config)], tmp_path, port=number
    )
    broker.start()
    yield number
    assert broker.stop(within_s=5) == -15


async def test_a_latecomer_learns_the_state_that_was_published_before(port: int) -> None:
    station = Client(port, "station")
    station.publish(STATUS, b"online", retain=True)
    late = Client(port, "late", "quantrac/v1/stations/+/status")
    await eventually(lambda: late.received == [(b"online", True)], "the retained birth")
    station.close()
    late.close()
    assert late.received == [(b"online", True)]


async def test_the_last_will_of_a_vanished_station_is_told_and_retained(port: int) -> None:
    watcher = Client(port, "watcher", STATUS)
    await eventually(lambda: watcher.subscribed == 1, "the subscription stands")
    station = Client(port, "station", will=b"offline")
    station.publish(STATUS, b"online", retain=True)
    station.vanish()
    await eventually(lambda: (b"offline", False) in watcher.received, "the will")
    late = Client(port, "late", STATUS)
    await eventually(lambda: late.received == [(b"offline", True)], "the retained will")
    watcher.close()
    late.close()
    assert late.received == [(b"offline", True)]


async def test_a_burst_at_qos_1_arrives_whole_and_in_order(port: int) -> None:
    gateway = Client(port, "gateway", "quantrac/v1/stations/+/readings")
    await eventually(lambda: gateway.subscribed == 1, "the subscription stands")
    station = Client(port, "station")
    sent = [b"%d" % number for number in range(500)]
    for payload in sent:
        station.publish(READINGS, payload)
    await eventually(lambda: len(gateway.received) >= len(sent), "every message")
    station.close()
    gateway.close()
    assert [payload for payload, _ in gateway.received] == sent


async def test_a_message_of_a_megabyte_passes(port: int) -> None:
    gateway = Client(port, "gateway", READINGS)
    await eventually(lambda: gateway.subscribed == 1, "the subscription stands")
    station = Client(port, "station")
    station.publish(READINGS, b"x" * (1 << 20))
    await eventually(lambda: len(gateway.received) == 1, "the large message")
    station.close()
    gateway.close()
    assert len(gateway.received[0][0]) == 1 << 20
