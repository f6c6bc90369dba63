"""The gateway as a process, its configuration for tests, and its HTTP face."""

import http.client
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.peers.process import Process, free_port

UPLOAD_TOKEN = "upload-token-of-the-tests"
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
    """The gateway's HTTP face as a test sees it."""

    def __init__(self, port: int) -> None:
        self.port = port

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
            connection.request(method, path, body, headers or {})
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

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        """Post JSON; return status and JSON."""
        headers = {"Content-Type": "application/json"}
        status, text, _ = self.raw(f"/api/v1{path}", "POST", json.dumps(body), headers)
        return status, json.loads(text)
