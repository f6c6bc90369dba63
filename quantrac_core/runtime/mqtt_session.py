"""One MQTT 5 session on asyncio with manual acknowledgement.

Only this file and `mqtt_connection` import paho. aiomqtt hides paho's manual acknowledgement,
which the gateway needs so that a message leaves the broker only after its commit; hence paho's
documented external event loop.
"""

import asyncio
import contextlib
import logging
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.mqtt_connection import (
    Connection,
    MqttUnavailable,
    in_daemon_thread,
)
from quantrac_core.runtime.mqtt_settings import MqttSettings

log = logging.getLogger(__name__)
MAX_PACKET_BYTES = 8 << 20
MAX_OUTGOING = 10_000
STEADY_AFTER_S = 30.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to publish, also used as last will."""

    topic: str
    payload: bytes
    retain: bool = False


class Inbound:
    """A received message; `ack` lets the broker forget it (a no-op after a reconnect)."""

    __slots__ = ("_acks", "acked", "mid", "payload", "qos", "retain", "topic")

    def __init__(self, acks: "_OrderedAcks", message: paho.MQTTMessage) -> None:
        self._acks = acks
        self.acked = False
        self.mid = message.mid
        self.qos = message.qos
        self.topic = message.topic
        self.payload = bytes(message.payload)
        self.retain = message.retain

    def ack(self) -> None:
        """Acknowledge at the broker (PUBACK), as soon as all earlier messages are."""
        self.acked = True
        self._acks.send_ready()


class _OrderedAcks:
    """PUBACKs of one connection in the order of arrival, as MQTT 5 asks (section 4.6).

    Commits finish in another order than messages arrive; rumqttd ends a connection whose
    acknowledgements do not come in order.
    """

    def __init__(self, client: paho.Client) -> None:
        self._client = client
        self._waiting: deque[Inbound] = deque()

    def take(self, message: paho.MQTTMessage) -> Inbound:
        inbound = Inbound(self, message)
        if inbound.qos:
            self._waiting.append(inbound)
        return inbound

    def send_ready(self) -> None:
        while self._waiting and self._waiting[0].acked:
            first = self._waiting.popleft()
            self._client.ack(first.mid, first.qos)


@dataclass(slots=True)
class SessionStats:
    """Counters of one session since the program's start."""

    connects: int = 0
    disconnects: int = 0
    received: int = 0
    published: int = 0
    refused: int = 0


class MqttSession:
    """Connects, subscribes, reconnects with back-off until cancelled.

    Args:
        settings: where the broker is.
        client_id: unique at the broker.
        subscriptions: topic filters, all at QoS 1.
        will: published by the broker when this session dies without a goodbye.
        on_message: called on the event loop for each message; must not block.
        on_connected: called after the subscriptions are sent; the argument tells whether
            the broker still held the session.
        on_disconnected: called when a connection that stood has ended.
        clean_start: False keeps queued messages of an earlier session.
        session_expiry_s: how long the broker keeps the session after a disconnect.
        receive_maximum: most messages delivered and not yet acknowledged (1..65535).
    """

    def __init__(
        self,
        settings: MqttSettings,
        *,
        client_id: str,
        subscriptions: Sequence[str] = (),
        will: Outgoing | None = None,
        on_message: Callable[[Inbound], None] | None = None,
        on_connected: Callable[[bool], None] | None = None,
        on_disconnected: Callable[[], None] | None = None,
        clean_start: bool = True,
        session_expiry_s: int = 0,
        receive_maximum: int = 1000,
    ) -> None:
        self._settings = settings
        self._client_id = client_id
        self._subscriptions = list(subscriptions)
        self._will = will
        self._on_message = on_message
        self._on_connected = on_connected
        self._on_disconnected = on_disconnected
        self._clean_start = clean_start
        self._session_expiry_s = session_expiry_s
        self._receive_maximum = receive_maximum
        self._client: paho.Client | None = None
        self._pending: set[int] = set()
        self._drained = asyncio.Event()
        self.connected = False
        self.stats = SessionStats()

    async def run(self) -> None:
        """Hold the session for ever; return only by cancellation (with a goodbye)."""
        backoff = Backoff(first_s=0.3, most_s=self._settings.reconnect_most_s)
        address = f"{self._settings.host}:{self._settings.port}"
        while True:
            life = Connection(asyncio.get_running_loop(), self._client_id)
            client = self._new_client(life)
            try:
                await self._live(client, life, backoff)
            except (OSError, MqttUnavailable) as error:
                log.warning("MQTT broker %s: %s", address, error)
            finally:
                await self._end(client, life)
            delay_s = backoff.next_delay_s()
            log.debug("next try at the MQTT broker in %.2f s", delay_s)
            await asyncio.sleep(delay_s)

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> bool:
        """Hand a message to the connection; False when there is none or its queue is full."""
        client = self._client
        if client is None or not self.connected:
            self.stats.refused += 1
            return False
        info = client.publish(topic, payload, qos, retain)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self.stats.refused += 1
            return False
        if qos:
            self._pending.add(info.mid)
        self.stats.published += 1
        return True

    @property
    def outgoing(self) -> int:
        """Messages handed over and not yet acknowledged by the broker."""
        return len(self._pending)

    async def flush(self, timeout_s: float) -> bool:
        """Wait until the broker has acknowledged everything published; False on time-out."""
        if not self._pending:
            return True
        self._drained.clear()
        try:
            async with asyncio.timeout(timeout_s):
                await self._drained.wait()
        except TimeoutError:
            return False
        return True

    def _new_client(self, life: Connection) -> paho.Client:
        settings = self._settings
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=paho.MQTTv5,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = settings.connect_timeout_s
        client.max_queued_messages_set(MAX_OUTGOING)
        if settings.username is not None:
            password = settings.password.reveal() if settings.password else None
            client.username_pw_set(settings.username, password)
        if settings.tls is not None:
            context = ssl.create_default_context(cafile=str(settings.tls.ca_file))
            if settings.tls.certificate_file is not None:
                context.load_cert_chain(settings.tls.certificate_file, settings.tls.key_file)
            client.tls_set_context(context)
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, 1, self._will.retain)
        client.on_connect = life.on_connect
        client.on_disconnect = life.on_disconnect
        client.on_socket_register_write = life.want_write
        client.on_socket_unregister_write = life.enough_written
        client.on_socket_close = life.on_socket_close
        client.on_message = self._receiver(_OrderedAcks(client))
        client.on_publish = self._published
        return client

    async def _live(self, client: paho.Client, life: Connection, backoff: Backoff) -> None:
        settings = self._settings
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._session_expiry_s
        properties.ReceiveMaximum = self._receive_maximum
        properties.MaximumPacketSize = MAX_PACKET_BYTES
        await in_daemon_thread(
            partial(
                client.connect,
                settings.host,
                settings.port,
                settings.keepalive_s,
                clean_start=self._clean_start,
                properties=properties,
            )
        )
        life.attach(client)
        try:
            # Not asyncio.wait_for: before Python 3.12 it swallows a cancellation that meets one.
            async with asyncio.timeout(settings.connect_timeout_s):
                session_present = await life.accepted
        except TimeoutError as error:
            raise MqttUnavailable("connected, but no CONNACK came") from error
        self.stats.connects += 1
        if self._subscriptions:
            client.subscribe([(topic, 1) for topic in self._subscriptions])
        self._client = client
        self.connected = True
        log.info("connected to MQTT broker %s:%d", settings.host, settings.port)
        if self._on_connected is not None:
            self._on_connected(session_present)
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        try:
            await life.keep(client)
        finally:
            # A session that ends as soon as it stands is no success: two programs under one
            # name would otherwise throw each other out several times a second.
            if loop.time() - began_s >= STEADY_AFTER_S:
                backoff.reset()

    async def _end(self, client: paho.Client, life: Connection) -> None:
        was_connected = self.connected
        self.connected = False
        self._client = None
        self._pending.clear()
        self._drained.set()
        if was_connected:
            self.stats.disconnects += 1
            client.disconnect()
            # With an external loop paho only queues the goodbye; unsent, it brings the last will.
            client.loop_write()
            if self._on_disconnected is not None:
                self._on_disconnected()
        life.detach()
        sock = client.socket()
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.close()

    def _receiver(
        self, acks: _OrderedAcks
    ) -> Callable[[paho.Client, object, paho.MQTTMessage], None]:
        def received(client: paho.Client, userdata: object, message: paho.MQTTMessage) -> None:
            self.stats.received += 1
            inbound = acks.take(message)
            if self._on_message is not None:
                self._on_message(inbound)

        return received

    def _published(
        self,
        client: paho.Client,
        userdata: object,
        mid: int,
        reason: ReasonCode,
        properties: Properties,
    ) -> None:
        self._pending.discard(mid)
        if not self._pending:
            self._drained.set()
