"""Reports: list, sections, preview, generate, versions, issue, sent."""

from collections.abc import Awaitable
from typing import Annotated, Final, NoReturn, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.downloads import Format, file_answer, hand_out_tables, note_download
from gateway.api.faults import Fault, FaultCode
from gateway.api.report_models import (
    ChangeList,
    ChangeView,
    IssueRequest,
    LetterView,
    NewReport,
    ReportDetailView,
    ReportList,
    ReportView,
    SectionChange,
    SentNote,
    VersionView,
)
from gateway.api.report_views import detail_view, letter_view, report_view, version_view
from gateway.api.services import InjectedServices, Services
from gateway.database import audit
from gateway.database.report_sections import SectionChanged
from gateway.database.reports import ReportClosed
from gateway.exports.letter_tables import letter_tables
from gateway.ingest.commits import now_ms
from gateway.reports.archive import ArchiveUnavailable, DamagedFile
from gateway.reports.desk import BeingGenerated, NoSuchReport, ReportDesk
from gateway.reports.differences import changes
from gateway.reports.drafts import NotYet
from gateway.reports.period import FIRST_YEAR, LAST_YEAR, period_of
from gateway.reports.section_values import WrongValue
from gateway.reports.word_process import WritingFailed
from quantrac_core.contracts.errors import QuantracError

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])
ReportId = Annotated[str, Path(pattern=r"^(week|month)-[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
VersionNumber = Annotated[int, Path(ge=1, le=100_000)]
Reader = Annotated[Principal, needs(Permission.SEE_REPORTS)]
Writer = Annotated[Principal, needs(Permission.WRITE_REPORTS)]
FAULT_OF: Final[dict[type[QuantracError], tuple[int, FaultCode]]] = {
    NoSuchReport: (404, "not_found"),
    ReportClosed: (409, "report_closed"),
    SectionChanged: (409, "conflict"),
    BeingGenerated: (409, "report_being_made"),
    NotYet: (422, "period_to_come"),
    WrongValue: (422, "wrong_value"),
    WritingFailed: (503, "document_failed"),
    ArchiveUnavailable: (503, "archive_failed"),
    DamagedFile: (500, "archive_damaged"),
}
Result = TypeVar("Result")


@router.get("")
async def list_reports(
    services: InjectedServices,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 30,
) -> ReportList:
    """Return reports, newest period first, with what is late."""
    if services.reports is None:
        return ReportList(configured=False, reports=[])
    records = await _asked(services.reports.newest(limit))
    at_ms = now_ms()
    return ReportList(configured=True, reports=[report_view(one, at_ms) for one in records])


@router.post("")
async def open_report(services: InjectedServices, caller: Writer, body: NewReport) -> ReportView:
    """Return the report of the period that holds a day; it begins as a draft."""
    desk = _desk(services)
    if not FIRST_YEAR < body.day.year < LAST_YEAR:
        sentence = f"day must lie between the years {FIRST_YEAR} and {LAST_YEAR}"
        raise Fault(422, "wrong_day", sentence)
    period = period_of(body.kind, body.day, desk.settings.weekly.week_begins)
    return report_view(await _asked(desk.open(period)), now_ms())


@router.get("/{report_id}")
async def get_report(
    services: InjectedServices, caller: Reader, report_id: ReportId
) -> ReportDetailView:
    """Return a report with its sections (who owes what) and its versions."""
    desk = _desk(services)
    return detail_view(await _asked(desk.detail(report_id)), desk.settings.form, now_ms())


@router.put("/{report_id}/sections/{key}")
async def put_section(
    services: InjectedServices,
    caller: Writer,
    report_id: ReportId,
    key: Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$")],
    body: SectionChange,
) -> ReportDetailView:
    """Hand in a section, or confirm what was carried over; figures from the data stay as they are.

    409 where somebody has changed it since ``revision``.
    """
    desk = _desk(services)
    given = dict[str, object](body.values)
    change = desk.change_section(report_id, key, given, body.text, body.revision, caller.name)
    await _asked(change)
    return detail_view(await _asked(desk.detail(report_id)), desk.settings.form, now_ms())


@router.get("/{report_id}/preview")
async def get_preview(
    services: InjectedServices, caller: Reader, report_id: ReportId
) -> LetterView:
    """Return the letter as it would be generated now."""
    return letter_view(await _asked(_desk(services).preview(report_id)))


@router.post("/{report_id}/generate")
async def generate_report(
    services: InjectedServices, caller: Writer, report_id: ReportId
) -> VersionView:
    """Make one more version from the data and from what was handed in until now."""
    made = await _asked(_desk(services).generate(report_id, caller.name, "request"))
    await _note(services, caller, report_id, f"version {made.number}")
    return version_view(made)


@router.post("/{report_id}/issue")
async def issue_report(
    services: InjectedServices, caller: Writer, report_id: ReportId, body: IssueRequest
) -> VersionView:
    """Make the version that bears number and date; afterwards nothing changes any more."""
    if not FIRST_YEAR < body.issued_on.year < LAST_YEAR:
        raise Fault(422, "wrong_day", "issued_on: a date of this century")
    issue = (body.number, body.issued_on.isoformat())
    made = await _asked(_desk(services).generate(report_id, caller.name, "issue", issue))
    await _note(services, caller, report_id, f"issued as {body.number}, version {made.number}")
    return version_view(made)


@router.post("/{report_id}/sent")
async def report_sent(
    services: InjectedServices, caller: Writer, report_id: ReportId, body: SentNote
) -> ReportView:
    """Note that an issued report was sent."""
    noted = await _asked(_desk(services).note_sent(report_id, caller.name, body.note))
    await _note(services, caller, report_id, f"sent: {body.note}")
    return report_view(noted, now_ms())


@router.get("/{report_id}/versions/{number}")
async def get_version(
    services: InjectedServices, caller: Reader, report_id: ReportId, number: VersionNumber
) -> LetterView:
    """Return a version's letter as it was written."""
    _, letter = await _asked(_desk(services).version(report_id, number))
    return letter_view(letter)


@router.get("/{report_id}/versions/{number}/report.docx", response_class=Response)
async def get_document(
    services: InjectedServices, caller: Reader, report_id: ReportId, number: VersionNumber
) -> Response:
    """Return a version's Word document."""
    version, content = await _asked(_desk(services).file(report_id, number))
    what = f"version {number}, SHA-256 {version.sha256}"
    await note_download(services, caller, "report_downloaded", f"report/{report_id}", what)
    return file_answer(content, f"bao-cao-{version.report}-v{version.number}.docx")


@router.get("/{report_id}/versions/{number}/tables.{form}", response_class=Response)
async def get_tables(
    services: InjectedServices,
    caller: Reader,
    request: Request,
    report_id: ReportId,
    number: VersionNumber,
    form: Format,
) -> Response:
    """Return every table of a version as CSV or Excel."""
    _, letter = await _asked(_desk(services).version(report_id, number))
    tables, name = letter_tables(letter), f"bang-bao-cao-{report_id}-v{number}"
    return await hand_out_tables(services, caller, request, tables, form, name)


@router.get("/{report_id}/versions/{number}/changes")
async def get_changes(
    services: InjectedServices,
    caller: Reader,
    report_id: ReportId,
    number: VersionNumber,
    against: Annotated[int | None, Query(ge=1, le=100_000)] = None,
) -> ChangeList:
    """Return which figures and words changed since another version (the one before)."""
    desk = _desk(services)
    earlier = max(1, number - 1) if against is None else against
    _, before = await _asked(desk.version(report_id, earlier))
    _, after = await _asked(desk.version(report_id, number))
    return ChangeList(
        before=earlier,
        after=number,
        changes=[
            ChangeView(where=one.where, before=one.before, after=one.after)
            for one in changes(before, after)
        ],
    )


def _desk(services: Services) -> ReportDesk:
    if services.reports is None:
        sentence = "no reports are configured (reports in gateway.yaml)"
        raise Fault(404, "reports_off", sentence)
    return services.reports


async def _note(services: Services, caller: Principal, report_id: str, what: str) -> None:
    def write() -> None:
        with services.database.writing() as connection:
            subject = f"report/{report_id}"
            audit.record(connection, "report_made", caller.account, subject, what, now_ms())

    await services.threads.call(write)


async def _asked(work: Awaitable[Result]) -> Result:
    try:
        return await work
    except tuple(FAULT_OF) as error:
        _refuse(error)


def _refuse(error: QuantracError) -> NoReturn:
    status, code = FAULT_OF[type(error)]
    sentence = str(error)[:300]
    if isinstance(error, WrongValue):
        raise Fault(status, code, sentence, field=error.field, needs=error.needs) from error
    raise Fault(status, code, sentence) from error
