"""A camera's events and status as the pipeline hands them over, and its line to a broker."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from quantrac_core.contracts.camera_messages import CameraEvent, CameraStatus
from quantrac_core.contracts.identifiers import new_random_id
from quantrac_core.runtime.clock import SystemClock
from quantrac_core.runtime.mqtt_settings import MqttSettings
from quantrac_core.runtime.tasks import TaskScope
from vision.delivery.camera_line import CameraLine
from vision.delivery.camera_outbox import CameraOutbox
from vision.delivery.settings import DeliverySettings

CAMERA = "cam-1"


def new_event(number: int, revision: int = 1, **changes: Any) -> CameraEvent:
    """Return a revision of event ``number``, without number and outbox, as `IncidentBook` does."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "camera": CAMERA,
        "outbox_id": "",
        "boot_id": "",
        "seq": 0,
        "at": now,
        "clock": "synced",
        "id": f"{CAMERA}-event-{number:06}",
        "phase": "new" if revision == 1 else "update",
        "revision": revision,
        "rule": "dot-nhap",
        "kind": "intrusion",
        "label": "person",
        "score": 0.9,
        "zone": "cong-chinh",
        "began_at": now,
        **changes,
    }
    return CameraEvent(**values)


def new_status(boot_id: str, **changes: Any) -> CameraStatus:
    """Return the status of a camera that is watched."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {"state": "live", "at": now, "since": now, "fps": 5.0, **changes}
    return CameraStatus(camera=CAMERA, boot_id=boot_id, **values)


class Ends(NamedTuple):
    """A camera's outbox and line."""

    outbox: CameraOutbox
    line: CameraLine


@contextlib.asynccontextmanager
async def camera_line(folder: Path, broker_port: int, **changes: Any) -> AsyncIterator[Ends]:
    """Run a camera's line while the block lasts."""
    settings = DeliverySettings.model_validate({"ack_timeout_s": 0.5, "reserve_mb": 0, **changes})
    boot_id = new_random_id()
    outbox = CameraOutbox(folder, CAMERA, boot_id, settings)
    mqtt = MqttSettings(port=broker_port, reconnect_most_s=0.3, connect_timeout_s=2)
    line = CameraLine(outbox, mqtt, settings, SystemClock(), new_status(boot_id))
    try:
        async with TaskScope() as tasks:
            line.start(tasks)
            yield Ends(outbox, line)
    finally:
        await outbox.close()
