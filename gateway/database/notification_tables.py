"""Tables of notification; times are milliseconds since 1970 in UTC."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text
from sqlalchemy.schema import UniqueConstraint

from gateway.database.tables import METADATA

_ROW_ID = BigInteger().with_variant(Integer, "sqlite")

NOTICE_TURN: Final = Table(
    "notice_turn",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("began_at_ms", BigInteger, nullable=False),
)
NOTICE_INCIDENT: Final = Table(
    "notice_incident",
    METADATA,
    Column("id", String(220), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("seen", Text, nullable=False),
    Column("progress", Text, nullable=False),
    Column("due_at_ms", BigInteger, index=True),
    Column("is_open", Boolean, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
    Index("notice_incident_open", "is_open", "kind"),
)
NOTICE_ITEM: Final = Table(
    "notice_item",
    METADATA,
    Column("number", _ROW_ID, primary_key=True, autoincrement=True),
    Column("incident", String(220), nullable=False),
    Column("recipient", String(40), nullable=False),
    Column("phase", String(16), nullable=False),
    Column("round", Integer, nullable=False),
    Column("priority", String(8), nullable=False),
    Column("group_key", String(120), nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    UniqueConstraint("incident", "recipient", "phase", "round", name="notice_item_once"),
    Index("notice_item_waiting", "state", "recipient", "number"),
)
NOTICE_INBOX: Final = Table(
    "notice_inbox",
    METADATA,
    Column("recipient", String(40), primary_key=True),
    Column("inbox", Text, nullable=False),
    Column("due_at_ms", BigInteger, index=True),
)
NOTICE_DELIVERY: Final = Table(
    "notice_delivery",
    METADATA,
    Column("number", _ROW_ID, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("recipient", String(40), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("sink", String(60), nullable=False),
    Column("target", String(300), nullable=False),
    Column("line", String(32), nullable=False),
    Column("phase", String(16), nullable=False),
    Column("priority", String(8), nullable=False),
    Column("message", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at_ms", BigInteger, nullable=False),
    Column("claimed_by", String(80)),
    Column("claimed_until_ms", BigInteger),
    Column("done_at_ms", BigInteger),
    Column("last_error", String(300), nullable=False),
    Index("notice_delivery_line", "state", "sink", "line", "number"),
    Index("notice_delivery_time", "created_at_ms", "number"),
)
NOTICE_RECIPIENT: Final = Table(
    "notice_recipient",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("settings", Text, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
    Column("changed_by", String(60), nullable=False),
)
NOTICE_ROSTER: Final = Table(
    "notice_roster",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("settings", Text, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
    Column("changed_by", String(60), nullable=False),
)
PUSH_SUBSCRIPTION: Final = Table(
    "push_subscription",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("account", String(60), nullable=False, index=True),
    Column("endpoint", String(600), nullable=False),
    Column("p256dh", String(120), nullable=False),
    Column("auth", String(40), nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
)
