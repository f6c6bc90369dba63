"""The form of the report: agency, addressees, sections and who owes each; a file of its own."""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from quantrac_core.config.load import read_yaml, validate
from quantrac_core.config.secrets import Secret
from quantrac_core.config.strict import StrictModel

FIELD_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
PERIOD_WORD: Final = "ky"
"""``{ky}`` in a text becomes "tuần" or "tháng"."""
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Line = Annotated[str, Field(min_length=1, max_length=400)]


class FieldForm(StrictModel):
    """One figure or text that somebody hands in."""

    key: Key
    name_vi: str = Field(min_length=1, max_length=200)
    unit: str = Field(default="", max_length=30)
    kind: Literal["number", "text"] = "number"


class TableForm(StrictModel):
    """A small table that somebody hands in: a first column of words, others of whole numbers."""

    key: Key
    columns: list[Line] = Field(min_length=2, max_length=8)
    rows: list[Line] = Field(min_length=1, max_length=30)
    total: bool = True


class FormSource(StrictModel):
    """A person fills it in."""

    kind: Literal["form"] = "form"


class StationsSource(StrictModel):
    """The stations' data."""

    kind: Literal["stations"]


class CamerasSource(StrictModel):
    """The cameras' data."""

    kind: Literal["cameras"]


class CsvSource(StrictModel):
    """A CSV file with a column ``tu_ngay`` (the period's first day) and one for each field."""

    kind: Literal["csv"]
    path: Path


class HttpSource(StrictModel):
    """A JSON document; ``{from}`` and ``{to}`` in the address are the period's days.

    ``pick`` names where each field is, by dotted path; a field not named has its own key.
    """

    kind: Literal["http"]
    url: str = Field(max_length=500)
    pick: dict[Key, Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default={}, max_length=100
    )
    token: Secret | None = None
    timeout_s: float = Field(default=10.0, gt=0, le=60)

    @model_validator(mode="after")
    def _is_safe(self) -> "HttpSource":
        parts = urlsplit(self.url)
        is_local = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
            raise ValueError("url: https, or http to this machine only")
        if parts.username is not None or not parts.hostname:
            raise ValueError("url: a host, and no password in it")
        return self


SectionSource = Annotated[
    FormSource | StationsSource | CamerasSource | CsvSource | HttpSource,
    Field(discriminator="kind"),
]


class SectionForm(StrictModel):
    """One numbered section.

    ``lines`` are its words with ``{key}`` where a field belongs; ``- `` begins an item, ``+ ``
    an item below it. ``owner`` is the account (or name) that owes it, none for data sections.
    """

    key: Key
    title: str = Field(min_length=1, max_length=300)
    owner: str = Field(default="", max_length=60)
    owner_name: str = Field(default="", max_length=120)
    lines: list[Annotated[str, Field(min_length=1, max_length=2_000)]] = Field(
        default=[], max_length=40
    )
    fields: list[FieldForm] = Field(default=[], max_length=60)
    tables: list[TableForm] = Field(default=[], max_length=3)
    source: SectionSource = FormSource()
    carry_over: bool = True

    @model_validator(mode="after")
    def _names_its_fields(self) -> "SectionForm":
        keys = [one.key for one in self.fields] + [one.key for one in self.tables]
        if len(set(keys)) != len(keys):
            raise ValueError("fields: a key is used twice")
        known = {*keys, PERIOD_WORD}
        for line in self.lines:
            for name in PLACEHOLDER.findall(line):
                if name not in known:
                    raise ValueError(f"lines: {{{name}}} is no field of this section")
        if self.is_data and (self.fields or self.tables):
            raise ValueError("fields: a section from the data has none")
        return self

    @property
    def is_data(self) -> bool:
        """Tell whether the figures come from stations or cameras."""
        return self.source.kind in ("stations", "cameras")


class ReportForm(StrictModel):
    """Names, addressees and sections of the report."""

    parent_agency: list[Line] = Field(min_length=1, max_length=3)
    agency: list[Line] = Field(min_length=1, max_length=3)
    place: str = Field(min_length=1, max_length=100)
    number_pattern: str = Field(default="{number}/ĐTTM", max_length=60)
    subject_week: Line
    subject_month: Line
    addressees: list[Line] = Field(min_length=1, max_length=20)
    legal_bases: list[Annotated[str, Field(min_length=1, max_length=1_000)]] = Field(
        default=[], max_length=10
    )
    opening: Annotated[str, Field(min_length=1, max_length=1_000)]
    part_title: Line
    closing: Annotated[str, Field(min_length=1, max_length=1_000)]
    recipients: list[Line] = Field(min_length=1, max_length=20)
    signatory_title: list[Line] = Field(min_length=1, max_length=3)
    signatory_name: str = Field(default="", max_length=80)
    sections: list[SectionForm] = Field(min_length=1, max_length=30)

    @model_validator(mode="after")
    def _is_consistent(self) -> "ReportForm":
        keys = [section.key for section in self.sections]
        if len(set(keys)) != len(keys):
            raise ValueError("sections: a key is used twice")
        if "{number}" not in self.number_pattern:
            raise ValueError("number_pattern: {number} must stand in it")
        return self

    def section(self, key: str) -> SectionForm | None:
        """Return a section, or None."""
        return next((one for one in self.sections if one.key == key), None)


def _load(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    folder = Path((info.context or {}).get("folder", "."))
    path = folder / value
    return validate(read_yaml(path), ReportForm, str(path))


FormFile = Annotated[ReportForm, BeforeValidator(_load)]
"""A `ReportForm`, or the name of its file, beside the file that names it."""
