"""The reports' folder: files appear whole or not at all, and never change."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import uuid4

from quantrac_core.contracts.errors import QuantracError

STALE_MS: Final = 3_600_000
_UNFINISHED: Final = ".part"


class ArchiveUnavailable(QuantracError):
    """The reports' folder cannot be read or written."""


class DamagedFile(QuantracError):
    """A version's file is gone or is not what its hash says."""


class Archive:
    """Files of versions below ``folder``, each named after its report, number and hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def unfinished(self) -> Iterator[Path]:
        """Yield a path to write to; whatever is left there afterwards is deleted."""
        path = self._folder / f"{uuid4().hex}{_UNFINISHED}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            yield path
        except OSError as error:
            raise ArchiveUnavailable(f"{self._folder}: {error.strerror}") from error
        finally:
            # What stays is swept later; the fault that came first is the one to tell.
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def keep(self, unfinished: Path, report: str, number: int) -> tuple[str, str, int]:
        """Make a written file durable; return its path below the folder, SHA-256 and size."""
        with unfinished.open("rb+") as file:
            content = file.read()
            os.fsync(file.fileno())
        hashed = sha256(content).hexdigest()
        name = f"{report}/v{number}-{hashed[:12]}.docx"
        target = self._folder / name
        target.parent.mkdir(exist_ok=True)
        unfinished.rename(target)
        target.chmod(0o440)
        for folder in (target.parent, self._folder):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return name, hashed, len(content)

    def read(self, name: str, hashed: str) -> bytes:
        """Return a file.

        Raises:
            DamagedFile: it is not there, or not what it was.
        """
        try:
            content = (self._folder / name).read_bytes()
        except OSError as error:
            raise DamagedFile(f"{name}: {error.strerror}") from error
        if sha256(content).hexdigest() != hashed:
            raise DamagedFile(f"{name} is not what its hash says")
        return content

    def delete(self, name: str) -> None:
        """Delete a file that did not become a version."""
        (self._folder / name).unlink(missing_ok=True)

    def sweep(self, now_ms: int, report: str, latest: int) -> None:
        """Delete what killed processes left more than an hour ago.

        That is unfinished files, and files of ``report`` that became no version: those with
        numbers above ``latest``.
        """
        orphans = [
            path for path in self._folder.glob(f"{report}/v*.docx") if _number_of(path) > latest
        ]
        for path in [*self._folder.glob(f"*{_UNFINISHED}"), *orphans]:
            # Another gateway may sweep the same folder.
            with suppress(FileNotFoundError):
                if now_ms - path.stat().st_mtime * 1000 > STALE_MS:
                    path.unlink()


def _number_of(path: Path) -> int:
    number = path.stem.removeprefix("v").partition("-")[0]
    return int(number) if number.isdecimal() else 0
