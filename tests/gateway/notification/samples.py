"""Small, complete things to tell people of."""

from dataclasses import replace
from typing import Any

from gateway.notification.notifiable import Notifiable
from gateway.notification.people import Recipient

NOON_MS = 1_764_046_800_000
"""Tuesday, 25 November 2025, 12:00 at the site."""
HOUR_MS = 3_600_000
MINUTE_MS = 60_000


def news(**more: Any) -> Notifiable:
    """Return a high alarm of COD at Thanh Hải that fires."""
    base = Notifiable(
        id="alarm:thanh-hai.cod.high.limit.1",
        kind="alarm",
        station="thanh-hai",
        camera=None,
        group="alarm/thanh-hai",
        priority="high",
        state="firing",
        title_vi="COD vượt ngưỡng: KCN Thanh Hải",
        title_en="COD above its limit: Thanh Hai",
        text_vi="Giá trị: 120 mg/l",
        text_en="Value: 120 mg/l",
        at_ms=NOON_MS,
        url="#/alarms",
    )
    return replace(base, **more)


def recipient(**more: Any) -> Recipient:
    """Return somebody who is told everything by mail."""
    fields: dict[str, Any] = {
        "name": "Nguyễn Thị Lan",
        "channels": [{"kind": "email", "address": "lan@example.vn"}],
        "rules": [{}],
    }
    return Recipient.model_validate({**fields, **more})
