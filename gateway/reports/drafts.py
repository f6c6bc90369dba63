"""Drafts: one for each period from the last known to the current, with last period's values."""

from datetime import date
from typing import Final

from sqlalchemy import Connection

from gateway.database import report_sections, reports
from gateway.database.engine import Database
from gateway.database.reports import ReportRecord
from gateway.reports import reminders
from gateway.reports.due import current, dates_of, enabled_kinds
from gateway.reports.failures import try_again_ms
from gateway.reports.period import Period, ReportKind, after, before, period_of, site_time
from gateway.reports.section_values import carried_over
from gateway.reports.settings import ReportSettings
from quantrac_core.contracts.errors import QuantracError

MOST_MISSED: Final = 8
"""Periods caught up after a long stop; older ones can still be made by hand."""
_LOOKED_AT: Final = 60
_SCHEDULED_BACK_MS: Final = MOST_MISSED * 31 * 86_400_000


class NotYet(QuantracError):
    """A period that has not begun."""


def ensure_drafts(database: Database, settings: ReportSettings, now_ms: int) -> list[str]:
    """Make the drafts that are missing; return the ids of reports whose time has come."""
    due: list[str] = []
    with database.writing() as connection:
        known = reports.newest(connection, _LOOKED_AT)
        for kind in enabled_kinds(settings):
            of_kind = [one for one in known if one.kind == kind]
            for period in _wanted(settings, kind, of_kind, now_ms):
                open_draft(connection, settings, period, now_ms)
            for record in reports.newest(connection, _LOOKED_AT):
                if record.kind != kind or record.is_closed or record.scheduled_at_ms is not None:
                    continue
                period = period_of_record(record)
                # What somebody makes for long ago has no schedule to keep.
                recent = period.to_ms > now_ms - _SCHEDULED_BACK_MS
                begins_ms = max(dates_of(settings, period).generate_ms, try_again_ms(record))
                if recent and begins_ms <= now_ms:
                    due.append(record.id)
    return due


def open_draft(
    connection: Connection, settings: ReportSettings, period: Period, now_ms: int
) -> ReportRecord:
    """Return the report of a period; a new one begins with the values of the period before.

    Raises:
        NotYet: the period has not begun.
    """
    if period.from_ms > now_ms:
        raise NotYet(f"{period.key} has not begun")
    known = reports.find(connection, period.key)
    if known is not None:
        return known
    record = reports.create(connection, period, dates_of(settings, period).deadline_ms, now_ms)
    last = report_sections.load(connection, before(period).key)
    begun = {
        section.key: carried_over(section, last[section.key].kept if section.key in last else None)
        for section in settings.form.sections
    }
    report_sections.begin(connection, record.id, begun)
    reminders.plan(connection, settings, record)
    return record


def period_of_record(record: ReportRecord) -> Period:
    """Return what a report is about."""
    first, last = date.fromisoformat(record.first_day), date.fromisoformat(record.last_day)
    return Period(record.kind, first, last)


def _wanted(
    settings: ReportSettings, kind: ReportKind, known: list[ReportRecord], now_ms: int
) -> list[Period]:
    """Return the periods without a draft, oldest first; a new centre begins with the current."""
    last = current(settings, kind, now_ms)
    newest = period_of(kind, site_time(now_ms).date(), settings.weekly.week_begins)
    if not known:
        return [last] if last == newest else [last, newest]
    period = after(period_of_record(known[0]))
    wanted = []
    while period <= newest:
        wanted.append(period)
        period = after(period)
    return wanted[-MOST_MISSED:]
