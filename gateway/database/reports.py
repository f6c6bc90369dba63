"""Reports and their versions: draft, generated, issued, sent."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from gateway.database.engine import insert_missing
from gateway.database.report_tables import REPORT, REPORT_VERSION
from gateway.reports.period import Period
from quantrac_core.contracts.errors import QuantracError

ReportState = Literal["draft", "generated", "issued", "sent"]
Reason = Literal["schedule", "request", "issue"]
Failure = Literal["store", "database", "folder", "too_slow", "document", "defect"]
"""Where an attempt failed: a word that pages translate into what to do."""
_NO_FAILURE: Final[dict[str, None]] = {
    "failed_since_ms": None,
    "failed_at_ms": None,
    "failed_times": None,
    "failure": None,
    "failure_detail": None,
}


class ReportClosed(QuantracError):
    """The report is issued: nothing about it changes any more."""


@dataclass(slots=True, frozen=True)
class ReportRecord:
    """One report; days are ISO dates, ``lease_*`` say who generates it now.

    ``failed_since_ms`` to ``failure_detail`` speak of the attempts since the last version.
    """

    id: str
    kind: Literal["week", "month"]
    first_day: str
    last_day: str
    state: ReportState
    created_at_ms: int
    deadline_ms: int
    scheduled_at_ms: int | None
    latest_version: int
    number: str
    issued_on: str | None
    issued_by: str | None
    issued_version: int | None
    sent_at_ms: int | None
    sent_by: str | None
    sent_note: str
    lease_by: str | None
    lease_until_ms: int | None
    failed_since_ms: int | None = None
    failed_at_ms: int | None = None
    failed_times: int | None = None
    failure: Failure | None = None
    failure_detail: str | None = None

    @property
    def is_closed(self) -> bool:
        """Tell whether it is issued."""
        return self.state in ("issued", "sent")

    def is_late(self, now_ms: int) -> bool:
        """Tell whether it was not sent by its deadline."""
        return (now_ms if self.sent_at_ms is None else self.sent_at_ms) > self.deadline_ms


@dataclass(slots=True, frozen=True)
class VersionRecord:
    """One immutable version; ``path`` is relative to the reports' folder."""

    report: str
    number: int
    made_at_ms: int
    made_by: str
    reason: Reason
    sha256: str
    size_bytes: int
    path: str


def create(connection: Connection, period: Period, deadline_ms: int, now_ms: int) -> ReportRecord:
    """Return the report of a period; make a draft where there is none."""
    row = {
        "id": period.key,
        "kind": period.kind,
        "first_day": period.first.isoformat(),
        "last_day": period.last.isoformat(),
        "state": "draft",
        "created_at_ms": now_ms,
        "deadline_ms": deadline_ms,
        "latest_version": 0,
        "number": "",
        "sent_note": "",
    }
    insert_missing(connection, REPORT, [row])
    record = find(connection, period.key)
    assert record is not None
    return record


def find(connection: Connection, report_id: str, *, lock: bool = False) -> ReportRecord | None:
    """Return a report, or None; ``lock`` keeps other writers from it until the commit."""
    query = select(REPORT).where(REPORT.c.id == report_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else ReportRecord(**row._mapping)


def newest(connection: Connection, limit: int) -> list[ReportRecord]:
    """Return reports, newest period first."""
    query = select(REPORT).order_by(REPORT.c.last_day.desc(), REPORT.c.id.desc()).limit(limit)
    return [ReportRecord(**row._mapping) for row in connection.execute(query)]


def claim(connection: Connection, report_id: str, by: str, until_ms: int, now_ms: int) -> bool:
    """Take the right to generate a report until ``until_ms``; False where another has it."""
    taken = connection.execute(
        update(REPORT)
        .where(
            REPORT.c.id == report_id,
            or_(REPORT.c.lease_until_ms.is_(None), REPORT.c.lease_until_ms < now_ms),
        )
        .values(lease_by=by, lease_until_ms=until_ms)
    )
    return taken.rowcount == 1


def release(connection: Connection, report_id: str, by: str) -> None:
    """Give the right to generate back, where it is still ours."""
    connection.execute(
        update(REPORT)
        .where(REPORT.c.id == report_id, REPORT.c.lease_by == by)
        .values(lease_by=None, lease_until_ms=None)
    )


def release_all(connection: Connection, owner: str) -> None:
    """End every claim of a gateway that begins anew: whoever held them under its name is gone."""
    connection.execute(
        update(REPORT)
        .where(REPORT.c.lease_by.startswith(f"{owner}/", autoescape=True))
        .values(lease_by=None, lease_until_ms=None)
    )


def note_failure(
    connection: Connection, report_id: str, failure: Failure, detail: str, now_ms: int
) -> None:
    """Keep why an attempt failed; the first of several in a row keeps its time."""
    connection.execute(
        update(REPORT)
        .where(REPORT.c.id == report_id)
        .values(
            failed_since_ms=func.coalesce(REPORT.c.failed_since_ms, now_ms),
            failed_at_ms=now_ms,
            failed_times=func.coalesce(REPORT.c.failed_times, 0) + 1,
            failure=failure,
            failure_detail=detail[:300],
        )
    )


def failed(connection: Connection) -> list[ReportRecord]:
    """Return the reports whose last attempt failed, the longest first."""
    query = select(REPORT).where(REPORT.c.failed_since_ms.is_not(None))
    rows = connection.execute(query.order_by(REPORT.c.failed_since_ms, REPORT.c.id))
    return [ReportRecord(**row._mapping) for row in rows]


def add_version(
    connection: Connection,
    version: VersionRecord,
    content: str,
    issue: tuple[str, str] | None = None,
) -> None:
    """Add a version; ``issue`` (number, ISO date) issues the report with it.

    Raises:
        ReportClosed: it was issued meanwhile; nothing was written.
    """
    kept = find(connection, version.report, lock=True)
    if kept is None or kept.is_closed or kept.latest_version != version.number - 1:
        raise ReportClosed(f"{version.report} was changed meanwhile; load it again")
    row: dict[str, Any] = {name: getattr(version, name) for name in VersionRecord.__slots__}
    connection.execute(insert(REPORT_VERSION), [row | {"content": content}])
    values: dict[str, Any] = {"state": "generated", "latest_version": version.number}
    values |= _NO_FAILURE
    if version.reason == "schedule":
        values["scheduled_at_ms"] = version.made_at_ms
    if issue is not None:
        values |= {
            "state": "issued",
            "number": issue[0],
            "issued_on": issue[1],
            "issued_by": version.made_by,
            "issued_version": version.number,
        }
    connection.execute(update(REPORT).where(REPORT.c.id == version.report).values(**values))


def note_sent(connection: Connection, report_id: str, by: str, note: str, now_ms: int) -> bool:
    """Note that an issued report was sent; False where it is not issued, or was sent before."""
    changed = connection.execute(
        update(REPORT)
        .where(REPORT.c.id == report_id, REPORT.c.state == "issued")
        .values(state="sent", sent_at_ms=now_ms, sent_by=by, sent_note=note)
    )
    return changed.rowcount == 1


def versions(connection: Connection, report_id: str) -> list[VersionRecord]:
    """Return the versions of a report, newest first."""
    columns = [REPORT_VERSION.c[name] for name in VersionRecord.__slots__]
    query = select(*columns).where(REPORT_VERSION.c.report == report_id)
    rows = connection.execute(query.order_by(REPORT_VERSION.c.number.desc()))
    return [_version(row) for row in rows]


def find_version(
    connection: Connection, report_id: str, number: int
) -> tuple[VersionRecord, str] | None:
    """Return a version and its content as JSON, or None."""
    row = connection.execute(
        select(REPORT_VERSION).where(
            REPORT_VERSION.c.report == report_id, REPORT_VERSION.c.number == number
        )
    ).one_or_none()
    return None if row is None else (_version(row), row.content)


def _version(row: Row[Any]) -> VersionRecord:
    return VersionRecord(**{name: row._mapping[name] for name in VersionRecord.__slots__})
