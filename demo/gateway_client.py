"""The few calls that the demo makes to the gateway's HTTP API on loopback."""

import asyncio
import http.client
from typing import TypeVar
from urllib.parse import quote

import msgspec

from demo.alarm_watch import Alarm
from demo.ports import LOOPBACK
from demo.security_watch import SecurityEvent

Answer = TypeVar("Answer")
TIMEOUT_S = 3.0
MAX_ANSWER_BYTES = 8 << 20


class GatewayUnreachable(OSError):
    """No answer, or not the one that the API promises."""


class _Alarms(msgspec.Struct):
    alarms: list[Alarm]


class _Events(msgspec.Struct):
    events: list[SecurityEvent]


class _Latest(msgspec.Struct):
    v: float | None = None


class _Channel(msgspec.Struct):
    latest: _Latest | None = None


class StationView(msgspec.Struct):
    """A station as the API gives it (the fields that the demo needs)."""

    id: str
    state: str
    channels: list[_Channel]

    @property
    def is_live(self) -> bool:
        """Whether it is online and every channel has been read."""
        return self.state == "online" and all(c.latest is not None for c in self.channels)


class _Stations(msgspec.Struct):
    stations: list[StationView]


class GatewayClient:
    """Asks in a thread, so that the event loop never waits."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def is_healthy(self) -> bool:
        """Tell whether the health endpoint answers at all."""
        try:
            await asyncio.to_thread(self._call, "GET", "/api/v1/health", None)
        except GatewayUnreachable:
            return False
        return True

    async def stations(self) -> list[StationView]:
        """Return every station (raises GatewayUnreachable)."""
        body = await asyncio.to_thread(self._call, "GET", "/api/v1/stations", None)
        return _decode(body, _Stations).stations

    async def alarms(self) -> list[Alarm]:
        """Return the newest alarms in any state (raises GatewayUnreachable)."""
        body = await asyncio.to_thread(self._call, "GET", "/api/v1/alarms?state=all&limit=50", None)
        return _decode(body, _Alarms).alarms

    async def security_events(self) -> list[SecurityEvent]:
        """Return the newest security events (raises GatewayUnreachable)."""
        body = await asyncio.to_thread(self._call, "GET", "/api/v1/events?limit=50", None)
        return _decode(body, _Events).events

    async def acknowledge(self, alarm_id: str, by: str, note: str) -> None:
        """Acknowledge one alarm (raises GatewayUnreachable)."""
        payload = msgspec.json.encode({"by": by, "note": note})
        path = f"/api/v1/alarms/{quote(alarm_id, safe='')}/ack"
        await asyncio.to_thread(self._call, "POST", path, payload)

    def _call(self, method: str, path: str, payload: bytes | None) -> bytes:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=TIMEOUT_S)
        try:
            headers = {"content-type": "application/json"} if payload is not None else {}
            connection.request(method, path, payload, headers)
            answer = connection.getresponse()
            body = answer.read(MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise GatewayUnreachable(f"{method} {path}: {error}") from error
        finally:
            connection.close()
        if answer.status >= 300:
            raise GatewayUnreachable(f"{method} {path}: HTTP {answer.status}")
        return body


def _decode(body: bytes, kind: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise GatewayUnreachable(f"unexpected answer: {error}") from error
