"""Evidence on disk: ``<yyyy>/<mm>/<dd>/<event>/<file>``, each file whole or not there at all.

Order of every write: the bytes into a hidden part file and to the disk, the birth record to the
disk, the final name. After a kill `EvidenceStore.sweep` finishes what has a record and removes
the rest. Blocking: callers keep it off the event loop.
"""

import hashlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from quantrac_core.contracts.camera_messages import (
    EVENT_ID,
    FILE_NAME,
    MAX_FILE_BYTES,
    EvidenceFile,
    EvidenceKind,
)
from quantrac_core.contracts.errors import QuantracError
from quantrac_core.contracts.identifiers import is_station_id
from quantrac_core.contracts.messages import utc_from_ms
from vision.evidence.births import RECORD_NAME, FileBirth, append_birth, read_births

log = logging.getLogger(__name__)
BLOCK_BYTES = 1 << 20
LOCK_NAME = "locked"
PART_SUFFIX = ".part"
MEDIA_TYPES: Final = {"jpg": "image/jpeg", "mp4": "video/mp4", "json": "application/json"}


class EvidenceRefused(QuantracError):
    """The disk did not take a file: it is full, read-only or failing."""


class NameRefused(QuantracError):
    """A name that does not keep the contract, or that is taken by another file."""


class StoredFile(NamedTuple):
    """A file and where it lies, relative to the evidence folder."""

    path: str
    birth: FileBirth


class EventFolder:
    """The files of one event; made by `EvidenceStore.event`."""

    def __init__(self, root: Path, path: Path, camera: str, event: str) -> None:
        self._root = root
        self.path = path
        self.camera = camera
        self.event = event

    def write(
        self, name: str, kind: EvidenceKind, data: bytes, made_ms: int, note: str = ""
    ) -> StoredFile:
        """Store ``data`` as ``name``; the same bytes under the same name are stored once.

        Raises:
            NameRefused: for a bad name, or one that other bytes have.
            EvidenceRefused: if the disk refuses; nothing of it is then left.
        """
        part = self.part(name)
        try:
            with part.open("wb") as file:
                file.write(data)
        except OSError as error:
            _remove(part)
            raise _refused(self.path / name, error) from error
        return self.adopt(name, kind, made_ms, note)

    def part(self, name: str) -> Path:
        """Return the hidden path that another writer fills before `adopt`.

        Raises:
            NameRefused: for a bad name.
            EvidenceRefused: if the folder cannot be made.
        """
        if FILE_NAME.fullmatch(name) is None:
            raise NameRefused(f"{name[:60]!r} is no name for evidence ({FILE_NAME.pattern})")
        try:
            if not self.path.is_dir():
                self.path.mkdir(parents=True, exist_ok=True, mode=0o750)
                for parent in self.path.parents:
                    _sync_folder(parent)
                    if parent == self._root:
                        break
        except OSError as error:
            raise _refused(self.path, error) from error
        return self.path / f".{name}{PART_SUFFIX}"

    def adopt(self, name: str, kind: EvidenceKind, made_ms: int, note: str = "") -> StoredFile:
        """Hash the part file of ``name``, record it, and give it its name.

        Raises:
            NameRefused: for a bad name, or one that other bytes have.
            EvidenceRefused: if there is nothing to adopt, too much, or the disk refuses.
        """
        part = self.part(name)
        try:
            sha256, size_bytes = _hash_and_sync(part)
            if not 0 < size_bytes <= MAX_FILE_BYTES:
                raise EvidenceRefused(
                    f"{self.path / name}: {size_bytes} bytes; 1 … {MAX_FILE_BYTES} are possible"
                )
            for birth in self.births():
                if birth.name == name:
                    return self._already(birth, sha256)
            birth = FileBirth(
                self.camera,
                self.event,
                made_ms,
                name,
                kind,
                MEDIA_TYPES[name.rpartition(".")[2]],
                size_bytes,
                sha256,
                note,
            )
            append_birth(self.path, birth)
            part.rename(self.path / name)
            _sync_folder(self.path)
        except OSError as error:
            raise _refused(self.path / name, error) from error
        finally:
            _remove(part)
        return self._stored(birth)

    def _already(self, birth: FileBirth, sha256: str) -> StoredFile:
        if birth.sha256 != sha256:
            raise NameRefused(f"{self.path / birth.name} exists with other bytes; evidence stays")
        return self._stored(birth)

    def _stored(self, birth: FileBirth) -> StoredFile:
        return StoredFile(str((self.path / birth.name).relative_to(self._root)), birth)

    def births(self) -> list[FileBirth]:
        """Return the records of the files that are here, in the order of their making."""
        return [birth for birth in read_births(self.path) if (self.path / birth.name).exists()]

    def files(self) -> list[EvidenceFile]:
        """Return the files as an event's message names them."""
        return [birth.as_file() for birth in self.births()]

    def lock(self) -> None:
        """Keep this event's files out of every retention, until `unlock`."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / LOCK_NAME).touch()

    def unlock(self) -> None:
        """Let retention have this event's files again."""
        (self.path / LOCK_NAME).unlink(missing_ok=True)


class EvidenceStore:
    """All events below one folder.

    Args:
        folder: made when the first file needs it; nothing else lies in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def event(self, camera: str, event: str, began_ms: int) -> EventFolder:
        """Return the folder of one event; ``began_ms`` picks its day (UTC).

        Raises:
            NameRefused: if the camera's or the event's name could lead elsewhere.
        """
        if not is_station_id(camera) or EVENT_ID.fullmatch(event) is None:
            raise NameRefused(f"{camera[:60]!r}, {event[:100]!r}: no camera or no event id")
        day = utc_from_ms(began_ms).strftime("%Y/%m/%d")
        return EventFolder(self.folder, self.folder / day / event, camera, event)

    def folders(self) -> Iterator[Path]:
        """Return every event's folder, oldest day first."""
        for day in sorted(self.folder.glob("[0-9]*/[0-9]*/[0-9]*")):
            yield from (path for path in sorted(day.iterdir()) if path.is_dir())

    def stored(self, since_ms: int = 0) -> Iterator[StoredFile]:
        """Return every file whose record is from ``since_ms`` or later."""
        for folder in self.folders():
            for birth in read_births(folder):
                path = folder / birth.name
                if birth.made_ms >= since_ms and path.exists():
                    yield StoredFile(str(path.relative_to(self.folder)), birth)

    def sweep(self) -> int:
        """After a start: give recorded files their name, remove other parts; return how many.

        Only while nothing is being written.
        """
        swept = 0
        for part in self.folder.glob(f"[0-9]*/[0-9]*/[0-9]*/*/.*{PART_SUFFIX}"):
            name = part.name[1 : -len(PART_SUFFIX)]
            births = {birth.name: birth for birth in read_births(part.parent)}
            target = part.parent / name
            try:
                is_lost = name in births and not target.exists()
                if is_lost and _hash_and_sync(part)[0] == births[name].sha256:
                    part.rename(target)
                    _sync_folder(part.parent)
                part.unlink(missing_ok=True)
            except OSError as error:
                log.warning("%s, left by an interrupted run, stays: %s", part, error)
                continue
            swept += 1
        return swept


def is_record(name: str) -> bool:
    """Tell whether a file in an event's folder is the store's own and no evidence."""
    return name in (RECORD_NAME, LOCK_NAME) or name.endswith(PART_SUFFIX)


def hash_file(path: Path) -> tuple[str, int]:
    """Return SHA-256 in hexadecimal and size of a file; raises OSError."""
    digest = hashlib.sha256()
    size_bytes = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
            size_bytes += len(block)
    return digest.hexdigest(), size_bytes


def _hash_and_sync(path: Path) -> tuple[str, int]:
    found = hash_file(path)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return found


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _refused(path: Path, error: OSError) -> EvidenceRefused:
    return EvidenceRefused(f"{path}: {error.strerror or error}; free space on the disk")
