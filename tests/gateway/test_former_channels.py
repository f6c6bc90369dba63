"""A channel that the station announces no more is reported with what it delivered."""

from pathlib import Path

from gateway.database import births
from gateway.database.engine import Database
from gateway.reports.blocks import Chart, Paragraph, Table
from gateway.reports.composition import compose
from gateway.reports.content import Content
from gateway.reports.figures import ReportFigures
from gateway.reports.gathering import gather
from gateway.stores.sqlite import SqliteStore
from tests.gateway.report_samples import WEEK, birth, filled_store, report_settings

HALF_MS = WEEK.from_ms + 84 * 3_600_000


def birth_without(database: Database, *gone: str) -> None:
    status = birth()
    status.poll_interval_s = 600.0
    status.channels = [one for one in status.channels if one.name not in gone]
    with database.writing() as connection:
        births.keep(connection, status, HALF_MS)


def figures_of(store: SqliteStore, database: Database) -> ReportFigures:
    return gather(store, database, WEEK, WEEK.to_ms + 1)


def test_a_channel_that_is_gone_keeps_its_figures_its_name_and_its_unit(
    tmp_path: Path, database: Database
) -> None:
    store = filled_store(tmp_path, database, hours=84)
    birth_without(database, "cod")
    (station,) = figures_of(store, database).stations
    (cod,) = station.former
    assert [one.name for one in station.delivered] == ["ph"]
    assert (cod.label, cod.unit, cod.count, cod.least, cod.most) == ("COD", "mg/l", 504, 50, 60)
    assert [one.value for one in cod.limits] == [75.0]
    assert cod.delivered_until_ms == HALF_MS - 600_000
    store.close()


def test_the_report_says_so_and_shows_its_table_and_chart(
    tmp_path: Path, database: Database
) -> None:
    store = filled_store(tmp_path, database)
    birth_without(database, "ph")
    content = Content(
        kind="week",
        first_day=WEEK.first.isoformat(),
        last_day=WEEK.last.isoformat(),
        made_ms=WEEK.to_ms + 1,
        figures=figures_of(store, database),
        sections={},
    )
    letter = compose(report_settings(tmp_path), content)
    words = " ".join(one.text for one in letter.body if isinstance(one, Paragraph))
    assert "thông số pH không còn được trạm gửi, số liệu trong kỳ đến 23:50 ngày 19/12" in words
    assert "các trạm quan trắc hoạt động ổn định" in words
    tables = [one for one in letter.body if isinstance(one, Table)]
    assert [row[0] for row in tables[0].rows] == ["COD", "pH"]
    assert [one.title for one in letter.annex if isinstance(one, Chart)] == ["COD", "pH"]
    store.close()


def test_a_channel_that_nobody_ever_announced_goes_by_its_own_name(
    tmp_path: Path, database: Database
) -> None:
    store = filled_store(tmp_path, database, hours=24)
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM station_birth")
    birth_without(database, "ph")
    (station,) = figures_of(store, database).stations
    (ph,) = station.former
    assert (ph.symbol, ph.unit, ph.count, ph.limits) == ("ph", "", 144, [])
    store.close()


def test_a_channel_that_is_announced_again_is_no_former_one(
    tmp_path: Path, database: Database
) -> None:
    store = filled_store(tmp_path, database, hours=24)
    birth_without(database, "ph")
    birth_without(database)
    (station,) = figures_of(store, database).stations
    assert station.former == []
    assert [one.name for one in station.delivered] == ["cod", "ph"]
    store.close()
