"""A full disk costs detail, never a number: the outbox lives on, says so, and recovers."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.outbox.kinds import ALARM, SCAN
from edge_agent.outbox.station_outbox import station_outbox
from edge_agent.outbox.thinning import fold_oldest
from quantrac_core.runtime.outbox.disk_guard import DiskGuard
from quantrac_core.runtime.outbox.entries import Entry
from quantrac_core.runtime.outbox.log import OutboxRefused
from quantrac_core.runtime.outbox.worker import MAX_WAITING, OutboxWorker
from tests.edge_agent.outbox_rows import (
    START_MS,
    alarm_row,
    assert_every_number_once,
    rows_on_disk,
    scan_row,
)
from tests.peers.small_disk import Neighbour, small_disk

MINUTE_MS = 60_000
MEGABYTE = 1_000_000
NEVER_TIGHT = (0, 1)


def new_worker(disk: Path, marks: tuple[int, int] = NEVER_TIGHT) -> OutboxWorker:
    path = disk / "outbox.sqlite"
    return station_outbox(path, "s", guard=DiskGuard(*marks), reserve_bytes=MEGABYTE)


async def commit_until_refused(outbox: OutboxWorker, step_ms: int, most: int) -> None:
    """Commit scans one by one until the disk has refused one."""
    refused = outbox.stats.refused_by_disk
    for _ in range(most):
        seq = outbox.next_seq
        await outbox.commit([scan_row(seq, START_MS + seq * step_ms)], {})
        if outbox.stats.refused_by_disk > refused:
            return
    raise AssertionError(f"the disk took {most} scans without refusing one")


async def test_a_disk_that_the_outbox_has_filled_itself_goes_on_taking_scans(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        outbox = new_worker(disk)
        await commit_until_refused(outbox, 1_000, 10_000)
        full_at = outbox.next_seq
        while outbox.next_seq < 2 * full_at:
            seq = outbox.next_seq
            await outbox.commit([scan_row(seq, START_MS + seq * 1_000)], {})
        assert outbox.waiting == 0
        assert outbox.stats.thinned > 0
        assert outbox.stats.dropped == 0
        newest = outbox.newest_seq
        assert newest == outbox.next_seq - 1
        await outbox.close()
        assert_every_number_once(rows_on_disk(disk / "outbox.sqlite"), newest)


async def test_scans_and_alarms_wait_in_memory_while_a_neighbour_holds_the_whole_disk(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        outbox = new_worker(disk)
        neighbour = Neighbour(disk)
        await outbox.commit([scan_row(1, START_MS)], {})
        neighbour.take_all()
        for _ in range(4 * MAX_WAITING):
            seq = outbox.next_seq
            row = alarm_row if seq % 7 == 0 else scan_row
            await outbox.commit([row(seq, START_MS + seq * MINUTE_MS)], {})
            neighbour.take_all()
        assert outbox.waiting == MAX_WAITING
        assert outbox.stats.dropped > 0
        newest = outbox.next_seq
        neighbour.leave()
        await outbox.tidy(START_MS)
        durable = await outbox.commit([scan_row(newest, START_MS + newest * MINUTE_MS)], {})
        assert [entry.seq for entry in durable] == [newest]
        assert (outbox.waiting, outbox.newest_seq) == (0, newest)
        await outbox.close()
        assert_every_number_once(rows_on_disk(disk / "outbox.sqlite"), newest)


async def test_a_disk_that_a_neighbour_has_filled_does_not_cost_the_history(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        outbox = new_worker(disk, (200_000, 400_000))
        rows = [scan_row(seq, START_MS + seq * 1_000) for seq in range(1, 4_001)]
        for begin in range(0, 4_000, 100):
            await outbox.commit(rows[begin : begin + 100], {})
        outbox.acknowledged.add(1, 4_000)
        Neighbour(disk).take_all()
        for _ in range(30):
            await outbox.tidy(START_MS)
        assert outbox.stats.thinned > 0
        assert not outbox.tight
        assert outbox.stats.pruned == 0
        assert len(await outbox.read(1, 4_000, 10_000)) > 2_000
        await outbox.close()


async def test_an_outbox_opens_on_a_full_disk_and_tells_why_when_it_cannot(
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        outbox = new_worker(disk)
        await outbox.commit([scan_row(1, START_MS)], {})
        await outbox.close()
        neighbour = Neighbour(disk)
        neighbour.take_all()
        again = new_worker(disk)
        assert again.next_seq == 2
        await again.commit([scan_row(2, START_MS + 1)], {})
        await again.close()
        (disk / "outbox.reserve").unlink(missing_ok=True)
        neighbour.take_all()
        with pytest.raises(OutboxRefused, match=r"outbox\.sqlite: .*free space on the disk"):
            new_worker(disk)
        neighbour.leave()
        assert_every_number_once(rows_on_disk(disk / "outbox.sqlite"), 2)


async def test_an_outbox_that_somebody_has_locked_keeps_its_detail_and_its_state(
    tmp_path: Path,
) -> None:
    outbox = new_worker(tmp_path)
    rows = [scan_row(seq, START_MS + seq * 1_000) for seq in range(1, 1_001)]
    await outbox.commit(rows, {})
    with contextlib.closing(sqlite3.connect(tmp_path / "outbox.sqlite")) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        assert await outbox.commit([scan_row(1_001, START_MS - 1)], {"alarms": "raised"}) == []
        assert outbox.waiting == 1
        assert outbox.next_seq == 1_002
        assert await outbox.free_time(START_MS - 1, SCAN) == START_MS
        somebody.rollback()
    await outbox.commit([scan_row(1_002, START_MS + 1_002_000)], {})
    assert (outbox.waiting, outbox.stats.thinned, outbox.stats.pruned) == (0, 0, 0)
    assert outbox.state("alarms") == "raised"
    await outbox.close()
    assert_every_number_once(rows_on_disk(tmp_path / "outbox.sqlite"), 1_002)


async def test_a_commit_that_was_cancelled_is_stored_once(tmp_path: Path) -> None:
    outbox = new_worker(tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "outbox.sqlite")) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        await outbox.commit([scan_row(1, START_MS)], {})
        somebody.rollback()
    assert outbox.waiting == 1
    commit = asyncio.create_task(outbox.commit([scan_row(2, START_MS + 1)], {}))
    await asyncio.sleep(0)
    commit.cancel()
    await asyncio.wait({commit})
    await outbox.close()
    rows = rows_on_disk(tmp_path / "outbox.sqlite")
    assert_every_number_once(rows, rows[-1].seq)


@given(
    kinds=st.lists(st.sampled_from(["scan", "alarm"]), min_size=1, max_size=40),
    most=st.integers(1, 40),
)
@settings(max_examples=150)
def test_folding_keeps_every_number_covered_exactly_once(kinds: list[str], most: int) -> None:
    make = {"scan": scan_row, "alarm": alarm_row}
    rows: list[Entry] = [make[kind](seq, START_MS + seq) for seq, kind in enumerate(kinds, 1)]
    folded = fold_oldest(rows, most)
    assert_every_number_once(folded, len(rows))
    if len(folded) > most:
        assert all(row.kind == ALARM for row in rows[len(rows) - most :])
