"""A file that is there whole or not at all, and whose hash is taken while it is written."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


class HashedWriter:
    """Counts and hashes every byte on its way; cannot seek, so nothing is changed afterwards."""

    def __init__(self, target: BinaryIO) -> None:
        self.size_bytes = 0
        self._target = target
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write all of ``data``."""
        self._target.write(data)
        self._hash.update(data)
        self.size_bytes += len(data)
        return len(data)

    def sha256(self) -> str:
        """Return the hash of everything written so far, in hexadecimal."""
        return self._hash.hexdigest()


@contextlib.contextmanager
def hashed_file(path: Path) -> Iterator[HashedWriter]:
    """Write ``path`` under another name, put it on the disk, then rename it.

    After an error nothing is left, and a file that was there before is unchanged.

    Raises:
        OSError: the disk is full or the folder is missing.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            yield HashedWriter(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
