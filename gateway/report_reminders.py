"""Where reports and notices meet: sections that are owed, reports that could not be made.

People are told of each once, and again when it is there.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from gateway.database import incidents, reports
from gateway.database.engine import Database
from gateway.database.report_sections import Reminder
from gateway.database.reports import Failure, ReportRecord
from gateway.notification.notifiable import Notifiable
from gateway.notification.timetable import site_time
from gateway.reports.drafts import period_of_record
from gateway.reports.form import ReportForm
from gateway.reports.reminders import still_owed, take_due
from gateway.reports.wording import report_title

_PREFIX: Final = "reminder:"
_FAILED: Final = "report-failed:"
ADVICE: Final[dict[Failure, tuple[str, str]]] = {
    "store": (
        "Không đọc được kho số liệu: kiểm tra kho số liệu có đang chạy không.",
        "The store of readings does not answer: see whether it runs.",
    ),
    "database": (
        "Cơ sở dữ liệu không trả lời: kiểm tra cơ sở dữ liệu có đang chạy không.",
        "The database does not answer: see whether it runs.",
    ),
    "folder": (
        "Không ghi được vào thư mục báo cáo: kiểm tra dung lượng đĩa và quyền ghi.",
        "The reports' folder cannot be written: see to space on its disk and to its rights.",
    ),
    "too_slow": (
        "Lập báo cáo quá thời gian cho phép: chờ máy chủ bớt tải, hoặc tăng generate_timeout_s.",
        "Making it took too long: wait until the server is less busy, or raise generate_timeout_s.",
    ),
    "document": (
        "Không tạo được tệp Word: gửi nhật ký của máy chủ cho đơn vị hỗ trợ.",
        "The Word document could not be made: send the server's log to whoever supports it.",
    ),
    "defect": (
        "Lỗi phần mềm: gửi nhật ký của máy chủ cho đơn vị hỗ trợ.",
        "A defect: send the server's log to whoever supports it.",
    ),
}
"""What a person can do about each failure, in Vietnamese and English."""


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
            self._tell_of_failures(connection, now_ms)

    def _tell_of_failures(self, connection: Connection, now_ms: int) -> None:
        news = {one.id: one for one in map(from_failure, reports.failed(connection))}
        known = incidents.load(connection, news)
        for id, one in news.items():
            if id not in known:
                incidents.announce(connection, one, now_ms)
        for id, incident in incidents.open_incidents(connection, ("reminder",)).items():
            over = id.startswith(_FAILED) and id not in news
            if over and incident.seen.state == "firing":
                ended = replace(incident.seen, state="resolved")
                incidents.announce(connection, ended, now_ms)

    def _end_what_is_there(self, connection: Connection, now_ms: int) -> None:
        for id, known in incidents.open_incidents(connection, ("reminder",)).items():
            if not id.startswith(_PREFIX):
                continue
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


def from_failure(record: ReportRecord) -> Notifiable:
    """Return a report that could not be made as something that people are told of, once."""
    since_ms = record.failed_since_ms or 0
    since, deadline = site_time(since_ms), site_time(record.deadline_ms)
    title = report_title(period_of_record(record))
    vietnamese, english = ADVICE[record.failure or "defect"]
    return Notifiable(
        id=f"{_FAILED}{record.id}/{since_ms}",
        kind="reminder",
        station=None,
        camera=None,
        group=f"report/{record.id}",
        priority="medium",
        state="firing",
        title_vi=f"Chưa lập được: {title}"[:200],
        title_en=f"The report could not be made: {title}"[:200],
        text_vi=f"{vietnamese}\nTừ {since:%H:%M ngày %d/%m/%Y}. "
        f"Hạn gửi: {deadline:%H:%M ngày %d/%m/%Y}.",
        text_en=f"{english}\nSince {since:%H:%M on %d/%m/%Y}. "
        f"Deadline: {deadline:%H:%M on %d/%m/%Y}.",
        at_ms=since_ms,
        url=f"#/reports/{record.id}",
    )
