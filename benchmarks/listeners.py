"""Who listens while figures are taken: an MQTT subscriber and a browser's event stream."""

import contextlib
import http.client
import sys
import threading
import time
from collections.abc import Callable, Iterator

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.peers.gateway import Api

# Two listeners share this interpreter; a precaution, whose effect on the figures was not clear.
sys.setswitchinterval(0.0002)

TakeMessage = Callable[[paho.Client, str, bytes, float], None]
"""Called with the client, topic, payload and the monotonic time of arrival (s)."""
TakeEvent = Callable[[str, bytes, float], None]
"""Called with an event's name, data and the monotonic time of arrival (s)."""


@contextlib.contextmanager
def mqtt_subscriber(port: int, topics: list[str], take: TakeMessage) -> Iterator[paho.Client]:
    """Subscribe at QoS 1 in a thread of paho's; the subscriptions stand when this yields."""
    subscribed = threading.Event()
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_connect = lambda peer, *_: peer.subscribe([(topic, 1) for topic in topics])
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = lambda peer, _, message: take(
        peer, message.topic, bytes(message.payload), time.monotonic()
    )
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        if not subscribed.wait(10):
            raise TimeoutError(f"no subscription at the broker on port {port} within 10 s")
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


@contextlib.contextmanager
def event_stream(port: int, take: TakeEvent) -> Iterator[None]:
    """Read ``/api/v1/stream`` as a browser would, in a thread; greeted when this yields."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/api/v1/stream", headers=Api(port).headers)
    answer = connection.getresponse()
    if answer.status != 200:
        raise ConnectionError(f"/api/v1/stream answered {answer.status}: {answer.read(200)!r}")
    ended = threading.Event()
    greeted = threading.Event()

    def read() -> None:
        name = ""
        while not ended.is_set() and (line := answer.readline()):
            at_s = time.monotonic()
            if line.startswith(b"event: "):
                name = line[7:].strip().decode()
                greeted.set()
            elif line.startswith(b"data: "):
                take(name, line[6:].strip(), at_s)

    reader = threading.Thread(target=read, name="event-stream", daemon=True)
    reader.start()
    try:
        if not greeted.wait(10):
            raise TimeoutError("no hello on the event stream within 10 s")
        yield
    finally:
        # The thread ends with the next event, at the latest with the gateway.
        ended.set()
