"""Where reports and notices meet: who owes a section is told, and told when it is there."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from gateway.database import incidents
from gateway.database.engine import Database
from gateway.database.report_sections import Reminder
from gateway.notification.notifiable import Notifiable
from gateway.notification.timetable import site_time
from gateway.reports.form import ReportForm
from gateway.reports.reminders import still_owed, take_due

_PREFIX: Final = "reminder:"


class ReportReminders:
    """Hands what is owed to notification.

    Args:
        form: the sections of the reports.
    """

    def __init__(self, form: ReportForm, database: Database) -> None:
        self._form = form
        self._database = database

    def remind(self, now_ms: int) -> None:
        """Announce what has become due, and end what is no longer owed; blocks.

        Raises:
            DatabaseUnavailable: nothing was changed; call again later.
        """
        with self._database.writing() as connection:
            for reminder in take_due(connection, self._form, now_ms):
                incidents.announce(connection, from_reminder(reminder), now_ms)
            self._end_what_is_there(connection, now_ms)

    def _end_what_is_there(self, connection: Connection, now_ms: int) -> None:
        for known in incidents.open_incidents(connection, ("reminder",)).values():
            report, section, _ = known.seen.id.removeprefix(_PREFIX).split("/")
            if known.seen.state == "firing" and not still_owed(
                connection, self._form, report, section
            ):
                incidents.announce(connection, ended(known.seen), now_ms)


def ended(reminder: Notifiable) -> Notifiable:
    """Return a reminder of what is there now."""
    return replace(
        reminder,
        state="resolved",
        text_vi="Mục này đã có số liệu.",
        text_en="This section has been filled in.",
    )


def from_reminder(reminder: Reminder) -> Notifiable:
    """Return a reminder as something that people are told of."""
    deadline: datetime = site_time(reminder.deadline_ms)
    return Notifiable(
        id=f"{_PREFIX}{reminder.report}/{reminder.section}/{reminder.due_at_ms}",
        kind="reminder",
        station=None,
        camera=None,
        group=f"report/{reminder.report}",
        priority="low",
        state="firing",
        title_vi=f"Chưa có số liệu báo cáo: {reminder.title}"[:200],
        title_en=f"Section of the report is missing: {reminder.title}"[:200],
        text_vi=f"Người phụ trách: {reminder.owner}.\nHạn gửi: {deadline:%H:%M ngày %d/%m/%Y}.\n"
        "Việc cần làm: mở báo cáo, nhập số liệu của mục này và lưu.",
        text_en=f"Owed by {reminder.owner}.\nDeadline: {deadline:%H:%M on %d/%m/%Y}.\n"
        "What to do: open the report, fill in this section and save.",
        at_ms=reminder.due_at_ms,
        url=f"#/reports/{reminder.report}",
    )
