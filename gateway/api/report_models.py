"""Shapes of the API's answers and requests about reports."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Kind = Literal["week", "month"]


class FailureView(BaseModel):
    """Why the latest attempts to make a report failed, ``since`` the first of them."""

    reason: Literal["store", "database", "folder", "too_slow", "document", "defect"]
    detail: str
    since: datetime
    at: datetime
    times: int


class ReportView(BaseModel):
    """A report; ``late``: it was not sent by its deadline; ``owed`` counts sections.

    ``failure`` is set from an attempt that failed until one goes well.
    """

    id: str
    kind: Kind
    first_day: date
    last_day: date
    title: str
    state: Literal["draft", "generated", "issued", "sent"]
    late: bool
    deadline: datetime
    generated_at: datetime | None
    latest_version: int
    number: str
    issued_on: date | None
    issued_by: str | None
    issued_version: int | None
    sent_at: datetime | None
    sent_by: str | None
    sent_note: str
    owed: int | None = None
    failure: FailureView | None = None


class ReportList(BaseModel):
    """Reports, newest period first; ``configured`` is False where there is no form."""

    configured: bool
    reports: list[ReportView]


class FieldView(BaseModel):
    """A figure or text that somebody hands in."""

    key: str
    name_vi: str
    unit: str
    kind: Literal["number", "text"]


class SectionTableView(BaseModel):
    """A small table that somebody hands in: words in the first column, numbers in the others."""

    key: str
    columns: list[str]
    rows: list[str]


class SectionView(BaseModel):
    """A section; ``last`` are the values of the period before. ``lines`` are its words now."""

    key: str
    number: int
    title: str
    owner: str
    owner_name: str
    source: Literal["form", "csv", "http", "stations", "cameras"]
    state: Literal["missing", "carried", "handed_in", "fetched", "data"]
    owed: bool
    fields: list[FieldView]
    tables: list[SectionTableView]
    values: dict[str, float | str | list[list[float]]]
    text: str
    by: str
    at: datetime | None
    fault: str
    revision: int


class VersionView(BaseModel):
    """One immutable version."""

    number: int
    made_at: datetime
    made_by: str
    reason: Literal["schedule", "request", "issue"]
    sha256: str
    size_bytes: int


class ReportDetailView(BaseModel):
    """A report with its sections and versions, newest first."""

    report: ReportView
    sections: list[SectionView]
    versions: list[VersionView]


class NewReport(BaseModel):
    """Any day of the period that a report is wanted for."""

    model_config = {"extra": "forbid"}

    kind: Kind
    day: date


class SectionChange(BaseModel):
    """What is handed in for a section; ``revision`` is the one that was shown."""

    model_config = {"extra": "forbid", "str_strip_whitespace": True}

    values: dict[
        Annotated[str, Field(max_length=40)],
        float
        | Annotated[str, Field(max_length=4_000)]
        | Annotated[list[Annotated[list[float], Field(max_length=10)]], Field(max_length=30)]
        | None,
    ] = Field(default={}, max_length=100)
    text: str = Field(default="", max_length=8_000)
    revision: int = Field(ge=0, le=1_000_000)


class IssueRequest(BaseModel):
    """Number (without the pattern's ending) and date of issue."""

    model_config = {"extra": "forbid", "str_strip_whitespace": True}

    number: str = Field(min_length=1, max_length=20, pattern=r"^[0-9A-Za-zĐđ/.-]+$")
    issued_on: date


class SentNote(BaseModel):
    """How the report was sent."""

    model_config = {"extra": "forbid", "str_strip_whitespace": True}

    note: str = Field(default="", max_length=500)


class ChangeView(BaseModel):
    """A place whose words differ between two versions."""

    where: str
    before: str
    after: str


class ChangeList(BaseModel):
    """What changed from one version to another."""

    before: int
    after: int
    changes: list[ChangeView]


class LetterView(BaseModel):
    """The letter as blocks, top to bottom; see `gateway.reports.blocks` for their fields."""

    letter: dict[str, Any]
