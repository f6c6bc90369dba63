"""Accounts, sessions, tokens, failed sign-ins; the custody chain takes in audit lines."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables of access and let a line of the chain carry a subject."""
    op.create_table(
        "account",
        sa.Column("account", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("roles", sa.String(120), nullable=False),
        sa.Column("stations", sa.Text),
        sa.Column("cameras", sa.Text),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("must_change_password", sa.Boolean, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("totp_secret", sa.String(64)),
        sa.Column("totp_pending", sa.String(64)),
        sa.Column("totp_step", sa.BigInteger, nullable=False),
        sa.Column("oidc_claim", sa.String(200), unique=True),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("signed_in_at_ms", sa.BigInteger),
    )
    op.create_table(
        "session",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(40), nullable=False, index=True),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("address", sa.String(60), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("seen_at_ms", sa.BigInteger, nullable=False, index=True),
        sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("account", sa.String(40), nullable=False, index=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("permissions", sa.Text, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
        sa.Column("used_at_ms", sa.BigInteger),
        sa.Column("revoked_at_ms", sa.BigInteger),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account", sa.String(40), primary_key=True),
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("used_at_ms", sa.BigInteger),
    )
    op.create_table(
        "sign_in_link",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(40), nullable=False, index=True),
        sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
        sa.Column("used_at_ms", sa.BigInteger),
    )
    op.create_table(
        "sign_in_tally",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_ms", sa.BigInteger, nullable=False, index=True),
        sa.Column("locked_until_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "oidc_flow",
        sa.Column("state_hash", sa.String(64), primary_key=True),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger, nullable=False, index=True),
    )
    with op.batch_alter_table("custody") as batch:
        batch.add_column(sa.Column("subject", sa.String(120)))
        batch.alter_column("action", type_=sa.String(32), existing_type=sa.String(16))
    op.create_index("custody_by_time", "custody", ["at_ms"])
