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


def due_reminders(connection: Connection, form: ReportForm, now_ms: int) -> list[Reminder]:
    """Return reminders whose time has come for sections that are still owed.

    Those that have become pointless are taken as told, so a write transaction is needed. Tell
    the owner, then call `gateway.database.report_sections.mark_told`, which only one of several
    gateways wins.
    """
    due = []
    for reminder in report_sections.untold_reminders(connection, now_ms):
        record = reports.find(connection, reminder.report)
        section = form.section(reminder.section)
        owed = False
        if record is not None and not record.is_closed and section is not None:
            kept = report_sections.load(connection, reminder.report).get(reminder.section)
            owed = is_owed(section, SectionValues() if kept is None else kept.kept)
        if owed:
            due.append(reminder)
        else:
            report_sections.mark_told(connection, reminder, now_ms)
    return due
