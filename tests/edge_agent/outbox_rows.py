"""What the rows of an outbox cover, for tests that fill disks and kill agents."""

import contextlib
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from edge_agent.outbox.kinds import ALARM, SCAN
from quantrac_core.contracts import messages
from quantrac_core.contracts.messages import AlarmTransition, Reading, Scan, utc_from_ms
from quantrac_core.contracts.quality import Quality, State
from quantrac_core.runtime.outbox.entries import Entry

START_MS = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)


def scan_row(seq: int, at_ms: int, channels: int = 8) -> Entry:
    """Return a scan of some channels."""
    readings = [
        Reading(f"c{number}", 1.0 + seq, "mg/l", State.MEASURING, Quality.GOOD)
        for number in range(channels)
    ]
    scan = Scan("s", "o", "b", seq, utc_from_ms(at_ms), "synced", readings)
    return Entry(seq, at_ms, SCAN, messages.encode(scan))


def alarm_row(seq: int, at_ms: int) -> Entry:
    """Return an alarm transition."""
    at = utc_from_ms(at_ms)
    alarm = AlarmTransition(
        station="s",
        outbox_id="o",
        boot_id="b",
        seq=seq,
        at=at,
        alarm="c0.high.limit.value",
        channel="c0",
        level="limit",
        side="high",
        basis="value",
        transition="raised",
        value=2.0,
        limit=1.0,
        unit="mg/l",
        since=at,
    )
    return Entry(seq, at_ms, ALARM, messages.encode(alarm))


def rows_on_disk(path: Path) -> list[Entry]:
    """Return every row of an outbox file, ascending."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT seq, at_ms, kind, payload FROM entries ORDER BY seq")
        return [Entry(*row) for row in rows]


def assert_every_number_once(rows: Iterable[Entry], newest: int) -> None:
    """Fail unless the rows' ranges cover 1 … ``newest`` without a gap and without an overlap."""
    expected = 1
    for row in rows:
        first = row.seq
        if row.kind == SCAN:
            first = messages.decode(Scan, row.payload).from_seq or row.seq
        assert first == expected, f"{first}…{row.seq} follows {expected - 1}"
        expected = row.seq + 1
    assert expected == newest + 1
