"""Alarms that people act on: flags, definitions, shelves, journal, the centre's own watch."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Give alarms their flags and create the tables beside them."""
    _add_flags()
    op.create_table(
        "alarm_definition",
        sa.Column("station", sa.String(48), primary_key=True),
        sa.Column("channel", sa.String(48), primary_key=True),
        sa.Column("level", sa.String(8), primary_key=True),
        sa.Column("priority", sa.String(8), nullable=False),
        sa.Column("alarm_group", sa.String(40), nullable=False),
        sa.Column("latching", sa.Boolean, nullable=False),
        sa.Column("instructions_vi", sa.Text, nullable=False),
        sa.Column("instructions_en", sa.Text, nullable=False),
        sa.Column("max_shelve_s", sa.Integer, nullable=False),
        sa.Column("suppressed_by", sa.String(60)),
        sa.Column("suppressed_at_ms", sa.BigInteger),
        sa.Column("suppressed_why", sa.String(500), nullable=False),
        sa.Column("suppressed_until_ms", sa.BigInteger),
        sa.Column("out_by", sa.String(60)),
        sa.Column("out_at_ms", sa.BigInteger),
        sa.Column("out_why", sa.String(500), nullable=False),
        sa.Column("out_until_ms", sa.BigInteger),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.String(60), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "alarm_shelf",
        sa.Column("station", sa.String(48), primary_key=True),
        sa.Column("alarm", sa.String(120), primary_key=True),
        sa.Column("alarm_id", sa.String(200), nullable=False),
        sa.Column("one_shot", sa.Boolean, nullable=False),
        sa.Column("shelved_by", sa.String(60), nullable=False),
        sa.Column("shelved_at_ms", sa.BigInteger, nullable=False),
        sa.Column("shelved_why", sa.String(500), nullable=False),
        sa.Column("shelved_until_ms", sa.BigInteger, nullable=False),
    )
    _create_journal()
    op.create_table(
        "centre_condition",
        sa.Column("source", sa.String(48), primary_key=True),
        sa.Column("kind", sa.String(24), primary_key=True),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("alarm_id", sa.String(200)),
    )
    op.create_table(
        "channel_service",
        sa.Column("station", sa.String(48), primary_key=True),
        sa.Column("channel", sa.String(48), primary_key=True),
        sa.Column("cause", sa.String(20)),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )


def _create_journal() -> None:
    op.create_table(
        "alarm_journal",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("alarm_id", sa.String(200)),
        sa.Column("station", sa.String(48), nullable=False),
        sa.Column("channel", sa.String(48), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("action", sa.String(24), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("recorded_at_ms", sa.BigInteger, nullable=False),
        sa.Column("person", sa.String(60)),
        sa.Column("account", sa.String(60)),
        sa.Column("why", sa.String(1000), nullable=False),
        sa.Column("until_ms", sa.BigInteger),
    )
    op.create_index("alarm_journal_by_alarm", "alarm_journal", ["alarm_id", "id"])
    op.create_index(
        "alarm_journal_by_definition", "alarm_journal", ["station", "channel", "level", "id"]
    )


def _add_flags() -> None:
    with op.batch_alter_table("alarm") as batch:
        # The defaults are for the rows that are there; they are taken away again below.
        for name, kind, default in (
            ("subject", sa.String(8), "station"),
            ("priority", sa.String(8), "medium"),
            ("alarm_group", sa.String(40), "environment"),
            ("latching", sa.Boolean(), sa.false()),
            ("late", sa.Boolean(), sa.false()),
            ("received_at_ms", sa.BigInteger(), "0"),
            ("changed_at_ms", sa.BigInteger(), "0"),
        ):
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        batch.add_column(sa.Column("silenced_by", sa.String(20)))
        batch.add_column(sa.Column("inhibited_by", sa.String(20)))
        batch.add_column(sa.Column("announced_at_ms", sa.BigInteger()))
        batch.add_column(sa.Column("reset_at_ms", sa.BigInteger()))
        batch.add_column(sa.Column("reset_by", sa.String(60)))
    alarm = sa.table(
        "alarm",
        sa.column("level", sa.String),
        sa.column("priority", sa.String),
        sa.column("backfill", sa.Boolean),
        sa.column("late", sa.Boolean),
        sa.column("silenced_by", sa.String),
        sa.column("announced_at_ms", sa.BigInteger),
        sa.column("raised_at_ms", sa.BigInteger),
        sa.column("received_at_ms", sa.BigInteger),
    )
    op.execute(sa.update(alarm).values(received_at_ms=alarm.c.raised_at_ms))
    op.execute(sa.update(alarm).where(alarm.c.level == "limit").values(priority="high"))
    op.execute(sa.update(alarm).where(alarm.c.backfill).values(late=sa.true(), silenced_by="late"))
    op.execute(
        sa.update(alarm).where(~alarm.c.backfill).values(announced_at_ms=alarm.c.raised_at_ms)
    )
    with op.batch_alter_table("alarm") as batch:
        for name in (
            "subject",
            "priority",
            "alarm_group",
            "latching",
            "late",
            "received_at_ms",
            "changed_at_ms",
        ):
            batch.alter_column(name, server_default=None)
    op.create_index("ix_alarm_changed_at_ms", "alarm", ["changed_at_ms"])
    op.create_index("alarm_by_return", "alarm", ["returned_at_ms", "acknowledged_at_ms"])
