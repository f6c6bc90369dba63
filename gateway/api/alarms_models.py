"""Shapes of requests and answers about alarms, their definitions and their figures."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from gateway.alarms.centre_alarms import Subject
from gateway.alarms.definitions import MOST_SHELVE_S, Priority


def plain_text(text: str) -> str:
    """Refuse control characters, which PostgreSQL cannot keep and nobody can read."""
    if any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
        raise ValueError("control characters are not allowed")
    return text


Words = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(plain_text)]
LongWords = Annotated[str, Field(max_length=2_000), AfterValidator(plain_text)]


class _Body(BaseModel):
    model_config = {"extra": "forbid", "str_strip_whitespace": True}


class Shelving(_Body):
    """Put aside for ``for_s`` seconds, or until the alarm returns (``one_shot``)."""

    why: Words
    for_s: int | None = Field(default=None, ge=60, le=MOST_SHELVE_S)
    one_shot: bool = False


class Why(_Body):
    """The reason of a step; may be empty."""

    why: Annotated[str, Field(max_length=500), AfterValidator(plain_text)] = ""


class Comment(_Body):
    """Words for the journal."""

    text: Words


class MarkView(BaseModel):
    """Who set a flag, when, why and until when."""

    by: str
    at: datetime
    why: str
    until: datetime | None


class JournalEntryView(BaseModel):
    """One step; ``person`` is null where the centre did it by itself."""

    id: int
    of: Literal["alarm", "definition"]
    action: str
    at: datetime
    recorded_at: datetime
    person: str | None
    why: str
    until: datetime | None


class JournalView(BaseModel):
    """The newest steps, oldest first."""

    entries: list[JournalEntryView]


class DefinitionView(BaseModel):
    """What was decided about one kind of alarm; ``revision`` 0 is the default."""

    station: str
    channel: str
    level: str
    subject: Subject
    priority: Priority
    group: str
    latching: bool
    instructions_vi: str
    instructions_en: str
    max_shelve_s: int
    suppressed: MarkView | None
    out_of_service: MarkView | None
    revision: int
    changed_by: str
    changed_at: datetime | None


class DefinitionList(BaseModel):
    """Every kind of alarm that is known."""

    definitions: list[DefinitionView]


class DefinitionChange(_Body):
    """A changed definition; ``revision`` is the one that was read."""

    revision: int = Field(ge=0, le=2_000_000_000)
    priority: Priority
    group: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    latching: bool
    instructions_vi: LongWords
    instructions_en: LongWords
    max_shelve_s: int = Field(ge=0, le=MOST_SHELVE_S)
    why: Words


class FlagChange(_Body):
    """Set or take away a flag of a definition; ``until`` ends it by itself."""

    on: bool
    why: Words
    until: AwareDatetime | None = None


class ActorView(BaseModel):
    """One alarm and how often it called."""

    station: str
    channel: str
    alarm: str
    level: str
    count: int
    share: float


class StaleView(BaseModel):
    """An alarm that has been active for more than 24 hours."""

    station: str
    channel: str
    alarm: str
    level: str
    priority: str
    raised_at: datetime


class StationLoadView(BaseModel):
    """How much one station asked of the operators."""

    station: str
    announced: int
    acknowledge_median_s: float | None


class KpisView(BaseModel):
    """Figures of a period; see `gateway.alarms.kpis`."""

    from_: datetime = Field(serialization_alias="from")
    to: datetime
    operators: int
    raised: int
    announced: int
    late: int
    per_hour_and_operator: float
    peak_10_min: int
    floods: int
    by_priority: dict[str, int]
    bad_actors: list[ActorView]
    chattering: list[ActorView]
    stale: list[StaleView]
    standing: int
    shelved: int
    acknowledged: int
    acknowledge_median_s: float | None
    acknowledge_p90_s: float | None
    by_station: list[StationLoadView]
