"""The outbox keeps what was committed, in order, through restarts, pruning and thinning."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge_agent.outbox.kinds import ALARM, SCAN
from edge_agent.outbox.station_outbox import station_log, station_outbox
from edge_agent.outbox.thinning import thin_to_minutes
from quantrac_core.contracts import messages
from quantrac_core.contracts.errors import ConfigErrors
from quantrac_core.contracts.messages import Reading, Scan, utc_from_ms
from quantrac_core.contracts.quality import Quality, Reason, State
from quantrac_core.runtime.outbox.disk_guard import DiskGuard
from quantrac_core.runtime.outbox.entries import Entry

MINUTE_MS = 60_000
START_MS = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)


def scan_entry(
    seq: int,
    at_ms: int,
    value: float | None = 1.0,
    *,
    state: State = State.MEASURING,
    quality: Quality = Quality.GOOD,
    boot: str = "b",
) -> Entry:
    reason = Reason.TIMEOUT if value is None else None
    scan = Scan(
        station="s",
        outbox_id="o",
        boot_id=boot,
        seq=seq,
        at=utc_from_ms(at_ms),
        clock="synced",
        readings=[Reading("cod", value, "mg/l", state, quality, reason)],
    )
    return Entry(seq, at_ms, SCAN, messages.encode(scan))


def test_committed_entries_and_state_survive_a_new_start(tmp_path: Path) -> None:
    log = station_log(tmp_path / "o.sqlite", "s")
    log.append([scan_entry(1, START_MS), scan_entry(2, START_MS + 1000)], {"alarms": "x"})
    log.close()
    again = station_log(tmp_path / "o.sqlite", "s")
    assert [entry.seq for entry in again.read(1, 10, 10)] == [1, 2]
    assert (again.oldest_seq, again.newest_seq, again.state("alarms")) == (1, 2, "x")
    assert again.outbox_id == log.outbox_id


def test_the_outbox_of_another_station_stops_the_start(tmp_path: Path) -> None:
    station_log(tmp_path / "o.sqlite", "a").close()
    with pytest.raises(ConfigErrors, match="the outbox's own station 'a'"):
        station_log(tmp_path / "o.sqlite", "b")


def test_pruning_spares_the_newest_entry_and_what_the_centre_lacks(tmp_path: Path) -> None:
    log = station_log(tmp_path / "o.sqlite", "s")
    log.append([scan_entry(seq, START_MS + seq) for seq in range(1, 11)], {})
    assert log.prune(START_MS + 100, up_to_seq=4, limit=100) == 4
    assert log.oldest_seq == 5
    assert log.prune(START_MS + 100, up_to_seq=10, limit=100) == 5
    assert [entry.seq for entry in log.read(1, 100, 100)] == [10]


def test_a_time_that_a_scan_already_has_is_moved_to_the_next_free_millisecond(
    tmp_path: Path,
) -> None:
    log = station_log(tmp_path / "o.sqlite", "s")
    log.append([scan_entry(1, START_MS), scan_entry(2, START_MS + 1)], {})
    assert log.free_time(START_MS, SCAN) == START_MS + 2
    assert log.free_time(START_MS - 5, SCAN) == START_MS - 5


def test_thinning_merges_a_minute_and_keeps_its_range_mean_and_good_quality() -> None:
    entries = [
        scan_entry(1, START_MS, 10.0),
        scan_entry(2, START_MS + 1000, None, quality=Quality.BAD),
        scan_entry(3, START_MS + 2000, 20.0),
        scan_entry(4, START_MS + MINUTE_MS, 7.0),
    ]
    first, second = thin_to_minutes(entries)
    merged = messages.decode(Scan, first.payload)
    assert (merged.from_seq, merged.seq, first.seq) == (1, 3, 3)
    assert merged.readings[0].v == 15.0
    assert merged.readings[0].q is Quality.GOOD
    assert second == entries[3]


def test_thinning_keeps_alarms_and_changes_of_state_apart() -> None:
    alarm = Entry(3, START_MS + 2000, ALARM, b"{}")
    entries = [
        scan_entry(1, START_MS),
        scan_entry(2, START_MS + 1000),
        alarm,
        scan_entry(4, START_MS + 3000),
        scan_entry(5, START_MS + 4000, state=State.CALIBRATING),
        scan_entry(6, START_MS + 5000, boot="c"),
    ]
    thinned = thin_to_minutes(entries)
    assert [entry.seq for entry in thinned] == [2, 3, 4, 5, 6]
    assert alarm in thinned


def test_a_thinned_entry_answers_for_any_part_of_its_range(tmp_path: Path) -> None:
    log = station_log(tmp_path / "o.sqlite", "s")
    entries = [scan_entry(seq, START_MS + seq * 1000) for seq in range(1, 10)]
    log.append(entries, {})
    log.replace(thin_to_minutes(entries), 1, 9)
    assert [entry.seq for entry in log.read(3, 5, 10)] == [9]
    assert log.read(10, 12, 10) == []
    log.close()
    assert station_log(tmp_path / "o.sqlite", "s").oldest_seq == 1


async def test_room_is_made_by_thinning_what_the_centre_holds_then_by_pruning_it(
    tmp_path: Path,
) -> None:
    guard = DiskGuard(low_bytes=1 << 60, high_bytes=1 << 61)
    outbox = station_outbox(tmp_path / "o.sqlite", "s", guard=guard, reserve_bytes=0)
    total = 1_500
    await outbox.commit([scan_entry(seq, START_MS + seq * 1000) for seq in range(1, total + 1)], {})
    outbox.acknowledged.add(1, 300)
    await outbox.tidy(START_MS)
    assert outbox.tight
    assert outbox.stats.thinned > 280
    assert outbox.stats.pruned == 0
    await outbox.tidy(START_MS)
    assert outbox.stats.pruned > 0
    assert outbox.oldest_seq == 301
    before = outbox.stats.thinned
    await outbox.tidy(START_MS)
    assert outbox.stats.thinned > before
    covered: set[int] = set()
    for entry in await outbox.read(301, total, 10_000):
        scan = messages.decode(Scan, entry.payload)
        covered.update(range(scan.from_seq or scan.seq, scan.seq + 1))
    assert covered == set(range(301, total + 1))
    await outbox.close()


async def test_acknowledged_ranges_are_saved_with_the_next_commit(tmp_path: Path) -> None:
    outbox = station_outbox(tmp_path / "o.sqlite", "s", reserve_bytes=0)
    await outbox.commit([scan_entry(1, START_MS), scan_entry(2, START_MS + 1)], {})
    outbox.acknowledged.add(1)
    await outbox.close()
    again = station_outbox(tmp_path / "o.sqlite", "s", reserve_bytes=0)
    assert again.acknowledged.durable == 1
    assert again.next_seq == 3
    await again.close()
