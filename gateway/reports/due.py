"""When reports are generated, due and reminded of, as a function of the time."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from gateway.reports.period import (
    WEEKDAYS,
    Period,
    ReportKind,
    Weekday,
    after,
    before,
    period_of,
    site_ms,
    site_time,
)
from gateway.reports.settings import ReportSettings

HOUR_MS = 3_600_000


@dataclass(slots=True, frozen=True)
class Dates:
    """When a period's report is generated and when it has to be sent, in ms since 1970."""

    generate_ms: int
    deadline_ms: int


def dates_of(settings: ReportSettings, period: Period) -> Dates:
    """Return a period's dates; the deadline never lies before the generation."""
    if period.kind == "month":
        monthly = settings.monthly
        first = after(period).first
        generate = _moment(first.replace(day=monthly.generate_day), monthly.generate_at)
        deadline = _moment(first.replace(day=monthly.deadline_day), monthly.deadline_at)
        return Dates(generate, max(generate, deadline))
    weekly = settings.weekly
    generate_day = _first_on(weekly.generate_on, period.last)
    generate = _moment(generate_day, weekly.generate_at)
    deadline = _moment(_first_on(weekly.deadline_on, generate_day), weekly.deadline_at)
    if deadline < generate:
        later = _first_on(weekly.deadline_on, generate_day + timedelta(days=1))
        deadline = _moment(later, weekly.deadline_at)
    return Dates(generate, deadline)


def enabled_kinds(settings: ReportSettings) -> list[ReportKind]:
    """Return the kinds of report that are made on schedule."""
    kinds: list[ReportKind] = ["week"] if settings.weekly.enabled else []
    return [*kinds, "month"] if settings.monthly.enabled else kinds


def current(settings: ReportSettings, kind: ReportKind, now_ms: int) -> Period:
    """Return the period that people work on: the last one whose report may still be unsent."""
    today = site_time(now_ms).date()
    period = period_of(kind, today, settings.weekly.week_begins)
    earlier = before(period)
    return earlier if dates_of(settings, earlier).deadline_ms > now_ms else period


def remind_ms(settings: ReportSettings, kind: ReportKind, deadline_ms: int) -> list[int]:
    """Return when those who owe a section are reminded."""
    hours = settings.weekly.remind_h if kind == "week" else settings.monthly.remind_h
    return sorted({deadline_ms - h * HOUR_MS for h in hours})


def _first_on(weekday: Weekday, day: date) -> date:
    return day + timedelta(days=(WEEKDAYS.index(weekday) - day.weekday()) % 7)


def _moment(day: date, at: time) -> int:
    return site_ms(day, at)
