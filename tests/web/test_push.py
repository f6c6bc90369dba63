"""Messages to a browser: switched on, shown by the service worker, opened with a touch, off.

Chromium's push service is on the internet, so what it would hand over is handed over here.
"""

import base64
import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import BrowserContext, Page, Worker, expect

from gateway.database.notice_queue import Delivery
from gateway.notification.message import test_message as message_of_test
from gateway.notification.web_push import push_content
from tests.peers.process import until
from tests.web.conftest import Centre, running_centre

pytestmark = pytest.mark.browser
CLICK = """async () => {
  const [notification] = await self.registration.getNotifications();
  const event = new NotificationEvent('notificationclick', { notification });
  let work;
  event.waitUntil = (promise) => (work = promise);
  self.dispatchEvent(event);
  await work;
}"""
SHOWN = """async () => (await self.registration.getNotifications()).map((one) => ({
  title: one.title,
  body: one.body,
  tag: one.tag,
  requireInteraction: one.requireInteraction,
  data: one.data,
}))"""
KNOWN = "fetch('/api/v1/notification/push').then((answer) => answer.json())"
SERVICE = """(keys) => {
  let held = null;
  const subscription = {
    endpoint: 'https://push.example/send/abc',
    toJSON: () => ({ endpoint: subscription.endpoint, keys }),
    unsubscribe: async () => ((held = null), true),
  };
  PushManager.prototype.getSubscription = async () => held;
  PushManager.prototype.subscribe = async (options) => {
    window.asked = options.applicationServerKey;
    return (held = subscription);
  };
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("push")


@pytest.fixture(scope="module")
def centre(built_page: None, folder: Path) -> Iterator[Centre]:
    push = {"key_file": str(folder / "push.pem"), "contact": "mailto:it@example.vn"}
    with running_centre(folder, notification={"push": push}) as centre:
        yield centre


@pytest.fixture
def worker(page: Page, context: BrowserContext, base_url: str) -> Worker:
    """The service worker of a page that it controls, with the right to show messages."""
    context.grant_permissions(["notifications"], origin=base_url)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"))
    return context.service_workers[0]


def deliver(page: Page, base_url: str, data: str) -> None:
    """Hand a push message to the page's service worker, as the push service would."""
    session = page.context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(
            one for one in event["registrations"] if not one["isDeleted"]
        ),
    )
    session.send("ServiceWorker.enable")
    found = until(lambda: page.evaluate("1") and registrations)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": base_url, "registrationId": found[-1]["registrationId"], "data": data},
    )
    session.detach()


def show(page: Page, worker: Worker, base_url: str, data: str) -> list[dict[str, Any]]:
    """Hand over a message until it is shown: a worker that has just begun may miss one."""
    for _ in range(6):
        deliver(page, base_url, data)
        with contextlib.suppress(AssertionError):
            return list(until(lambda: worker.evaluate(SHOWN), 6.0))
    raise AssertionError("no message was shown")


def content(**more: Any) -> str:
    fields: dict[str, Any] = dict.fromkeys(Delivery.__dataclass_fields__, 0)
    message = message_of_test("vi", 0).model_copy(update=more)
    return push_content(Delivery(**{**fields, "id": "a" * 32}), message).decode()


@pytest.mark.parametrize(
    ("url", "sign"),
    [
        ("#/notices/deliveries", "Tin đã gửi"),
        ("#/alarms", "Cảnh báo"),
        ("#/stations/thanh-hai", "Thanh Hải"),
    ],
)
def test_a_message_is_shown_and_a_touch_opens_its_page(
    page: Page, worker: Worker, base_url: str, url: str, sign: str
) -> None:
    title = "COD vượt ngưỡng: Trạm Thanh Hải"
    text = "Giá trị: 120,5 mg/l; ngưỡng: 100 mg/l."
    more = {"title": title, "text": text, "url": url, "priority": "high", "phase": "firing"}

    [shown] = show(page, worker, base_url, content(**more, thread="t1"))
    assert shown == {
        "title": title,
        "body": text,
        "tag": "t1",
        "requireInteraction": True,
        "data": {"url": url},
    }
    worker.evaluate(CLICK)
    expect(page).to_have_url(f"{base_url}/{url}")
    expect(page.locator("main").get_by_text(sign).first).to_be_visible()
    assert until(lambda: worker.evaluate(SHOWN) == [])


def test_the_end_takes_the_place_of_the_beginning(
    page: Page, worker: Worker, base_url: str
) -> None:
    beginning = content(title="COD vượt ngưỡng", phase="firing", thread="t1")
    show(page, worker, base_url, beginning)
    deliver(
        page, base_url, content(title="[ĐÃ TRỞ LẠI BÌNH THƯỜNG]", phase="resolved", thread="t1")
    )

    until(lambda: "TRỞ LẠI" in str(worker.evaluate(SHOWN)))
    assert len(worker.evaluate(SHOWN)) == 1


@pytest.mark.parametrize("data", ["not JSON", json.dumps({"title": "x", "url": "https://evil.vn"})])
def test_whatever_a_message_says_a_touch_stays_on_the_own_page(
    page: Page, worker: Worker, base_url: str, data: str
) -> None:
    show(page, worker, base_url, data)
    worker.evaluate(CLICK)

    expect(page).to_have_url(f"{base_url}/")


def test_a_browser_is_switched_on_and_off_also_when_the_centre_has_dropped_it(
    page: Page, worker: Worker, centre: Centre, folder: Path
) -> None:
    point = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    keys = {"p256dh": _text(point), "auth": _text(bytes(16))}
    page.add_init_script(f"({SERVICE})({json.dumps(keys)})")
    page.goto(f"{centre.base_url}/#/notices")
    page.reload()
    for is_dropped in (False, True):
        page.get_by_role("button", name="Bật trên trình duyệt này").click()
        expect(page.get_by_text("đang bật")).to_be_visible()
        known = page.evaluate(KNOWN)
        assert known["browsers"] == 1
        assert page.evaluate("window.asked") == known["public_key"]
        if is_dropped:
            with contextlib.closing(sqlite3.connect(folder / "gateway.db")) as database:
                database.execute("DELETE FROM push_subscription")
                database.commit()
        page.get_by_role("button", name="Tắt trên trình duyệt này").click()
        expect(page.get_by_role("button", name="Bật trên trình duyệt này")).to_be_visible()
        expect(page.locator("section [role=alert]")).to_have_count(0)
        assert page.evaluate(KNOWN)["browsers"] == 0


def test_a_push_service_out_of_reach_is_said_in_place(
    page: Page, worker: Worker, centre: Centre
) -> None:
    page.goto(f"{centre.base_url}/#/notices")
    page.get_by_role("button", name="Bật trên trình duyệt này").click()

    expect(page.locator("section [role=alert]")).to_contain_text("dịch vụ thông báo")
    assert page.evaluate(KNOWN)["browsers"] == 0


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
