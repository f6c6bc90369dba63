"""Everything one version of a report was made from: a version's document follows from it alone."""

from datetime import date

import msgspec

from gateway.reports.figures import ReportFigures
from gateway.reports.period import Period, ReportKind
from gateway.reports.section_values import SectionValues


class Content(msgspec.Struct, frozen=True):
    """Figures and what was handed in, at ``made_ms``; days are ISO dates."""

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


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Content)


def encode_content(content: Content) -> str:
    """Return the content as JSON."""
    return _encoder.encode(content).decode()


def decode_content(text: str) -> Content:
    """Return the content that `encode_content` wrote."""
    return _decoder.decode(text)
