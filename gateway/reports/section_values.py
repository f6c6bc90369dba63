"""What people hand in for a section: checked, carried over from the period before, in words."""

import re
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from gateway.reports.form import PERIOD_WORD, PLACEHOLDER, FieldForm, SectionForm, TableForm
from gateway.reports.wording import plain_number
from quantrac_core.contracts.errors import QuantracError

Value = float | str | list[list[float]]
"""A number, a text, or a table's numbers by row (without the column of words)."""
SectionState = Literal["missing", "carried", "handed_in", "fetched"]
MAX_NUMBER: Final = 1e12
MAX_TEXT: Final = 4_000
_PLAIN: Final = re.compile(r"-?\d{1,15}(?:[.,]\d{1,6})?")
_GROUPED: Final = re.compile(r"-?\d{1,3}[.,]\d{3}")


Needs = Literal["known_field", "text", "number", "table", "smaller_number"]


class WrongValue(QuantracError):
    """A value that its field does not take.

    Args:
        field: the field's name as people read it.
        needs: what the field takes, for pages in other languages.
    """

    def __init__(self, field: str, needs: Needs, rule: str) -> None:
        self.field = field[:100]
        self.needs = needs
        super().__init__(f"{self.field}: {rule}")


class SectionValues(msgspec.Struct, frozen=True):
    """What is known for a section of one report; ``text`` is free, shown below the figures."""

    values: dict[str, Value] = {}
    text: str = ""
    state: SectionState = "missing"
    by: str = ""
    at_ms: int = 0
    fault: str = ""


def carried_over(section: SectionForm, last: SectionValues | None) -> SectionValues:
    """Return what a new report begins with: last period's values, marked until confirmed."""
    if last is None or not section.carry_over or section.is_data or not last.values:
        return SectionValues()
    known = {one.key for one in section.fields} | {one.key for one in section.tables}
    values = {key: value for key, value in last.values.items() if key in known}
    return SectionValues(values, "", "carried", last.by, last.at_ms) if values else SectionValues()


def checked(section: SectionForm, given: Mapping[str, object]) -> dict[str, Value]:
    """Return the values of a form or a source; None and empty texts are left out.

    Raises:
        WrongValue: a key is unknown, or a value is not of its kind.
    """
    fields = {one.key: one for one in section.fields}
    tables = {one.key: one for one in section.tables}
    values: dict[str, Value] = {}
    for key, value in given.items():
        if value is None or value == "":
            continue
        if key in fields:
            values[key] = _field_value(fields[key], value)
        elif key in tables:
            values[key] = _table_value(tables[key], value)
        else:
            raise WrongValue(key, "known_field", f"no field of the section {section.title!r}")
    return values


def read_number(text: str) -> float | None:
    """Return the number in ``text`` (point or comma before decimals), or None.

    ``1.600`` is refused: it may mean one thousand six hundred or one point six.
    """
    text = text.strip()
    if not _PLAIN.fullmatch(text) or _GROUPED.fullmatch(text):
        return None
    return float(text.replace(",", "."))


def section_lines(section: SectionForm, kept: SectionValues, period_word: str) -> list[str]:
    """Return the section's words with its values in them; a missing one is said to be missing."""
    words = {PERIOD_WORD: period_word}
    for field in section.fields:
        value = kept.values.get(field.key)
        if isinstance(value, float | int):
            words[field.key] = plain_number(value)
        elif isinstance(value, str):
            words[field.key] = value
        else:
            words[field.key] = "(chưa có số liệu)"
    return [PLACEHOLDER.sub(lambda found: words.get(found[1], ""), line) for line in section.lines]


def missing_fields(section: SectionForm, kept: SectionValues) -> list[str]:
    """Return the names of fields and tables that nobody has handed in."""
    named = [(one.key, one.name_vi) for one in section.fields]
    named += [(one.key, one.columns[0]) for one in section.tables]
    return [name for key, name in named if key not in kept.values]


def table_rows(table: TableForm, numbers: list[list[float]]) -> list[list[str]]:
    """Return the table's rows in words, with a row of sums where it has one."""
    rows = [
        [name, *(plain_number(value) for value in row)]
        for name, row in zip(table.rows, numbers, strict=False)
    ]
    if table.total:
        sums = [sum(column) for column in zip(*numbers, strict=True)]
        rows.append(["Tổng", *(plain_number(value) for value in sums)])
    return rows


def _field_value(field: FieldForm, value: object) -> Value:
    if field.kind == "text":
        if not isinstance(value, str) or len(value) > MAX_TEXT or "\x00" in value:
            rule = f"a text of at most {MAX_TEXT} characters"
            raise WrongValue(field.name_vi, "text", rule)
        return value.strip()
    number = read_number(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        rule = f"a number such as 1600 or 12,5, not {str(value)[:40]!r}"
        raise WrongValue(field.name_vi, "number", rule)
    return _bounded(float(number), field.name_vi)


def _table_value(table: TableForm, value: object) -> Value:
    name, width = table.columns[0], len(table.columns) - 1
    refused = WrongValue(name, "table", f"{len(table.rows)} rows of {width} numbers")
    if not isinstance(value, list) or len(value) != len(table.rows):
        raise refused
    rows: list[list[float]] = []
    for row in value:
        if not isinstance(row, list) or len(row) != width:
            raise refused
        if any(isinstance(one, bool) or not isinstance(one, int | float) for one in row):
            raise refused
        rows.append([_bounded(float(one), name) for one in row])
    return rows


def _bounded(number: float, name: str) -> float:
    if not abs(number) <= MAX_NUMBER:
        rule = f"a number between -{MAX_NUMBER:g} and {MAX_NUMBER:g}"
        raise WrongValue(name, "smaller_number", rule)
    return number
