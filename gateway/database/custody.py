"""The append-only log of who did what with evidence: each line seals all lines before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from gateway.database.engine import insert_missing
from gateway.database.tables import CUSTODY, CUSTODY_HEAD

Action = Literal[
    "opened", "played", "unblurred", "exported", "verdict", "locked", "unlocked", "deleted"
]
"""What is done with the evidence of an event; `gateway.database.audit` has the other actions."""
GENESIS: Final = "0" * 64


class ChainPoint(NamedTuple):
    """A line of the chain by its number and hash."""

    number: int
    hash: str


BEGINNING: Final = ChainPoint(0, GENESIS)
"""Before the first line."""
_HEAD_ID: Final = 1
_READ_ROWS: Final = 2_000
_canonical: Final = msgspec.json.Encoder(order="sorted")


@dataclass(slots=True, frozen=True)
class CustodyRecord:
    """One line; ``hash`` is over ``previous`` and the rest, as `seal` says.

    Lines that are not about an event have an empty ``event`` and say in ``subject`` what they
    are about.
    """

    number: int
    at_ms: int
    event: str
    action: str
    person: str
    detail: str
    previous: str
    hash: str
    subject: str | None = None


def seal(
    previous: str,
    number: int,
    at_ms: int,
    event: str,
    action: str,
    person: str,
    detail: str,
    subject: str | None = None,
) -> str:
    """Return the SHA-256 in hexadecimal of the previous line's hash, a line feed and this line.

    The line is JSON in UTF-8 with sorted keys, no spaces and no ASCII escapes; ``subject`` is left
    out where there is none, so that lines about evidence read as they always did.
    """
    line: dict[str, str | int] = {
        "action": action,
        "at_ms": at_ms,
        "by": person,
        "detail": detail,
        "event": event,
        "number": number,
    }
    if subject is not None:
        line["subject"] = subject
    return sha256(previous.encode() + b"\n" + _canonical.encode(line)).hexdigest()


def append(
    connection: Connection, event: str, action: Action, person: str, detail: str, now_ms: int
) -> CustodyRecord:
    """Add a line about evidence; writers wait for one another on the head's row."""
    return append_line(connection, event, action, person, detail, now_ms)


def append_line(
    connection: Connection,
    event: str,
    action: str,
    person: str,
    detail: str,
    now_ms: int,
    subject: str | None = None,
) -> CustodyRecord:
    """Add any line to the one chain of the centre."""
    number, previous = _locked_head(connection)
    detail = detail[:400]
    number += 1
    record = CustodyRecord(
        number=number,
        at_ms=now_ms,
        event=event,
        action=action,
        person=person,
        detail=detail,
        previous=previous,
        hash=seal(previous, number, now_ms, event, action, person, detail, subject),
        subject=subject,
    )
    row = {name: getattr(record, name) for name in CustodyRecord.__slots__}
    connection.execute(insert(CUSTODY), [row])
    connection.execute(
        update(CUSTODY_HEAD)
        .where(CUSTODY_HEAD.c.id == _HEAD_ID)
        .values(number=number, hash=record.hash)
    )
    return record


def append_unless_since(
    connection: Connection,
    event: str,
    action: Action,
    person: str,
    detail: str,
    since_ms: int,
    now_ms: int,
) -> None:
    """Add a line unless the same is there since ``since_ms``: a player asks for many ranges."""
    alike = (
        select(CUSTODY.c.number)
        .where(
            CUSTODY.c.event == event,
            CUSTODY.c.action == action,
            CUSTODY.c.person == person,
            CUSTODY.c.detail == detail[:400],
            CUSTODY.c.at_ms >= since_ms,
        )
        .limit(1)
    )
    if connection.execute(alike).one_or_none() is None:
        append(connection, event, action, person, detail, now_ms)


def of_event(connection: Connection, event: str) -> list[CustodyRecord]:
    """Return the lines of one event, oldest first."""
    query = select(CUSTODY).where(CUSTODY.c.event == event).order_by(CUSTODY.c.number)
    return [_record(row) for row in connection.execute(query)]


def is_intact(connection: Connection) -> bool:
    """Tell whether no line of the whole log was changed, taken out, put in or cut off the end."""
    return intact_from(connection, BEGINNING) is not None


def intact_from(connection: Connection, since: ChainPoint) -> ChainPoint | None:
    """Check the lines after ``since``; return the end of the chain, or None where it is broken."""
    if since != BEGINNING and not _is_there(connection, since):
        return None
    point = since
    for record in _after(connection, since.number):
        if record.number != point.number + 1 or record.previous != point.hash:
            return None
        if not is_sealed(record):
            return None
        point = ChainPoint(record.number, record.hash)
    return point if point == head(connection) else None


def is_sealed(record: CustodyRecord) -> bool:
    """Tell whether a line is what its hash was made over."""
    return record.hash == seal(
        record.previous,
        record.number,
        record.at_ms,
        record.event,
        record.action,
        record.person,
        record.detail,
        record.subject,
    )


def head(connection: Connection) -> ChainPoint:
    """Return the number and the hash of the last line."""
    row = connection.execute(_HEAD).one_or_none()
    return BEGINNING if row is None else ChainPoint(row.number, row.hash)


def _is_there(connection: Connection, point: ChainPoint) -> bool:
    query = select(CUSTODY.c.hash).where(CUSTODY.c.number == point.number)
    return connection.execute(query).scalar_one_or_none() == point.hash


_HEAD: Final = select(CUSTODY_HEAD).where(CUSTODY_HEAD.c.id == _HEAD_ID)


def _locked_head(connection: Connection) -> tuple[int, str]:
    row = connection.execute(_HEAD.with_for_update()).one_or_none()
    if row is None:
        insert_missing(connection, CUSTODY_HEAD, [{"id": _HEAD_ID, "number": 0, "hash": GENESIS}])
        row = connection.execute(_HEAD.with_for_update()).one()
    return row.number, row.hash


def _after(connection: Connection, last: int) -> Iterator[CustodyRecord]:
    while True:
        query = select(CUSTODY).where(CUSTODY.c.number > last).order_by(CUSTODY.c.number)
        rows = connection.execute(query.limit(_READ_ROWS)).all()
        if not rows:
            return
        for row in rows:
            yield _record(row)
        last = rows[-1].number


def _record(row: Row[Any]) -> CustodyRecord:
    return CustodyRecord(**row._mapping)
