"""One-time codes of a telephone (TOTP, RFC 6238), each good once, and recovery codes on paper."""

import hmac
import secrets
from typing import Final, Literal

import pyotp
from sqlalchemy import Connection

from gateway.database import accounts
from gateway.database.accounts import AccountRecord
from gateway.sign_in.secrets_made import ALPHABET, hash_of

STEP_S: Final = 30
DRIFT_STEPS: Final = 1
"""A telephone's clock may be one step off, as RFC 6238 5.2 allows."""
RECOVERY_CODES: Final = 10
ISSUER: Final = "Quan Trắc"


class OneTimeCodes:
    """Judges codes; where a code is right it is used up."""

    def fault(
        self, connection: Connection, account: AccountRecord, code: str, now_ms: int
    ) -> Literal["code_needed", "code_wrong"] | None:
        """Return what is wrong with the second factor, or None where it is right or not in use."""
        if account.totp_secret is None:
            return None
        plain = "".join(code.split()).lower()
        if not plain:
            return "code_needed"
        step = matching_step(account.totp_secret, plain, now_ms)
        if step is not None and accounts.use_totp_step(connection, account.account, step):
            return None
        recovery = hash_of(plain.replace("-", ""))
        if accounts.use_recovery_code(connection, account.account, recovery, now_ms):
            return None
        return "code_wrong"


def matching_step(secret: str, code: str, now_ms: int) -> int | None:
    """Return the step of time whose code this is, within the drift allowed, or None."""
    totp = pyotp.TOTP(secret, interval=STEP_S)
    now = now_ms // 1000 // STEP_S
    found = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def new_totp_secret() -> str:
    """Return 160 random bits in base 32."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, account: str) -> str:
    """Return the ``otpauth:`` address that a telephone reads from a QR code."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=account, issuer_name=ISSUER)


def new_recovery_codes() -> list[str]:
    """Return codes of 12 characters (59 random bits) in two groups."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    return [f"{code[:6]}-{code[6:]}" for code in codes]


def recovery_hash(code: str) -> str:
    """Return what is kept of a recovery code."""
    return hash_of(code.replace("-", "").lower())
