"""The first tables: outboxes, lost ranges, alarms, births, quarantine."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "outbox",
        sa.Column("station", sa.String(48), primary_key=True),
        sa.Column("outbox_id", sa.String(64), primary_key=True),
        sa.Column("base_known", sa.Boolean, nullable=False),
        sa.Column("durable", sa.BigInteger, nullable=False),
        sa.Column("above", sa.Text, nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "lost_range",
        sa.Column("id", row_id, primary_key=True, autoincrement=True),
        sa.Column("station", sa.String(48), nullable=False, index=True),
        sa.Column("outbox_id", sa.String(64), nullable=False),
        sa.Column("from_seq", sa.BigInteger, nullable=False),
        sa.Column("to_seq", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("noticed_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("station", sa.String(48), nullable=False),
        sa.Column("channel", sa.String(48), nullable=False),
        sa.Column("alarm", sa.String(120), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("value", sa.Float(53)),
        sa.Column("peak_value", sa.Float(53)),
        sa.Column("limit_value", sa.Float(53), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("raised_at_ms", sa.BigInteger, nullable=False),
        sa.Column("returned_at_ms", sa.BigInteger),
        sa.Column("backfill", sa.Boolean, nullable=False),
        sa.Column("acknowledged_at_ms", sa.BigInteger),
        sa.Column("acknowledged_by", sa.String(60)),
        sa.Column("note", sa.String(500), nullable=False),
    )
    op.create_index("alarm_by_time", "alarm", ["raised_at_ms", "id"])
    op.create_index("alarm_by_station", "alarm", ["station", "raised_at_ms"])
    op.create_table(
        "station_birth",
        sa.Column("station", sa.String(48), primary_key=True),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("received_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", row_id, primary_key=True, autoincrement=True),
        sa.Column("received_at_ms", sa.BigInteger, nullable=False),
        sa.Column("topic", sa.String(300), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("detail", sa.String(400), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("payload_head", sa.Text, nullable=False),
    )
    op.create_table(
        "quarantine_count",
        sa.Column("reason", sa.String(40), primary_key=True),
        sa.Column("total", sa.BigInteger, nullable=False),
    )
