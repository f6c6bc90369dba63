"""A table on its way out, and the guard against cells that a spreadsheet would run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

Cell = str | int | float | datetime | None
RISKY: Final = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
MAX_ROWS: Final = 200_000


@dataclass(slots=True, frozen=True)
class ExportTable:
    """Rows below named columns; times carry a zone. ``name`` becomes file and sheet."""

    name: str
    columns: list[str]
    rows: Sequence[Sequence[Cell]] = field(default_factory=list)


def guarded(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text[:1] in RISKY else text
