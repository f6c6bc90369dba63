"""The weeks and months that reports are about, as calendar days of the site."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Final, Literal

from quantrac_core.contracts.messages import ms_from_utc

ReportKind = Literal["week", "month"]
SITE_ZONE: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Việt Nam keeps no summer time, so no table of zones has to be installed."""
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final[tuple[Weekday, ...]] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2200


@dataclass(slots=True, frozen=True, order=True)
class Period:
    """Whole days from ``first`` to ``last``, both included."""

    kind: ReportKind
    first: date
    last: date

    @property
    def key(self) -> str:
        """The report's id, such as ``week-2024-12-13``."""
        return f"{self.kind}-{self.first.isoformat()}"

    @property
    def from_ms(self) -> int:
        """When the first day begins at the site, in milliseconds since 1970."""
        return site_ms(self.first, time())

    @property
    def to_ms(self) -> int:
        """When the last day is over."""
        return site_ms(self.last + timedelta(days=1), time())


def week_of(day: date, begins: Weekday) -> Period:
    """Return the week that holds ``day``; it begins on the weekday ``begins``."""
    behind_days = (day.weekday() - WEEKDAYS.index(begins)) % 7
    first = day - timedelta(days=behind_days)
    return Period("week", first, first + timedelta(days=6))


def month_of(day: date) -> Period:
    """Return the calendar month that holds ``day``."""
    days = calendar.monthrange(day.year, day.month)[1]
    return Period("month", day.replace(day=1), day.replace(day=days))


def period_of(kind: ReportKind, day: date, week_begins: Weekday) -> Period:
    """Return the period of a kind that holds ``day``."""
    return month_of(day) if kind == "month" else week_of(day, week_begins)


def before(period: Period) -> Period:
    """Return the period before."""
    eve = period.first - timedelta(days=1)
    return month_of(eve) if period.kind == "month" else _shifted(period, -7)


def after(period: Period) -> Period:
    """Return the period that follows."""
    morrow = period.last + timedelta(days=1)
    return month_of(morrow) if period.kind == "month" else _shifted(period, 7)


def site_ms(day: date, at: time) -> int:
    """Return a moment of the site's wall clock in milliseconds since 1970."""
    return ms_from_utc(datetime.combine(day, at, SITE_ZONE))


def site_time(at_ms: int) -> datetime:
    """Return the site's wall clock at ``at_ms`` milliseconds since 1970."""
    return datetime.fromtimestamp(at_ms / 1000, SITE_ZONE)


def _shifted(period: Period, days: int) -> Period:
    step = timedelta(days=days)
    return Period(period.kind, period.first + step, period.last + step)
