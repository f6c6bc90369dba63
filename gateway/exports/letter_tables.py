"""The tables of a report, with its Vietnamese numbers turned back into numbers."""

import re
from typing import Final

from gateway.exports.table import Cell, ExportTable
from gateway.reports.blocks import Letter, Table
from gateway.reports.wording import NO_FIGURE

_NUMBER: Final = re.compile(r"^-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$")
_PERCENT: Final = re.compile(r"\s?%$")


def letter_tables(letter: Letter) -> list[ExportTable]:
    """Return every table of a report."""
    blocks = [block for block in [*letter.body, *letter.annex] if isinstance(block, Table)]
    return [_table(block) for block in blocks]


def _table(block: Table) -> ExportTable:
    columns, rows = list(block.head), [list[Cell](row) for row in block.rows]
    for index in (at for at, numeric in enumerate(block.numeric) if numeric):
        texts = [row[index] for row in block.rows]
        given = [text for text in texts if text not in ("", NO_FIGURE)]
        in_percent = bool(given) and all(_PERCENT.search(text) for text in given)
        if in_percent:
            columns[index] += " (%)"
            texts = [_PERCENT.sub("", text) for text in texts]
        for row, text in zip(rows, texts, strict=True):
            row[index] = figure(text)
    return ExportTable(block.caption or block.head[0], columns, rows)


def figure(text: str) -> Cell:
    """Return ``1.234,50`` as a number, a dash as nothing, anything else as it is."""
    if text == NO_FIGURE:
        return None
    if not _NUMBER.match(text):
        return text
    plain = text.replace(".", "").replace(",", ".")
    return float(plain) if "." in plain else int(plain)
