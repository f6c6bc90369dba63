"""CSV as Excel opens it: UTF-8 with its mark, CRLF, comma, decimal point."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from gateway.exports.table import Cell, ExportTable, guarded
from gateway.reports.period import SITE_ZONE

MARK: Final = "\ufeff"


def csv_bytes(tables: Iterable[ExportTable]) -> bytes:
    """Return the tables below one another, parted by an empty line where there are several."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    for number, table in enumerate(tables):
        if number:
            writer.writerow([])
            writer.writerow([guarded(table.name)])
        writer.writerow([guarded(name) for name in table.columns])
        writer.writerows([[_written(cell) for cell in row] for row in table.rows])
    return (MARK + target.getvalue()).encode()


def _written(cell: Cell) -> str | int | float:
    match cell:
        case None:
            return ""
        case str():
            return guarded(cell)
        case int() | float():
            return cell
        case _:
            return cell.astimezone(SITE_ZONE).strftime("%Y-%m-%d %H:%M:%S")
