"""Sessions of browsers and one-time links; only the SHA-256 of a secret is ever written."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from gateway.database.access_tables import ACCOUNT, SESSION, SIGN_IN_LINK
from gateway.database.accounts import AccountRecord, record_of
from gateway.database.engine import insert_missing


@dataclass(slots=True, frozen=True)
class SessionRecord:
    """A signed-in browser; times in milliseconds since 1970."""

    hash: str
    account: str
    method: str
    address: str
    agent: str
    created_at_ms: int
    seen_at_ms: int
    expires_at_ms: int


def add(connection: Connection, session: SessionRecord) -> None:
    """Keep a session."""
    row = {name: getattr(session, name) for name in SessionRecord.__slots__}
    insert_missing(connection, SESSION, [row])


def find_with_account(
    connection: Connection, session_hash: str
) -> tuple[SessionRecord, AccountRecord] | None:
    """Return a session and its account in one question, or None."""
    columns = [SESSION.c[name].label(f"session_{name}") for name in SessionRecord.__slots__]
    row = connection.execute(
        select(ACCOUNT, *columns)
        .join(SESSION, SESSION.c.account == ACCOUNT.c.account)
        .where(SESSION.c.hash == session_hash)
    ).one_or_none()
    if row is None:
        return None
    session = SessionRecord(**{n: row._mapping[f"session_{n}"] for n in SessionRecord.__slots__})
    return session, record_of(row)


def of_account(connection: Connection, account: str) -> list[SessionRecord]:
    """Return the sessions of an account, newest first."""
    query = select(SESSION).where(SESSION.c.account == account)
    rows = connection.execute(query.order_by(SESSION.c.created_at_ms.desc()))
    return [SessionRecord(**row._mapping) for row in rows]


def counts(connection: Connection) -> dict[str, int]:
    """Return how many sessions each account has."""
    query = select(SESSION.c.account, func.count().label("sessions")).group_by(SESSION.c.account)
    return {row.account: row.sessions for row in connection.execute(query)}


def mark_seen(connection: Connection, session_hash: str, now_ms: int) -> None:
    """Note that a session is in use."""
    connection.execute(
        update(SESSION).where(SESSION.c.hash == session_hash).values(seen_at_ms=now_ms)
    )


def end(connection: Connection, session_hash: str) -> None:
    """Forget one session."""
    connection.execute(delete(SESSION).where(SESSION.c.hash == session_hash))


def end_all(connection: Connection, account: str, but: str | None = None) -> int:
    """Forget the sessions of an account (but one); return how many there were."""
    query = delete(SESSION).where(SESSION.c.account == account)
    if but is not None:
        query = query.where(SESSION.c.hash != but)
    return connection.execute(query).rowcount


def forget_ended(connection: Connection, idle_since_ms: int, now_ms: int) -> None:
    """Forget sessions that are over, and links that can no longer be used."""
    over = or_(SESSION.c.expires_at_ms < now_ms, SESSION.c.seen_at_ms < idle_since_ms)
    connection.execute(delete(SESSION).where(over))
    connection.execute(delete(SIGN_IN_LINK).where(SIGN_IN_LINK.c.expires_at_ms < now_ms))


def add_link(connection: Connection, link_hash: str, account: str, expires_at_ms: int) -> None:
    """Keep a link that signs in once."""
    row = {"hash": link_hash, "account": account, "expires_at_ms": expires_at_ms}
    insert_missing(connection, SIGN_IN_LINK, [row])


def account_of_link(connection: Connection, link_hash: str, now_ms: int) -> str | None:
    """Return whom a link signs in, or None where it is unknown, used or too old."""
    query = select(SIGN_IN_LINK.c.account).where(*_is_good(link_hash, now_ms))
    return connection.execute(query).scalar_one_or_none()


def use_link(connection: Connection, link_hash: str, now_ms: int) -> bool:
    """Use up a link; return False where it is unknown, used or too old."""
    changed = update(SIGN_IN_LINK).where(*_is_good(link_hash, now_ms)).values(used_at_ms=now_ms)
    return connection.execute(changed).rowcount == 1


def _is_good(link_hash: str, now_ms: int) -> tuple[ColumnElement[bool], ...]:
    return (
        SIGN_IN_LINK.c.hash == link_hash,
        SIGN_IN_LINK.c.used_at_ms.is_(None),
        SIGN_IN_LINK.c.expires_at_ms >= now_ms,
    )


def forget_links(connection: Connection, account: str) -> None:
    """Let no link of an account sign in any more."""
    connection.execute(delete(SIGN_IN_LINK).where(SIGN_IN_LINK.c.account == account))
