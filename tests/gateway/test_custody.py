"""The custody log on SQLite and PostgreSQL: no line is changed, lost or put in unnoticed."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, insert, update

from gateway.database import custody
from gateway.database.custody_watch import WHOLE_EVERY_S, CustodyWatch
from gateway.database.engine import Database
from gateway.database.tables import CUSTODY, CUSTODY_HEAD


def fill(database: Database, lines: int = 5) -> None:
    for number in range(lines):
        with database.writing() as connection:
            custody.append(
                connection, f"event-{number % 2:04d}", "played", "Lan", f"clip {number}", number
            )


def intact(database: Database) -> bool:
    with database.reading() as connection:
        return custody.is_intact(connection)


def test_an_untouched_log_is_intact_and_tells_of_an_event(database: Database) -> None:
    assert intact(database)
    fill(database)

    assert intact(database)
    with database.reading() as connection:
        lines = custody.of_event(connection, "event-0000")
    assert [(line.number, line.detail) for line in lines] == [
        (1, "clip 0"),
        (3, "clip 2"),
        (5, "clip 4"),
    ]


TAMPERINGS: dict[str, Callable[[Connection], object]] = {
    "another person": lambda c: c.execute(
        update(CUSTODY).where(CUSTODY.c.number == 2).values(person="Minh")
    ),
    "another time": lambda c: c.execute(
        update(CUSTODY).where(CUSTODY.c.number == 1).values(at_ms=9)
    ),
    "a line taken out": lambda c: c.execute(delete(CUSTODY).where(CUSTODY.c.number == 3)),
    "the end cut off": lambda c: c.execute(delete(CUSTODY).where(CUSTODY.c.number >= 4)),
    "everything gone": lambda c: c.execute(delete(CUSTODY)),
    "the head gone": lambda c: c.execute(delete(CUSTODY_HEAD)),
    "a line put in": lambda c: c.execute(
        insert(CUSTODY),
        [
            {
                "number": 6,
                "at_ms": 6,
                "event": "event-0001",
                "action": "played",
                "person": "x",
                "detail": "",
                "previous": "0" * 64,
                "hash": "0" * 64,
            }
        ],
    ),
    "a line sealed anew": lambda c: c.execute(
        update(CUSTODY)
        .where(CUSTODY.c.number == 5)
        .values(
            person="Minh",
            hash=custody.seal("0" * 64, 5, 4, "event-0000", "played", "Minh", "clip 4"),
        )
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_was_done_to_the_log_shows(database: Database, name: str) -> None:
    fill(database)
    with database.writing() as connection:
        TAMPERINGS[name](connection)

    assert not intact(database)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_chain_that_was_looked_at_before_is_found_out_within_the_hour(
    database: Database, name: str
) -> None:
    fill(database)
    clock = [0.0]
    watch = CustodyWatch(database, lambda: clock[0])
    assert watch.is_intact()
    with database.writing() as connection:
        TAMPERINGS[name](connection)

    clock[0] += WHOLE_EVERY_S

    assert not watch.is_intact()
    assert not watch.is_intact()


def test_lines_that_are_new_are_looked_at_at_once(database: Database) -> None:
    watch = CustodyWatch(database, lambda: 0.0)
    for _ in range(3):
        assert watch.is_intact()
        fill(database)
    assert watch.is_intact()
    with database.writing() as connection:
        connection.execute(update(CUSTODY).where(CUSTODY.c.number == 15).values(person="x"))
    assert watch.is_intact()
    fill(database, 1)
    with database.writing() as connection:
        connection.execute(update(CUSTODY).where(CUSTODY.c.number == 16).values(person="x"))
    assert not watch.is_intact()


def test_writers_at_the_same_time_make_one_chain(database: Database) -> None:
    threads = [threading.Thread(target=fill, args=(database, 15)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert intact(database)
    with database.reading() as connection:
        numbers = [
            line.number
            for event in ("event-0000", "event-0001")
            for line in custody.of_event(connection, event)
        ]
    assert sorted(numbers) == list(range(1, 61))


def test_the_same_opening_is_noted_once_within_its_time(database: Database) -> None:
    for at_ms, since_ms in ((1_000, 0), (2_000, 0), (700_000, 100_000)):
        with database.writing() as connection:
            custody.append_unless_since(
                connection, "event-0001", "played", "Lan", "clip.mp4", since_ms, at_ms
            )
    with database.writing() as connection:
        custody.append_unless_since(
            connection, "event-0001", "played", "Minh", "clip.mp4", 0, 700_001
        )

    with database.reading() as connection:
        lines = custody.of_event(connection, "event-0001")
    assert [(line.person, line.at_ms) for line in lines] == [
        ("Lan", 1_000),
        ("Lan", 700_000),
        ("Minh", 700_001),
    ]
