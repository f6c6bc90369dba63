"""Turning the second factor of an account on and off."""

from gateway.database import accounts, audit
from gateway.database.engine import Database
from gateway.sign_in.doors import SignInRefused
from gateway.sign_in.one_time_codes import (
    OneTimeCodes,
    matching_step,
    new_recovery_codes,
    new_totp_secret,
    provisioning_uri,
    recovery_hash,
)
from quantrac_core.runtime.clock import Clock


class SecondFactor:
    """Every method blocks."""

    def __init__(self, database: Database, codes: OneTimeCodes, clock: Clock) -> None:
        self._database = database
        self._codes = codes
        self._clock = clock

    def begin(self, account: str) -> str:
        """Return the ``otpauth:`` address of a new secret; it counts once a code has proved it."""
        secret = new_totp_secret()
        with self._database.writing() as connection:
            accounts.change(connection, account, totp_pending=secret)
        return provisioning_uri(secret, account)

    def confirm(self, account: str, code: str) -> list[str]:
        """Turn it on and return the recovery codes, which are shown this once.

        Raises:
            SignInRefused: ``code_wrong``, or ``totp_not_begun``.
        """
        now_ms = self._clock.now_ms()
        recovery = new_recovery_codes()
        with self._database.writing() as connection:
            kept = accounts.find(connection, account, locked=True)
            if kept is None or kept.totp_pending is None:
                raise SignInRefused("totp_not_begun")
            step = matching_step(kept.totp_pending, "".join(code.split()), now_ms)
            if step is None:
                raise SignInRefused("code_wrong")
            accounts.change(
                connection,
                account,
                totp_secret=kept.totp_pending,
                totp_pending=None,
                totp_step=step,
            )
            accounts.put_recovery_codes(connection, account, map(recovery_hash, recovery))
            audit.record(connection, "totp_on", account, f"account/{account}", "", now_ms)
        return recovery

    def end(self, account: str, code: str) -> None:
        """Turn it off, for whoever has a code.

        Raises:
            SignInRefused: ``code_wrong`` or ``code_needed``.
        """
        now_ms = self._clock.now_ms()
        with self._database.writing() as connection:
            kept = accounts.find(connection, account, locked=True)
            fault = None if kept is None else self._codes.fault(connection, kept, code, now_ms)
            if fault is None:
                accounts.change(connection, account, totp_secret=None, totp_pending=None)
                accounts.put_recovery_codes(connection, account, [])
                audit.record(connection, "totp_off", account, f"account/{account}", "", now_ms)
        if fault is not None:
            raise SignInRefused(fault)
