"""Tables of the gateway's database; times are milliseconds since 1970 in UTC."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

METADATA: Final = MetaData()
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("source", String(64), primary_key=True),
    Column("outbox_id", String(64), primary_key=True),
    Column("base_known", Boolean, nullable=False),
    Column("durable", BigInteger, nullable=False),
    Column("above", Text, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
)
LOST_RANGE: Final = Table(
    "lost_range",
    METADATA,
    Column("id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("source", String(64), nullable=False, index=True),
    Column("outbox_id", String(64), nullable=False),
    Column("from_seq", BigInteger, nullable=False),
    Column("to_seq", BigInteger, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("noticed_at_ms", BigInteger, nullable=False),
)
ALARM: Final = Table(
    "alarm",
    METADATA,
    Column("id", String(200), primary_key=True),
    Column("station", String(48), nullable=False),
    Column("channel", String(48), nullable=False),
    Column("alarm", String(120), nullable=False),
    Column("level", String(8), nullable=False),
    Column("side", String(8), nullable=False),
    Column("basis", String(40), nullable=False),
    Column("value", Float(53)),
    Column("peak_value", Float(53)),
    Column("limit_value", Float(53), nullable=False),
    Column("unit", String(20), nullable=False),
    Column("raised_at_ms", BigInteger, nullable=False),
    Column("returned_at_ms", BigInteger),
    Column("backfill", Boolean, nullable=False),
    Column("acknowledged_at_ms", BigInteger),
    Column("acknowledged_by", String(60)),
    Column("note", String(500), nullable=False),
    Index("alarm_by_time", "raised_at_ms", "id"),
    Index("alarm_by_station", "station", "raised_at_ms"),
)
STATION_BIRTH: Final = Table(
    "station_birth",
    METADATA,
    Column("station", String(48), primary_key=True),
    Column("payload", Text, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
)
QUARANTINE: Final = Table(
    "quarantine",
    METADATA,
    Column("id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("topic", String(300), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("detail", String(400), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("payload_head", Text, nullable=False),
)
QUARANTINE_COUNT: Final = Table(
    "quarantine_count",
    METADATA,
    Column("reason", String(40), primary_key=True),
    Column("total", BigInteger, nullable=False),
)
EVENT: Final = Table(
    "event",
    METADATA,
    Column("id", String(96), primary_key=True),
    Column("camera", String(48), nullable=False),
    Column("rule", String(60), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("priority", String(8), nullable=False),
    Column("phase", String(8), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("began_at_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger),
    Column("payload", Text, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False, index=True),
    Column("late", Boolean, nullable=False),
    Column("verdict", String(8)),
    Column("verdict_by", String(60)),
    Column("verdict_at_ms", BigInteger),
    Column("note", String(1000), nullable=False),
    Column("locked", Boolean, nullable=False),
    Index("event_by_time", "began_at_ms", "id"),
    Index("event_by_camera", "camera", "began_at_ms"),
    Index("event_by_verdict", "verdict", "camera"),
    Index("event_by_phase", "phase", "camera"),
)
EVENT_EVIDENCE: Final = Table(
    "event_evidence",
    METADATA,
    Column("event", String(96), primary_key=True),
    Column("camera", String(48), primary_key=True),
    Column("name", String(50), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("path", String(250), nullable=False),
    Column("expected_at_ms", BigInteger, nullable=False),
    Column("arrived_at_ms", BigInteger, index=True),
    Column("deleted_at_ms", BigInteger),
)
CAMERA_STATUS: Final = Table(
    "camera_status",
    METADATA,
    Column("camera", String(48), primary_key=True),
    Column("payload", Text, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
)
CUSTODY: Final = Table(
    "custody",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("event", String(96), nullable=False),
    Column("action", String(32), nullable=False),
    Column("person", String(60), nullable=False),
    Column("detail", String(400), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("subject", String(120)),
    Index("custody_by_event", "event", "number"),
    Index("custody_by_time", "at_ms"),
)
CUSTODY_HEAD: Final = Table(
    "custody_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
