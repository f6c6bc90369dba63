"""One TCP connection of a paho client on asyncio's loop, by paho's own external-loop calls."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from quantrac_core.contracts.errors import QuantracError

MISC_INTERVAL_S = 1.0
SESSION_TAKEN_OVER = 142


class MqttUnavailable(QuantracError):
    """The broker could not be reached, refused the session, or went away."""


async def in_daemon_thread(work: Callable[[], object]) -> None:
    """Run ``work`` beside the loop; a cancelled wait lets it run out by itself.

    A connection attempt cannot be broken off, and the loop's own threads are waited for at the
    end of a program: an unreachable broker would hold up an orderly stop.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def report(error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def body() -> None:
        failure: BaseException | None = None
        try:
            work()
        except BaseException as error:
            failure = error
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(report, failure)

    threading.Thread(target=body, name="mqtt-connect", daemon=True).start()
    await done


class Connection:
    """Ties one paho client's socket to the event loop and tells how its life went."""

    def __init__(self, loop: asyncio.AbstractEventLoop, client_id: str) -> None:
        self._loop = loop
        self._client_id = client_id
        self._client: paho.Client | None = None
        self._descriptor = -1
        self.accepted: asyncio.Future[bool] = loop.create_future()
        self.ended: asyncio.Future[str] = loop.create_future()

    def attach(self, client: paho.Client) -> None:
        """Watch the connected socket.

        Raises:
            MqttUnavailable: it is closed already.
        """
        sock = client.socket()
        if sock is None:
            raise MqttUnavailable("the connection closed at once")
        if isinstance(sock, socket.socket):
            # Slow scans clustered at 43 to 46 ms, as with Nagle and delayed ACKs behind a PUBACK.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self._descriptor = sock.fileno()
        self._loop.add_reader(self._descriptor, self._read)
        if client.want_write():
            self._loop.add_writer(self._descriptor, client.loop_write)

    def detach(self) -> None:
        """Watch nothing any more; whoever waits for its future is told."""
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            self._loop.remove_writer(self._descriptor)
            self._descriptor = -1
        for future in (self.accepted, self.ended):
            if not future.done():
                future.cancel()
            elif not future.cancelled():
                future.exception()

    def _read(self) -> None:
        client = self._client
        assert client is not None
        client.loop_read()
        sock = client.socket()
        while isinstance(sock, ssl.SSLSocket) and sock.pending():
            client.loop_read()
            sock = client.socket()

    async def keep(self, client: paho.Client) -> None:
        """Hold the connection until it ends.

        Raises:
            MqttUnavailable: always, with the reason.
        """
        while not self.ended.done():
            await asyncio.wait({self.ended}, timeout=MISC_INTERVAL_S)
            if not self.ended.done() and client.loop_misc() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                raise MqttUnavailable("no answer to the keep-alive")
        raise MqttUnavailable(self.ended.result())

    def on_connect(
        self,
        client: paho.Client,
        userdata: object,
        flags: paho.ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        """See paho: the broker has answered."""
        if self.accepted.done():
            return
        if reason.is_failure:
            self.accepted.set_exception(MqttUnavailable(f"refused the session: {reason}"))
        else:
            self.accepted.set_result(flags.session_present)

    def on_disconnect(
        self,
        client: paho.Client,
        userdata: object,
        flags: paho.DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        """See paho: the connection has ended; may come from any thread."""
        why = f"connection ended: {reason}"
        if reason.value == SESSION_TAKEN_OVER:
            why = (
                f"another program has connected as {self._client_id!r} and ended this session; "
                "give every program a name of its own"
            )
        self._loop.call_soon_threadsafe(self._mark_ended, why)

    def _mark_ended(self, why: str) -> None:
        if not self.ended.done():
            self.ended.set_result(why)
        if not self.accepted.done():
            self.accepted.set_exception(MqttUnavailable(why))

    def want_write(self, client: paho.Client, userdata: object, sock: object) -> None:
        """See paho: something waits to be sent."""
        if self._descriptor >= 0:
            self._loop.add_writer(self._descriptor, client.loop_write)

    def enough_written(self, client: paho.Client, userdata: object, sock: object) -> None:
        """See paho: nothing waits any more."""
        if self._descriptor >= 0:
            self._loop.remove_writer(self._descriptor)

    def on_socket_close(self, client: paho.Client, userdata: object, sock: object) -> None:
        """See paho: it closes its socket by itself."""
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            self._loop.remove_writer(self._descriptor)
            self._descriptor = -1
