"""A database with alarms of an earlier version keeps them, with flags that follow from them."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from gateway.database import alarms
from gateway.database.alarms import AlarmFilter
from gateway.database.engine import MIGRATIONS, Database

OLD_ROW = """
INSERT INTO alarm (id, station, channel, alarm, level, side, basis, limit_value, unit,
    raised_at_ms, returned_at_ms, backfill, note)
VALUES (:id, 's', 'cod', 'cod.high', :level, 'high', 'value', 75, 'mg/l', 1000, :returned,
    :late, '')
"""


@pytest.fixture
def old(tmp_path: Path) -> Database:
    url = f"sqlite:///{tmp_path}/old.db"
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for name, level, returned, late in (
            ("open", "limit", None, False),
            ("over", "warn", 2000, False),
            ("late", "limit", 2000, True),
        ):
            row = {"id": name, "level": level, "returned": returned, "late": late}
            connection.execute(text(OLD_ROW), row)
    engine.dispose()
    return Database(url)


def test_old_alarms_are_open_announced_or_late_as_they_were(old: Database) -> None:
    with old.reading() as connection:
        listed = {one.id: one for one in alarms.search(connection, AlarmFilter(), 10)}
        everything = alarms.search(connection, AlarmFilter(state="all"), 10)
    old.close()

    assert set(listed) == {"open", "over"}
    assert (listed["open"].priority, listed["over"].priority) == ("high", "medium")
    assert {one.id: one.silenced_by for one in everything} == {
        "open": None,
        "over": None,
        "late": "late",
    }
