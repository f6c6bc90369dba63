"""What waits is on disk: it survives kills, a damaged log and a disk that takes no entry."""

import asyncio
import random
import sys
import time
from pathlib import Path

import pytest

from tests.peers.process import Process, eventually, until
from tests.peers.small_disk import Neighbour, small_disk
from tests.vision.delivery.centre import Centre
from tests.vision.delivery.sending import CAMERA, make_file, sending
from vision.delivery.upload_log import UploadLogUnusable
from vision.delivery.upload_queue import UploadQueue
from vision.delivery.uploads import FileToSend

EVENT = "cam-1-20260921-abcd"


async def test_what_waits_is_still_there_after_a_restart_and_what_arrived_is_not(
    tmp_path: Path,
) -> None:
    first = UploadQueue(tmp_path / "uploads.sqlite")
    files = [make_file(tmp_path, EVENT, f"{name}.jpg", 100) for name in "abc"]
    for file in files:
        await first.add(file)
    await first.delivered(first.order.uploads()[0])
    await first.close()
    second = UploadQueue(tmp_path / "uploads.sqlite")
    assert await second.known_paths() == {file.path for file in files}
    assert second.undelivered() == {"cam-1-20260921-abcd/b.jpg", "cam-1-20260921-abcd/c.jpg"}
    assert await second.add_missing(files) == 0
    await second.close()


async def test_files_that_retention_deleted_are_not_looked_for(tmp_path: Path) -> None:
    queue = UploadQueue(tmp_path / "uploads.sqlite")
    a, b = (make_file(tmp_path, EVENT, f"{name}.jpg", 100) for name in "ab")
    await queue.add(a)
    await queue.add(b)
    await queue.forget([a.path])
    assert (queue.undelivered(), queue.waiting(CAMERA), len(queue.order)) == ({b.path}, 1, 1)
    await queue.close()
    again = UploadQueue(tmp_path / "uploads.sqlite")
    assert again.undelivered() == {b.path}
    await again.close()


async def test_a_damaged_log_is_set_aside_and_filled_again_from_what_is_on_the_disk(
    tmp_path: Path,
) -> None:
    path = tmp_path / "uploads.sqlite"
    path.write_bytes(b"this was a database once" * 500)
    with Centre() as centre:
        queue = UploadQueue(path)
        assert (tmp_path / "uploads.sqlite.damaged-1").exists()
        assert await queue.add_missing([make_file(tmp_path, EVENT, "a.jpg", 100)]) == 1
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: uploader.stats.delivered == 1, "delivered")
        await queue.close()


async def test_a_disk_that_takes_no_entry_costs_no_file(tmp_path: Path) -> None:
    with Centre() as centre, small_disk(tmp_path / "disk", 2) as disk:
        queue = UploadQueue(disk / "uploads.sqlite")
        Neighbour(disk).take_all()
        for number in range(60):
            await queue.add(make_file(tmp_path, EVENT, f"a{number}.jpg", 100))
        assert queue.waiting(CAMERA) == 60
        async with sending(tmp_path, centre, queue) as uploader:
            await eventually(lambda: uploader.stats.delivered == 60, "delivered")
        assert len(centre.arrivals) == len(set(centre.arrivals)) == 60
        await queue.close()


def test_a_log_that_cannot_be_opened_says_why_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "uploads.sqlite").mkdir()
    with pytest.raises(UploadLogUnusable, match=r"uploads\.sqlite: .*free space"):
        UploadQueue(tmp_path / "uploads.sqlite")


PROGRAM = """
import asyncio, sys
from pathlib import Path
from quantrac_core.runtime.clock import SystemClock
from vision.delivery.centre_client import CentreClient
from vision.delivery.settings import CentreSettings, DeliverySettings
from vision.delivery.upload_queue import UploadQueue
from vision.delivery.uploader import Uploader

async def main() -> None:
    folder = Path(sys.argv[1])
    queue = UploadQueue(folder / "uploads.sqlite")
    client = CentreClient(CentreSettings(url=sys.argv[2]))
    settings = DeliverySettings(piece_kib=16, retry_most_s=0.05)
    await Uploader(queue, client, folder, settings, SystemClock()).run()

asyncio.run(main())
"""


async def enter(folder: Path, count: int) -> list[FileToSend]:
    queue = UploadQueue(folder / "uploads.sqlite")
    files = [make_file(folder, EVENT, f"f{n}.mp4", 150_000 + 40_000 * n) for n in range(count)]
    for file in files:
        await queue.add(file)
    await queue.close()
    return files


@pytest.mark.faults
def test_an_uploader_killed_again_and_again_brings_every_file_once(tmp_path: Path) -> None:
    chance = random.Random(3)
    with Centre() as centre:
        files = asyncio.run(enter(tmp_path, 8))
        uploader = Process(
            "uploader", [sys.executable, "-c", PROGRAM, str(tmp_path), centre.url], tmp_path
        )
        kills = 0
        while len(centre.arrivals) < len(files):
            before = len(centre.pieces)
            uploader.start()
            until(
                lambda seen=before: (  # type: ignore[misc]
                    len(centre.pieces) > seen + 3 or len(centre.arrivals) == len(files)
                ),
                told_by=uploader.log,
            )
            time.sleep(chance.random() * 0.04)
            uploader.kill()
            kills += 1
        assert kills > 2
        assert sorted(centre.arrivals) == sorted((EVENT, file.name) for file in files)
        for file in files:
            assert centre.content(EVENT, file.name) == (tmp_path / file.path).read_bytes()
        pieces = len(centre.pieces)
        asyncio.run(finish(tmp_path, centre))
        assert len(centre.pieces) == pieces, "what was there is not sent again"


async def finish(folder: Path, centre: Centre) -> None:
    queue = UploadQueue(folder / "uploads.sqlite")
    async with sending(folder, centre, queue):
        await eventually(lambda: len(queue.order) == 0, "nothing waits")
    await queue.close()
