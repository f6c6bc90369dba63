"""What retention deletes and what it leaves, on a real folder and both databases."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.database import custody, events, evidence_files
from gateway.database.engine import Database
from gateway.database.evidence_files import FileKey
from gateway.evidence.folder import EvidenceFolder
from gateway.evidence.retention import DISTRUST_S, EvidenceRetention
from gateway.evidence.settings import EvidenceSettings
from gateway.metrics import GatewayMetrics
from quantrac_core.contracts.messages import ms_from_utc
from quantrac_core.runtime.file_retention import DAY_MS
from tests.gateway.camera import evidence_file
from tests.gateway.test_event_rows import BEGAN, event
from tests.peers.small_disk import small_disk

CONTENT = bytes(200_000)
NOW_MS = ms_from_utc(BEGAN) + 100 * DAY_MS


class Shelf:
    """A folder with files of events, and its retention."""

    def __init__(self, database: Database, root: Path, **settings: Any) -> None:
        self.database = database
        self.folder = EvidenceFolder(root, 0)
        self.now_ms, self.now_s = NOW_MS, 0.0
        shipped = EvidenceSettings(path=root, min_free_mb=0, disk_share=0.99, keep_days=30)
        self.retention = EvidenceRetention(
            shipped.model_copy(update=settings),
            self.folder,
            database,
            GatewayMetrics(),
            lambda: self.now_ms,
            lambda: self.now_s,
        )

    def add(self, number: int, age_days: float, **more: Any) -> None:
        """Keep the clip of an event that began ``age_days`` ago."""
        file = evidence_file("clip.mp4", CONTENT)
        message = event(1, id=f"gate-1-{number:06d}", evidence=[file], **more)
        message.began_at = BEGAN + timedelta(days=100 - age_days)
        key = FileKey("gate-1", message.id, "clip.mp4", file.sha256)
        place = self.folder.place_for(key, ms_from_utc(message.began_at))
        partial = self.folder.open_partial(key)
        partial.append(CONTENT)
        self.folder.keep(partial, place)
        partial.close()
        with self.database.writing() as connection:
            events.apply_event(connection, message, 1)
            evidence_files.expect(connection, key, len(CONTENT), place, 1)
            evidence_files.mark_arrived(connection, key, len(CONTENT), 1)

    def lock(self, number: int) -> None:
        """Lock an event."""
        with self.database.writing() as connection:
            events.set_locked(connection, f"gate-1-{number:06d}", True, 1)

    def held(self) -> list[int]:
        """Return the numbers of the events whose clip is on the disk."""
        return sorted(int(path.parent.name[-6:]) for path in self.folder.root.rglob("*.mp4"))


def test_what_is_too_old_goes_by_kind_and_what_is_locked_stays(
    database: Database, tmp_path: Path
) -> None:
    shelf = Shelf(database, tmp_path, keep_days_of={"crowd": 5})
    shelf.add(1, 31)
    shelf.add(2, 29)
    shelf.add(3, 6, kind="crowd")
    shelf.add(4, 4, kind="crowd")
    shelf.add(5, 99)
    shelf.lock(5)

    assert shelf.retention.look() == 2

    assert shelf.held() == [2, 4, 5]
    assert shelf.retention.look() == 0
    with database.reading() as connection:
        record = events.find(connection, "gate-1-000001")
        (line,) = custody.of_event(connection, "gate-1-000001")
    assert record is not None
    assert record.files[0].deleted_at_ms == NOW_MS
    assert (line.action, line.detail) == ("deleted", "clip.mp4")
    assert sorted(path.name for path in tmp_path.rglob("gate-1-*") if path.is_dir()) == [
        "gate-1-000002",
        "gate-1-000004",
        "gate-1-000005",
    ]


def test_the_oldest_goes_first_when_the_share_of_the_disk_is_used_up(
    database: Database, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        shelf = Shelf(database, disk / "evidence", disk_share=0.1)
        for number, age_days in enumerate((5, 4, 3, 2, 1, 0), start=1):
            shelf.add(number, age_days)
        shelf.lock(1)

        shelf.retention.look()

        assert shelf.held() == [1, 4, 5, 6]
        assert len(shelf.held()) * len(CONTENT) <= 0.1 * shelf.folder.total_bytes()


def test_room_is_made_before_uploads_are_refused(database: Database, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        shelf = Shelf(database, disk / "evidence", min_free_mb=2)
        for number in range(1, 26):
            shelf.add(number, 25 - number)
        assert shelf.folder.free_bytes() < 4 << 20

        shelf.retention.look()

        assert shelf.folder.free_bytes() >= 6 << 20
        assert shelf.held()[-1] == 25


def test_a_file_that_is_gone_already_is_noted_as_deleted(
    database: Database, tmp_path: Path
) -> None:
    shelf = Shelf(database, tmp_path)
    shelf.add(1, 31)
    for path in tmp_path.rglob("*.mp4"):
        path.unlink()

    assert shelf.retention.look() == 1
    assert shelf.retention.look() == 0


def test_a_lock_between_plan_and_deletion_holds(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(database, tmp_path)
    shelf.add(1, 31)
    plan = shelf.retention._plan

    def plan_then_lock() -> Any:
        planned = plan()
        shelf.lock(1)
        return planned

    monkeypatch.setattr(shelf.retention, "_plan", plan_then_lock)

    assert shelf.retention.look() == 0
    assert shelf.held() == [1]


def test_a_clock_that_jumps_ahead_deletes_nothing_for_a_day(
    database: Database, tmp_path: Path
) -> None:
    shelf = Shelf(database, tmp_path)
    shelf.add(1, 0)
    shelf.now_ms += 365 * DAY_MS

    assert shelf.retention.look() == 0
    shelf.now_s += DISTRUST_S
    shelf.now_ms += int(DISTRUST_S * 1000)
    assert shelf.retention.look() == 1


def test_pieces_that_nobody_finished_go_after_a_week(database: Database, tmp_path: Path) -> None:
    shelf = Shelf(database, tmp_path)
    key = FileKey("gate-1", "gate-1-000009", "clip.mp4", "0" * 64)
    shelf.folder.open_partial(key).close()
    fresh = shelf.folder.delete_stale_partials(0)

    assert fresh == 0
    assert shelf.folder.delete_stale_partials(1 << 50) == 1
