"""Excel workbooks: one sheet a table, head in bold and frozen, texts never formulas."""

import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from gateway.exports.table import Cell, ExportTable
from gateway.reports.period import SITE_ZONE

_BAD_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_BAD_IN_CELLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TAKEN_FOR_ELSE: Final = ("=", "#")
"""openpyxl makes a formula or an error of texts that begin so."""
MAX_CELL: Final = 32_000


def xlsx_bytes(tables: Iterable[ExportTable]) -> bytes:
    """Return a workbook with one sheet for each table."""
    # openpyxl loads numpy where it finds it: only who exports pays for that.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    used: set[str] = set()
    for number, table in enumerate(tables, start=1):
        name = _BAD_IN_NAMES.sub(" ", table.name).strip("' ")[:31] or f"Bảng {number}"
        if name.lower() in used:
            name = f"{name[:27]} {number}"
        used.add(name.lower())
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for index, column in enumerate(table.columns):
            widest = max([len(column), *(len(str(row[index])) for row in table.rows[:50])])
            sheet.column_dimensions[_letter(index)].width = min(60, widest + 3)
        sheet.append([_text(sheet, name, bold=True) for name in table.columns])
        moments = [_moment(sheet) for _ in table.columns]
        for row in table.rows:
            sheet.append([_cell(sheet, *pair) for pair in zip(row, moments, strict=True)])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _cell(sheet: Any, value: Cell, moment: Any) -> Any:
    """Return what openpyxl takes for a cell: the value itself where that means the same."""
    if isinstance(value, str):
        text = _BAD_IN_CELLS.sub(" ", value)[:MAX_CELL]
        return _text(sheet, text) if text[:1] in _TAKEN_FOR_ELSE else text
    if isinstance(value, datetime):
        # A row is written at once, so that one cell a column serves for all of them.
        moment.value = value.astimezone(SITE_ZONE).replace(tzinfo=None)
        return moment
    return value


def _text(sheet: Any, text: str, *, bold: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, _BAD_IN_CELLS.sub(" ", text)[:MAX_CELL])
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _moment(sheet: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet)
    cell.number_format = "dd/mm/yyyy hh:mm:ss"
    return cell


def _letter(index: int) -> str:
    high, low = divmod(index, 26)
    return (chr(64 + high) if high else "") + chr(65 + low)
