"""Tables of the reports' life; times are milliseconds since 1970 in UTC."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from gateway.database.tables import METADATA

REPORT: Final = Table(
    "report",
    METADATA,
    Column("id", String(24), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
    Column("state", String(12), nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("deadline_ms", BigInteger, nullable=False),
    Column("scheduled_at_ms", BigInteger),
    Column("latest_version", Integer, nullable=False),
    Column("number", String(40), nullable=False),
    Column("issued_on", String(10)),
    Column("issued_by", String(60)),
    Column("issued_version", Integer),
    Column("sent_at_ms", BigInteger),
    Column("sent_by", String(60)),
    Column("sent_note", String(500), nullable=False),
    Column("lease_by", String(64)),
    Column("lease_until_ms", BigInteger),
    Column("failed_since_ms", BigInteger),
    Column("failed_at_ms", BigInteger),
    Column("failed_times", Integer),
    Column("failure", String(24)),
    Column("failure_detail", String(300)),
    Index("report_by_day", "kind", "first_day"),
)
REPORT_VERSION: Final = Table(
    "report_version",
    METADATA,
    Column("report", String(24), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_at_ms", BigInteger, nullable=False),
    Column("made_by", String(60), nullable=False),
    Column("reason", String(12), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("path", String(200), nullable=False),
    Column("content", Text, nullable=False),
)
REPORT_SECTION: Final = Table(
    "report_section",
    METADATA,
    Column("report", String(24), primary_key=True),
    Column("section", String(40), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("kept", Text, nullable=False),
)
REPORT_REMINDER: Final = Table(
    "report_reminder",
    METADATA,
    Column("report", String(24), primary_key=True),
    Column("section", String(40), primary_key=True),
    Column("due_at_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("owner", String(60), nullable=False),
    Column("title", String(300), nullable=False),
    Column("deadline_ms", BigInteger, nullable=False),
    Column("told_at_ms", BigInteger),
    Index("report_reminder_by_due", "told_at_ms", "due_at_ms"),
)
CAMERA_SPAN: Final = Table(
    "camera_span",
    METADATA,
    Column("camera", String(48), primary_key=True),
    Column("since_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("state", String(12), primary_key=True),
    Column("seen_ms", BigInteger, nullable=False),
    Index("camera_span_by_end", "camera", "seen_ms"),
)
