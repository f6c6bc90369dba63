"""The queue of files for the centre: on disk through `UploadLog`, in memory for its order."""

import asyncio
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from vision.delivery.upload_log import DELIVERED, SET_ASIDE, UploadLog
from vision.delivery.uploads import FileToSend, Upload, UploadOrder

log = logging.getLogger(__name__)
Result = TypeVar("Result")


class UploadQueue:
    """Files that the centre still lacks; owns the thread on which the log is written.

    A log that refuses to write costs no file: this run goes on from memory, and the next start
    enters the files again from their birth records.

    Args:
        path: of the log.

    Raises:
        UploadLogUnusable: if the log cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="uploads")
        self._log = UploadLog(path)
        self.order = UploadOrder()
        self._known: set[str] = set()
        self._set_aside = set(self._log.set_aside_paths())
        self._waiting: Counter[str] = Counter()
        self._unsaved = 0
        self.wake = asyncio.Event()
        for upload in self._log.waiting():
            self._enter(upload, is_live=False)

    def _enter(self, upload: Upload, *, is_live: bool) -> None:
        self.order.add(upload, is_live=is_live)
        self._known.add(upload.file.path)
        self._waiting[upload.file.camera] += 1

    async def add(self, file: FileToSend) -> None:
        """Queue a file that has just been made; its log entry is on disk when this returns."""
        await self._add(file, is_live=True)

    async def add_missing(self, files: Iterable[FileToSend]) -> int:
        """Queue files of earlier runs that the log does not know; return how many."""
        added = 0
        for file in files:
            added += await self._add(file, is_live=False)
        return added

    async def _add(self, file: FileToSend, *, is_live: bool) -> bool:
        if file.path in self._known or file.path in self._set_aside:
            return False
        self._known.add(file.path)
        try:
            upload = await self._on_thread(partial(self._log.add, file))
        except sqlite3.DatabaseError as error:
            self._complain(error)
            # Numbers below zero are of this run only; the next one finds the birth record.
            self._unsaved += 1
            upload = Upload(-self._unsaved, file)
        if upload is None:
            self._known.discard(file.path)
            return False
        if is_live:
            upload.offset = 0
        self._enter(upload, is_live=is_live)
        self.wake.set()
        return True

    async def known_paths(self) -> set[str]:
        """Return every path that was queued, also what the centre holds by now."""
        return self._known | await self._on_thread(self._log.paths)

    async def delivered(self, upload: Upload) -> None:
        """The centre holds the file whole."""
        self._leave(upload)
        await self._mark(upload, DELIVERED, "")

    async def set_aside(self, upload: Upload, reason: str) -> None:
        """Give a file up: it will never be taken; it stays on disk and is told."""
        self._leave(upload)
        self._set_aside.add(upload.file.path)
        log.error("%s is not sent any more: %s", upload.file.path, reason)
        await self._mark(upload, SET_ASIDE, reason)

    async def restarted(self, upload: Upload) -> None:
        """The centre refused the whole file once more: count it over restarts too."""
        await self._write(partial(self._log.restarted, upload.number, upload.restarts))

    async def forget(self, paths: Sequence[str]) -> None:
        """Files were deleted by retention: nobody needs to send them."""
        gone = set(paths)
        for upload in self.order.uploads():
            if upload.file.path in gone:
                self._leave(upload)
        self._set_aside -= gone
        await self._write(partial(self._log.forget, list(paths)))

    def _leave(self, upload: Upload) -> None:
        if upload.number in self.order:
            self.order.drop(upload.number)
            self._known.discard(upload.file.path)
            self._waiting[upload.file.camera] -= 1

    def undelivered(self) -> set[str]:
        """Return the paths that the centre does not hold: waiting or set aside."""
        return self._known | self._set_aside

    def waiting(self, camera: str) -> int:
        """How many files of a camera wait to be sent."""
        return self._waiting[camera]

    @property
    def given_up(self) -> int:
        """How many files were set aside, in this run and before, and are still on disk."""
        return len(self._set_aside)

    async def on_thread(self, work: Callable[[], Result]) -> Result:
        """Run blocking work on the queue's thread, for example reading a piece."""
        return await self._on_thread(work)

    async def close(self) -> None:
        """Close the log and end the thread."""
        await self._on_thread(self._log.close)
        self._thread.shutdown(wait=True)

    async def _mark(self, upload: Upload, state: int, reason: str) -> None:
        await self._write(partial(self._log.mark, upload.number, state, reason))

    async def _write(self, work: Callable[[], None]) -> None:
        try:
            await self._on_thread(work)
        except sqlite3.DatabaseError as error:
            self._complain(error)

    def _complain(self, error: sqlite3.Error) -> None:
        self._log.note_damage(error)
        log.error("the upload log %s did not take an entry: %s", self._log.path, error)

    async def _on_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
