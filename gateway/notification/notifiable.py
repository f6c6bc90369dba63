"""What people may have to be told of: an alarm, a security event, a reminder."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["alarm", "event", "reminder"]
Priority = Literal["low", "medium", "high", "urgent"]
State = Literal["firing", "acknowledged", "resolved"]
Phase = Literal["firing", "acknowledged", "resolved"]
Language = Literal["vi", "en"]

RANK: Final[dict[Priority, int]] = {"low": 0, "medium": 1, "high": 2, "urgent": 3}
PRESSING: Final = RANK["high"]
"""From here on nothing is grouped with patience and no quiet hour holds it back."""
MAX_TITLE: Final = 200
MAX_TEXT: Final = 2_000


@dataclass(slots=True, frozen=True)
class Notifiable:
    """One thing as it is now; the same ``id`` stands for it over its whole life.

    Args:
        id: such as ``alarm:thanh-hai.cod.high.limit.1763949845000``, at most 220 characters.
        station, camera: where it is; a reminder may have neither.
        group: what belongs together in one message, such as ``alarm/thanh-hai``.
        at_ms: when it began, in milliseconds since 1970.
        silenced: shelved, suppressed or out of service: nobody is told while this holds.
        late: came long after it happened: nobody is ever told.
        needs_word: that it ended does not stop escalation; only a person's word does.
        url: path on the page, such as ``#/alarms``.
        figure_vi, figure_en: value and limit in a few words, for a list of several things.
        avoid: the sink that it speaks of as broken, and by which it is not to be told.
    """

    id: str
    kind: Kind
    station: str | None
    camera: str | None
    group: str
    priority: Priority
    state: State
    title_vi: str
    title_en: str
    text_vi: str
    text_en: str
    at_ms: int
    silenced: bool = False
    late: bool = False
    needs_word: bool = False
    url: str = ""
    avoid: str = ""
    figure_vi: str = ""
    figure_en: str = ""

    def title(self, language: Language) -> str:
        """Return the title in a language, in the other one where it is missing."""
        first, second = (self.title_vi, self.title_en)
        return (first or second) if language == "vi" else (second or first)

    def figure(self, language: Language) -> str:
        """Return value and limit in a language, or an empty text."""
        return self.figure_vi if language == "vi" else self.figure_en

    def text(self, language: Language) -> str:
        """Return the text in a language, in the other one where it is missing."""
        first, second = (self.text_vi, self.text_en)
        return (first or second) if language == "vi" else (second or first)


def is_pressing(priority: Priority) -> bool:
    """Tell whether people are told at once, at any hour."""
    return RANK[priority] >= PRESSING
