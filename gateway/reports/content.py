"""Everything that a version of a report is made from."""

from datetime import date

import msgspec

from gateway.reports.figures import ReportFigures
from gateway.reports.period import Period, ReportKind
from gateway.reports.section_values import SectionValues


class Content(msgspec.Struct, frozen=True):
    """Figures and what was handed in, at ``made_ms``; days are ISO dates.

    ``number`` is that of the issued letter with its ending (``128/ĐTTM``), else empty.
    """

    kind: ReportKind
    first_day: str
    last_day: str
    made_ms: int
    figures: ReportFigures
    sections: dict[str, SectionValues]
    number: str = ""
    issued_on: str | None = None

    @property
    def period(self) -> Period:
        """What the report is about."""
        first, last = date.fromisoformat(self.first_day), date.fromisoformat(self.last_day)
        return Period(self.kind, first, last)
