"""Fills sections from their CSV files and HTTP sources before a report is generated."""

from typing import Final

from gateway.database import report_sections
from gateway.database.engine import Database
from gateway.database.report_sections import SectionChanged
from gateway.reports.form import ReportForm, SectionForm
from gateway.reports.period import Period
from gateway.reports.section_sources import SourceFailed, fetch_json, read_csv
from gateway.reports.section_values import Needs, SectionValues, WrongValue, checked

SOURCE_NAME = "nguồn dữ liệu"
NEEDS_VI: Final[dict[Needs, str]] = {
    "known_field": "không có trong mẫu báo cáo",
    "text": "văn bản quá dài",
    "number": "không phải là số",
    "table": "bảng thiếu số hoặc có ô không phải là số",
    "smaller_number": "số quá lớn",
}


def fetch_sections(
    database: Database, form: ReportForm, report_id: str, period: Period, now_ms: int
) -> None:
    """Fetch every section that has a source; what a person handed in for this period stays."""
    with database.reading() as connection:
        known = report_sections.load(connection, report_id)
    for section in form.sections:
        if section.source.kind not in ("csv", "http"):
            continue
        before = known.get(section.key)
        kept = SectionValues() if before is None else before.kept
        if kept.state == "handed_in":
            continue
        fetched = _fetched(section, kept, period, now_ms)
        try:
            with database.writing() as connection:
                revision = 0 if before is None else before.revision
                report_sections.change(connection, report_id, section.key, fetched, revision)
        except SectionChanged:
            # Somebody has handed it in while the source was asked: that stands.
            continue


def _fetched(
    section: SectionForm, kept: SectionValues, period: Period, now_ms: int
) -> SectionValues:
    try:
        if section.source.kind == "csv":
            given = read_csv(section.source, period)
            fields = {one.key for one in section.fields}
            given = {key: value for key, value in given.items() if key in fields}
        elif section.source.kind == "http":
            keys = [one.key for one in section.fields] + [one.key for one in section.tables]
            given = fetch_json(section.source, keys, period)
        else:
            raise SourceFailed("mục này không có nguồn dữ liệu")
        values = checked(section, given)
    except SourceFailed as error:
        return _without(kept, str(error))
    except WrongValue as error:
        return _without(kept, f"{error.field}: {NEEDS_VI[error.needs]}")
    return SectionValues(values, kept.text, "fetched", SOURCE_NAME, now_ms)


def _without(kept: SectionValues, fault: str) -> SectionValues:
    return SectionValues(kept.values, kept.text, kept.state, kept.by, kept.at_ms, fault[:300])
