"""The centre's HTTP face as vision sees it; the only file that imports httpx.

``PUT …/cameras/<camera>/events/<event>/files/<name>`` takes a file in pieces: ``Content-Range``,
the hash of the whole in ``X-Content-SHA256``; ``HEAD`` tells how much of it is there.
"""

import asyncio
import logging
import ssl
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

import httpx
import msgspec

from quantrac_core.contracts.errors import QuantracError
from vision.delivery.settings import CentreSettings
from vision.delivery.uploads import FileToSend

log = logging.getLogger(__name__)
Outcome = Literal["taken", "whole", "elsewhere", "mismatch", "refused", "unknown"]
LOCAL_HOSTS: Final = ("127.0.0.1", "::1", "localhost")
WAIT_STATUS: Final = frozenset({401, 403, 407, 408, 421, 423, 425, 426, 429})
NEVER_STATUS: Final = frozenset({400, 411, 413, 414, 415, 416, 431})
MAX_DETAIL_BYTES: Final = 16_384
MOST_RETRY_AFTER_S: Final = 300.0


class CentreUnavailable(QuantracError):
    """The centre cannot be reached, lets nobody in, or has no room: all files have to wait.

    Args:
        is_network: the connection failed, so smaller pieces may get through.
        retry_after_s: what the centre asked for, 0 without.
    """

    def __init__(
        self, detail: str, *, is_network: bool = False, retry_after_s: float = 0.0
    ) -> None:
        super().__init__(detail)
        self.is_network = is_network
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Answer:
    """What the centre said about one file.

    ``taken`` and ``elsewhere`` carry the ``offset`` at which to go on; ``mismatch`` asks to begin
    anew; ``refused`` will never succeed; ``unknown`` may succeed later.
    """

    outcome: Outcome
    offset: int = 0
    detail: str = ""


class _Reply(NamedTuple):
    """Status, headers and the beginning of the body."""

    status: int
    headers: httpx.Headers
    body: bytes


class _PreviewAnswer(msgspec.Struct):
    next_after_s: float


class CentreClient:
    """Speaks with the centre over kept-alive connections; close it with `close`."""

    def __init__(self, settings: CentreSettings) -> None:
        self._settings = settings
        self._root = f"{settings.url}/api/v1"
        parts = urlsplit(settings.url)
        if parts.scheme == "http" and settings.token and parts.hostname not in LOCAL_HOSTS:
            log.warning("%s is not encrypted: the token and all pictures go in clear", settings.url)
        context = ssl.create_default_context(
            cafile=None if settings.ca_file is None else str(settings.ca_file)
        )
        self._http = httpx.AsyncClient(
            verify=context,
            timeout=httpx.Timeout(settings.answer_timeout_s, connect=settings.connect_timeout_s),
            limits=httpx.Limits(max_connections=4, keepalive_expiry=60.0),
            trust_env=False,
            follow_redirects=False,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def look(self, file: FileToSend) -> Answer:
        """Ask how much of a file the centre holds (`HEAD`): ``taken`` up to there, or ``whole``.

        Raises:
            CentreUnavailable: as for `send`.
        """
        answer = await self._request("HEAD", file, {}, b"")
        if answer.status == 404:
            return Answer("taken", 0)
        if answer.status in (200, 204):
            if answer.headers.get("Upload-Complete") == "1":
                return Answer("whole", file.size_bytes)
            return Answer("taken", _offset(answer, file))
        return _judged(answer, file)

    async def send(self, file: FileToSend, offset: int, piece: bytes) -> Answer:
        """Send the bytes from ``offset`` on (`PUT`).

        Raises:
            CentreUnavailable: no connection, no answer in time, 401, 403, 5xx and the like.
        """
        last = offset + len(piece) - 1
        headers = {
            "Content-Range": f"bytes {offset}-{last}/{file.size_bytes}",
            "Content-Type": file.media_type,
        }
        answer = await self._request("PUT", file, headers, piece)
        if answer.status in (200, 201):
            return Answer("whole", file.size_bytes)
        return _judged(answer, file)

    async def send_preview(self, camera: str, jpeg: bytes, taken_at: datetime) -> float:
        """Show the centre a small picture of now; return the seconds until it wants the next.

        Raises:
            CentreUnavailable: if it was not taken, whatever the reason.
        """
        url = f"{self._root}/cameras/{camera}/preview"
        headers = {"Content-Type": "image/jpeg", "X-Taken-At": taken_at.isoformat()}
        answer = await self._exchange("PUT", url, headers, jpeg)
        if answer.status not in (200, 201):
            raise CentreUnavailable(f"the preview was not taken: {_words(answer)}")
        try:
            wanted_s = msgspec.json.decode(answer.body, type=_PreviewAnswer).next_after_s
        except msgspec.DecodeError as error:
            raise CentreUnavailable(f"the answer to a preview makes no sense: {error}") from error
        return min(max(wanted_s, 0.0), 3600.0)

    async def _request(
        self, method: str, file: FileToSend, headers: dict[str, str], body: bytes
    ) -> _Reply:
        url = f"{self._root}/cameras/{file.camera}/events/{file.event}/files/{file.name}"
        headers = {**headers, "X-Content-SHA256": file.sha256}
        answer = await self._exchange(method, url, headers, body)
        if answer.status >= 500 or answer.status in WAIT_STATUS:
            raise CentreUnavailable(_words(answer), retry_after_s=_retry_after_s(answer))
        return answer

    async def _exchange(
        self, method: str, url: str, headers: dict[str, str], body: bytes
    ) -> _Reply:
        limit_s = self._settings.connect_timeout_s + 2 * self._settings.answer_timeout_s
        try:
            headers = {**headers, **self._login()}
            request = self._http.build_request(method, url, headers=headers, content=body)
            # httpx waits for every single byte anew: a trickle would hold the queue for ever.
            async with asyncio.timeout(limit_s):
                answer = await self._http.send(request, stream=True)
                try:
                    return _Reply(answer.status_code, answer.headers, await _beginning(answer))
                finally:
                    await answer.aclose()
        except TimeoutError as error:
            raise CentreUnavailable(f"no answer within {limit_s:g} s", is_network=True) from error
        except httpx.HTTPError as error:
            words = f"{type(error).__name__} {error}".strip()
            raise CentreUnavailable(words, is_network=True) from error

    def _login(self) -> dict[str, str]:
        # Read anew each time: a token may be replaced while vision runs.
        token = self._settings.token
        if token is None:
            return {}
        try:
            return {"Authorization": f"Bearer {token.reveal()}"}
        except OSError as error:
            raise CentreUnavailable(f"the token cannot be read: {error.strerror}") from error


async def _beginning(answer: httpx.Response) -> bytes:
    content = b""
    async for block in answer.aiter_bytes():
        content += block
        if len(content) > MAX_DETAIL_BYTES:
            break
    return content[:MAX_DETAIL_BYTES]


def _judged(answer: _Reply, file: FileToSend) -> Answer:
    status, words = answer.status, _words(answer)
    if status == 204:
        return Answer("taken", _offset(answer, file))
    if status == 409:
        return Answer("elsewhere", _offset(answer, file), words)
    if status == 422:
        return Answer("mismatch", 0, words)
    return Answer("refused" if status in NEVER_STATUS else "unknown", 0, words)


def _offset(answer: _Reply, file: FileToSend) -> int:
    text = answer.headers.get("Upload-Offset", "")
    if not (text.isascii() and text.isdigit()) or not 0 <= int(text[:19]) <= file.size_bytes:
        raise CentreUnavailable(f"{_words(answer)} with Upload-Offset {text[:40]!r}")
    return int(text)


def _words(answer: _Reply) -> str:
    text = answer.body[:200].decode(errors="replace").strip()
    return f"the centre answered {answer.status} {text}".strip()


def _retry_after_s(answer: _Reply) -> float:
    text = answer.headers.get("Retry-After", "")
    seconds = float(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0.0
    return min(seconds, MOST_RETRY_AFTER_S)
