"""From the reports' desk to what the API says."""

from datetime import date
from typing import Any, cast

import msgspec

from gateway.api.report_models import (
    FailureView,
    FieldView,
    LetterView,
    ReportDetailView,
    ReportView,
    SectionTableView,
    SectionView,
    VersionView,
)
from gateway.database.report_sections import KeptSection
from gateway.database.reports import ReportRecord, VersionRecord
from gateway.reports.blocks import Letter
from gateway.reports.composition import is_owed
from gateway.reports.desk import ReportDetail
from gateway.reports.drafts import period_of_record
from gateway.reports.form import ReportForm, SectionForm
from gateway.reports.section_values import SectionValues
from gateway.reports.wording import report_title
from quantrac_core.contracts.messages import utc_from_ms


def report_view(record: ReportRecord, now_ms: int, owed: int | None = None) -> ReportView:
    """Return a report as the API shows it."""
    period = period_of_record(record)
    scheduled, sent = record.scheduled_at_ms, record.sent_at_ms
    return ReportView(
        id=record.id,
        kind=record.kind,
        first_day=period.first,
        last_day=period.last,
        title=report_title(period),
        state=record.state,
        late=record.is_late(now_ms),
        deadline=utc_from_ms(record.deadline_ms),
        generated_at=None if scheduled is None else utc_from_ms(scheduled),
        latest_version=record.latest_version,
        number=record.number,
        issued_on=None if record.issued_on is None else date.fromisoformat(record.issued_on),
        issued_by=record.issued_by,
        issued_version=record.issued_version,
        sent_at=None if sent is None else utc_from_ms(sent),
        sent_by=record.sent_by,
        sent_note=record.sent_note,
        owed=owed,
        failure=failure_view(record),
    )


def failure_view(record: ReportRecord) -> FailureView | None:
    """Return why the last attempt failed; None where it did not."""
    if record.failure is None or record.failed_since_ms is None or record.failed_at_ms is None:
        return None
    return FailureView(
        reason=record.failure,
        detail=record.failure_detail or "",
        since=utc_from_ms(record.failed_since_ms),
        at=utc_from_ms(record.failed_at_ms),
        times=record.failed_times or 1,
    )


def detail_view(detail: ReportDetail, form: ReportForm, now_ms: int) -> ReportDetailView:
    """Return a report with everything about it."""
    sections = [
        _section_view(number, section, detail.sections.get(section.key))
        for number, section in enumerate(form.sections, start=1)
    ]
    owed = 0 if detail.record.is_closed else sum(one.owed for one in sections)
    return ReportDetailView(
        report=report_view(detail.record, now_ms, owed),
        sections=sections,
        versions=[version_view(one) for one in detail.versions],
    )


def version_view(version: VersionRecord) -> VersionView:
    """Return a version as the API shows it."""
    return VersionView(
        number=version.number,
        made_at=utc_from_ms(version.made_at_ms),
        made_by=version.made_by,
        reason=version.reason,
        sha256=version.sha256,
        size_bytes=version.size_bytes,
    )


def letter_view(letter: Letter) -> LetterView:
    """Return a letter as plain JSON."""
    return LetterView(letter=cast(dict[str, Any], msgspec.to_builtins(letter)))


def _section_view(number: int, section: SectionForm, known: KeptSection | None) -> SectionView:
    kept = SectionValues() if known is None else known.kept
    return SectionView(
        key=section.key,
        number=number,
        title=section.title,
        owner=section.owner,
        owner_name=section.owner_name,
        source=section.source.kind,
        state="data" if section.is_data else kept.state,
        owed=is_owed(section, kept),
        fields=[
            FieldView(key=one.key, name_vi=one.name_vi.strip(), unit=one.unit, kind=one.kind)
            for one in section.fields
        ],
        tables=[
            SectionTableView(key=one.key, columns=one.columns, rows=one.rows)
            for one in section.tables
        ],
        values=kept.values,
        text=kept.text,
        by=kept.by,
        at=utc_from_ms(kept.at_ms) if kept.at_ms else None,
        fault=kept.fault,
        revision=0 if known is None else known.revision,
    )
