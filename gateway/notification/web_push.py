"""Push messages to browsers: encrypted for each (RFC 8291), sent to public addresses only."""

import asyncio
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from py_vapid import Vapid02
from pywebpush import WebPusher

from gateway.database import accounts, notice_people
from gateway.database.engine import Database
from gateway.database.notice_people import PushSubscription
from gateway.database.notice_queue import Delivery
from gateway.notification.message import Message
from gateway.notification.outcomes import Refused, TryAgain
from gateway.threads import WorkerThreads

TTL_S: Final = 86_400
MAX_TITLE: Final = 200
MAX_TEXT: Final = 600
Resolve = Callable[[str, int], Awaitable[str]]
"""Returns an address to connect to, or raises `Refused` or `TryAgain`."""


async def public_address(host: str, port: int) -> str:
    """Return an address of ``host`` that is on the open internet.

    Raises:
        Refused: it has a private, local or reserved address: nobody's push service.
        TryAgain: the name cannot be looked up now.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise TryAgain("the push service's name cannot be looked up") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(ipaddress.ip_address(one).is_global for one in addresses):
        raise Refused("the push service's address is not on the open internet")
    return addresses[0]


class WebPush:
    """Sends to browsers; a browser that is gone is forgotten.

    Args:
        key: signs for this centre.
        resolve: finds and checks the address that is really connected to.
        trust: None is the machine's own certificates.
    """

    def __init__(
        self,
        key: Vapid02,
        contact: str,
        database: Database,
        timeout_s: float,
        resolve: Resolve = public_address,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._key = key
        self._contact = contact
        self._database = database
        self._timeout_s = timeout_s
        self._resolve = resolve
        self._threads = WorkerThreads("notice-push", 2)
        verify = ssl.create_default_context() if trust is None else trust
        self._client = httpx.AsyncClient(
            timeout=timeout_s, follow_redirects=False, trust_env=False, verify=verify
        )

    async def send(self, delivery: Delivery, message: Message) -> None:
        """Push one message to one browser."""
        browser = await self._threads.call(self._find, delivery.target)
        if browser is None:
            raise Refused("this browser takes no more messages")
        content = push_content(delivery, message)
        body, headers = await self._threads.call(self._seal, browser, content)
        headers["Urgency"] = "high" if message.priority in ("high", "urgent") else "normal"
        status = await self._post(browser.endpoint, body, headers)
        if status in (404, 410):
            await self._threads.call(self._forget, browser)
            raise Refused("this browser takes no more messages")
        if status in (400, 403, 413):
            raise Refused(f"the push service answered {status}")
        if not 200 <= status < 300:
            raise TryAgain(f"the push service answered {status}")

    async def close(self) -> None:
        """Close connections and threads."""
        self._threads.close(0)
        await self._client.aclose()

    async def _post(self, endpoint: str, body: bytes, headers: dict[str, str]) -> int:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port or 443
        try:
            async with asyncio.timeout(self._timeout_s):
                # Connecting to the very address that was checked leaves no room for a name that
                # means something else a moment later.
                address = await self._resolve(host, port)
                shown = f"[{address}]" if ":" in address else address
                url = httpx.URL(endpoint).copy_with(host=shown)
                async with self._client.stream(
                    "POST",
                    url,
                    content=body,
                    headers={**headers, "Host": parts.netloc},
                    extensions={"sni_hostname": host},
                ) as answer:
                    return answer.status_code
        except (TimeoutError, httpx.TimeoutException) as error:
            raise TryAgain(f"no answer within {self._timeout_s:g} s") from error
        except (httpx.HTTPError, OSError) as error:
            raise TryAgain(f"no connection: {type(error).__name__}") from error

    def _seal(self, browser: PushSubscription, content: bytes) -> tuple[bytes, dict[str, str]]:
        keys = {"p256dh": browser.p256dh, "auth": browser.auth}
        try:
            pusher = WebPusher({"endpoint": browser.endpoint, "keys": keys})
            body: bytes = pusher.encode(content)["body"]
        except Exception as error:
            # Keys that are no point on the curve end in whatever the libraries raise.
            raise Refused("this browser's keys are not valid") from error
        parts = urlsplit(browser.endpoint)
        claims: dict[str, Any] = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "sub": self._contact,
            "exp": int(time.time()) + 12 * 3_600,
        }
        headers = {
            **self._key.sign(claims),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL_S),
        }
        return body, headers

    def _find(self, id: str) -> PushSubscription | None:
        with self._database.reading() as connection:
            browser = notice_people.subscription(connection, id)
            if browser is None:
                return None
            account = accounts.find(connection, browser.account)
            return None if account is not None and account.disabled else browser

    def _forget(self, browser: PushSubscription) -> None:
        with self._database.writing() as connection:
            notice_people.delete_subscription(connection, browser.id, None)


def push_content(delivery: Delivery, message: Message) -> bytes:
    """Return what the page's service worker reads; push services take at most 4 KiB."""
    content = {
        "id": delivery.id,
        "title": message.title[:MAX_TITLE],
        "body": message.text[:MAX_TEXT],
        "url": message.url,
        "tag": message.thread or delivery.id,
        "pressing": message.priority in ("high", "urgent") and message.phase == "firing",
        "lang": message.language,
        "at": message.created_at_ms,
    }
    return json.dumps(content, ensure_ascii=False).encode()
