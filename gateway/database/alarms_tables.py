"""Tables of the alarms' life beside `ALARM`: definitions, shelves, journal, the centre's watch."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from gateway.database.tables import METADATA, ROW_ID

ALARM_DEFINITION: Final = Table(
    "alarm_definition",
    METADATA,
    Column("station", String(48), primary_key=True),
    Column("channel", String(48), primary_key=True),
    Column("level", String(8), primary_key=True),
    Column("priority", String(8), nullable=False),
    Column("alarm_group", String(40), nullable=False),
    Column("latching", Boolean, nullable=False),
    Column("instructions_vi", Text, nullable=False),
    Column("instructions_en", Text, nullable=False),
    Column("max_shelve_s", Integer, nullable=False),
    Column("suppressed_by", String(60)),
    Column("suppressed_at_ms", BigInteger),
    Column("suppressed_why", String(500), nullable=False),
    Column("suppressed_until_ms", BigInteger),
    Column("out_by", String(60)),
    Column("out_at_ms", BigInteger),
    Column("out_why", String(500), nullable=False),
    Column("out_until_ms", BigInteger),
    Column("revision", Integer, nullable=False),
    Column("changed_by", String(60), nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
)
ALARM_SHELF: Final = Table(
    "alarm_shelf",
    METADATA,
    Column("station", String(48), primary_key=True),
    Column("alarm", String(120), primary_key=True),
    Column("alarm_id", String(200), nullable=False),
    Column("one_shot", Boolean, nullable=False),
    Column("shelved_by", String(60), nullable=False),
    Column("shelved_at_ms", BigInteger, nullable=False),
    Column("shelved_why", String(500), nullable=False),
    Column("shelved_until_ms", BigInteger, nullable=False),
)
ALARM_JOURNAL: Final = Table(
    "alarm_journal",
    METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("alarm_id", String(200)),
    Column("station", String(48), nullable=False),
    Column("channel", String(48), nullable=False),
    Column("level", String(8), nullable=False),
    Column("action", String(24), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("recorded_at_ms", BigInteger, nullable=False),
    Column("person", String(60)),
    Column("account", String(60)),
    Column("why", String(1000), nullable=False),
    Column("until_ms", BigInteger),
    Index("alarm_journal_by_alarm", "alarm_id", "id"),
    Index("alarm_journal_by_definition", "station", "channel", "level", "id"),
)
CENTRE_CONDITION: Final = Table(
    "centre_condition",
    METADATA,
    Column("source", String(48), primary_key=True),
    Column("kind", String(24), primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
    Column("alarm_id", String(200)),
)
CHANNEL_SERVICE: Final = Table(
    "channel_service",
    METADATA,
    Column("station", String(48), primary_key=True),
    Column("channel", String(48), primary_key=True),
    Column("cause", String(20)),
    Column("at_ms", BigInteger, nullable=False),
)
