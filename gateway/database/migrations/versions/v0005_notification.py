"""Notification: incidents, items and inboxes, the queue of deliveries, people, browsers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables of notification."""
    row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "notice_turn",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("began_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "notice_incident",
        sa.Column("id", sa.String(220), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sa.Column("progress", sa.Text, nullable=False),
        sa.Column("due_at_ms", sa.BigInteger, index=True),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("notice_incident_open", "notice_incident", ["is_open", "kind"])
    op.create_table(
        "notice_item",
        sa.Column("number", row_id, primary_key=True, autoincrement=True),
        sa.Column("incident", sa.String(220), nullable=False),
        sa.Column("recipient", sa.String(40), nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("priority", sa.String(8), nullable=False),
        sa.Column("group_key", sa.String(120), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.UniqueConstraint("incident", "recipient", "phase", "round", name="notice_item_once"),
    )
    op.create_index("notice_item_waiting", "notice_item", ["state", "recipient", "number"])
    op.create_table(
        "notice_inbox",
        sa.Column("recipient", sa.String(40), primary_key=True),
        sa.Column("inbox", sa.Text, nullable=False),
        sa.Column("due_at_ms", sa.BigInteger, index=True),
    )
    op.create_table(
        "notice_delivery",
        sa.Column("number", row_id, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("recipient", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("sink", sa.String(60), nullable=False),
        sa.Column("target", sa.String(300), nullable=False),
        sa.Column("line", sa.String(32), nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("priority", sa.String(8), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at_ms", sa.BigInteger, nullable=False),
        sa.Column("claimed_by", sa.String(80)),
        sa.Column("claimed_until_ms", sa.BigInteger),
        sa.Column("done_at_ms", sa.BigInteger),
        sa.Column("last_error", sa.String(300), nullable=False),
    )
    op.create_index("notice_delivery_line", "notice_delivery", ["state", "sink", "line", "number"])
    op.create_index("notice_delivery_time", "notice_delivery", ["created_at_ms", "number"])
    op.create_table(
        "notice_recipient",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_by", sa.String(60), nullable=False),
    )
    op.create_table(
        "notice_roster",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_by", sa.String(60), nullable=False),
    )
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account", sa.String(60), nullable=False, index=True),
        sa.Column("endpoint", sa.String(600), nullable=False),
        sa.Column("p256dh", sa.String(120), nullable=False),
        sa.Column("auth", sa.String(40), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    )
