"""The evidence of all cameras of one process: stored, queued for the centre, kept in bounds.

Writing and deleting run one after the other on one thread, so that retention never takes a
folder away under a file that is being written.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from quantrac_core.runtime.clock import Clock
from vision.delivery.upload_queue import UploadQueue
from vision.delivery.uploads import FileToSend
from vision.evidence.retention import EvidenceKeeper, RetentionOutcome
from vision.evidence.store import EvidenceRefused, EvidenceStore, StoredFile

log = logging.getLogger(__name__)
Result = TypeVar("Result")
TIDY_INTERVAL_S: Final = 300.0


class EvidenceCare:
    """Owns the evidence thread; close it after everything that stores.

    Args:
        is_clock_trusted: asks whether the wall clock may age files.
    """

    def __init__(
        self,
        store: EvidenceStore,
        keeper: EvidenceKeeper,
        uploads: UploadQueue,
        clock: Clock,
        is_clock_trusted: Callable[[], bool],
    ) -> None:
        self.store = store
        self._keeper = keeper
        self._uploads = uploads
        self._clock = clock
        self._is_clock_trusted = is_clock_trusted
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="evidence")
        self.refused = 0
        self.latest: RetentionOutcome | None = None

    async def recover(self) -> int:
        """After a start: finish what an interrupted run left, queue what it did not; return that.

        Call it before anything is stored.
        """
        await self._on_thread(self.store.sweep)
        known = await self._uploads.known_paths()
        files = await self._on_thread(
            lambda: [_to_send(file) for file in self.store.stored() if file.path not in known]
        )
        added = await self._uploads.add_missing(files)
        if added:
            log.info("%d files of earlier runs wait for the centre again", added)
        return added

    async def store_file(self, write: Callable[[], StoredFile]) -> StoredFile | None:
        """Run ``write`` (of an `EventFolder`) and queue its file; None where the disk refuses.

        On a full disk room is made once, and the file tried again.

        Raises:
            NameRefused: if the name is bad or taken by other bytes.
        """
        try:
            stored = await self._on_thread(write)
        except EvidenceRefused as error:
            log.warning("the disk refused evidence: %s", error)
            await self.tidy(was_refused=True)
            try:
                stored = await self._on_thread(write)
            except EvidenceRefused as again:
                self.refused += 1
                log.error("evidence is lost, the event goes without it: %s", again)
                return None
        await self._uploads.add(_to_send(stored))
        return stored

    async def tidy(self, *, was_refused: bool = False) -> RetentionOutcome:
        """Apply retention once, and take what it deleted out of the queue."""
        outcome = await self._on_thread(
            partial(
                self._keeper.tidy,
                self._clock.now_ms(),
                undelivered=self._uploads.undelivered(),
                is_clock_trusted=self._is_clock_trusted(),
                was_refused=was_refused,
            )
        )
        if outcome.deleted:
            await self._uploads.forget(outcome.deleted)
        self.latest = outcome
        return outcome

    async def run(self) -> None:
        """Apply retention again and again, until cancelled."""
        while True:
            await self.tidy()
            await self._clock.sleep(TIDY_INTERVAL_S)

    async def on_thread(self, work: Callable[[], Result]) -> Result:
        """Run blocking work on the evidence, between writes and deletions."""
        return await self._on_thread(work)

    def close(self) -> None:
        """End the thread; what it is doing is finished first."""
        self._thread.shutdown(wait=True)

    async def _on_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _to_send(stored: StoredFile) -> FileToSend:
    birth = stored.birth
    return FileToSend(
        birth.camera,
        birth.event,
        birth.name,
        stored.path,
        birth.media_type,
        birth.size_bytes,
        birth.sha256,
        birth.made_ms,
    )
