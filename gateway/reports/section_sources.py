"""Fetches a section's values from a CSV file or an HTTP address; every fault is one sentence."""

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import httpx
import msgspec

from gateway.reports.form import CsvSource, HttpSource
from gateway.reports.period import Period
from quantrac_core.contracts.errors import QuantracError

MAX_BYTES: Final = 1 << 20
DAY_COLUMN: Final = "tu_ngay"


class SourceFailed(QuantracError):
    """A source gave nothing that could be used; the words say why, without any secret."""


def read_csv(source: CsvSource, period: Period) -> dict[str, object]:
    """Return the row of the period from a CSV file (comma or semicolon, UTF-8).

    Raises:
        SourceFailed: no such file, column or row, or more than 1 MiB.
    """
    try:
        with source.path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceFailed(f"không đọc được tệp {source.path.name} ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise SourceFailed(f"tệp {source.path.name} lớn hơn 1 MiB")
    return csv_row(content, source.path.name, period)


def csv_row(content: bytes, name: str, period: Period) -> dict[str, object]:
    """Return the row of the period in the bytes of a CSV file."""
    try:
        text = content.decode("utf-8-sig")
        head = text.partition("\n")[0]
        delimiter = ";" if head.count(";") > head.count(",") else ","
        rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
        if DAY_COLUMN not in (rows.fieldnames or ()):
            raise SourceFailed(f"tệp {name} không có cột {DAY_COLUMN}")
        for row in rows:
            if _day(row[DAY_COLUMN] or "") == period.first:
                # Cells beyond the head have no name.
                return {k: v for k, v in row.items() if k not in (DAY_COLUMN, None) and v}
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceFailed(f"tệp {name} không phải CSV mã UTF-8") from error
    raise SourceFailed(f"tệp {name} không có dòng của kỳ bắt đầu {period.first.isoformat()}")


def fetch_json(source: HttpSource, fields: list[str], period: Period) -> dict[str, object]:
    """Return the fields of a JSON document that a GET answers.

    Raises:
        SourceFailed: no answer in time, another status than 200, a redirect, not JSON, too large.
    """
    url = source.url.replace("{from}", period.first.isoformat())
    url = url.replace("{to}", period.last.isoformat())
    headers = {"Accept": "application/json"}
    if source.token is not None:
        headers["Authorization"] = f"Bearer {source.token.reveal()}"
    host = httpx.URL(url).host
    body = bytearray()
    try:
        with (
            httpx.Client(timeout=source.timeout_s, follow_redirects=False) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            if answer.status_code != 200:
                raise SourceFailed(f"{host} trả lời mã {answer.status_code}")
            for part in answer.iter_bytes():
                body += part
                if len(body) > MAX_BYTES:
                    raise SourceFailed(f"{host} trả lời hơn 1 MiB")
    except httpx.HTTPError as error:
        raise SourceFailed(f"{host} không trả lời ({type(error).__name__})") from error
    try:
        document = msgspec.json.decode(bytes(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceFailed(f"{host} không trả lời bằng JSON") from error
    found = {key: _at(document, source.pick.get(key, key)) for key in fields}
    return {key: value for key, value in found.items() if value is not None}


def _at(document: Any, path: str) -> object:
    for part in path.split("."):
        if not isinstance(document, Mapping):
            return None
        document = document.get(part)
    value: object = document
    return value


def _day(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    return None
