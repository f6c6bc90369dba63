"""The database on SQLite and on a real PostgreSQL: migrations, merging by two gateways, alarms."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.database import alarms, outboxes, quarantine
from gateway.database.engine import Database, DatabaseUnavailable
from gateway.database.schema import METADATA
from quantrac_core.contracts.messages import AlarmTransition
from quantrac_core.contracts.sequence import SequenceRanges
from tests.peers.process import free_port

KEY = ("thanh-hai", "a1")
SINCE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def transition(kind: str, value: float, seq: int) -> AlarmTransition:
    return AlarmTransition(
        station="thanh-hai",
        outbox_id="a1",
        boot_id="b",
        seq=seq,
        at=SINCE + timedelta(seconds=seq),
        alarm="cod.high.limit",
        channel="cod",
        level="limit",
        side="high",
        basis="value",
        transition="raised" if kind == "raised" else "returned",
        value=value,
        limit=100.0,
        unit="mg/l",
        since=SINCE,
    )


def test_the_migrations_make_the_declared_tables(database: Database) -> None:
    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)

    assert differences == []


def test_a_second_start_migrates_nothing(database: Database) -> None:
    database._migrated = False
    database.open()

    with database.reading() as connection:
        assert outboxes.load_all(connection) == {}


def test_two_gateways_merge_into_one_state(database: Database) -> None:
    def add(first: int) -> None:
        for seq in range(first, 101, 2):
            with database.writing() as connection:
                outboxes.merge(connection, {KEY: [(seq, seq)]}, seq)

    threads = [threading.Thread(target=add, args=(first,)) for first in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as connection:
        state = outboxes.load(connection, KEY)
    assert state is not None
    assert (state.ranges.durable, state.ranges.above) == (100, [])


def test_a_new_outbox_begins_below_what_the_station_holds(database: Database) -> None:
    with database.writing() as connection:
        outboxes.merge(connection, {KEY: [(50, 52)]}, 1)
        state, lost = outboxes.close_below(connection, KEY, 50, 2)
        assert (state.ranges.durable, lost) == (52, 0)
        outboxes.merge(connection, {KEY: [(60, 60)]}, 3)
        state, lost = outboxes.close_below(connection, KEY, 58, 4)

    assert (state.ranges.durable, state.ranges.above, lost) == (57, [(60, 60)], 5)
    with database.reading() as connection:
        assert outboxes.lost_by_source(connection) == {"thanh-hai": 5}


def test_a_station_keeps_a_bounded_number_of_outboxes(database: Database) -> None:
    with database.writing() as connection:
        for index in range(40):
            outboxes.merge(connection, {("thanh-hai", f"o{index}"): [(1, 1)]}, index)

    with database.reading() as connection:
        kept = outboxes.load_all(connection)
    assert len(kept) <= outboxes.MAX_OUTBOXES_PER_SOURCE + 1
    assert ("thanh-hai", "o39") in kept


def test_a_state_full_of_holes_is_cut_at_the_top(database: Database) -> None:
    holes = [(seq, seq) for seq in range(2, 10_000, 2)]
    with database.writing() as connection:
        state = outboxes.merge(connection, {KEY: holes}, 1)[KEY]

    assert len(state.ranges.above) == outboxes.MAX_RANGES_KEPT
    assert state.ranges.above[0] == (2, 2)


@pytest.mark.parametrize(
    "order", [(0, 1), (1, 0), (0, 1, 0, 1), (1, 1, 0, 0)], ids=lambda order: str(order)
)
def test_transitions_in_any_order_lead_to_the_same_alarm(
    database: Database, order: tuple[int, ...]
) -> None:
    news = [transition("raised", 120.0, 1), transition("returned", 90.0, 60)]
    with database.writing() as connection:
        for index in order:
            record = alarms.apply_transition(connection, news[index], 0)

    assert record.returned_at_ms == record.raised_at_ms + 60_000
    assert (record.value, record.peak_value) == (120.0, 120.0)


def test_the_quarantine_counts_all_and_keeps_the_newest(database: Database) -> None:
    messages = [
        quarantine.refused("topic\x00", b"\xff\x00" * 5_000, "not_json", "why", index)
        for index in range(2_500)
    ]
    with database.writing() as connection:
        quarantine.keep(connection, messages[:2_000])
        quarantine.keep(connection, messages[2_000:])

    with database.reading() as connection:
        assert quarantine.counts(connection) == {"not_json": 2_500}
        kept = quarantine.newest(connection, 5_000)
    assert len(kept) == quarantine.KEPT_MESSAGES
    assert kept[0][1].received_at_ms == 2_499
    assert kept[0][1].size_bytes == 10_000


def test_a_database_that_is_away_is_named_without_its_password() -> None:
    away = Database(f"postgresql+psycopg://quantrac:hush@127.0.0.1:{free_port()}/quantrac")

    with pytest.raises(DatabaseUnavailable) as caught:
        away.open()

    assert "127.0.0.1" in str(caught.value)
    assert "hush" not in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 6)), max_size=30),
    st.integers(1, 40),
)
def test_closing_loses_exactly_what_was_missing(
    spans: list[tuple[int, int]], oldest_seq: int
) -> None:
    database = _memory()
    held = {seq for first, size in spans for seq in range(first, first + size + 1)}
    with database.writing() as connection:
        outboxes.close_below(connection, KEY, 1, 0)
        outboxes.merge(connection, {KEY: [(f, f + n) for f, n in spans]}, 1)
        state, lost = outboxes.close_below(connection, KEY, oldest_seq, 2)
    database.close()

    assert lost == len(set(range(1, oldest_seq)) - held)
    expected = SequenceRanges(oldest_seq - 1, [(seq, seq) for seq in sorted(held)])
    assert (state.ranges.durable, state.ranges.above) == (expected.durable, expected.above)


def _memory() -> Database:
    database = Database("sqlite://")
    with database._engine.begin() as connection:
        METADATA.create_all(connection)
    database._migrated = True
    return database
