"""Looks after the evidence on disk: what an earlier run left, what is old, what is too much."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Final

from quantrac_core.runtime.clock import Clock
from vision.delivery.upload_queue import UploadQueue
from vision.delivery.uploads import FileToSend
from vision.evidence.retention import EvidenceKeeper, RetentionOutcome
from vision.evidence.store import EvidenceStore, StoredFile

log = logging.getLogger(__name__)
TIDY_EVERY_S: Final = 60.0
OVERLAP_MS: Final = 86_400_000
"""Files from a day before the newest known one are looked at again: clocks are set back."""


def as_upload(file: StoredFile) -> FileToSend:
    """Return a stored file as the upload queue names it."""
    birth = file.birth
    return FileToSend(
        birth.camera,
        birth.event,
        birth.name,
        file.path,
        birth.media_type,
        birth.size_bytes,
        birth.sha256,
        birth.made_ms,
    )


class EvidenceCare:
    """Sweeps at the start, tidies every minute.

    Args:
        clock_synchronised: while the clock may be wrong, nothing grows old.
    """

    def __init__(
        self,
        store: EvidenceStore,
        keeper: EvidenceKeeper,
        uploads: UploadQueue,
        clock: Clock,
        threads: Executor,
        clock_synchronised: Callable[[], bool],
    ) -> None:
        self._store = store
        self._keeper = keeper
        self._uploads = uploads
        self._clock = clock
        self._threads = threads
        self._clock_synchronised = clock_synchronised
        self._outcome: RetentionOutcome | None = None

    def free_bytes(self) -> int | None:
        """Free space at the last look, or None before it."""
        return None if self._outcome is None else self._outcome.free_bytes

    async def take_up(self) -> None:
        """Finish what a kill interrupted, and queue the files that the upload log does not know."""
        loop = asyncio.get_running_loop()
        swept = await loop.run_in_executor(self._threads, self._store.sweep)
        since_ms = 0 if self._uploads.is_new else max(0, self._uploads.newest_ms - OVERLAP_MS)
        found = await loop.run_in_executor(
            self._threads, lambda: [as_upload(file) for file in self._store.stored(since_ms)]
        )
        added = await self._uploads.add_missing(found)
        if swept or added:
            log.info("after an interrupted run: %d parts tidied, %d files queued", swept, added)

    async def run(self) -> None:
        """Tidy until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            work = partial(
                self._keeper.tidy,
                self._clock.now_ms(),
                undelivered=self._uploads.undelivered(),
                is_clock_trusted=self._clock_synchronised(),
            )
            outcome = await loop.run_in_executor(self._threads, work)
            if outcome.deleted:
                await self._uploads.forget(outcome.deleted)
                log.info(
                    "retention: %d files, %.1f MB", len(outcome.deleted), outcome.freed_bytes / 1e6
                )
            if outcome.undelivered:
                log.error(
                    "the disk is full: %d files went before the centre had them",
                    len(outcome.undelivered),
                )
            self._outcome = outcome
            await self._clock.sleep(TIDY_EVERY_S)
