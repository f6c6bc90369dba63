"""Cameras: outboxes of any source, events, evidence, the last status, the custody chain."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Let an outbox belong to a camera and create the cameras' tables."""
    _rename_station_to_source()
    op.create_table(
        "event",
        sa.Column("id", sa.String(96), primary_key=True),
        sa.Column("camera", sa.String(48), nullable=False),
        sa.Column("rule", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("priority", sa.String(8), nullable=False),
        sa.Column("phase", sa.String(8), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("began_at_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("received_at_ms", sa.BigInteger, nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger, nullable=False, index=True),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("verdict", sa.String(8)),
        sa.Column("verdict_by", sa.String(60)),
        sa.Column("verdict_at_ms", sa.BigInteger),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("locked", sa.Boolean, nullable=False),
    )
    op.create_index("event_by_time", "event", ["began_at_ms", "id"])
    op.create_index("event_by_camera", "event", ["camera", "began_at_ms"])
    op.create_index("event_by_verdict", "event", ["verdict", "camera"])
    op.create_index("event_by_phase", "event", ["phase", "camera"])
    op.create_table(
        "event_evidence",
        sa.Column("event", sa.String(96), primary_key=True),
        sa.Column("camera", sa.String(48), primary_key=True),
        sa.Column("name", sa.String(50), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("path", sa.String(250), nullable=False),
        sa.Column("expected_at_ms", sa.BigInteger, nullable=False),
        sa.Column("arrived_at_ms", sa.BigInteger, index=True),
        sa.Column("deleted_at_ms", sa.BigInteger),
    )
    op.create_table(
        "camera_status",
        sa.Column("camera", sa.String(48), primary_key=True),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("received_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "custody",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("event", sa.String(96), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("person", sa.String(60), nullable=False),
        sa.Column("detail", sa.String(400), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("custody_by_event", "custody", ["event", "number"])
    op.create_table(
        "custody_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )


def _rename_station_to_source() -> None:
    op.drop_index("ix_lost_range_station", "lost_range")
    for table in ("outbox", "lost_range"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                "station",
                new_column_name="source",
                type_=sa.String(64),
                existing_type=sa.String(48),
                existing_nullable=False,
            )
    op.create_index("ix_lost_range_source", "lost_range", ["source"])
