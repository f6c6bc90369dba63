"""Each channel by itself: signature, mail, browser push, and what they must refuse."""

import base64
import os
import re
import socket
import ssl
import stat
import time
from pathlib import Path
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from pydantic import ValidationError

from gateway.api.notification_models import PushRequest
from gateway.database import notice_people
from gateway.database.engine import Database
from gateway.database.notice_people import PushSubscription
from gateway.database.notice_queue import Delivery
from gateway.notification.apprise_channel import is_apprise_address
from gateway.notification.email import compose_mail
from gateway.notification.message import Message
from gateway.notification.message import test_message as make_test_message
from gateway.notification.outcomes import Refused, TryAgain
from gateway.notification.push_key import load_push_key, public_key_of
from gateway.notification.settings import NotificationSettings, SmtpSettings, WebhookSettings
from gateway.notification.signing import cloud_event, signature
from gateway.notification.web_push import WebPush, public_address
from gateway.notification.webhook import Webhook
from quantrac_core.config.secrets import Secret
from quantrac_core.contracts.errors import ConfigErrors
from tests.peers.http_sink import HttpSink, http_sink

DOCUMENT = Path(__file__).parents[3] / "docs" / "webhooks.md"
SECRET = "a-secret-of-sixteen-and-more"


def delivery(**more: Any) -> Delivery:
    fields: dict[str, Any] = {
        "number": 1,
        "id": "ab" * 16,
        "recipient": "lan",
        "channel": "webhook",
        "sink": "webhook:ioc",
        "target": "ioc",
        "phase": "test",
        "priority": "low",
        "message": "",
        "created_at_ms": 0,
        "state": "waiting",
        "attempts": 0,
        "next_at_ms": 0,
        "done_at_ms": None,
        "last_error": "",
    }
    return Delivery(**{**fields, **more})


def message(**more: Any) -> Message:
    return make_test_message("vi", 1_764_046_800_000).model_copy(update=more)


def webhook(sink: HttpSink, monkeypatch: pytest.MonkeyPatch, timeout_s: float = 5) -> Webhook:
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", SECRET)
    settings = WebhookSettings(url=sink.url, secret=Secret(env="TEST_WEBHOOK_SECRET"))
    return Webhook(settings, None, timeout_s)


async def test_the_documents_snippet_verifies_what_really_arrives(
    hook: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    snippet = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert len(snippet) == 1
    names: dict[str, Any] = {}
    exec(snippet[0], names)
    sender = webhook(hook, monkeypatch)
    await sender.send(delivery(), message())
    await sender.close()

    [taken] = hook.accepted()
    is_genuine = names["is_genuine"]
    assert is_genuine(SECRET, taken.headers, taken.body)
    assert not is_genuine(SECRET, taken.headers, taken.body + b" ")
    assert not is_genuine("another secret", taken.headers, taken.body)
    old_s = int(time.time()) - 900
    old = {
        "quantrac-timestamp": str(old_s),
        "quantrac-signature": signature(SECRET, old_s, taken.body),
    }
    assert not is_genuine(SECRET, old, taken.body)


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, TryAgain), (404, TryAgain), (429, TryAgain), (302, TryAgain), (422, Refused)],
)
async def test_what_a_receiver_answers_decides_whether_to_try_again(
    hook: HttpSink, monkeypatch: pytest.MonkeyPatch, status: int, error: type[Exception]
) -> None:
    hook.status = status
    sender = webhook(hook, monkeypatch)

    with pytest.raises(error, match=str(status)):
        await sender.send(delivery(), message())
    await sender.close()


async def test_a_receiver_that_hangs_or_is_away_is_tried_again(
    hook: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = webhook(hook, monkeypatch, timeout_s=0.2)
    hook.hang()
    with pytest.raises(TryAgain, match="no answer"):
        await sender.send(delivery(), message())
    hook.close()

    with pytest.raises(TryAgain, match="no connection"):
        await sender.send(delivery(), message())
    await sender.close()


def test_the_event_of_a_delivery_never_changes() -> None:
    assert cloud_event(delivery(), message(), None) == cloud_event(delivery(), message(), None)


def test_a_title_cannot_add_a_header_to_a_mail() -> None:
    settings = SmtpSettings(host="localhost", sender="q@example.vn")
    evil = message(title="COD\r\nBcc: all@example.vn", text="<script>alert(1)</script>")

    mail = compose_mail(delivery(target="lan@example.vn"), evil, settings, "https://ioc.example.vn")

    assert mail["Bcc"] is None
    assert mail["Subject"] == "COD Bcc: all@example.vn"
    assert mail["Message-ID"] == f"<{'ab' * 16}@example.vn>"
    body = mail.get_body(("html",))
    assert body is not None
    assert "<script>" not in body.get_content()


def browser_keys() -> tuple[ec.EllipticCurvePrivateKey, bytes, dict[str, str]]:
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    auth = os.urandom(16)

    def text(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    return private, auth, {"p256dh": text(point), "auth": text(auth)}


async def test_a_browser_gets_a_sealed_message_from_a_known_centre_and_is_forgotten_when_gone(
    database: Database, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    private, auth, keys = browser_keys()
    key = load_push_key(tmp_path / "push.pem")

    async def here(host: str, port: int) -> str:
        assert host == "push.example"
        return "127.0.0.1"

    trust = ssl.create_default_context(cafile=str(certificate[0]))
    with http_sink(certificate) as service:
        endpoint = f"https://push.example:{service.port}/send/abc"
        browser = PushSubscription("b1", "lan", endpoint, keys["p256dh"], keys["auth"])
        with database.writing() as connection:
            notice_people.keep_subscription(connection, browser, 1)
        push = WebPush(key, "mailto:it@example.vn", database, 5, here, trust)
        to_browser = delivery(channel="push", sink="push", target="b1")
        await push.send(to_browser, message(priority="high", phase="firing"))
        service.status = 410
        with pytest.raises(Refused):
            await push.send(to_browser, message())
        with pytest.raises(Refused, match="takes no more messages"):
            await push.send(to_browser, message())
        await push.close()

    first = service.taken[0]
    opened = http_ece.decrypt(first.body, private_key=private, auth_secret=auth)
    assert "Tin thử từ hệ thống quan trắc".encode() in opened
    assert first.headers["host"] == f"push.example:{service.port}"
    assert first.headers["urgency"] == "high"
    assert first.headers["content-encoding"] == "aes128gcm"
    assert Vapid02.verify(first.headers["authorization"])
    assert f"k={public_key_of(key)}" in first.headers["authorization"]


async def test_a_push_service_on_a_private_address_is_refused() -> None:
    for host in ("localhost", "127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "192.168.1.1"):
        with pytest.raises(Refused):
            await public_address(host, 443)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/x",
        "https://push.example:8443/x",
        "https://user:pw@push.example/x",
        "https:///x",
        "https://push.example/" + "x" * 600,
        "https://push.example/\u200b",
        "javascript:alert(1)",
    ],
)
def test_an_endpoint_that_is_no_push_service_is_refused(endpoint: str) -> None:
    keys = {"p256dh": "A" * 87, "auth": "A" * 22}

    with pytest.raises(ValidationError):
        PushRequest.model_validate({"endpoint": endpoint, "keys": keys})


def test_the_key_for_browsers_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "push.pem"
    first = public_key_of(load_push_key(file))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert public_key_of(load_push_key(file)) == first
    assert [one.name for one in file.parent.iterdir()] == ["push.pem"]
    file.write_text("nonsense")
    with pytest.raises(ConfigErrors, match="a private key"):
        load_push_key(file)


@pytest.mark.parametrize(
    "section",
    [
        {"smtp": {"host": "mail.example.vn", "sender": "no-address"}},
        {"smtp": {"host": "mail.example.vn", "sender": "a@b.vn", "username": "a"}},
        {"webhooks": {"ioc": {"url": "ftp://ioc.example.vn", "secret": {"env": "PATH"}}}},
        {"webhooks": {"ioc": {"url": "https://a:b@ioc.example.vn", "secret": {"env": "PATH"}}}},
        {"webhooks": {"ioc": {"url": "https://ioc.example.vn", "secret": {"env": "TEST_SHORT"}}}},
        {"webhooks": {"IOC!": {"url": "https://ioc.example.vn", "secret": {"env": "PATH"}}}},
        {"push": {"key_file": "push.pem", "contact": "it@example.vn"}},
        {"group_wait_s": -1},
        {"surprise": 1},
    ],
    ids=str,
)
def test_a_section_that_makes_no_sense_stops_the_start(
    section: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_SHORT", "short")

    with pytest.raises(ValidationError):
        NotificationSettings.model_validate(section)


def test_a_password_is_never_sent_in_clear_to_another_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_PASSWORD", "hush")
    login = {"username": "a", "password": {"env": "TEST_PASSWORD"}, "security": "none"}
    server = {"host": "mail.example.vn", "sender": "a@b.vn", **login}

    with pytest.raises(ValidationError, match="clear text"):
        SmtpSettings.model_validate(server)
    assert SmtpSettings.model_validate({**server, "host": "localhost"}).port == 587


def test_apprise_knows_what_people_here_use() -> None:
    telegram = "tgram://123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ012345678/987654321/"
    assert is_apprise_address(telegram)
    assert not is_apprise_address("pigeon://coop")
    assert socket.getdefaulttimeout() is None
