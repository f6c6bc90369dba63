"""Applies retention to the evidence folder: plans purely, then deletes file by file."""

import logging
import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from quantrac_core.runtime.file_retention import KeptFile, RetentionLimits, plan_retention
from quantrac_core.runtime.outbox.disk_guard import DiskGuard
from vision.evidence.births import RECORD_NAME, read_births
from vision.evidence.settings import EvidenceSettings
from vision.evidence.store import LOCK_NAME, EvidenceStore, is_record

log = logging.getLogger(__name__)
MEGABYTE = 1_000_000
UNKNOWN_KIND = "unknown"


@dataclass(slots=True)
class RetentionOutcome:
    """What one round did; paths are relative to the evidence folder."""

    deleted: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)
    freed_bytes: int = 0
    held_bytes: int = 0
    free_bytes: int = 0
    is_tight: bool = False
    lacking_bytes: int = 0


class EvidenceKeeper:
    """Keeps one evidence folder within its limits; blocking, for one thread.

    Args:
        guard: marks of free space; those of ``settings`` without it.
    """

    def __init__(
        self, store: EvidenceStore, settings: EvidenceSettings, guard: DiskGuard | None = None
    ) -> None:
        self._store = store
        self._settings = settings
        low = int(settings.free_low_mb * MEGABYTE)
        high = int(settings.free_high_mb * MEGABYTE)
        self._guard = guard or DiskGuard(low, high)
        self.deleted = 0
        self.deleted_undelivered = 0

    def tidy(
        self,
        now_ms: int,
        *,
        undelivered: Collection[str],
        is_clock_trusted: bool = True,
        was_refused: bool = False,
    ) -> RetentionOutcome:
        """Delete what has to go.

        Args:
            undelivered: paths, relative to the evidence folder, that the centre lacks.
            is_clock_trusted: False keeps files from ageing while the clock may be wrong.
            was_refused: the disk has just refused a file, whatever its free bytes say.
        """
        disk = os.statvfs(_nearest_folder(self._store.folder))
        free_bytes = disk.f_bavail * disk.f_frsize
        is_tight = self._guard.update(free_bytes) or was_refused
        limits = RetentionLimits(
            keep_days=self._settings.keep_days,
            keep_days_by_kind={
                str(kind): days for kind, days in self._settings.keep_days_by_kind.items()
            },
            most_bytes=int(self._settings.disk_share * disk.f_blocks * disk.f_frsize),
            free_low_bytes=self._guard.low_bytes,
            free_high_bytes=self._guard.high_bytes,
        )
        kept = self._look(undelivered)
        plan = plan_retention(
            kept,
            limits,
            now_ms=now_ms,
            free_bytes=free_bytes,
            is_tight=is_tight,
            is_clock_trusted=is_clock_trusted,
        )
        outcome = RetentionOutcome(
            held_bytes=sum(file.size_bytes for file in kept),
            free_bytes=free_bytes,
            is_tight=is_tight,
            lacking_bytes=plan.lacking_bytes,
        )
        for file in plan.doomed:
            self._delete(file, outcome)
        self._report(outcome)
        return outcome

    def _look(self, undelivered: Collection[str]) -> list[KeptFile]:
        waiting = frozenset(undelivered)
        kept: list[KeptFile] = []
        for folder in self._store.folders():
            births = {birth.name: birth for birth in read_births(folder)}
            with os.scandir(folder) as entries:
                found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
            is_locked = any(name == LOCK_NAME for name, _ in found)
            for name, seen in found:
                if is_record(name):
                    continue
                birth = births.get(name)
                key = str((folder / name).relative_to(self._store.folder))
                kept.append(
                    KeptFile(
                        key,
                        seen.st_blocks * 512,
                        int(seen.st_mtime * 1000) if birth is None else birth.made_ms,
                        UNKNOWN_KIND if birth is None else birth.kind,
                        is_locked,
                        key not in waiting,
                    )
                )
        return kept

    def _delete(self, file: KeptFile, outcome: RetentionOutcome) -> None:
        path = self._store.folder / file.key
        try:
            path.unlink()
            self._drop_empty(path.parent)
        except OSError as error:
            log.error("%s could not be deleted: %s", path, error)
            return
        outcome.deleted.append(file.key)
        outcome.freed_bytes += file.size_bytes
        if not file.is_delivered:
            outcome.undelivered.append(file.key)

    def _drop_empty(self, folder: Path) -> None:
        """Remove an event's folder with its record once no evidence is left, then empty days."""
        if any(path.name != RECORD_NAME for path in folder.iterdir()):
            return
        (folder / RECORD_NAME).unlink(missing_ok=True)
        while folder != self._store.folder and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent

    def _report(self, outcome: RetentionOutcome) -> None:
        self.deleted += len(outcome.deleted)
        self.deleted_undelivered += len(outcome.undelivered)
        if outcome.undelivered:
            log.error(
                "the disk is full: %d files were deleted before the centre had them, %s first",
                len(outcome.undelivered),
                outcome.undelivered[0],
            )
        if outcome.lacking_bytes:
            log.error(
                "%d bytes more should be free for evidence than deletion can give; "
                "something else fills the disk, or evidence is locked",
                outcome.lacking_bytes,
            )


def _nearest_folder(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
