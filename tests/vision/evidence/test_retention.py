"""The evidence folder stays within its limits, on a disk that is really full too."""

import os
from pathlib import Path

import pytest

from quantrac_core.runtime.outbox.disk_guard import DiskGuard
from tests.peers.small_disk import Neighbour, small_disk
from vision.evidence.retention import EvidenceKeeper
from vision.evidence.settings import EvidenceSettings
from vision.evidence.store import EvidenceRefused, EvidenceStore, StoredFile

DAY_MS = 86_400_000
NOW_MS = 1_790_000_000_000


def fill(store: EvidenceStore, number: int, age_days: float, size_bytes: int) -> StoredFile:
    made_ms = NOW_MS - int(age_days * DAY_MS)
    folder = store.event("cam-1", f"cam-1-event-{number:04}", made_ms)
    return folder.write("clip.mp4", "clip", os.urandom(size_bytes), made_ms)


def test_old_evidence_goes_with_its_folders_and_locked_evidence_stays(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path / "evidence")
    old, locked, new = (fill(store, number, age, 100) for number, age in enumerate((40, 40.1, 2)))
    store.event("cam-1", "cam-1-event-0001", NOW_MS - int(40.1 * DAY_MS)).lock()
    keeper = EvidenceKeeper(store, EvidenceSettings(keep_days=30), DiskGuard(0, 0))
    outcome = keeper.tidy(NOW_MS, undelivered=())
    assert outcome.deleted == [old.path]
    assert not (store.folder / old.path).parent.exists()
    assert (store.folder / locked.path).exists()
    assert [stored.path for stored in store.stored()] == [locked.path, new.path]
    assert (keeper.deleted, keeper.deleted_undelivered) == (1, 0)


def test_files_that_wait_for_the_centre_do_not_age_and_a_wrong_clock_ages_none(
    tmp_path: Path,
) -> None:
    store = EvidenceStore(tmp_path)
    waiting, delivered = fill(store, 1, 40, 100), fill(store, 2, 40, 100)
    keeper = EvidenceKeeper(store, EvidenceSettings(), DiskGuard(0, 0))
    wrong = keeper.tidy(NOW_MS, undelivered={waiting.path}, is_clock_trusted=False)
    assert wrong.deleted == []
    assert keeper.tidy(NOW_MS, undelivered={waiting.path}).deleted == [delivered.path]


def test_on_a_full_disk_delivered_files_go_first_and_writing_resumes(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        store = EvidenceStore(disk / "evidence")
        files = [fill(store, number, 5 - number / 10, 1_000_000) for number in range(5)]
        undelivered = {files[0].path, files[4].path}
        Neighbour(disk).take_all(leave_bytes=200_000)
        with pytest.raises(EvidenceRefused):
            fill(store, 9, 0, 1_000_000)
        keeper = EvidenceKeeper(store, EvidenceSettings(), DiskGuard(500_000, 2_000_000))
        outcome = keeper.tidy(NOW_MS, undelivered=undelivered)
        assert outcome.deleted == [files[1].path, files[2].path]
        assert outcome.undelivered == []
        assert fill(store, 9, 0, 1_000_000).birth.size_bytes == 1_000_000


def test_a_disk_that_deletion_cannot_help_costs_undelivered_files_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        store = EvidenceStore(disk / "evidence")
        files = [fill(store, number, 5 - number, 400_000) for number in range(2)]
        Neighbour(disk).take_all()
        keeper = EvidenceKeeper(store, EvidenceSettings(), DiskGuard(500_000, 2_000_000))
        outcome = keeper.tidy(NOW_MS, undelivered={file.path for file in files})
        assert outcome.undelivered == [file.path for file in files]
        assert keeper.deleted_undelivered == 2
        assert outcome.lacking_bytes > 0
        assert "2 files were deleted before the centre had them" in caplog.text
        assert "something else fills the disk" in caplog.text


def test_the_share_of_the_disk_is_kept(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        store = EvidenceStore(disk / "evidence")
        for number in range(6):
            fill(store, number, 5 - number / 10, 1_000_000)
        settings = EvidenceSettings(disk_share=0.5)
        outcome = EvidenceKeeper(store, settings, DiskGuard(0, 0)).tidy(NOW_MS, undelivered=())
        assert len(outcome.deleted) == 3
        assert outcome.held_bytes - outcome.freed_bytes < 0.5 * 8 * 1024 * 1024
