"""Lines of the centre's one hash chain that are about people and settings, not about evidence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection, select

from gateway.database import custody
from gateway.database.custody import CustodyRecord
from gateway.database.tables import CUSTODY

AuditAction = Literal[
    "signed_in",
    "sign_in_failed",
    "locked_out",
    "signed_out",
    "password_changed",
    "totp_on",
    "totp_off",
    "account_created",
    "account_changed",
    "account_reset",
    "sessions_ended",
    "link_made",
    "token_created",
    "token_revoked",
    "alarm_acknowledged",
    "alarm_changed",
    "audit_exported",
    "table_exported",
    "report_downloaded",
    "configured",
    "report_made",
]
_READ_ROWS: Final = 1_000


@dataclass(slots=True, frozen=True)
class AuditFilter:
    """Which lines are wanted; None means any. Times in milliseconds since 1970."""

    person: str | None = None
    action: str | None = None
    subject: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None


def record(
    connection: Connection,
    action: AuditAction,
    person: str,
    subject: str,
    detail: str,
    now_ms: int,
) -> CustodyRecord:
    """Add a line: who did what to which account, token or alarm.

    Args:
        person: account of who did it, or the name that was tried at sign-in.
        subject: what it was done to, such as ``account/lan`` or ``alarm/…``; cut to 120 characters.
        detail: one line; never a secret.
    """
    return custody.append_line(connection, "", action, person, detail, now_ms, subject[:120])


def search(
    connection: Connection, wanted: AuditFilter, before: int | None, limit: int
) -> list[CustodyRecord]:
    """Return lines of the whole chain, newest first, with numbers below ``before``."""
    query = select(CUSTODY).order_by(CUSTODY.c.number.desc()).limit(limit)
    if wanted.person is not None:
        query = query.where(CUSTODY.c.person == wanted.person)
    if wanted.action is not None:
        query = query.where(CUSTODY.c.action == wanted.action)
    if wanted.subject is not None:
        about = (CUSTODY.c.subject == wanted.subject) | (CUSTODY.c.event == wanted.subject)
        query = query.where(about)
    if wanted.from_ms is not None:
        query = query.where(CUSTODY.c.at_ms >= wanted.from_ms)
    if wanted.to_ms is not None:
        query = query.where(CUSTODY.c.at_ms < wanted.to_ms)
    if before is not None:
        query = query.where(CUSTODY.c.number < before)
    return [CustodyRecord(**row._mapping) for row in connection.execute(query)]


def every_line(connection: Connection) -> Iterator[CustodyRecord]:
    """Yield the whole chain, oldest first, a part at a time."""
    last = 0
    while True:
        query = select(CUSTODY).where(CUSTODY.c.number > last).order_by(CUSTODY.c.number)
        rows = connection.execute(query.limit(_READ_ROWS)).all()
        if not rows:
            return
        for row in rows:
            yield CustodyRecord(**row._mapping)
        last = rows[-1].number
