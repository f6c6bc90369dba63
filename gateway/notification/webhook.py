"""Signed webhooks over HTTP."""

import asyncio
import time
from typing import Final

import httpx

from gateway.database.notice_queue import Delivery
from gateway.notification.message import Message
from gateway.notification.outcomes import Refused, TryAgain
from gateway.notification.settings import WebhookSettings
from gateway.notification.signing import (
    CONTENT_TYPE,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    cloud_event,
    signature,
)

NEVER: Final = frozenset({400, 413, 422})
"""The receiver has read it and will not have it; every other refusal may be put right."""


class Webhook:
    """Posts to one address; redirects are not followed.

    Args:
        timeout_s: of a whole attempt, whatever the receiver drips.
    """

    def __init__(self, settings: WebhookSettings, public_url: str | None, timeout_s: float) -> None:
        self._settings = settings
        self._public_url = public_url
        self._timeout_s = timeout_s
        self._client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)

    async def send(self, delivery: Delivery, message: Message) -> None:
        """Post one event."""
        body = cloud_event(delivery, message, self._public_url)
        timestamp_s = int(time.time())
        headers = {
            "Content-Type": CONTENT_TYPE,
            "User-Agent": "quantrac",
            TIMESTAMP_HEADER: str(timestamp_s),
            SIGNATURE_HEADER: signature(self._settings.secret.reveal(), timestamp_s, body),
        }
        try:
            async with asyncio.timeout(self._timeout_s):
                # The answer's body is not wanted, however long it may be.
                async with self._client.stream(
                    "POST", self._settings.url, content=body, headers=headers
                ) as answer:
                    status = answer.status_code
        except TimeoutError as error:
            raise TryAgain(f"no answer within {self._timeout_s:g} s") from error
        except httpx.TimeoutException as error:
            raise TryAgain(f"no answer within {self._timeout_s:g} s") from error
        except (httpx.HTTPError, OSError) as error:
            raise TryAgain(f"no connection: {type(error).__name__}") from error
        if 200 <= status < 300:
            return
        if status in NEVER:
            raise Refused(f"the receiver answered {status}")
        raise TryAgain(f"the receiver answered {status}")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
