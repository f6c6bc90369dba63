"""Keeps other web sites in the same browser from using the service as whoever is signed in."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.faults import fault_body
from gateway.live.previews import MAX_PREVIEW_BYTES
from quantrac_core.contracts.camera_messages import MAX_FILE_BYTES

MAX_BODY_BYTES: Final = 64 * 1024
UPLOAD_PATH: Final = re.compile(
    r"/api/v1/cameras/[^/]+/(?:(preview)|events/[^/]+/files/[^/]+)", re.ASCII
)
_DIGITS: Final = re.compile(r"[0-9]{1,15}")
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self';"
    " style-src-attr 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Protection:
    """ASGI middleware: Host must be ours, writes must come from our own page, as JSON.

    Exactly two kinds of request may carry binary bodies: files of events and previews, from
    vision machines with a token (which the routes check).

    A name that an attacker's DNS points at 127.0.0.1 fails on the Host header; a form or a
    script of another site fails on Origin, Sec-Fetch-Site or the content type.

    Args:
        hosts: names and addresses without port that may stand in the Host header.
        tiles: origin of the map's tiles, the one other server that pictures may come from.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], tiles: str | None = None) -> None:
        self._app = app
        self._headers = dict(HEADERS)
        if tiles is not None:
            policy = HEADERS["Content-Security-Policy"]
            allowed = policy.replace("img-src 'self'", f"img-src 'self' {tiles}")
            self._headers["Content-Security-Policy"] = allowed
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 4xx to what is not allowed; add security headers to every answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        if refusal is not None:
            status, detail = refusal
            response = JSONResponse(fault_body(status, detail), status_code=status)
            await response(scope, receive, send_protected)
            return
        await self._app(scope, receive, send_protected)

    def _refusal(self, method: str, path: str, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if _name_of(host) not in self._hosts:
            return 421, f"this service is not called {host[:100]!r}"
        if method in SAFE_METHODS:
            return None
        upload = UPLOAD_PATH.fullmatch(path) if method == "PUT" else None
        most_bytes = MAX_BODY_BYTES
        if upload is not None:
            most_bytes = MAX_PREVIEW_BYTES if upload[1] else MAX_FILE_BYTES
            # A browser sends this header to another site only if that site has agreed, and no
            # answer of ours agrees to anything.
            if not headers.get("authorization", "").lower().startswith("bearer "):
                return 401, "uploads need Authorization: Bearer with a token of this centre"
        elif _media_type(headers) != "application/json":
            return 415, "the content type must be application/json"
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "a request from another site"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return 403, "a request from another origin"
        # A chunked body has no length that could be believed, whatever Content-Length says.
        length = "" if "transfer-encoding" in headers else headers.get("content-length", "")
        if _DIGITS.fullmatch(length) is None or int(length) > most_bytes:
            return 413, f"a body with a length, at most {most_bytes} bytes"
        return None


def _media_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _name_of(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
