"""The MQTT session against a real mosquitto: delivery, manual acks, death, freeze."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from quantrac_core.runtime.mqtt_session import Inbound, MqttSession, Outgoing
from quantrac_core.runtime.mqtt_settings import MqttSettings
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import eventually, free_port


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path, extra="log_type all")
    mosquitto.start()
    yield mosquitto
    mosquitto.thaw()
    mosquitto.kill()


@contextlib.asynccontextmanager
async def running(session: MqttSession) -> AsyncIterator[MqttSession]:
    task = asyncio.create_task(session.run())
    try:
        yield session
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def settings(broker: Mosquitto) -> MqttSettings:
    return MqttSettings(port=broker.port, keepalive_s=2, connect_timeout_s=1, reconnect_most_s=0.5)


async def test_messages_arrive_and_are_acknowledged_only_by_hand(broker: Mosquitto) -> None:
    held: list[Inbound] = []

    def kept_session(on_message: Callable[[Inbound], None]) -> MqttSession:
        return MqttSession(
            settings(broker),
            client_id="r",
            subscriptions=["t"],
            on_message=on_message,
            clean_start=False,
            session_expiry_s=60,
        )

    first = kept_session(held.append)
    async with running(first), running(MqttSession(settings(broker), client_id="w")) as writer:
        await eventually(lambda: first.connected and writer.connected, "both connected")
        writer.publish("t", b"1")
        writer.publish("t", b"2")
        await eventually(lambda: len(held) == 2, "two messages")
        held[0].ack()
        assert await writer.flush(2.0)
    again: list[Inbound] = []
    second = kept_session(again.append)
    async with running(second):
        await eventually(lambda: len(again) == 1, "the message that was not acknowledged")
    assert again[0].payload == b"2"


async def test_acknowledgements_reach_the_broker_in_the_order_of_arrival(
    broker: Mosquitto,
) -> None:
    held: list[Inbound] = []
    reader = MqttSession(
        settings(broker), client_id="r", subscriptions=["t"], on_message=held.append
    )
    async with running(reader), running(MqttSession(settings(broker), client_id="w")) as writer:
        await eventually(lambda: reader.connected and writer.connected, "both connected")
        for number in range(3):
            writer.publish("t", b"%d" % number)
        await eventually(lambda: len(held) == 3, "three messages")
        for later in (2, 1, 0):
            held[later].ack()
        await eventually(lambda: len(puback_order(broker)) == 3, "three PUBACKs at the broker")
    assert puback_order(broker) == [str(inbound.mid) for inbound in held]


def puback_order(broker: Mosquitto) -> list[str]:
    return re.findall(r"Received PUBACK from r \(Mid: (\d+)", broker.log())


async def test_a_session_comes_back_after_the_broker_was_killed(broker: Mosquitto) -> None:
    got: list[bytes] = []
    reader = MqttSession(
        settings(broker),
        client_id="r",
        subscriptions=["t"],
        on_message=lambda message: got.append(message.payload),
    )
    async with running(reader), running(MqttSession(settings(broker), client_id="w")) as writer:
        await eventually(lambda: reader.connected and writer.connected, "both connected")
        broker.kill()
        await eventually(lambda: not reader.connected and not writer.connected, "the loss seen")
        assert not writer.publish("t", b"lost")
        broker.start()
        await eventually(lambda: reader.connected and writer.connected, "both connected again")
        await eventually(lambda: writer.publish("t", b"after"), "publishing again")
        await eventually(lambda: got == [b"after"], "the message after the restart")


async def test_a_frozen_broker_is_noticed_by_the_keep_alive(broker: Mosquitto) -> None:
    async with running(MqttSession(settings(broker), client_id="c")) as session:
        await eventually(lambda: session.connected, "connected")
        broker.freeze()
        await eventually(lambda: not session.connected, "the freeze seen", 15)
        broker.thaw()
        await eventually(lambda: session.connected, "connected again", 15)


async def test_the_will_is_published_when_a_session_dies_without_a_goodbye(
    broker: Mosquitto,
) -> None:
    got: list[tuple[str, bytes]] = []
    watcher = MqttSession(
        settings(broker),
        client_id="w",
        subscriptions=["status"],
        on_message=lambda message: got.append((message.topic, message.payload)),
    )
    mortal = MqttSession(
        settings(broker), client_id="m", will=Outgoing("status", b"gone", retain=True)
    )
    thief = MqttSession(settings(broker), client_id="m")
    async with running(watcher), running(mortal):
        await eventually(lambda: watcher.connected and mortal.connected, "both connected")
        async with running(thief):
            await eventually(lambda: ("status", b"gone") in got, "the last will")


async def test_a_session_that_ends_in_order_has_no_last_will(broker: Mosquitto) -> None:
    mortal = MqttSession(settings(broker), client_id="m", will=Outgoing("status", b"gone"))
    async with running(mortal):
        await eventually(lambda: mortal.connected, "connected")
    await eventually(lambda: "Received DISCONNECT from m" in broker.log(), "the goodbye")
    assert "Client m closed its connection" not in broker.log()


async def test_an_absent_broker_is_no_error_only_a_wait() -> None:
    away = MqttSettings(port=free_port(), connect_timeout_s=0.5, reconnect_most_s=0.1)
    async with running(MqttSession(away, client_id="c")) as session:
        assert not session.connected
        assert not session.publish("t", b"x")
        assert session.stats.refused == 1
