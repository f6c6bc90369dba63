"""A vision process without cameras: incidents with files, handed to the real desk.

``python -m tests.vision.pipeline.desk_program FOLDER BROKER_PORT HTTP_PORT MODE`` makes incidents
until it is killed (``make``), or sends what is left and ends (``finish``).
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from quantrac_core.contracts.camera_messages import CameraEvent
from quantrac_core.contracts.identifiers import new_random_id
from quantrac_core.contracts.messages import utc_from_ms
from quantrac_core.runtime.clock import SystemClock
from quantrac_core.runtime.mqtt_settings import MqttSettings
from quantrac_core.runtime.outbox.disk_guard import DiskGuard
from quantrac_core.runtime.tasks import TaskScope
from tests.peers.process import eventually
from tests.vision.delivery.camera import CAMERA, new_event, new_status
from vision.delivery.camera_line import CameraLine
from vision.delivery.camera_outbox import CameraOutbox, new_event_id
from vision.delivery.centre_client import CentreClient
from vision.delivery.settings import CentreSettings, DeliverySettings
from vision.delivery.upload_queue import UploadQueue
from vision.delivery.uploader import Uploader
from vision.evidence.manifest import Provenance
from vision.evidence.retention import EvidenceKeeper
from vision.evidence.settings import EvidenceSettings
from vision.evidence.signing import open_device_key
from vision.evidence.store import EvidenceStore
from vision.pipeline.event_desk import EventDesk
from vision.pipeline.evidence_care import EvidenceCare

CLOCK = SystemClock()
PROVENANCE = Provenance("yolo11n", "ab" * 32, "cd" * 32, "quantrac test")


class Desk(NamedTuple):
    """Everything of one camera, running."""

    desk: EventDesk
    care: EvidenceCare
    line: CameraLine
    outbox: CameraOutbox
    uploads: UploadQueue
    uploader: Uploader


@contextlib.asynccontextmanager
async def running_desk(
    folder: Path,
    broker_port: int,
    http_port: int,
    token: Path,
    *,
    data_dir: Path | None = None,
    guard: DiskGuard | None = None,
    **changes: Any,
) -> AsyncIterator[Desk]:
    """Put one camera's parts together as the composition root does, and run them."""
    data_dir = data_dir or folder
    boot_id = new_random_id()
    settings = DeliverySettings.model_validate(
        {"ack_timeout_s": 2, "reserve_mb": 0, "retry_most_s": 0.3, "piece_kib": 64, **changes}
    )
    url = f"http://127.0.0.1:{http_port}"
    centre = CentreSettings.model_validate(
        {"url": url, "token": {"file": str(token)}, "answer_timeout_s": 3}
    )
    key = open_device_key(folder / "keys")
    store = EvidenceStore(data_dir / "evidence")
    uploads = UploadQueue(folder / "uploads.sqlite")
    keeper = EvidenceKeeper(store, EvidenceSettings(), guard or DiskGuard(0, 0))
    care = EvidenceCare(store, keeper, uploads, CLOCK, lambda: True)
    outbox = CameraOutbox(folder / "cameras" / CAMERA, CAMERA, boot_id, settings)
    mqtt = MqttSettings(port=broker_port, reconnect_most_s=0.3, connect_timeout_s=2)
    status = new_status(boot_id, signing_key=key.public_hex)
    line = CameraLine(outbox, mqtt, settings, CLOCK, status)
    client = CentreClient(centre)
    uploader = Uploader(uploads, client, store.folder, settings, CLOCK)
    desk = EventDesk(outbox, line, care, key, PROVENANCE, CLOCK)
    await care.recover()
    try:
        async with TaskScope() as tasks:
            line.start(tasks)
            tasks.start("uploads", uploader.run)
            yield Desk(desk, care, line, outbox, uploads, uploader)
    finally:
        await client.close()
        care.close()
        await outbox.close()
        await uploads.close()


async def make_incident(desk: EventDesk, clip_bytes: int = 300_000) -> CameraEvent:
    """One incident from its beginning to its end, with three files."""
    now_ms = CLOCK.now_ms()
    event = new_event(
        0,
        id=new_event_id(CAMERA, now_ms),
        began_at=utc_from_ms(now_ms),
        clip_began_at=utc_from_ms(now_ms) - timedelta(seconds=5),
    )
    await desk.send(event)
    picture = await desk.keep(
        event.id, now_ms, "snapshot.jpg", "snapshot", b"\xff\xd8" + os.urandom(20_000)
    )
    files = [file for file in (picture,) if file is not None]
    event = msgspec.structs.replace(event, revision=2, phase="update", evidence=files)
    await desk.send(event)
    (await desk.part(event.id, now_ms, "clip.mp4")).write_bytes(os.urandom(clip_bytes))
    clip = await desk.adopt(event.id, now_ms, "clip.mp4", "clip")
    return await end(desk, event, [file for file in (*files, clip) if file is not None])


async def end(desk: EventDesk, event: CameraEvent, files: list[Any]) -> CameraEvent:
    """Sign and end an event."""
    ended_at = utc_from_ms(CLOCK.now_ms())
    event = msgspec.structs.replace(event, ended_at=ended_at)
    manifest = await desk.keep_manifest(event)
    return await desk.send(
        msgspec.structs.replace(
            event,
            at=ended_at,
            revision=event.revision + 1,
            phase="end",
            evidence=[*files, *([manifest] if manifest else [])],
        )
    )


async def end_what_was_left(desk: EventDesk) -> None:
    """End the events of an interrupted run with the files that are there."""
    for event in desk.undone():
        files = [file for file in await desk.files(event) if file.kind != "manifest"]
        await end(desk, event, files)


async def main(folder: Path, broker_port: int, http_port: int, mode: str) -> None:
    async with running_desk(folder, broker_port, http_port, folder / "token") as parts:
        await end_what_was_left(parts.desk)
        while mode == "make":
            await make_incident(parts.desk)
            await asyncio.sleep(0.05)
        newest = parts.outbox.worker.newest_seq
        await eventually(
            lambda: not len(parts.uploads.order) and not parts.line.ledger.missing(newest),
            "all is at the centre",
            within_s=50,
        )


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
