"""The gateway as a process, its configuration for tests, and its HTTP face."""

import http.client
import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gateway.access.permissions import MAY, Permission, Role
from tests.peers.process import Process, free_port

UPLOAD_TOKEN = "upload-token-of-the-tests"
CALLER = "Kiểm thử"
"""Who asks for a test that does not say otherwise; may do everything."""
PEOPLE = (CALLER, "Lan", "Minh", "Đại uý Minh", "Trung úy A")
LITTLE_COST = {"memory_kib": 64, "passes": 1, "lanes": 1}
"""Real Argon2id, at a cost that suits hundreds of tests."""


def token_of(who: str) -> str:
    """Return the service token of a person of the tests, or of a role."""
    return f"token-of-the-tests-{sha256(who.encode()).hexdigest()}"


def access_section(folder: Path) -> dict[str, Any]:
    """Return the ``access`` section: people who may do all, and one service for each role."""
    mays = {who: frozenset(Permission) for who in PEOPLE} | {role.value: MAY[role] for role in Role}
    tokens = []
    for who, may in mays.items():
        file = folder / f"token-{sha256(who.encode()).hexdigest()[:12]}"
        file.write_text(token_of(who))
        tokens.append({"name": who, "token": {"file": str(file)}, "may": sorted(may)})
    return {
        "service_tokens": tokens,
        "password": LITTLE_COST,
        "first_password_file": str(folder / "first-password.txt"),
    }


REPORT_FORM = Path(__file__).parents[2] / "configs" / "reports.yaml"


def gateway(folder: Path, config: dict[str, Any], name: str = "gateway") -> Process:
    """Return a gateway process with its own configuration file."""
    file = folder / f"{name}.yaml"
    file.write_text(json.dumps(config))
    arguments = [sys.executable, "-m", "gateway.app", "--config", str(file)]
    return Process(name, arguments, folder, port=config["http"]["port"])


def embedded_config(folder: Path, broker_port: int, **changes: Any) -> dict[str, Any]:
    """Return a configuration with SQLite files in ``folder`` for any station and camera."""
    token = folder / "upload-token"
    token.write_text(UPLOAD_TOKEN)
    config: dict[str, Any] = {
        "mqtt": {"host": "127.0.0.1", "port": broker_port, "reconnect_most_s": 0.5},
        "store": {"kind": "sqlite", "path": str(folder / "readings.db")},
        "database": {"path": str(folder / "gateway.db")},
        "http": {"port": free_port()},
        "access": access_section(folder),
        "accept_any_station": True,
        "accept_any_camera": True,
        "evidence": {
            "path": str(folder / "evidence"),
            "upload_tokens": [{"token": {"file": str(token)}}],
            "min_free_mb": 0,
        },
        "reports": {"path": str(folder / "reports"), "form": str(REPORT_FORM)},
        "ingest": {"replay_after_s": 1.0, "replay_interval_s": 1.0},
    }
    return {**config, **changes}


class Api:
    """The gateway's HTTP face as somebody sees it; nobody signs in where ``who`` is None."""

    def __init__(self, port: int, who: str | None = CALLER) -> None:
        self.port = port
        self.headers = {} if who is None else {"Authorization": f"Bearer {token_of(who)}"}

    def of(self, who: str | None) -> "Api":
        """Return the same face as another person or role sees it."""
        return Api(self.port, who)

    def session_cookie(self, account: str = "nguoi.thu", *roles: Role) -> Any:
        """Sign in with a link; return the cookie as Playwright takes it. No role means all."""
        wanted = {"account": account, "name": CALLER, "with_password": False}
        self.post("/accounts", {**wanted, "roles": roles or list(Role)})
        _, made = self.post(f"/accounts/{account}/link", {})
        headers = {"Content-Type": "application/json"}
        body = json.dumps({"link": made["link"]})
        status, text, answer = self.of(None).raw("/api/v1/session/link", "POST", body, headers)
        assert status == 200, text
        name, _, value = answer["set-cookie"].partition(";")[0].partition("=")
        return {"name": name, "value": value, "url": f"http://127.0.0.1:{self.port}"}

    def raw(
        self,
        path: str,
        method: str = "GET",
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str, dict[str, str]]:
        """Return status, text and headers (names in lower case)."""
        status, content, answer = self.binary(path, method, body, headers)
        return status, content.decode(), answer

    def binary(
        self,
        path: str,
        method: str = "GET",
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes, dict[str, str]]:
        """Return status, bytes and headers (names in lower case)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {**self.headers, **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, content, {k.lower(): v for k, v in answer.getheaders()}
        finally:
            connection.close()

    def get(self, path: str, **parameters: str) -> Any:
        """Return the JSON of a 200 answer."""
        query = "&".join(f"{key.rstrip('_')}={quote(value)}" for key, value in parameters.items())
        status, text, _ = self.raw(f"/api/v1{path}" + (f"?{query}" if query else ""))
        assert status == 200, text
        return json.loads(text)

    def post(self, path: str, body: Any, method: str = "POST") -> tuple[int, Any]:
        """Send JSON; return status and JSON."""
        headers = {"Content-Type": "application/json"}
        status, text, _ = self.raw(f"/api/v1{path}", method, json.dumps(body), headers)
        return status, json.loads(text)
