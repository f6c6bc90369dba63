"""An uploader with its evidence in a folder, as tests need it."""

import contextlib
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from quantrac_core.runtime.clock import Clock, SystemClock
from quantrac_core.runtime.tasks import TaskScope
from tests.vision.delivery.centre import Centre, settings_for
from vision.delivery.centre_client import CentreClient
from vision.delivery.settings import CentreSettings, DeliverySettings
from vision.delivery.upload_queue import UploadQueue
from vision.delivery.uploader import Uploader
from vision.delivery.uploads import FileToSend

CAMERA = "cam-1"
QUICK = {"retry_most_s": 0.05, "piece_kib": 16}


def make_file(
    folder: Path,
    event: str,
    name: str,
    size_bytes: int,
    *,
    made_ms: int | None = None,
    camera: str = CAMERA,
) -> FileToSend:
    """Write a file of random bytes and return how the queue knows it."""
    data = os.urandom(size_bytes)
    path = folder / event / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return FileToSend(
        camera,
        event,
        name,
        f"{event}/{name}",
        "image/jpeg",
        size_bytes,
        hashlib.sha256(data).hexdigest(),
        SystemClock().now_ms() if made_ms is None else made_ms,
    )


@contextlib.asynccontextmanager
async def sending(
    folder: Path, centre: Centre, queue: UploadQueue, clock: Clock | None = None, **changes: Any
) -> AsyncIterator[Uploader]:
    """Run an uploader while the block lasts; ``changes`` are of either section."""
    ours = {key: changes.pop(key) for key in list(changes) if key in DeliverySettings.model_fields}
    client = CentreClient(CentreSettings.model_validate(settings_for(centre, **changes)))
    settings = DeliverySettings.model_validate({**QUICK, **ours})
    uploader = Uploader(queue, client, folder, settings, clock or SystemClock())
    try:
        async with TaskScope() as tasks:
            tasks.start("uploads", uploader.run)
            yield uploader
    finally:
        await client.close()
