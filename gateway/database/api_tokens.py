"""Tokens of accounts for programs: scopes, expiry, revocation."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from gateway.access.permissions import Permission
from gateway.database.access_tables import ACCOUNT, API_TOKEN
from gateway.database.accounts import AccountRecord, record_of
from gateway.database.engine import insert_missing


@dataclass(slots=True, frozen=True)
class TokenRecord:
    """A token as kept; times in milliseconds since 1970."""

    id: str
    hash: str
    account: str
    name: str
    permissions: frozenset[Permission]
    created_at_ms: int
    expires_at_ms: int
    used_at_ms: int | None = None
    revoked_at_ms: int | None = None


def add(connection: Connection, token: TokenRecord) -> None:
    """Keep a token."""
    row = {name: getattr(token, name) for name in TokenRecord.__slots__}
    row["permissions"] = ",".join(sorted(token.permissions))
    insert_missing(connection, API_TOKEN, [row])


def find_with_account(
    connection: Connection, token_hash: str
) -> tuple[TokenRecord, AccountRecord] | None:
    """Return a token and its account in one question, or None."""
    columns = [API_TOKEN.c[name].label(f"token_{name}") for name in TokenRecord.__slots__]
    row = connection.execute(
        select(ACCOUNT, *columns)
        .join(API_TOKEN, API_TOKEN.c.account == ACCOUNT.c.account)
        .where(API_TOKEN.c.hash == token_hash)
    ).one_or_none()
    if row is None:
        return None
    return _record(row, "token_"), record_of(row)


def find(connection: Connection, token_id: str) -> TokenRecord | None:
    """Return one token, or None."""
    row = connection.execute(select(API_TOKEN).where(API_TOKEN.c.id == token_id)).one_or_none()
    return None if row is None else _record(row)


def search(connection: Connection, account: str | None) -> list[TokenRecord]:
    """Return the tokens that were not revoked, of one account or of all, newest first."""
    query = select(API_TOKEN).where(API_TOKEN.c.revoked_at_ms.is_(None))
    if account is not None:
        query = query.where(API_TOKEN.c.account == account)
    rows = connection.execute(query.order_by(API_TOKEN.c.created_at_ms.desc()))
    return [_record(row) for row in rows]


def mark_used(connection: Connection, token_hash: str, now_ms: int) -> None:
    """Note that a token is in use."""
    connection.execute(
        update(API_TOKEN).where(API_TOKEN.c.hash == token_hash).values(used_at_ms=now_ms)
    )


def revoke(connection: Connection, token_id: str, now_ms: int) -> None:
    """Let a token be good for nothing any more."""
    connection.execute(
        update(API_TOKEN)
        .where(API_TOKEN.c.id == token_id, API_TOKEN.c.revoked_at_ms.is_(None))
        .values(revoked_at_ms=now_ms)
    )


def _record(row: Row[Any], prefix: str = "") -> TokenRecord:
    values = {name: row._mapping[prefix + name] for name in TokenRecord.__slots__}
    known = {permission.value for permission in Permission}
    # A permission that a later version has dropped gives nothing.
    named = [one for one in values["permissions"].split(",") if one in known]
    return TokenRecord(**{**values, "permissions": frozenset(map(Permission, named))})
