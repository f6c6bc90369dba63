"""Events in SQLite and PostgreSQL: revisions of two gateways, pages, and the step from 0001."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from gateway.database import events, evidence_files, outboxes
from gateway.database.engine import MIGRATIONS, Database
from gateway.database.events import EventFilter, EventOfAnotherCamera
from gateway.database.evidence_files import FileKey
from quantrac_core.contracts.camera_messages import CameraEvent
from tests.gateway.camera import evidence_file

BEGAN = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


def event(revision: int, **more: Any) -> CameraEvent:
    fields: dict[str, Any] = {
        "camera": "gate-1",
        "outbox_id": "o",
        "boot_id": "b",
        "seq": revision,
        "at": BEGAN + timedelta(seconds=revision),
        "clock": "synced",
        "id": "gate-1-000001",
        "phase": {1: "new", 2: "update", 3: "end"}[revision],
        "revision": revision,
        "rule": "dot-nhap",
        "kind": "intrusion",
        "label": "person",
        "score": 0.9,
        "zone": "z",
        "began_at": BEGAN,
    }
    return CameraEvent(**{**fields, **more})


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))), ids=str)
def test_every_order_of_revisions_ends_alike(database: Database, order: tuple[int, ...]) -> None:
    with database.writing() as connection:
        for revision in order:
            events.apply_event(connection, event(revision), 1_000 * revision)
            assert not events.apply_event(connection, event(revision), 9_000)
        record = events.find(connection, "gate-1-000001")

    assert record is not None
    assert record.message == event(3)
    assert record.received_at_ms == 1_000 * order[0]


def test_revisions_from_two_gateways_do_not_double_the_event(database: Database) -> None:
    def take(revisions: tuple[int, ...]) -> None:
        for number in range(20):
            for revision in revisions:
                with database.writing() as connection:
                    row = event(revision, id=f"gate-1-{number:06d}")
                    events.apply_event(connection, row, 1)

    threads = [threading.Thread(target=take, args=(order,)) for order in ((1, 3), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as connection:
        found = events.search(connection, EventFilter(camera="gate-1"), None, 100)
        counts = events.counts_by_camera(connection)["gate-1"]
    assert [record.message.revision for record in found] == [3] * 20
    assert (counts.open, counts.unreviewed) == (0, 20)


def test_an_id_belongs_to_the_camera_that_used_it_first(database: Database) -> None:
    with database.writing() as connection:
        events.apply_event(connection, event(1), 1)
        with pytest.raises(EventOfAnotherCamera, match="gate-1"):
            events.apply_event(connection, event(3, camera="gate-2"), 2)
        record = events.find(connection, "gate-1-000001")

    assert record is not None
    assert record.message.revision == 1


def test_a_file_counts_for_its_own_camera_and_content_only(database: Database) -> None:
    file = evidence_file("clip.mp4", b"clip")
    keys = [
        FileKey("gate-2", "gate-1-000001", "clip.mp4", file.sha256),
        FileKey("gate-1", "gate-1-000001", "clip.mp4", "0" * 64),
        FileKey("gate-1", "gate-1-000001", "clip.mp4", file.sha256),
    ]
    with database.writing() as connection:
        events.apply_event(connection, event(1, evidence=[file]), 1)
        here = []
        for key in keys:
            evidence_files.expect(connection, key, 4, f"2026/{key.camera}{key.sha256[:4]}", 1)
            evidence_files.mark_arrived(connection, key, 4, 2)
            record = events.find(connection, "gate-1-000001")
            assert record is not None
            here.append(record.stored(file) is not None)

    assert here == [False, False, True]


def test_a_place_once_given_is_kept(database: Database) -> None:
    key = FileKey("gate-1", "gate-1-000001", "clip.mp4", "1" * 64)
    with database.writing() as connection:
        first = evidence_files.expect(connection, key, 4, "2026/11/22/a", 1)
        second = evidence_files.expect(connection, key, 4, "2026/11/23/a", 2)

    assert first.path == second.path == "2026/11/22/a"


def test_outboxes_of_the_first_schema_are_taken_over(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/old.db")
    _migrate(database, "0001")
    with database._engine.begin() as connection:
        connection.execute(
            text("insert into outbox values ('thanh-hai', 'o1', true, 41, '[[43, 44]]', 7)")
        )
        connection.execute(
            text("insert into lost_range values (1, 'thanh-hai', 'o1', 3, 5, 'why', 7)")
        )

    with database.reading() as connection:
        state = outboxes.load(connection, ("thanh-hai", "o1"))
        lost = outboxes.lost_by_source(connection)

    database.close()
    assert state is not None
    assert (state.ranges.durable, state.ranges.above, state.base_known) == (41, [(43, 44)], True)
    assert lost == {"thanh-hai": 3}


def _migrate(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database._engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
