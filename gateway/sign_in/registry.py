"""What administrators do to accounts, each act with its line in the audit."""

from collections.abc import Iterable
from typing import Final, Literal

from sqlalchemy import Connection

from gateway.access.permissions import MAY, Permission, Role
from gateway.access.principal import Principal
from gateway.database import accounts, api_tokens, audit, sessions, sign_in_tallies
from gateway.database.accounts import AccountRecord
from gateway.database.api_tokens import TokenRecord
from gateway.database.engine import Database
from gateway.sign_in.passwords import Passwords
from gateway.sign_in.secrets_made import hash_of, new_id, new_secret, one_time_password
from quantrac_core.contracts.errors import QuantracError
from quantrac_core.runtime.clock import Clock

LINK_MS: Final = 24 * 3_600_000
DAY_MS: Final = 24 * 3_600_000
AccountCode = Literal["unknown_account", "name_taken", "last_administrator", "claim_taken"]


class AccountRefused(QuantracError):
    """An act that cannot be done."""

    def __init__(self, code: AccountCode, why: str) -> None:
        self.code = code
        super().__init__(why)


class Registry:
    """Every method blocks; ``by`` is the account of who does it."""

    def __init__(self, database: Database, passwords: Passwords, clock: Clock) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock

    def create(
        self,
        by: str,
        account: str,
        name: str,
        roles: Iterable[Role],
        *,
        stations: Iterable[str] | None,
        cameras: Iterable[str] | None,
        oidc_claim: str | None = None,
        with_password: bool = True,
    ) -> str | None:
        """Make an account and return its one-time password.

        Raises:
            AccountRefused: ``name_taken`` or ``claim_taken``.
        """
        password = one_time_password() if with_password else None
        hashed = None if password is None else self._passwords.hash(password)
        now_ms = self._clock.now_ms()
        roles = frozenset(roles)
        with self._database.writing() as connection:
            self._refuse_claim(connection, account, oidc_claim)
            made = accounts.create(
                connection,
                account,
                name,
                roles,
                hashed,
                now_ms,
                stations=stations,
                cameras=cameras,
                must_change_password=with_password,
                oidc_claim=oidc_claim,
            )
            if not made:
                raise AccountRefused("name_taken", f"there is an account {account!r} already")
            kept = accounts.find(connection, account)
            assert kept is not None
            self._note(connection, "account_created", by, account, _told(kept))
        return password

    def change(
        self,
        by: str,
        account: str,
        name: str,
        roles: Iterable[Role],
        *,
        stations: Iterable[str] | None,
        cameras: Iterable[str] | None,
        oidc_claim: str | None,
        disabled: bool,
    ) -> None:
        """Set what an account is; a disabled one loses its sessions.

        Raises:
            AccountRefused: ``unknown_account``, ``last_administrator`` or ``claim_taken``.
        """
        roles = frozenset(roles)
        with self._database.writing() as connection:
            kept = _found(connection, account)
            manages = any(Permission.MANAGE_ACCOUNTS in MAY[role] for role in roles)
            if disabled or not manages:
                _refuse_to_lose_the_last(connection, kept)
            self._refuse_claim(connection, account, oidc_claim)
            accounts.change(
                connection,
                account,
                name=name,
                roles=roles,
                stations=stations,
                cameras=cameras,
                oidc_claim=oidc_claim,
                disabled=disabled,
            )
            if disabled:
                sessions.end_all(connection, account)
                sessions.forget_links(connection, account)
            told = _told(_found(connection, account))
            self._note(connection, "account_changed", by, account, told)

    def reset(self, by: str, account: str) -> str:
        """Return a new one-time password; second factor, sessions and lock-out are gone.

        Raises:
            AccountRefused: ``unknown_account``.
        """
        password = one_time_password()
        hashed = self._passwords.hash(password)
        with self._database.writing() as connection:
            _found(connection, account)
            accounts.change(
                connection,
                account,
                password_hash=hashed,
                must_change_password=True,
                totp_secret=None,
                totp_pending=None,
            )
            accounts.put_recovery_codes(connection, account, [])
            sessions.end_all(connection, account)
            sessions.forget_links(connection, account)
            sign_in_tallies.clear(connection, f"account/{account}")
            self._note(connection, "account_reset", by, account, "new one-time password")
        return password

    def make_link(self, by: str, account: str) -> tuple[str, int]:
        """Return the secret of a link that signs in once, and until when it does (ms since 1970).

        Raises:
            AccountRefused: ``unknown_account``.
        """
        secret = new_secret()
        until_ms = self._clock.now_ms() + LINK_MS
        with self._database.writing() as connection:
            _found(connection, account)
            sessions.add_link(connection, hash_of(secret), account, until_ms)
            self._note(connection, "link_made", by, account, "")
        return secret, until_ms

    def end_sessions(self, by: str, account: str, but: str | None = None) -> None:
        """End the sessions of an account (but one).

        Raises:
            AccountRefused: ``unknown_account``.
        """
        with self._database.writing() as connection:
            _found(connection, account)
            ended = sessions.end_all(connection, account, but)
            self._note(connection, "sessions_ended", by, account, str(ended))

    def create_token(
        self, owner: Principal, name: str, permissions: Iterable[Permission], days: int
    ) -> tuple[TokenRecord, str]:
        """Return a token of an account and its secret."""
        secret = f"qt_{new_secret()}"
        now_ms = self._clock.now_ms()
        token = TokenRecord(
            id=new_id(),
            hash=hash_of(secret),
            account=owner.account,
            name=name,
            permissions=frozenset(permissions) & owner.permissions,
            created_at_ms=now_ms,
            expires_at_ms=now_ms + days * DAY_MS,
        )
        with self._database.writing() as connection:
            api_tokens.add(connection, token)
            scopes = ", ".join(sorted(token.permissions))
            detail = f"{name}: {scopes}; {days} days"[:400]
            subject = f"token/{token.id}"
            audit.record(connection, "token_created", owner.account, subject, detail, now_ms)
        return token, secret

    def revoke_token(self, by: str, token: TokenRecord) -> None:
        """Let a token be good for nothing any more."""
        now_ms = self._clock.now_ms()
        with self._database.writing() as connection:
            api_tokens.revoke(connection, token.id, now_ms)
            detail = f"{token.name} of {token.account}"
            audit.record(connection, "token_revoked", by, f"token/{token.id}", detail, now_ms)

    def _refuse_claim(self, connection: Connection, account: str, claim: str | None) -> None:
        holder = None if claim is None else accounts.find_by_claim(connection, claim)
        if holder is not None and holder.account != account:
            raise AccountRefused("claim_taken", f"{claim!r} belongs to {holder.account!r} already")

    def _note(
        self, connection: Connection, action: audit.AuditAction, by: str, account: str, detail: str
    ) -> None:
        now_ms = self._clock.now_ms()
        audit.record(connection, action, by, f"account/{account}", detail[:400], now_ms)


def _found(connection: Connection, account: str) -> AccountRecord:
    kept = accounts.find(connection, account, locked=True)
    if kept is None:
        raise AccountRefused("unknown_account", f"there is no account {account!r}")
    return kept


def _refuse_to_lose_the_last(connection: Connection, kept: AccountRecord) -> None:
    def manages(one: AccountRecord) -> bool:
        return not one.disabled and one.principal().may(Permission.MANAGE_ACCOUNTS)

    others = [one for one in accounts.all_accounts(connection) if one.account != kept.account]
    if manages(kept) and not any(map(manages, others)):
        raise AccountRefused("last_administrator", "somebody has to manage the accounts")


def _told(account: AccountRecord) -> str:
    def reach(names: frozenset[str] | None) -> str:
        return "all" if names is None else " ".join(sorted(names)) or "none"

    state = "; disabled" if account.disabled else ""
    roles = ", ".join(sorted(account.roles))
    return (
        f"{account.name}: {roles}; stations: {reach(account.stations)};"
        f" cameras: {reach(account.cameras)}{state}"
    )
