"""Who is to be reminded of a section now; the notifier reads this."""

from sqlalchemy import Connection

from gateway.database import report_sections, reports
from gateway.database.report_sections import Reminder
from gateway.database.reports import ReportRecord
from gateway.reports.composition import is_owed
from gateway.reports.due import remind_ms
from gateway.reports.form import ReportForm
from gateway.reports.section_values import SectionValues
from gateway.reports.settings import ReportSettings


def plan(connection: Connection, settings: ReportSettings, record: ReportRecord) -> None:
    """Keep the reminders of a new report for everybody who owes a section."""
    times_ms = remind_ms(settings, record.kind, record.deadline_ms)
    report_sections.plan_reminders(
        connection,
        [
            Reminder(
                record.id, section.key, at_ms, section.owner, section.title, record.deadline_ms
            )
            for section in settings.form.sections
            if section.owner
            for at_ms in times_ms
        ],
    )


def take_due(connection: Connection, form: ReportForm, now_ms: int) -> list[Reminder]:
    """Return reminders whose time has come for sections that are still owed, as told.

    Needs a write transaction; of several gateways one gets each reminder.
    """
    return [
        reminder
        for reminder in report_sections.untold_reminders(connection, now_ms)
        if report_sections.mark_told(connection, reminder, now_ms)
        and still_owed(connection, form, reminder.report, reminder.section)
    ]


def still_owed(connection: Connection, form: ReportForm, report: str, key: str) -> bool:
    """Tell whether somebody owes this section of a report that is still open."""
    record = reports.find(connection, report)
    section = form.section(key)
    if record is None or record.is_closed or section is None:
        return False
    kept = report_sections.load(connection, report).get(key)
    return is_owed(section, SectionValues() if kept is None else kept.kept)
