"""The report as blocks of text, tables and charts: one source for Word, preview and export."""

from typing import Literal

import msgspec

from gateway.reports.figures import Curve, LimitFigure


class Heading(msgspec.Struct, frozen=True, tag="heading"):
    """A heading; level 1 is a part (``I.``), 2 a section (``1.``), 3 an annex, centred."""

    level: int
    text: str


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph"):
    """Text; ``missing`` says that something was not handed in, ``note`` explains."""

    text: str
    style: Literal["body", "item", "subitem", "note", "missing"] = "body"


class Table(msgspec.Struct, frozen=True, tag="table"):
    """A table; ``shares`` are the columns' widths, ``numeric`` columns stand to the right."""

    caption: str
    head: list[str]
    rows: list[list[str]]
    shares: list[float]
    numeric: list[bool]
    has_total: bool = False


class Chart(msgspec.Struct, frozen=True, tag="chart"):
    """One channel over the period with its limits."""

    title: str
    unit: str
    decimals: int
    curve: Curve
    limits: list[LimitFigure]


Block = Heading | Paragraph | Table | Chart


class Letter(msgspec.Struct, frozen=True):
    """The whole report, top to bottom, as Nghị định 30/2020/NĐ-CP orders a letter.

    ``number`` has no figure and ``issued_on`` (ISO date) is None before it is issued.
    """

    parent_agency: list[str]
    agency: list[str]
    number: str
    subject: str
    place: str
    issued_on: str | None
    addressees: list[str]
    body: list[Block]
    recipients: list[str]
    signatory_title: list[str]
    signatory_name: str
    annex: list[Block]
    year: int
