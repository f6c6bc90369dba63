"""Reports: their versions, sections and reminders; how long each camera was in which state."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables of the reports."""
    op.create_table(
        "report",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("first_day", sa.String(10), nullable=False),
        sa.Column("last_day", sa.String(10), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("deadline_ms", sa.BigInteger, nullable=False),
        sa.Column("scheduled_at_ms", sa.BigInteger),
        sa.Column("latest_version", sa.Integer, nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("issued_on", sa.String(10)),
        sa.Column("issued_by", sa.String(60)),
        sa.Column("issued_version", sa.Integer),
        sa.Column("sent_at_ms", sa.BigInteger),
        sa.Column("sent_by", sa.String(60)),
        sa.Column("sent_note", sa.String(500), nullable=False),
        sa.Column("lease_by", sa.String(64)),
        sa.Column("lease_until_ms", sa.BigInteger),
    )
    op.create_index("report_by_day", "report", ["kind", "first_day"])
    op.create_table(
        "report_version",
        sa.Column("report", sa.String(24), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("made_at_ms", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.String(60), nullable=False),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_table(
        "report_section",
        sa.Column("report", sa.String(24), primary_key=True),
        sa.Column("section", sa.String(40), primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("kept", sa.Text, nullable=False),
    )
    op.create_table(
        "report_reminder",
        sa.Column("report", sa.String(24), primary_key=True),
        sa.Column("section", sa.String(40), primary_key=True),
        sa.Column("due_at_ms", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("owner", sa.String(60), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger, nullable=False),
        sa.Column("told_at_ms", sa.BigInteger),
    )
    op.create_index("report_reminder_by_due", "report_reminder", ["told_at_ms", "due_at_ms"])
    op.create_table(
        "camera_span",
        sa.Column("camera", sa.String(48), primary_key=True),
        sa.Column("since_ms", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(12), primary_key=True),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("camera_span_by_end", "camera_span", ["camera", "seen_ms"])
