"""Sinks, and gateways that notify them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.conftest import Centre
from tests.peers.certificates import make_certificate
from tests.peers.http_sink import HttpSink, http_sink
from tests.peers.smtp_sink import PASSWORD, USER, MailSink, smtp_sink

WEBHOOK_SECRET = "webhook-secret-of-the-tests"
FAST = {
    "group_wait_s": 0.2,
    "group_interval_s": 0.2,
    "look_interval_s": 0.1,
    "timeout_s": 1.5,
    "retry_first_s": 0.1,
    "retry_most_s": 0.3,
}


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("certificate")
    return make_certificate(folder, "localhost", "127.0.0.1", "push.example")


@pytest.fixture
def hook() -> Iterator[HttpSink]:
    with http_sink() as sink:
        yield sink


@pytest.fixture
def mails(certificate: tuple[Path, Path]) -> Iterator[MailSink]:
    with smtp_sink(certificate) as sink:
        yield sink


@pytest.fixture
def section(tmp_path: Path, certificate: tuple[Path, Path]) -> Callable[..., dict[str, Any]]:
    """Make the section ``notification`` for the sinks that are given."""

    def make(
        hook: HttpSink | None = None,
        mails: MailSink | None = None,
        other: HttpSink | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        made: dict[str, Any] = {**FAST, "webhooks": {}, "apprise": {}}
        secret = tmp_path / "webhook-secret"
        secret.write_text(WEBHOOK_SECRET)
        for name, sink in (("ioc", hook), ("other", other)):
            if sink is not None:
                made["webhooks"][name] = {"url": sink.url, "secret": {"file": str(secret)}}
        if hook is not None:
            address = tmp_path / "apprise-address"
            address.write_text(f"json://127.0.0.1:{hook.port}/apprise")
            made["apprise"]["duty"] = {"file": str(address)}
        if mails is not None:
            password = tmp_path / "mail-password"
            password.write_text(PASSWORD)
            made["smtp"] = {
                "host": "localhost",
                "port": mails.port,
                "ca_file": str(certificate[0]),
                "username": USER,
                "password": {"file": str(password)},
                "sender": "quantrac@example.vn",
            }
        return {**made, **more}

    return make


def change(centre: Centre, path: str, body: Any, method: str = "PUT") -> tuple[int, Any]:
    """Send JSON to the API; return status and JSON."""
    headers = {"Content-Type": "application/json"}
    status, text, _ = centre.api.raw(
        f"/api/v1/notification{path}", method, json.dumps(body), headers
    )
    return status, json.loads(text)


def add_recipient(centre: Centre, id: str, channels: list[dict[str, Any]], **more: Any) -> None:
    """Add a recipient who is told everything."""
    body = {"name": id, "channels": channels, "rules": [{}], **more}
    status, answer = change(centre, f"/recipients/{id}", body)
    assert status == 200, answer
