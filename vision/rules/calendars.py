"""When a rule is on: weekdays, hours over midnight and dates in the site's time zone."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from quantrac_core.config.strict import StrictModel

DEFAULT_TIME_ZONE = "Asia/Ho_Chi_Minh"
MINUTES_A_DAY = 24 * 60
MAX_SPAN_DAYS = 366
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _minute_of_day(value: object) -> object:
    """YAML reads an unquoted 22:00 as 1320 (sixty-based), so a number means minutes."""
    problem = f"{value!r} is no time of day; expected HH:MM from 00:00 to 24:00"
    if isinstance(value, str):
        hours, colon, minutes = value.strip().partition(":")
        if colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2:
            value = int(hours) * 60 + int(minutes) if int(minutes) < 60 else None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MINUTES_A_DAY:
        raise ValueError(problem)
    return value


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"an IANA time zone, for example {DEFAULT_TIME_ZONE}") from error
    return name


def _as_span(value: object) -> object:
    """Take a day, or ``2026-02-14..2026-02-22`` with both ends included."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"first": value, "last": value}
    if isinstance(value, str):
        first, _, last = value.partition("..")
        try:
            return {
                "first": date.fromisoformat(first.strip()),
                "last": date.fromisoformat((last or first).strip()),
            }
        except ValueError as error:
            raise ValueError("a date such as 2026-02-14, or 2026-02-14..2026-02-22") from error
    return value


class DateSpan(StrictModel):
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not timedelta(0) <= self.last - self.first <= timedelta(days=MAX_SPAN_DAYS):
            raise ValueError(f"first on or before last, at most {MAX_SPAN_DAYS} days apart")
        return self

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


MinuteOfDay = Annotated[int, BeforeValidator(_minute_of_day)]
Span = Annotated[DateSpan, BeforeValidator(_as_span)]


class Calendar(StrictModel):
    """Hours of some days, in local time; what is left out does not restrict.

    ``from`` is included and ``to`` is not. With ``to`` at or before ``from`` the hours run over
    midnight and belong to the day on which they began: Friday 22:00 to 05:00 covers Saturday
    04:59. ``dates`` restricts to these days, ``except_dates`` takes days out again.
    """

    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)] = Field(
        default_factory=lambda: list(WEEKDAYS)
    )
    begins: MinuteOfDay = Field(default=0, alias="from")
    ends: MinuteOfDay = Field(default=MINUTES_A_DAY, alias="to")
    dates: Annotated[list[Span], Field(max_length=100)] = Field(default_factory=list)
    except_dates: Annotated[list[Span], Field(max_length=100)] = Field(default_factory=list)
    time_zone: Annotated[str, AfterValidator(_known_time_zone)] = DEFAULT_TIME_ZONE

    def is_open(self, at_ms: int) -> bool:
        """Tell whether the hours include ``at_ms`` (milliseconds since 1970 UTC)."""
        local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(self.time_zone))
        minute = local.hour * 60 + local.minute
        today = local.date()
        if self.begins < self.ends:
            return self.begins <= minute < self.ends and self._has_day(today)
        if minute >= self.begins and self._has_day(today):
            return True
        return minute < self.ends and self._has_day(today - timedelta(days=1))

    def _has_day(self, day: date) -> bool:
        return (
            WEEKDAYS[day.weekday()] in self.weekdays
            and (not self.dates or any(day in span for span in self.dates))
            and not any(day in span for span in self.except_dates)
        )


def _written_out_or_named(value: object) -> str:
    return "name" if isinstance(value, str) else "hours"


CalendarRef = Annotated[
    Annotated[Calendar, Tag("hours")]
    | Annotated[str, Field(min_length=1, max_length=48), Tag("name")],
    Discriminator(_written_out_or_named),
]
"""A calendar written out, or the name of a shared one."""


class Schedule:
    """Calendars of one rule: it is on while any of them is open, always if there is none."""

    def __init__(self, refs: Sequence[CalendarRef], named: Mapping[str, Calendar]) -> None:
        self._calendars = [named[ref] if isinstance(ref, str) else ref for ref in refs]
        self._minute = -1
        self._is_open = True

    def is_open(self, at_ms: int) -> bool:
        """Tell whether the rule is on at ``at_ms`` (milliseconds since 1970 UTC)."""
        if not self._calendars:
            return True
        minute = at_ms // 60_000
        if minute != self._minute:
            self._minute = minute
            self._is_open = any(calendar.is_open(at_ms) for calendar in self._calendars)
        return self._is_open
