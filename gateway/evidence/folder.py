"""The folder of evidence on disk: partial files, verified ones, and the space that is left."""

import errno
import fcntl
import os
import shutil
import threading
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from gateway.database.evidence_files import FileKey
from quantrac_core.contracts.errors import QuantracError

BLOCK_BYTES: Final = 1 << 20
_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_STAGING: Final = "staging"
_LEVELS: Final = 5
"""Folders above a kept file: event, day, month, year, root."""


class DiskFull(QuantracError):
    """The evidence folder has no room for this file: make room or wait for retention."""


class EvidenceUnavailable(QuantracError):
    """The evidence folder cannot be read or written: see to the disk and its rights."""


class PartialInUse(QuantracError):
    """Another transfer is writing this file now; ``offset`` tells how far it is."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__("another transfer is writing this file; ask again how far it is")


class Partial:
    """An unfinished file, locked against every other transfer, of other processes too."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._guard = threading.Lock()
        self._closed = False

    def size_bytes(self) -> int:
        """Return how much is there."""
        return os.fstat(self._descriptor).st_size

    def append(self, content: bytes) -> None:
        """Write ``content`` at the end.

        Raises:
            DiskFull, EvidenceUnavailable: what was written of it stays and counts.
        """
        view = memoryview(content)
        with self._guard:
            if self._closed:
                return
            os.lseek(self._descriptor, 0, os.SEEK_END)
            while view:
                try:
                    written = os.write(self._descriptor, view)
                except OSError as error:
                    raise _translated(error) from error
                view = view[written:]

    def sync(self) -> None:
        """Bring what is there to the disk.

        Raises:
            DiskFull, EvidenceUnavailable: the file system had no room after all, or failed.
        """
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise _translated(error) from error

    def sha256(self) -> str:
        """Return the hash of what is there, in hexadecimal."""
        return _hash_of(self.path)

    def throw_away(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let others write the file; safe to call twice and beside an `append`."""
        with self._guard:
            if not self._closed:
                self._closed = True
                os.close(self._descriptor)


class EvidenceFolder:
    """One folder, which several gateway processes may share. Every method blocks.

    Names must have passed `EVENT_ID`, `FILE_NAME` and the rule of camera ids before.
    """

    def __init__(self, root: Path, min_free_bytes: int) -> None:
        self.root = root
        self._min_free_bytes = min_free_bytes

    def place_for(self, key: FileKey, began_ms: int) -> str:
        """Return where a file will be kept, relative to the folder; its hash is in its name."""
        day = datetime.fromtimestamp(began_ms / 1000, UTC).strftime("%Y/%m/%d")
        stem, _, ending = key.name.partition(".")
        return f"{day}/{key.event}/{stem}-{key.sha256[:16]}.{ending}"

    def path_of(self, place: str) -> Path:
        """Return the path of a kept file."""
        return self.root / place

    def holds(self, place: str, digest: str) -> bool:
        """Tell whether the kept file is there and has the hash ``digest``."""
        path = self.path_of(place)
        return path.is_file() and _hash_of(path) == digest

    def offset(self, key: FileKey) -> int:
        """Return how many bytes of an unfinished file are there."""
        try:
            return self._partial_path(key).stat().st_size
        except FileNotFoundError:
            return 0

    def open_partial(self, key: FileKey) -> Partial:
        """Open and lock the unfinished file, empty where there is none.

        Raises:
            PartialInUse: another transfer has it.
            DiskFull, EvidenceUnavailable: not even an empty file can be made.
        """
        path = self._partial_path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise _translated(error) from error
        partial = Partial(path, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine, there = os.fstat(descriptor), os.stat(path)
        except (BlockingIOError, FileNotFoundError) as error:
            partial.close()
            raise PartialInUse(self.offset(key)) from error
        if mine.st_ino != there.st_ino:
            # It was finished or thrown away between the opening and the lock.
            partial.close()
            raise PartialInUse(self.offset(key))
        return partial

    def keep(self, partial: Partial, place: str) -> None:
        """Move a verified file to its place; whole or not at all, also through a power cut.

        Raises:
            DiskFull, EvidenceUnavailable: the file is still unfinished.
        """
        final = self.path_of(place)
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            os.chmod(partial.path, 0o440)
            os.replace(partial.path, final)
            for folder in list(final.parents)[:_LEVELS]:
                _sync_folder(folder)
        except OSError as error:
            raise _translated(error) from error

    def free_bytes(self) -> int:
        """Return what is free on the disk of the folder."""
        return shutil.disk_usage(_existing(self.root)).free

    def total_bytes(self) -> int:
        """Return the size of the disk of the folder."""
        return shutil.disk_usage(_existing(self.root)).total

    def require_room(self, size_bytes: int) -> None:
        """Raise `DiskFull` where ``size_bytes`` more would leave too little free."""
        free = self.free_bytes()
        if free - size_bytes < self._min_free_bytes:
            kept = self._min_free_bytes
            raise DiskFull(f"{free} bytes are free, of which {kept} stay free; {size_bytes} wanted")

    def delete(self, place: str) -> None:
        """Delete a kept file, and its folders where nothing else is in them."""
        path = self.path_of(place)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _translated(error) from error
        for folder in list(path.parents)[: _LEVELS - 1]:
            try:
                folder.rmdir()
            except OSError:
                # Something else is in it, or a file has just come.
                return

    def delete_stale_partials(self, older_than_ms: int) -> int:
        """Delete unfinished files that nobody has written to since; return how many."""
        deleted = 0
        for path in (self.root / _STAGING).glob("*.part"):
            try:
                if path.stat().st_mtime * 1000 < older_than_ms:
                    path.unlink()
                    deleted += 1
            except FileNotFoundError:
                continue
        return deleted

    def _partial_path(self, key: FileKey) -> Path:
        name = f"{key.camera}.{key.event}.{key.name}.{key.sha256[:16]}.part"
        return self.root / _STAGING / name


def _hash_of(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _translated(error: OSError) -> QuantracError:
    if error.errno in _NO_SPACE:
        return DiskFull(f"the evidence folder is full: {error.strerror}")
    return EvidenceUnavailable(f"the evidence folder: {error.strerror}")
