"""Accounts: who a person is, what they may do and reach."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, select, update

from gateway.access.permissions import MAY, Permission, Role, within_reach
from gateway.access.principal import Principal
from gateway.database.access_tables import ACCOUNT, RECOVERY_CODE
from gateway.database.engine import insert_missing


@dataclass(slots=True, frozen=True)
class AccountRecord:
    """An account as kept; ``stations`` and ``cameras`` None is all, also those to come.

    Without ``password_hash`` nobody signs in by password; ``totp_step`` is the last step of time
    whose one-time code was used.
    """

    account: str
    name: str
    roles: frozenset[Role]
    stations: frozenset[str] | None
    cameras: frozenset[str] | None
    password_hash: str | None
    must_change_password: bool
    disabled: bool
    totp_secret: str | None
    totp_pending: str | None
    totp_step: int
    oidc_claim: str | None
    created_at_ms: int
    signed_in_at_ms: int | None

    def principal(self) -> Principal:
        """Return who this is to the routes."""
        permissions: frozenset[Permission] = frozenset()
        for role in self.roles:
            permissions |= MAY[role]
        permissions = within_reach(permissions, self.stations, self.cameras)
        return Principal(self.account, self.name, permissions, self.stations, self.cameras)


def create(
    connection: Connection,
    account: str,
    name: str,
    roles: Iterable[Role],
    password_hash: str | None,
    now_ms: int,
    *,
    stations: Iterable[str] | None = None,
    cameras: Iterable[str] | None = None,
    must_change_password: bool = True,
    oidc_claim: str | None = None,
) -> bool:
    """Add an account; return whether the name was free."""
    row = {
        "account": account,
        "name": name,
        "roles": _joined(roles),
        "stations": _listed(stations),
        "cameras": _listed(cameras),
        "password_hash": password_hash,
        "must_change_password": must_change_password,
        "disabled": False,
        "totp_step": 0,
        "oidc_claim": oidc_claim,
        "created_at_ms": now_ms,
    }
    before = find(connection, account)
    if before is not None:
        return False
    insert_missing(connection, ACCOUNT, [row])
    kept = find(connection, account)
    # Another gateway may have been faster; then the row is not ours.
    return kept is not None and (kept.password_hash, kept.created_at_ms) == (password_hash, now_ms)


def find(connection: Connection, account: str, *, locked: bool = False) -> AccountRecord | None:
    """Return one account, or None; ``locked`` keeps others from changing it meanwhile."""
    query = select(ACCOUNT).where(ACCOUNT.c.account == account)
    row = connection.execute(query.with_for_update() if locked else query).one_or_none()
    return None if row is None else record_of(row)


def find_by_claim(connection: Connection, claim: str) -> AccountRecord | None:
    """Return the account that belongs to a person of the identity provider, or None."""
    row = connection.execute(select(ACCOUNT).where(ACCOUNT.c.oidc_claim == claim)).one_or_none()
    return None if row is None else record_of(row)


def all_accounts(connection: Connection) -> list[AccountRecord]:
    """Return every account by name."""
    return [
        record_of(row) for row in connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.account))
    ]


def count(connection: Connection) -> int:
    """Return how many accounts there are."""
    return connection.scalar(select(func.count()).select_from(ACCOUNT)) or 0


def change(connection: Connection, account: str, **values: Any) -> None:
    """Set columns; roles and reaches are given as sets."""
    if "roles" in values:
        values["roles"] = _joined(values["roles"])
    for reach in ("stations", "cameras"):
        if reach in values:
            values[reach] = _listed(values[reach])
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.account == account).values(**values))


def use_totp_step(connection: Connection, account: str, step: int) -> bool:
    """Mark a step of time as used; False where it, or a later one, was used before."""
    done = connection.execute(
        update(ACCOUNT)
        .where(ACCOUNT.c.account == account, ACCOUNT.c.totp_step < step)
        .values(totp_step=step)
    )
    return done.rowcount == 1


def put_recovery_codes(connection: Connection, account: str, hashes: Iterable[str]) -> None:
    """Replace the recovery codes of an account."""
    connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.account == account))
    insert_missing(connection, RECOVERY_CODE, [{"account": account, "hash": one} for one in hashes])


def use_recovery_code(connection: Connection, account: str, code_hash: str, now_ms: int) -> bool:
    """Use up a recovery code; False where there is none like it."""
    done = connection.execute(
        update(RECOVERY_CODE)
        .where(
            RECOVERY_CODE.c.account == account,
            RECOVERY_CODE.c.hash == code_hash,
            RECOVERY_CODE.c.used_at_ms.is_(None),
        )
        .values(used_at_ms=now_ms)
    )
    return done.rowcount == 1


def recovery_codes_left(connection: Connection, account: str) -> int:
    """Return how many recovery codes were not used."""
    query = select(func.count()).where(
        RECOVERY_CODE.c.account == account, RECOVERY_CODE.c.used_at_ms.is_(None)
    )
    return connection.scalar(query) or 0


def record_of(row: Row[Any]) -> AccountRecord:
    """Return the account in a row that holds every column of the table."""
    return AccountRecord(
        account=row.account,
        name=row.name,
        roles=frozenset(Role(one) for one in row.roles.split(",") if one),
        stations=_set_of(row.stations),
        cameras=_set_of(row.cameras),
        password_hash=row.password_hash,
        must_change_password=bool(row.must_change_password),
        disabled=bool(row.disabled),
        totp_secret=row.totp_secret,
        totp_pending=row.totp_pending,
        totp_step=row.totp_step,
        oidc_claim=row.oidc_claim,
        created_at_ms=row.created_at_ms,
        signed_in_at_ms=row.signed_in_at_ms,
    )


def _joined(roles: Iterable[Role]) -> str:
    return ",".join(sorted(roles))


def _listed(names: Iterable[str] | None) -> str | None:
    return None if names is None else msgspec.json.encode(sorted(names)).decode()


def _set_of(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(msgspec.json.decode(text, type=list[str]))
