"""Signing in and out: by password and one-time code, or by a link that works once."""

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection

from gateway.access.lockout import (
    OF_ACCOUNT,
    OF_ADDRESS,
    LockoutRule,
    after_failure,
    after_success,
    wait_ms,
)
from gateway.access.names import password_fault
from gateway.access.settings import AccessSettings
from gateway.database import accounts, audit, sessions, sign_in_tallies
from gateway.database.accounts import AccountRecord
from gateway.database.engine import Database
from gateway.database.sessions import SessionRecord
from gateway.sign_in.identities import HOUR_MS
from gateway.sign_in.one_time_codes import OneTimeCodes
from gateway.sign_in.passwords import Passwords
from gateway.sign_in.secrets_made import hash_of, new_secret
from quantrac_core.contracts.errors import QuantracError
from quantrac_core.runtime.clock import Clock

DAY_MS: Final = 24 * HOUR_MS
Method = Literal["password", "link", "oidc"]
SignInCode = Literal["wrong", "locked", "code_needed", "code_wrong", "link_used", "totp_not_begun"]
PasswordCode = Literal["password_wrong", "password_weak"]


class SignInRefused(QuantracError):
    """Sign-in that did not succeed.

    Args:
        code: ``wrong`` (account or password), ``locked``, ``code_needed``, ``code_wrong``,
            ``link_used``, ``totp_not_begun``.
        wait_s: how long to wait before the next attempt; 0 for all but ``locked``.
    """

    def __init__(self, code: SignInCode, wait_s: int = 0) -> None:
        self.code = code
        self.wait_s = wait_s
        super().__init__(code)


class PasswordRefused(QuantracError):
    """A password change that did not succeed."""

    def __init__(self, code: PasswordCode, why: str) -> None:
        self.code = code
        super().__init__(why)


@dataclass(slots=True, frozen=True)
class Visitor:
    """Where an attempt comes from, for the log."""

    address: str
    agent: str


class Doors:
    """Every method blocks; those that look at a password do so for long."""

    def __init__(self, settings: AccessSettings, database: Database, clock: Clock) -> None:
        self.passwords = Passwords(settings.password)
        self.codes = OneTimeCodes()
        self._longest_ms = int(settings.longest_days * DAY_MS)
        self._idle_ms = int(settings.idle_hours * HOUR_MS)
        self._database = database
        self._clock = clock

    def by_password(self, name: str, password: str, code: str, visitor: Visitor) -> str:
        """Return the secret of a new session.

        An unknown account, one without a password and a disabled one take as long as a wrong
        password, and are answered alike.

        Raises:
            SignInRefused: with ``wrong``, ``locked``, ``code_needed`` or ``code_wrong``.
        """
        account = self._knock(name, visitor)
        kept = None if account is None or account.disabled else account.password_hash
        if not self.passwords.is_right(kept, password) or account is None:
            self._turn_away(name, visitor, "a wrong account or password")
            raise SignInRefused("wrong")
        with self._database.writing() as connection:
            fault = self.codes.fault(connection, account, code, self._clock.now_ms())
            if fault is None:
                return self._admit(connection, account, "password", visitor)
        if fault == "code_needed":
            # Not a failure: the page asks for the code once the password was right.
            self._forgive(name, visitor)
        else:
            self._turn_away(name, visitor, "a wrong one-time code")
        raise SignInRefused(fault)

    def by_link(self, link: str, code: str, visitor: Visitor) -> str:
        """Return the secret of a new session; the link is used up.

        It stands for the password, not for the second factor: where that is missing or wrong,
        the link stays good.

        Raises:
            SignInRefused: ``link_used``, ``code_needed``, ``code_wrong``, or ``locked`` for an
                address that guesses links and for an account whose code is guessed at.
        """
        self._knock(None, visitor)
        now_ms = self._clock.now_ms()
        with self._database.reading() as connection:
            name = sessions.account_of_link(connection, hash_of(link), now_ms)
            account = None if name is None else accounts.find(connection, name)
        if account is None or account.disabled:
            self._turn_away("", visitor, "a link that is used, too old or unknown")
            raise SignInRefused("link_used")
        guarded = account.account if account.totp_secret is not None else None
        if guarded is not None:
            self._knock(guarded, None)
        with self._database.writing() as connection:
            fault = self.codes.fault(connection, account, code, now_ms)
            if fault is None and sessions.use_link(connection, hash_of(link), now_ms):
                self._pardon(connection, guarded, None)
                return self._admit(connection, account, "link", visitor)
        if fault == "code_needed":
            self._forgive(guarded, visitor)
        else:
            self._turn_away(account.account, visitor, "a wrong one-time code, or a used link")
        raise SignInRefused(fault or "link_used")

    def by_provider(self, claim: str, visitor: Visitor) -> str:
        """Return the secret of a new session of the account that a provider's claim names.

        Raises:
            SignInRefused: ``wrong``: no account belongs to the claim, or it is disabled.
        """
        with self._database.writing() as connection:
            account = accounts.find_by_claim(connection, claim)
            if account is not None and not account.disabled:
                return self._admit(connection, account, "oidc", visitor)
        self._turn_away(claim[:60], visitor, "nobody here belongs to this person of the provider")
        raise SignInRefused("wrong")

    def sign_out(self, key: str, account: str) -> None:
        """End one session."""
        with self._database.writing() as connection:
            sessions.end(connection, key)
            self._note(connection, "signed_out", account, account, "")

    def change_password(self, name: str, current: str, new: str, keep: str) -> None:
        """Set an own password; every other session of the account ends.

        Args:
            current: the password so far; not looked at where the account has none yet.
            keep: hash of the session that goes on.

        Raises:
            PasswordRefused: the current one is wrong, or the new one is not good enough.
            SignInRefused: ``locked``: too many wrong ones.
        """
        account = self._knock(name, None)
        if account is None or not (
            account.password_hash is None or self.passwords.is_right(account.password_hash, current)
        ):
            raise PasswordRefused("password_wrong", "the current password is wrong")
        why = password_fault(new, name)
        if why is None and new == current:
            why = "the new password is the old one"
        if why is not None:
            self._forgive(name, None)
            raise PasswordRefused("password_weak", why)
        hashed = self.passwords.hash(new)
        with self._database.writing() as connection:
            accounts.change(connection, name, password_hash=hashed, must_change_password=False)
            sessions.end_all(connection, name, but=keep)
            sessions.forget_links(connection, name)
            sign_in_tallies.clear(connection, _of_account(name))
            self._note(connection, "password_changed", name, name, "")

    def forget_ended(self) -> None:
        """Forget sessions and failures that are over."""
        now_ms = self._clock.now_ms()
        with self._database.writing() as connection:
            sessions.forget_ended(connection, now_ms - self._idle_ms, now_ms)
            sign_in_tallies.forget_old(connection, now_ms - OF_ADDRESS.memory_ms, now_ms)

    def _knock(self, name: str | None, visitor: Visitor | None) -> AccountRecord | None:
        """Count the attempt as failed beforehand, so that attempts at once count as many.

        Raises:
            SignInRefused: ``locked``.
        """
        now_ms = self._clock.now_ms()
        with self._database.writing() as connection:
            tallies = [
                (key, rule, sign_in_tallies.load_locked(connection, key))
                for key, rule in _keys(name, visitor)
            ]
            longest_ms = max(wait_ms(tally, now_ms) for _, _, tally in tallies)
            if longest_ms == 0:
                for key, rule, tally in tallies:
                    failed = after_failure(tally, rule, now_ms)
                    sign_in_tallies.save(connection, key, failed)
            account = None if name is None else accounts.find(connection, name)
        if longest_ms:
            raise SignInRefused("locked", -(-longest_ms // 1000))
        return account

    def _forgive(self, name: str | None, visitor: Visitor | None) -> None:
        with self._database.writing() as connection:
            self._pardon(connection, name, visitor)

    def _pardon(self, connection: Connection, name: str | None, visitor: Visitor | None) -> None:
        for key, rule in _keys(name, visitor):
            tally = sign_in_tallies.load_locked(connection, key)
            sign_in_tallies.save(connection, key, after_success(tally, rule))

    def _turn_away(self, name: str, visitor: Visitor, why: str) -> None:
        now_ms = self._clock.now_ms()
        with self._database.writing() as connection:
            detail = f"{why}, from {visitor.address}"
            self._note(connection, "sign_in_failed", name or "?", name or "?", detail)
            for key, _ in _keys(name or None, visitor):
                wait = wait_ms(sign_in_tallies.load_locked(connection, key), now_ms)
                if wait:
                    self._note(connection, "locked_out", name or "?", key, f"for {wait // 1000} s")

    def _admit(
        self, connection: Connection, account: AccountRecord, method: Method, visitor: Visitor
    ) -> str:
        secret = new_secret()
        now_ms = self._clock.now_ms()
        session = SessionRecord(
            hash=hash_of(secret),
            account=account.account,
            method=method,
            address=visitor.address[:60],
            agent=visitor.agent[:200],
            created_at_ms=now_ms,
            seen_at_ms=now_ms,
            expires_at_ms=now_ms + self._longest_ms,
        )
        sessions.add(connection, session)
        accounts.change(connection, account.account, signed_in_at_ms=now_ms)
        if method != "oidc":
            self._pardon(connection, None, visitor)
        if method == "password":
            sign_in_tallies.clear(connection, _of_account(account.account))
        detail = f"{method}, from {visitor.address}"
        self._note(connection, "signed_in", account.account, account.account, detail)
        return secret

    def _note(
        self,
        connection: Connection,
        action: audit.AuditAction,
        person: str,
        subject: str,
        detail: str,
    ) -> None:
        now_ms = self._clock.now_ms()
        audit.record(connection, action, person[:60], f"account/{subject}", detail[:400], now_ms)


def _of_account(name: str) -> str:
    return f"account/{name}"


def _keys(name: str | None, visitor: Visitor | None) -> list[tuple[str, LockoutRule]]:
    keys = [] if name is None else [(_of_account(name), OF_ACCOUNT)]
    return keys if visitor is None else [*keys, (f"address/{visitor.address}", OF_ADDRESS)]
