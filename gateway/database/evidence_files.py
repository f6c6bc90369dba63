"""Which files of events are here, are on their way, or were deleted by retention."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, select, update

from gateway.database.engine import insert_missing
from gateway.database.tables import EVENT_EVIDENCE as FILE


@dataclass(slots=True, frozen=True)
class FileKey:
    """One content under one name; a camera that sends another content makes another file."""

    camera: str
    event: str
    name: str
    sha256: str


@dataclass(slots=True, frozen=True)
class EvidenceRecord:
    """A file; ``path`` is relative to the evidence folder."""

    event: str
    name: str
    sha256: str
    camera: str
    size_bytes: int
    path: str
    expected_at_ms: int
    arrived_at_ms: int | None
    deleted_at_ms: int | None

    @property
    def is_here(self) -> bool:
        """Whether the file came whole, was verified, and has not been deleted since."""
        return self.arrived_at_ms is not None and self.deleted_at_ms is None


def expect(
    connection: Connection, key: FileKey, size_bytes: int, path: str, now_ms: int
) -> EvidenceRecord:
    """Return the file's row; where there is none yet, note its place before its first byte.

    A place that is known beforehand leaves nothing behind on the disk that no row tells of.
    """
    row = {
        "event": key.event,
        "name": key.name,
        "sha256": key.sha256,
        "camera": key.camera,
        "size_bytes": size_bytes,
        "path": path,
        "expected_at_ms": now_ms,
    }
    insert_missing(connection, FILE, [row])
    found = find(connection, key)
    assert found is not None
    return found


def find(connection: Connection, key: FileKey) -> EvidenceRecord | None:
    """Return the file's row, or None; another camera's file of the same event is another one."""
    row = connection.execute(select(FILE).where(_is(key))).one_or_none()
    return None if row is None else EvidenceRecord(**row._mapping)


def mark_arrived(connection: Connection, key: FileKey, size_bytes: int, now_ms: int) -> None:
    """Note that the file is here, whole and verified."""
    values = {"size_bytes": size_bytes, "arrived_at_ms": now_ms}
    connection.execute(update(FILE).where(_is(key)).values(**values))


def mark_deleted(connection: Connection, records: Sequence[EvidenceRecord], now_ms: int) -> None:
    """Note that retention has deleted files."""
    for record in records:
        key = FileKey(record.camera, record.event, record.name, record.sha256)
        connection.execute(update(FILE).where(_is(key)).values(deleted_at_ms=now_ms))


def count_of_event(connection: Connection, camera: str, event: str) -> int:
    """Return how many files were ever begun for an event."""
    query = select(func.count()).where(FILE.c.camera == camera, FILE.c.event == event)
    return connection.scalar(query) or 0


def files_of(
    connection: Connection, events: Sequence[str]
) -> dict[tuple[str, str], list[EvidenceRecord]]:
    """Return the files of events by camera and event."""
    found: dict[tuple[str, str], list[EvidenceRecord]] = {}
    if events:
        query = select(FILE).where(FILE.c.event.in_(events)).order_by(FILE.c.name)
        for row in connection.execute(query):
            record = EvidenceRecord(**row._mapping)
            found.setdefault((record.camera, record.event), []).append(record)
    return found


def _is(key: FileKey) -> Any:
    return and_(
        FILE.c.camera == key.camera,
        FILE.c.event == key.event,
        FILE.c.name == key.name,
        FILE.c.sha256 == key.sha256,
    )
