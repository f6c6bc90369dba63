"""The few calls that the demo makes to the gateway's HTTP API on loopback."""

import asyncio
import http.client
from collections.abc import Sequence
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


class _Account(msgspec.Struct):
    account: str


class _Accounts(msgspec.Struct):
    accounts: list[_Account]


class _Link(msgspec.Struct):
    link: str


class _Stations(msgspec.Struct):
    stations: list[StationView]


class GatewayClient:
    """Asks in a thread, so that the event loop never waits."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._token = token

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

    async def sign_in_link(self, account: str, name: str, roles: Sequence[str]) -> str:
        """Return the page's part of a link that signs a newcomer in, once.

        The account is made where there is none yet (raises GatewayUnreachable).
        """
        body = _decode(await asyncio.to_thread(self._call, "GET", "/api/v1/accounts"), _Accounts)
        if account not in {one.account for one in body.accounts}:
            new = {"account": account, "name": name, "roles": roles, "with_password": False}
            await asyncio.to_thread(
                self._call, "POST", "/api/v1/accounts", msgspec.json.encode(new)
            )
        path = f"/api/v1/accounts/{account}/link"
        made = _decode(await asyncio.to_thread(self._call, "POST", path, b"{}"), _Link)
        return f"#/sign-in/{made.link}"

    async def acknowledge(self, alarm_id: str, note: str) -> None:
        """Acknowledge one alarm (raises GatewayUnreachable)."""
        payload = msgspec.json.encode({"note": note})
        path = f"/api/v1/alarms/{quote(alarm_id, safe='')}/ack"
        await asyncio.to_thread(self._call, "POST", path, payload)

    def _call(self, method: str, path: str, payload: bytes | None = None) -> bytes:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=TIMEOUT_S)
        try:
            headers = {"Authorization": f"Bearer {self._token}"}
            if payload is not None:
                headers["content-type"] = "application/json"
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
