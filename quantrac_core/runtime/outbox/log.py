"""A program's log on disk: all that it has to tell under one sequence, in SQLite.

WAL with synchronous=FULL: a committed entry survives a power cut (SQLite documentation,
"PRAGMA synchronous"). Not thread-safe: `OutboxWorker` owns it.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from quantrac_core.contracts.errors import ConfigError, ConfigErrors, QuantracError
from quantrac_core.contracts.identifiers import new_random_id
from quantrac_core.contracts.sequence import SequenceRanges
from quantrac_core.runtime.outbox.damage import OutboxDamaged
from quantrac_core.runtime.outbox.entries import Entry, EntryPolicy, Owner

SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 1.0
MOST_PAGES = 1_073_741_823
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    payload BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_at ON entries (at_ms);
"""


class OutboxUnusable(QuantracError):
    """The outbox file cannot be opened; says which file and what to do."""


class OutboxRefused(OutboxUnusable):
    """The disk does not let the outbox open: it is full, read-only or failing."""


class OutboxLog:
    """Append-only log with pruning from its old end.

    Args:
        path: the SQLite file.
        owner: whose it is; the file remembers that.
        policy: what the owner knows about its entries.
        checkpoint_pages: pages of 4 KiB in the write-ahead log that trigger a checkpoint; on
            a full disk only a log smaller than the reserve can be moved into the file.

    Raises:
        ConfigErrors: if the file belongs to another owner.
        OutboxRefused: if the disk refuses, for example because it is full.
        OutboxDamaged: if the file is no sound database.
        OutboxUnusable: if it is an outbox of a newer program.
    """

    def __init__(
        self, path: Path, owner: Owner, policy: EntryPolicy, *, checkpoint_pages: int = 500
    ) -> None:
        self.path = path
        self._owner = owner
        self._policy = policy
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                path, BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.OperationalError) as error:
            raise self._refused(error) from error
        try:
            self._prepare(checkpoint_pages)
            self.oldest_seq, self.newest_seq, self.newest_at_ms = self._bounds()
        except sqlite3.OperationalError as error:
            self._db.close()
            raise self._refused(error) from error
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise OutboxDamaged(path, error) from error
        except QuantracError:
            self._db.close()
            raise

    def _prepare(self, checkpoint_pages: int) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA cache_size=-2000")
        self._db.execute("PRAGMA journal_size_limit=4194304")
        self._db.execute(f"PRAGMA wal_autocheckpoint={checkpoint_pages:d}")
        self._db.executescript(_SCHEMA)
        self.outbox_id = self._remember("outbox_id", new_random_id())
        kind, name = self._owner.kind, self._owner.id
        owner = self._remember(kind, name)
        version = self._remember("schema_version", str(SCHEMA_VERSION))
        if owner != name:
            allowed = f"the outbox's own {kind} {owner!r}"
            raise ConfigErrors([ConfigError(str(self.path), kind, name, allowed)])
        if version != str(SCHEMA_VERSION):
            raise OutboxUnusable(f"{self.path}: schema {version} is newer than this program's")

    def _refused(self, error: Exception) -> OutboxRefused:
        program = self._owner.program
        return OutboxRefused(
            f"{self.path}: {error}; free space on the disk and let the {program} write there"
        )

    def _remember(self, key: str, value: str) -> str:
        self._db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, value))
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0])

    def _bounds(self) -> tuple[int, int, int]:
        oldest = self._db.execute("SELECT * FROM entries ORDER BY seq LIMIT 1").fetchone()
        if oldest is None:
            return 1, 0, 0
        newest = self._db.execute("SELECT max(seq), max(at_ms) FROM entries").fetchone()
        return self._policy.first_covered(Entry(*oldest)), int(newest[0]), int(newest[1])

    def append(self, entries: Sequence[Entry], state: dict[str, str]) -> None:
        """Commit entries and state in one transaction.

        Raises:
            sqlite3.OperationalError: if the disk refuses; nothing of it is then stored.
        """
        with self._transaction():
            self._db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", entries)
            self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", state.items())
        if entries:
            self.newest_seq = entries[-1].seq
            self.newest_at_ms = max(self.newest_at_ms, entries[-1].at_ms)

    def read(self, first: int, last: int, limit: int) -> list[Entry]:
        """Return up to ``limit`` entries that cover ``first`` … ``last``, ascending.

        A thinned entry is stored under the last number of its range, so the first entry
        above ``last`` belongs to the answer where its range reaches down to it.
        """
        rows = self._db.execute(
            "SELECT seq, at_ms, kind, payload FROM entries WHERE seq BETWEEN ? AND ?"
            " ORDER BY seq LIMIT ?",
            (first, last, limit),
        )
        entries = [Entry(*row) for row in rows]
        if len(entries) == limit or (entries and entries[-1].seq == last):
            return entries
        row = self._db.execute(
            "SELECT seq, at_ms, kind, payload FROM entries WHERE seq > ? ORDER BY seq LIMIT 1",
            (last,),
        ).fetchone()
        if row is not None and self._policy.first_covered(Entry(*row)) <= last:
            entries.append(Entry(*row))
        return entries

    def free_time(self, at_ms: int, kind: int) -> int:
        """Return the first millisecond from ``at_ms`` on that no entry of ``kind`` has."""
        while self._db.execute(
            "SELECT 1 FROM entries WHERE at_ms = ? AND kind = ?", (at_ms, kind)
        ).fetchone():
            at_ms += 1
        return at_ms

    def state(self, key: str) -> str | None:
        """Return a value stored beside the entries, or None."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def acknowledged(self) -> SequenceRanges:
        """Return what the centre had committed when this was last saved."""
        text = self.state("acknowledged")
        if text is None:
            return SequenceRanges()
        saved = json.loads(text)
        return SequenceRanges(saved["durable"], [(a, b) for a, b in saved["above"]])

    def prune(self, before_ms: int, up_to_seq: int, limit: int) -> int:
        """Delete up to ``limit`` oldest entries that are older than ``before_ms`` and whose
        number is at most ``up_to_seq``; the newest entry always stays. Return how many."""
        last = min(up_to_seq, self.newest_seq - 1)
        rows = self._db.execute(
            "SELECT seq, at_ms FROM entries WHERE seq <= ? ORDER BY seq LIMIT ?", (last, limit)
        ).fetchall()
        doomed = 0
        until = 0
        for seq, at_ms in rows:
            if at_ms >= before_ms:
                break
            doomed += 1
            until = seq
        if doomed:
            with self._transaction():
                self._db.execute("DELETE FROM entries WHERE seq <= ?", (until,))
            self.oldest_seq = until + 1
        return doomed

    def replace(self, merged: Iterable[Entry], first: int, last: int) -> None:
        """Put ``merged`` in the place of ``first`` … ``last`` in one transaction."""
        with self._transaction():
            self._db.execute("DELETE FROM entries WHERE seq BETWEEN ? AND ?", (first, last))
            self._db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", merged)

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file, so that its own space can be used anew.

        It keeps its length: on a full disk, space that is given back may be gone for ever.

        Raises:
            sqlite3.OperationalError: if the file cannot grow by what the log holds.
        """
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def size_bytes(self) -> int:
        """Bytes that the file's used pages take."""
        pages = int(self._db.execute("PRAGMA page_count").fetchone()[0])
        free = int(self._db.execute("PRAGMA freelist_count").fetchone()[0])
        return (pages - free) * int(self._db.execute("PRAGMA page_size").fetchone()[0])

    def hold_size(self) -> None:
        """From now on refuse what would make the file longer; its free pages are still used."""
        pages = int(self._db.execute("PRAGMA page_count").fetchone()[0])
        self._db.execute(f"PRAGMA max_page_count={pages:d}").fetchall()

    def let_grow(self) -> None:
        """Let the file grow again."""
        self._db.execute(f"PRAGMA max_page_count={MOST_PAGES:d}").fetchall()

    def reusable_bytes(self) -> int:
        """Bytes of the file's free pages, which new entries fill before the file grows."""
        free = int(self._db.execute("PRAGMA freelist_count").fetchone()[0])
        return free * int(self._db.execute("PRAGMA page_size").fetchone()[0])

    def close(self) -> None:
        """Close the file; what was committed is safe without it."""
        self._db.close()

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._db)


class _Transaction:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            try:
                self._db.execute("COMMIT")
            except sqlite3.OperationalError:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        elif self._db.in_transaction:
            self._db.execute("ROLLBACK")
