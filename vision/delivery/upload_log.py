"""Which files the centre still lacks, on disk: survives kills; its loss costs only a new look.

The birth records beside the evidence hold the same facts, so a damaged log is set aside and
filled again from them; what the centre already has, it says itself.
"""

import logging
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from quantrac_core.contracts.errors import QuantracError
from quantrac_core.runtime.outbox.damage import is_damage, is_marked, mark_damaged, set_aside
from vision.delivery.uploads import FileToSend, Upload

log = logging.getLogger(__name__)
WAITING, DELIVERED, SET_ASIDE = range(3)
BUSY_TIMEOUT_S: Final = 1.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    camera TEXT NOT NULL,
    event TEXT NOT NULL,
    name TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    restarts INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS files_state ON files (state, made_ms);
"""


class UploadLogUnusable(QuantracError):
    """The upload log cannot be opened; says which file and what to do."""


class UploadLog:
    """A table of files in SQLite; not thread-safe, and blocking.

    Raises:
        UploadLogUnusable: if the disk does not let it open.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if is_marked(path):
            set_aside(path)
        try:
            self._db = self._open()
        except sqlite3.OperationalError as error:
            raise self._unusable(error) from error
        except sqlite3.DatabaseError:
            set_aside(path)
            try:
                self._db = self._open()
            except sqlite3.DatabaseError as error:
                raise self._unusable(error) from error
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> UploadLogUnusable:
        return UploadLogUnusable(f"{self.path}: {error}; free space and let vision write there")

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(
            self.path, BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute("PRAGMA journal_size_limit=4194304")
            db.executescript(_SCHEMA)
            db.execute("SELECT count(*) FROM files").fetchone()
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    def add(self, file: FileToSend) -> Upload | None:
        """Enter a file; None where its path is known already."""
        cursor = self._db.execute(
            "INSERT OR IGNORE INTO files"
            " (camera, event, name, path, media_type, size_bytes, sha256, made_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            file,
        )
        if not cursor.rowcount or cursor.lastrowid is None:
            return None
        return Upload(cursor.lastrowid, file)

    def waiting(self) -> list[Upload]:
        """Return what the centre lacks, oldest first."""
        rows = self._db.execute(
            "SELECT number, restarts, camera, event, name, path, media_type, size_bytes, sha256,"
            " made_ms FROM files WHERE state = ? ORDER BY made_ms, number",
            (WAITING,),
        )
        return [Upload(row[0], FileToSend(*row[2:]), restarts=row[1]) for row in rows]

    def set_aside_paths(self) -> list[str]:
        """Return the paths that nobody tries to send any more."""
        rows = self._db.execute("SELECT path FROM files WHERE state = ?", (SET_ASIDE,))
        return [str(row[0]) for row in rows]

    def paths(self) -> set[str]:
        """Return every path that was ever entered and not forgotten."""
        return {str(row[0]) for row in self._db.execute("SELECT path FROM files")}

    def mark(self, number: int, state: int, reason: str = "") -> None:
        """Enter what became of a file: `DELIVERED` or `SET_ASIDE`."""
        self._db.execute(
            "UPDATE files SET state = ?, reason = ? WHERE number = ?",
            (state, reason[:300], number),
        )

    def restarted(self, number: int, restarts: int) -> None:
        """Enter how often the centre has refused the whole file."""
        self._db.execute("UPDATE files SET restarts = ? WHERE number = ?", (restarts, number))

    def forget(self, paths: Iterable[str]) -> None:
        """Remove files that are deleted."""
        self._db.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in paths])

    def note_damage(self, error: sqlite3.Error) -> None:
        """Let the next start set the file aside, where ``error`` says that it is damaged."""
        if is_damage(error):
            mark_damaged(self.path)

    def close(self) -> None:
        """Close the file."""
        self._db.close()
