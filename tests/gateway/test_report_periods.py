"""Weeks, months and dates: every day has one period, and dates come in their order."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reports.due import current, dates_of, remind_ms
from gateway.reports.period import (
    WEEKDAYS,
    ReportKind,
    after,
    before,
    period_of,
    site_time,
    week_of,
)
from gateway.reports.settings import MonthlySettings, ReportSettings, WeeklySettings
from gateway.reports.wording import period_text
from tests.gateway.report_samples import FORM, WEEK, at_site

DAYS = st.dates(date(2001, 1, 8), date(2199, 11, 30))
KINDS = st.sampled_from(["week", "month"])
WEEKDAY = st.sampled_from(WEEKDAYS)


def settings_with(weekly: WeeklySettings, monthly: MonthlySettings) -> ReportSettings:
    return ReportSettings.model_validate(
        {"path": "x", "form": FORM, "weekly": weekly, "monthly": monthly}
    )


@given(DAYS, KINDS, WEEKDAY)
def test_periods_follow_one_another_without_gap_or_overlap(
    day: date, kind: ReportKind, begins: str
) -> None:
    period = period_of(kind, day, begins)  # type: ignore[arg-type]
    assert period.first <= day <= period.last
    assert after(period).first == period.last + timedelta(days=1)
    assert before(after(period)) == period
    assert after(period).from_ms == period.to_ms
    assert site_time(period.from_ms).time() == time()


def test_the_week_of_the_original_is_friday_to_thursday() -> None:
    assert (WEEK.first, WEEK.last) == (date(2024, 12, 13), date(2024, 12, 19))
    assert period_text(WEEK) == "từ ngày 13/12 đến ngày 19/12/2024"


def test_a_week_over_new_year_names_both_years() -> None:
    assert period_text(week_of(date(2025, 1, 1), "friday")) == (
        "từ ngày 27/12/2024 đến ngày 02/01/2025"
    )


@given(DAYS, KINDS, WEEKDAY, WEEKDAY, WEEKDAY, st.times(), st.times(), st.integers(1, 28))
def test_a_report_is_due_after_it_is_generated_and_not_before_its_last_day(
    day: date,
    kind: ReportKind,
    begins: str,
    generate: str,
    deadline: str,
    generate_at: time,
    deadline_at: time,
    month_day: int,
) -> None:
    times = {
        "generate_at": generate_at.replace(second=0, microsecond=0, fold=0),
        "deadline_at": deadline_at.replace(second=0, microsecond=0, fold=0),
    }
    weekly = WeeklySettings.model_validate(
        {"week_begins": begins, "generate_on": generate, "deadline_on": deadline, **times}
    )
    monthly = MonthlySettings.model_validate({"generate_day": month_day, **times})
    settings = settings_with(weekly, monthly)
    period = period_of(kind, day, weekly.week_begins)
    dates = dates_of(settings, period)
    assert dates.generate_ms <= dates.deadline_ms
    assert site_time(dates.generate_ms).date() >= period.last
    assert dates_of(settings, after(period)).generate_ms > dates.generate_ms


def test_the_period_to_work_on_stays_until_its_deadline() -> None:
    settings = settings_with(WeeklySettings(), MonthlySettings())
    friday = date(2024, 12, 20)
    assert current(settings, "week", at_site(friday, 15)) == WEEK
    assert current(settings, "week", at_site(friday, 16, 1)) == after(WEEK)


def test_reminders_come_before_the_deadline_earliest_first() -> None:
    settings = settings_with(WeeklySettings(remind_h=[4, 24]), MonthlySettings())
    deadline = dates_of(settings, WEEK).deadline_ms
    reminders = remind_ms(settings, "week", deadline)
    assert [(deadline - one) // 3_600_000 for one in reminders] == [24, 4]


@pytest.mark.parametrize("written", [450, "07:30", "07:30:00"])
def test_a_time_of_day_is_read_as_yaml_gives_it(written: object) -> None:
    read = WeeklySettings.model_validate({"generate_at": written})
    assert read.generate_at == time(7, 30)
