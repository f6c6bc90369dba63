"""Tables of accounts, sessions, tokens and failed sign-ins; secrets only as hashes."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table, Text

from gateway.database.tables import METADATA

ACCOUNT: Final = Table(
    "account",
    METADATA,
    Column("account", String(40), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("roles", String(120), nullable=False),
    Column("stations", Text),
    Column("cameras", Text),
    Column("password_hash", String(200)),
    Column("must_change_password", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("totp_secret", String(64)),
    Column("totp_pending", String(64)),
    Column("totp_step", BigInteger, nullable=False),
    Column("oidc_claim", String(200), unique=True),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("signed_in_at_ms", BigInteger),
)
SESSION: Final = Table(
    "session",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("account", String(40), nullable=False, index=True),
    Column("method", String(16), nullable=False),
    Column("address", String(60), nullable=False),
    Column("agent", String(200), nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("seen_at_ms", BigInteger, nullable=False, index=True),
    Column("expires_at_ms", BigInteger, nullable=False),
)
API_TOKEN: Final = Table(
    "api_token",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("account", String(40), nullable=False, index=True),
    Column("name", String(60), nullable=False),
    Column("permissions", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("used_at_ms", BigInteger),
    Column("revoked_at_ms", BigInteger),
)
RECOVERY_CODE: Final = Table(
    "recovery_code",
    METADATA,
    Column("account", String(40), primary_key=True),
    Column("hash", String(64), primary_key=True),
    Column("used_at_ms", BigInteger),
)
SIGN_IN_LINK: Final = Table(
    "sign_in_link",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("account", String(40), nullable=False, index=True),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("used_at_ms", BigInteger),
)
SIGN_IN_TALLY: Final = Table(
    "sign_in_tally",
    METADATA,
    Column("key", String(120), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_ms", BigInteger, nullable=False, index=True),
    Column("locked_until_ms", BigInteger, nullable=False),
)
OIDC_FLOW: Final = Table(
    "oidc_flow",
    METADATA,
    Column("state_hash", String(64), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False, index=True),
)
