"""The audit: who did what and when, as a list, and whole to take away and verify."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.faults import Fault
from gateway.api.services import InjectedServices
from gateway.database import audit, custody
from gateway.database.audit import AuditFilter
from gateway.database.custody import CustodyRecord
from gateway.database.engine import Database
from gateway.exports.table import guarded
from gateway.ingest.commits import now_ms
from quantrac_core.contracts.messages import ms_from_utc, utc_from_ms

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])
SeesAudit = Annotated[Principal, needs(Permission.SEE_AUDIT)]
COLUMNS: Final = (
    "number",
    "at_ms",
    "event",
    "action",
    "by",
    "detail",
    "subject",
    "previous",
    "hash",
)
MEDIA_TYPES: Final = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
_Text = Annotated[str | None, Query(min_length=1, max_length=120)]


class AuditLine(BaseModel):
    """One line; ``event`` is set for lines about evidence, ``subject`` for the others."""

    number: int
    at: datetime
    action: str
    by: str
    event: str
    subject: str | None
    detail: str
    hash: str


class AuditPage(BaseModel):
    """Lines, newest first; ``next`` is the ``before`` of the following page, or null."""

    lines: list[AuditLine]
    next: int | None


class AuditState(BaseModel):
    """Whether the whole chain is as it was written, and where it ends."""

    intact: bool
    lines: int
    head: str


def wanted_lines(
    by: _Text = None,
    action: _Text = None,
    subject: _Text = None,
    from_: Annotated[datetime | None, Query(alias="from")] = None,
    to: datetime | None = None,
) -> AuditFilter:
    """Return what a request asks for."""
    return AuditFilter(
        _printable(by), _printable(action), _printable(subject), _bounded(from_), _bounded(to)
    )


WantedLines = Annotated[AuditFilter, Depends(wanted_lines)]


@router.get("")
async def list_audit(
    services: InjectedServices,
    _caller: SeesAudit,
    wanted: WantedLines,
    before: Annotated[int | None, Query(ge=1, le=1 << 53)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditPage:
    """Return what was done, by whom, to what, in [from, to); no zone means UTC."""
    found = await services.threads.call(_search, services.database, wanted, before, limit + 1)
    page = found[:limit]
    return AuditPage(
        lines=[_line(record) for record in page],
        next=page[-1].number if len(found) > limit else None,
    )


@router.get("/state")
async def get_audit_state(services: InjectedServices, _caller: SeesAudit) -> AuditState:
    """Tell whether the chain is intact; every line is looked at."""
    intact, lines, head = await services.threads.call(_state, services.database)
    return AuditState(intact=intact, lines=lines, head=head)


@router.post(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {one: {} for one in MEDIA_TYPES.values()}}},
)
async def export_audit(
    services: InjectedServices,
    caller: SeesAudit,
    format: Literal["csv", "jsonl"] = "jsonl",
) -> StreamingResponse:
    """Return the whole chain; each line holds what its hash is over (see `docs/access.md`)."""
    await services.threads.call(_note_export, services.database, caller.account, format)
    lines = _csv if format == "csv" else _jsonl
    name = f"quantrac-audit-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.{format}"
    return StreamingResponse(
        lines(services.database),
        media_type=MEDIA_TYPES[format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _line(record: CustodyRecord) -> AuditLine:
    return AuditLine(
        number=record.number,
        at=utc_from_ms(record.at_ms),
        action=record.action,
        by=record.person,
        event=record.event,
        subject=record.subject,
        detail=record.detail,
        hash=record.hash,
    )


def _row(record: CustodyRecord) -> dict[str, Any]:
    names = {"by": record.person}
    return {name: names.get(name) or getattr(record, name, None) for name in COLUMNS}


def _jsonl(database: Database) -> Iterator[bytes]:
    with database.reading() as connection:
        for record in audit.every_line(connection):
            row = {name: value for name, value in _row(record).items() if value is not None}
            yield json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _csv(database: Database) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    # A byte order mark, without which Excel reads Vietnamese as noise.
    yield b"\xef\xbb\xbf"
    with database.reading() as connection:
        for record in audit.every_line(connection):
            writer.writerow({name: _inert(value) for name, value in _row(record).items()})
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _inert(value: Any) -> Any:
    return guarded(value) if isinstance(value, str) else value


def _note_export(database: Database, account: str, form: str) -> None:
    with database.writing() as connection:
        audit.record(connection, "audit_exported", account, "audit", form, now_ms())


def _search(
    database: Database, wanted: AuditFilter, before: int | None, limit: int
) -> list[CustodyRecord]:
    with database.reading() as connection:
        return audit.search(connection, wanted, before, limit)


def _state(database: Database) -> tuple[bool, int, str]:
    with database.reading() as connection:
        number, head = custody.head(connection)
        return custody.is_intact(connection), number, head


def _bounded(at: datetime | None) -> int | None:
    if at is None:
        return None
    if not 2000 <= at.year <= 2200:
        raise Fault(422, "wrong_years", "from and to must lie between the years 2000 and 2200")
    return ms_from_utc(at if at.tzinfo is not None else at.replace(tzinfo=UTC))


def _printable(word: str | None) -> str | None:
    if word is not None and not word.isprintable():
        raise Fault(422, "control_characters", "by, action and subject: no control characters")
    return word
