"""A small OpenID Connect provider over HTTP: signs with an own key, checks PKCE, and may lie."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "quan-trac"


class Provider:
    """Says that everybody is ``person``; ``change`` may spoil the claims of its tokens."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.person = "so-41-nguyen-van-a"
        self.change: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.signing_key = self.key
        self.asked: dict[str, dict[str, str]] = {}

    def answer(self, method: str, path: str, form: dict[str, str]) -> tuple[int, Any, str]:
        """Return status, JSON and where to go."""
        match path:
            case "/.well-known/openid-configuration":
                names = {"authorization_endpoint": "/auth", "token_endpoint": "/token",
                         "jwks_uri": "/keys"}  # fmt: skip
                found = {name: self.issuer + place for name, place in names.items()}
                return 200, {"issuer": self.issuer, **found}, ""
            case "/keys":
                return 200, {"keys": [self.key.as_dict(private=False)]}, ""
            case "/auth":
                code = sha256(form["state"].encode()).hexdigest()
                self.asked[code] = form
                back = urlencode({"code": code, "state": form["state"]})
                return 303, {}, f"{form['redirect_uri']}?{back}"
            case "/token":
                return self._token(form)
        return 404, {}, ""

    def _token(self, form: dict[str, str]) -> tuple[int, Any, str]:
        asked = self.asked.pop(form["code"], None)
        digest = sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}, ""
        now_s = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.person,
            "nonce": asked["nonce"],
            "iat": now_s,
            "exp": now_s + 300,
        }
        header = {"alg": "RS256", "kid": "one"}
        token = jwt.encode(header, self.change(claims), self.signing_key)
        return 200, {"id_token": token, "token_type": "Bearer"}, ""


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Serve a provider on loopback until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._reply(parts.path, parts.query)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            self._reply(self.path, self.rfile.read(length).decode())

        def _reply(self, path: str, query: str) -> None:
            form = {name: values[0] for name, values in parse_qs(query).items()}
            status, body, place = provider.answer(self.command, path, form)
            content = json.dumps(body).encode()
            self.send_response(status)
            if place:
                self.send_header("Location", place)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, name="provider", daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
