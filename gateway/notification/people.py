"""Recipients and duty rosters, as the database keeps them and the page edits them."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from gateway.notification.notifiable import RANK, Kind, Language, Notifiable, Priority
from gateway.notification.timetable import Window, is_within
from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.identifiers import STATION_ID_RULE, is_station_id

MAX_STEPS: Final = 5


def _place(text: str) -> str:
    if not is_station_id(text):
        raise ValueError(STATION_ID_RULE)
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("no control characters")
    return text


Place = Annotated[str, AfterValidator(_place)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80),
    AfterValidator(_printable),
]
Account = Annotated[str, Field(pattern=r"^[A-Za-z0-9._@-]{1,60}$")]
EmailAddress = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"),
    Field(max_length=254),
]
Step = Annotated[int, Field(ge=1, le=MAX_STEPS)]


class EmailChannel(StrictModel):
    """A mail address."""

    kind: Literal["email"]
    address: EmailAddress


class NamedChannel(StrictModel):
    """A webhook or an Apprise address of the configuration file, by its name there."""

    kind: Literal["webhook", "apprise"]
    name: Slug


class PushChannel(StrictModel):
    """Every browser in which the recipient's account has switched notices on."""

    kind: Literal["push"]


Channel = Annotated[EmailChannel | NamedChannel | PushChannel, Field(discriminator="kind")]


def sink_of(channel: EmailChannel | NamedChannel | PushChannel) -> str:
    """Name the sink that a channel goes out by: ``email``, ``push``, ``webhook:ioc`` …"""
    match channel.kind:
        case "webhook" | "apprise":
            return f"{channel.kind}:{channel.name}"
        case _:
            return channel.kind


class Match(StrictModel):
    """Which things are meant: an empty list means all; both lists empty mean every place.

    What has no place, such as a broken sink, concerns whoever is meant for every place; a
    reminder concerns everybody.
    """

    kinds: list[Kind] = Field(default=[], max_length=3)
    stations: list[Place] = Field(default=[], max_length=500)
    cameras: list[Place] = Field(default=[], max_length=500)
    min_priority: Priority = "low"

    def takes(self, news: Notifiable) -> bool:
        """Tell whether ``news`` is meant."""
        if self.kinds and news.kind not in self.kinds:
            return False
        if RANK[news.priority] < RANK[self.min_priority]:
            return False
        everywhere = not self.stations and not self.cameras
        if news.station is None and news.camera is None:
            return everywhere or news.kind == "reminder"
        return everywhere or news.station in self.stations or news.camera in self.cameras


class Rule(Match):
    """What a recipient is told, in which hours (none is always), from which step on."""

    windows: list[Window] = Field(default=[], max_length=20)
    step: Step = 1

    def applies(self, news: Notifiable, at_ms: int) -> bool:
        """Tell whether ``news`` is meant at this hour."""
        return self.takes(news) and (not self.windows or is_within(self.windows, at_ms))


class Recipient(StrictModel):
    """A person, or a system that takes every change as its own message.

    Args:
        mode: a ``system`` has no grouping, quiet hours or bound on messages.
        account: sign-in name whose browsers get push messages.
        quiet: hours in which low and medium priority wait for one digest.
        max_per_hour: messages in any hour; above it news is put together.
    """

    name: Name
    active: bool = True
    language: Language = "vi"
    mode: Literal["person", "system"] = "person"
    account: Account | None = None
    channels: list[Channel] = Field(min_length=1, max_length=10)
    rules: list[Rule] = Field(default=[], max_length=50)
    quiet: list[Window] = Field(default=[], max_length=14)
    max_per_hour: int = Field(default=30, ge=1, le=1_000)

    def is_reached_without(self, sink: str) -> bool:
        """Tell whether a message gets out by another sink than this one."""
        return any(sink_of(channel) != sink for channel in self.channels)

    @model_validator(mode="after")
    def _push_has_an_account(self) -> "Recipient":
        if self.account is None and any(channel.kind == "push" for channel in self.channels):
            raise ValueError("account: needed for a push channel")
        return self


class Shift(StrictModel):
    """Who is on duty in a window, and at which step."""

    window: Window
    recipient: Slug
    step: Step = 1


class RosterException(StrictModel):
    """On these days (the day a shift begins) somebody else has the duty of a step.

    Args:
        replaces: only this person's shifts; None means everybody's at the step.
        recipient: who comes instead; None means nobody.
    """

    first_day: date
    last_day: date
    step: Step = 1
    replaces: Slug | None = None
    recipient: Slug | None = None
    reason: Annotated[str, Field(max_length=200), AfterValidator(_printable)] = ""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "RosterException":
        if self.last_day < self.first_day:
            raise ValueError("last_day: not before first_day")
        return self


class Roster(StrictModel):
    """A duty: what it is for, and who has it when."""

    name: Name
    active: bool = True
    match: Match = Match()
    shifts: list[Shift] = Field(default=[], max_length=200)
    exceptions: list[RosterException] = Field(default=[], max_length=200)
