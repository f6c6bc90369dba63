"""The embedded store: one SQLite file with raw readings and 1-minute and 1-hour roll-ups."""

import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from gateway.stores.interface import LatestReading, Series, StoredScan, StoreUnavailable
from quantrac_core.contracts.quality import (
    QUALITY_CODE,
    REASON_CODE,
    STATE_CODE,
    Quality,
    State,
)

ROLLUPS_S: Final = (60, 3600)
LATEST_WITHIN_MS: Final = 30 * 86_400_000
DELETE_CHUNK_ROWS: Final = 20_000

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS station (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY, station INTEGER NOT NULL, channel TEXT NOT NULL,
    UNIQUE (station, channel));
CREATE TABLE IF NOT EXISTS scan (
    station INTEGER NOT NULL, at_ms INTEGER NOT NULL, seq INTEGER NOT NULL,
    from_seq INTEGER NOT NULL, backfill INTEGER NOT NULL, clock INTEGER NOT NULL,
    PRIMARY KEY (station, at_ms)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS raw (
    series INTEGER NOT NULL, at_ms INTEGER NOT NULL, v REAL,
    s INTEGER NOT NULL, q INTEGER NOT NULL, r INTEGER NOT NULL,
    PRIMARY KEY (series, at_ms)) WITHOUT ROWID;
"""
_ROLLUP_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS rollup_{every} (
    series INTEGER NOT NULL, at_ms INTEGER NOT NULL, n INTEGER NOT NULL, total REAL NOT NULL,
    v_min REAL, v_max REAL, s INTEGER NOT NULL, q INTEGER NOT NULL,
    PRIMARY KEY (series, at_ms)) WITHOUT ROWID;
"""
_ROLLUP_UPSERT: Final = """
INSERT INTO rollup_{every} AS old VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    n = old.n + excluded.n, total = old.total + excluded.total,
    v_min = min(coalesce(old.v_min, excluded.v_min), coalesce(excluded.v_min, old.v_min)),
    v_max = max(coalesce(old.v_max, excluded.v_max), coalesce(excluded.v_max, old.v_max)),
    s = max(old.s, excluded.s), q = max(old.q, excluded.q)
"""


class _Bucket:
    """What new readings add to one roll-up bucket."""

    __slots__ = ("n", "q", "s", "total", "v_max", "v_min")

    def __init__(self) -> None:
        self.n = 0
        self.total = 0.0
        self.v_min: float | None = None
        self.v_max: float | None = None
        self.s = 0
        self.q = 0

    def add(self, v: float | None, s: int, q: int) -> None:
        self.s = max(self.s, s)
        self.q = max(self.q, q)
        if v is not None:
            self.n += 1
            self.total += v
            self.v_min = v if self.v_min is None else min(self.v_min, v)
            self.v_max = v if self.v_max is None else max(self.v_max, v)


class SqliteStore:
    """`Store` in one file. A scan and its share of the roll-ups commit in one transaction.

    An instant of a station that is held already is skipped, so the roll-ups count every
    scan exactly once however often it arrives and however late.
    """

    settle_s = 0.0

    def __init__(self, path: Path, raw_days: int = 400, rollup_days: int = 3650) -> None:
        self._path = path
        self._raw_days = raw_days
        self._rollup_days = rollup_days
        self._writer: sqlite3.Connection | None = None
        self._opening = threading.Lock()
        self._stations: dict[str, int] = {}
        self._series: dict[tuple[int, str], int] = {}

    def open(self) -> None:
        """Create or open the file, once; every other method does so by itself."""
        with self._opening:
            if self._writer is None:
                self._writer = self._connect()

    def _connect(self) -> sqlite3.Connection:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            writer = sqlite3.connect(
                self._path, isolation_level=None, check_same_thread=False, timeout=10
            )
            writer.execute("PRAGMA journal_mode=WAL")
            writer.execute("PRAGMA synchronous=FULL")
            writer.executescript(_SCHEMA)
            for every in ROLLUPS_S:
                writer.executescript(_ROLLUP_SCHEMA.format(every=every))
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(f"{self._path}: {error}") from error
        return writer

    def close(self) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def incarnation(self) -> str:
        """Return a constant: a commit here is on disk."""
        return "sqlite"

    def write(self, scans: Sequence[StoredScan]) -> None:
        """Commit ``scans`` in one transaction."""
        self.open()
        writer = self._writer
        assert writer is not None
        try:
            writer.execute("BEGIN IMMEDIATE")
            try:
                self._insert(writer, scans)
                writer.execute("COMMIT")
            except BaseException:
                # Ids handed out inside the transaction are gone with it.
                self._stations.clear()
                self._series.clear()
                writer.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{self._path}: {error}") from error

    def _insert(self, writer: sqlite3.Connection, scans: Sequence[StoredScan]) -> None:
        rows: list[tuple[int, int, float | None, int, int, int]] = []
        buckets: dict[int, dict[tuple[int, int], _Bucket]] = {every: {} for every in ROLLUPS_S}
        for scan in scans:
            station = self._station_id(writer, scan.station)
            added = writer.execute(
                "INSERT OR IGNORE INTO scan VALUES (?, ?, ?, ?, ?, ?)",
                (station, scan.at_ms, scan.seq, scan.from_seq, scan.backfill, scan.clock),
            ).rowcount
            if not added:
                continue
            for reading in scan.readings:
                series = self._series_id(writer, station, reading.c)
                s, q = STATE_CODE[reading.s], QUALITY_CODE[reading.q]
                enters_mean = reading.s is State.MEASURING and reading.q is not Quality.BAD
                rows.append((series, scan.at_ms, reading.v, s, q, REASON_CODE[reading.r]))
                for every, of_every in buckets.items():
                    key = (series, scan.at_ms // (every * 1000) * every * 1000)
                    bucket = of_every.get(key)
                    if bucket is None:
                        bucket = of_every[key] = _Bucket()
                    bucket.add(reading.v if enters_mean else None, s, q)
        writer.executemany("INSERT OR REPLACE INTO raw VALUES (?, ?, ?, ?, ?, ?)", rows)
        for every, of_every in buckets.items():
            writer.executemany(
                _ROLLUP_UPSERT.format(every=every),
                [
                    (series, at_ms, b.n, b.total, b.v_min, b.v_max, b.s, b.q)
                    for (series, at_ms), b in of_every.items()
                ],
            )

    def _station_id(self, writer: sqlite3.Connection, name: str) -> int:
        known = self._stations.get(name)
        if known is None:
            writer.execute("INSERT OR IGNORE INTO station (name) VALUES (?)", (name,))
            row = writer.execute("SELECT id FROM station WHERE name = ?", (name,)).fetchone()
            known = self._stations[name] = int(row[0])
        return known

    def _series_id(self, writer: sqlite3.Connection, station: int, channel: str) -> int:
        known = self._series.get((station, channel))
        if known is None:
            writer.execute(
                "INSERT OR IGNORE INTO series (station, channel) VALUES (?, ?)", (station, channel)
            )
            row = writer.execute(
                "SELECT id FROM series WHERE station = ? AND channel = ?", (station, channel)
            ).fetchone()
            known = self._series[station, channel] = int(row[0])
        return known

    def query(
        self, station: str, channel: str, from_ms: int, to_ms: int, every_s: int, limit: int
    ) -> Series:
        """Return raw readings (``every_s`` 0) or one of the kept roll-ups."""
        series = Series(every_s)
        if every_s == 0:
            columns, table = "at_ms, v, v, v, v IS NOT NULL, s, q", "raw"
        else:
            columns, table = "at_ms, total / nullif(n, 0), v_min, v_max, n, s, q", "rollup"
            table = f"rollup_{every_s}"
        rows = self._read(
            f"SELECT {columns} FROM {table} WHERE series = (SELECT series.id FROM series"
            " JOIN station ON station.id = series.station"
            " WHERE station.name = ? AND series.channel = ?)"
            " AND at_ms >= ? AND at_ms < ? ORDER BY at_ms LIMIT ?",
            (station, channel, from_ms, to_ms, limit),
        )
        # Column by column: zip(*rows) takes half as long again for a week of minutes.
        series.at_ms, series.v, series.v_min, series.v_max, series.count, series.s, series.q = (
            [row[column] for row in rows] for column in range(7)
        )
        return series

    def latest(self, station: str) -> dict[str, LatestReading]:
        """Return the newest reading of each channel."""
        since_ms = int(time.time() * 1000) - LATEST_WITHIN_MS
        rows = self._read(
            "SELECT series.channel, raw.at_ms, raw.v, raw.s, raw.q, raw.r FROM series"
            " JOIN station ON station.id = series.station"
            " JOIN raw ON raw.series = series.id AND raw.at_ms ="
            " (SELECT max(at_ms) FROM raw AS newest WHERE newest.series = series.id)"
            " WHERE station.name = ? AND raw.at_ms >= ?",
            (station, since_ms),
        )
        return {row[0]: LatestReading(*row[1:]) for row in rows}

    def channels(self, station: str, from_ms: int, to_ms: int) -> set[str]:
        """Return the channels with anything stored; the range may begin within a minute."""
        rows = self._read(
            "SELECT channel FROM series WHERE station = (SELECT id FROM station WHERE name = ?)"
            " AND EXISTS (SELECT 1 FROM rollup_60 WHERE rollup_60.series = series.id"
            " AND at_ms >= ? AND at_ms < ?)",
            (station, from_ms // 60_000 * 60_000, to_ms),
        )
        return {row[0] for row in rows}

    def sequence_numbers(self, station: str) -> list[int]:
        """Return the stored scans' numbers."""
        rows = self._read(
            "SELECT seq FROM scan WHERE station ="
            " (SELECT id FROM station WHERE name = ?) ORDER BY at_ms",
            (station,),
        )
        return [int(row[0]) for row in rows]

    def forget_older(self, now_ms: int) -> int:
        """Delete what is past its retention, at most one chunk a table; return rows deleted."""
        raw_before_ms = now_ms - self._raw_days * 86_400_000
        rollup_before_ms = now_ms - self._rollup_days * 86_400_000
        deleted = 0
        self.open()
        # The scans stay as long as the roll-ups, which count each of them once.
        for table, key, before_ms in (
            ("raw", "series", raw_before_ms),
            ("scan", "station", rollup_before_ms),
            ("rollup_60", "series", rollup_before_ms),
            ("rollup_3600", "series", rollup_before_ms),
        ):
            parent = "station" if key == "station" else "series"
            try:
                with closing(sqlite3.connect(self._path, timeout=10)) as db, db:
                    deleted += db.execute(
                        f"DELETE FROM {table} WHERE ({key}, at_ms) IN"
                        f" (SELECT {key}, at_ms FROM {table} WHERE {key} IN"
                        f" (SELECT id FROM {parent}) AND at_ms < ? LIMIT ?)",
                        (before_ms, DELETE_CHUNK_ROWS),
                    ).rowcount
            except sqlite3.OperationalError as error:
                raise StoreUnavailable(f"{self._path}: {error}") from error
        return deleted

    def _read(self, sql: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
        self.open()
        try:
            with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=10)) as db:
                return db.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{self._path}: {error}") from error
