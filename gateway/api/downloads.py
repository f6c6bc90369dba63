"""Files that people take away: named after what is in them, each noted in the audit."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal
from urllib.parse import quote

from fastapi import Query, Request, Response

from gateway.access.principal import Principal
from gateway.api.faults import Fault
from gateway.api.services import Services
from gateway.database import audit
from gateway.database.audit import AuditAction
from gateway.exports.csv_file import csv_bytes
from gateway.exports.table import ExportTable
from gateway.exports.workbook import xlsx_bytes
from gateway.ingest.commits import now_ms
from gateway.reports.period import site_time
from quantrac_core.contracts.messages import ms_from_utc

Format = Literal["csv", "xlsx"]
From = Annotated[datetime | None, Query(alias="from")]
MEDIA: Final[dict[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MAX_RECORDS: Final = 20_000
"""Rows of one file; a spreadsheet takes more, a person does not."""
DAY_MS: Final = 86_400_000
MAX_DETAIL: Final = 400
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9.-]+")


async def hand_out_tables(
    services: Services,
    caller: Principal,
    request: Request,
    tables: Sequence[ExportTable],
    form: Format,
    name: str,
    action: AuditAction = "table_exported",
) -> Response:
    """Return tables as a file to keep, once it is noted who took it.

    Raises:
        DatabaseUnavailable: it cannot be noted, so it is not handed out.
    """
    write = csv_bytes if form == "csv" else xlsx_bytes
    content = await services.threads.call(write, tables)
    rows = sum(len(table.rows) for table in tables)
    asked = f"{request.url.path}?{request.url.query}".rstrip("?")
    await note_download(services, caller, action, f"export/{name}.{form}", f"{rows} rows: {asked}")
    return file_answer(content, f"{name}.{form}")


async def note_download(
    services: Services, caller: Principal, action: AuditAction, subject: str, detail: str
) -> None:
    """Note in the audit that somebody takes a file away; ``detail`` is cut to what a line holds."""

    def write() -> None:
        with services.database.writing() as connection:
            audit.record(connection, action, caller.account, subject, detail[:MAX_DETAIL], now_ms())

    await services.threads.call(write)


def file_answer(content: bytes, name: str) -> Response:
    """Return a file to keep under ``name``."""
    named = f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"
    media_type = MEDIA[name.rpartition(".")[2]]
    return Response(content, media_type=media_type, headers={"Content-Disposition": named})


def file_name(
    what: str, *places: str | None, from_ms: int | None = None, to_ms: int | None = None
) -> str:
    """Return a name without ending: what, where, and from when to when on the site's clock.

    ``so-lieu_thanh-hai_cod_2026-11-01_den_2026-11-30``; without a period the day of today.
    """
    parts = [what, *(_UNSAFE.sub("-", place) for place in places if place)]
    if from_ms is None and to_ms is None:
        parts.append(f"{site_time(now_ms()):%Y-%m-%d}")
    else:
        end_ms = now_ms() if to_ms is None else to_ms
        if from_ms is not None and end_ms - from_ms < DAY_MS:
            clock = "%Y-%m-%d-%H%M"
            first, last = site_time(from_ms), site_time(end_ms)
        else:
            clock = "%Y-%m-%d"
            # Up to midnight means that the day before is the last one in the file.
            first, last = site_time(from_ms or 0), site_time(end_ms - 1)
        parts += [] if from_ms is None else [f"{first:{clock}}"]
        parts += ["den", f"{last:{clock}}"]
    return "_".join(parts)


def open_range_ms(begin: datetime | None, end: datetime | None) -> tuple[int | None, int | None]:
    """Return a range whose ends may be missing, in milliseconds since 1970; no zone means UTC.

    Raises:
        Fault: 422, empty or outside the years 2000 to 2200.
    """
    ends = [at.replace(tzinfo=UTC) if at and not at.tzinfo else at for at in (begin, end)]
    if any(at is not None and not 2000 <= at.year <= 2200 for at in ends):
        raise Fault(422, "wrong_years", "from and to must lie between the years 2000 and 2200")
    first, last = ends
    if first is not None and last is not None and last - first <= timedelta():
        raise Fault(422, "wrong_order", "from must lie before to")
    return (
        None if first is None else ms_from_utc(first),
        None if last is None else ms_from_utc(last),
    )


def refuse_too_many(found: int, most: int) -> None:
    """Refuse a file with more rows than it may have: half a table would be believed whole.

    Raises:
        Fault: 422.
    """
    if found > most:
        words = f"more than {most} rows: ask for a shorter range or fewer things"
        raise Fault(422, "too_many_rows", words, most=most)
