"""CloudEvents 1.0 in structured JSON, and the signature by which a receiver knows us."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any, Final

from gateway.database.notice_queue import Delivery
from gateway.notification.message import Message

CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"
TIMESTAMP_HEADER: Final = "Quantrac-Timestamp"
SIGNATURE_HEADER: Final = "Quantrac-Signature"
SOURCE: Final = "/quantrac"
TYPE_ROOT: Final = "vn.quantrac.notice"


def cloud_event(delivery: Delivery, message: Message, public_url: str | None) -> bytes:
    """Return the event (https://github.com/cloudevents/spec, 1.0.2); its ``id`` never changes."""
    items = []
    for item in message.items:
        shown: dict[str, Any] = item.model_dump(exclude={"at_ms", "url"})
        shown["at"] = _instant(item.at_ms)
        if public_url is not None and item.url:
            shown["url"] = f"{public_url.rstrip('/')}/{item.url}"
        items.append(shown)
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": delivery.id,
        "source": SOURCE,
        "type": f"{TYPE_ROOT}.{message.phase}",
        "time": _instant(message.created_at_ms),
        "datacontenttype": "application/json",
        "data": {
            "recipient": delivery.recipient,
            "kind": message.kind,
            "priority": message.priority,
            "title": message.title,
            "text": message.text,
            "items": items,
            "more": message.more,
        },
    }
    if len(message.items) == 1:
        event["subject"] = message.items[0].id
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, timestamp_s: int, body: bytes) -> str:
    """Return ``v1=`` and the HMAC-SHA256 of timestamp, full stop and body, in hexadecimal."""
    signed = f"{timestamp_s}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _instant(at_ms: int) -> str:
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
