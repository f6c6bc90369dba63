"""Deletes evidence whose time is over, and the oldest when the disk fills; never what is locked."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from gateway.database.engine import Database, DatabaseUnavailable
from gateway.database.evidence_files import EvidenceRecord
from gateway.database.evidence_retention import delete_of_event, held_bytes, oldest_unlocked
from gateway.evidence.folder import EvidenceFolder, EvidenceUnavailable
from gateway.evidence.settings import EvidenceSettings
from gateway.metrics import GatewayMetrics
from gateway.threads import WorkerThreads
from quantrac_core.runtime.file_retention import DAY_MS, KeptFile, RetentionLimits, plan_retention
from quantrac_core.runtime.outbox.disk_guard import DiskGuard

log = logging.getLogger(__name__)
ROUND_S: Final = 60.0
PAUSE_S: Final = 0.2
FILES_A_KIND: Final = 2_000
EVENTS_A_ROUND: Final = 100
STALE_PARTIAL_MS: Final = 7 * DAY_MS
JUMP_MS: Final = 3_600_000
DISTRUST_S: Final = 86_400.0
"""How long nothing is deleted by age after the wall clock has jumped ahead by an hour."""


class EvidenceRetention:
    """Looks at what is kept, every minute.

    Args:
        now_ms: wall clock.
        now_s: monotonic.
    """

    def __init__(
        self,
        settings: EvidenceSettings,
        folder: EvidenceFolder,
        database: Database,
        metrics: GatewayMetrics,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._database = database
        self._metrics = metrics
        self._now_ms = now_ms
        self._now_s = now_s
        least = settings.min_free_mb * 1_048_576
        # Room is made well before uploads would be refused.
        self._guard = DiskGuard(low_bytes=2 * least, high_bytes=3 * least)
        self._limits = RetentionLimits(
            keep_days=settings.keep_days,
            keep_days_by_kind=settings.keep_days_of,
            free_low_bytes=self._guard.low_bytes,
            free_high_bytes=self._guard.high_bytes,
        )
        self._offset_ms = self._wall_offset_ms()
        self._distrusted_until_s = float("-inf")

    async def run(self) -> None:
        """Delete in small steps, for ever."""
        threads = WorkerThreads("evidence-retention")
        try:
            while True:
                try:
                    deleted = await threads.call(self.look)
                except (DatabaseUnavailable, EvidenceUnavailable) as error:
                    log.warning("cannot look after the evidence: %s", error)
                    deleted = 0
                await asyncio.sleep(PAUSE_S if deleted else ROUND_S)
        finally:
            threads.close()

    def look(self) -> int:
        """Delete what must go now, of a bounded number of events; return how many files.

        Raises:
            DatabaseUnavailable, EvidenceUnavailable: try again; what is gone is noted then.
        """
        self._folder.delete_stale_partials(self._now_ms() - STALE_PARTIAL_MS)
        doomed = self._plan()
        deleted = 0
        for event in list(doomed)[:EVENTS_A_ROUND]:
            with self._database.writing() as connection:
                deleted += delete_of_event(
                    connection, event, doomed[event], self._folder.delete, self._now_ms()
                )
        if deleted:
            log.info("deleted %d files of evidence whose time was over or for room", deleted)
            self._metrics.evidence_deleted.inc(deleted)
        return deleted

    def _plan(self) -> dict[str, list[EvidenceRecord]]:
        with self._database.reading() as connection:
            held = oldest_unlocked(connection, FILES_A_KIND)
            all_bytes = held_bytes(connection)
        records = {file.record.path: file.record for file in held}
        files = [
            KeptFile(file.record.path, file.record.size_bytes, file.made_ms, file.kind)
            for file in held
        ]
        # The plan sees only the oldest files; the others take their part of the share all the same.
        unseen_bytes = all_bytes - sum(file.size_bytes for file in files)
        most_bytes = int(self._settings.disk_share * self._folder.total_bytes())
        free_bytes = self._folder.free_bytes()
        plan = plan_retention(
            files,
            replace(self._limits, most_bytes=max(0, most_bytes - unseen_bytes)),
            now_ms=self._now_ms(),
            free_bytes=free_bytes,
            is_tight=self._guard.update(free_bytes),
            is_clock_trusted=self._clock_is_trusted(),
        )
        if plan.lacking_bytes:
            log.warning(
                "the evidence disk is too full by %d bytes: what is left is locked or not evidence",
                plan.lacking_bytes,
            )
        doomed: dict[str, list[EvidenceRecord]] = {}
        for file in plan.doomed:
            record = records[file.key]
            doomed.setdefault(record.event, []).append(record)
        return doomed

    def _clock_is_trusted(self) -> bool:
        offset_ms = self._wall_offset_ms()
        if offset_ms - self._offset_ms > JUMP_MS:
            log.warning("the clock has jumped ahead: nothing is deleted by age for a day")
            self._distrusted_until_s = self._now_s() + DISTRUST_S
        self._offset_ms = offset_ms
        return self._now_s() >= self._distrusted_until_s

    def _wall_offset_ms(self) -> float:
        return self._now_ms() - self._now_s() * 1000
