"""When reports are made, until when they are to be sent, and where their files are."""

from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.reports.form import FormFile
from gateway.reports.period import Weekday
from quantrac_core.config.strict import StrictModel


def _clock(value: object) -> object:
    # YAML 1.1 reads an unquoted 16:00 as a number in base 60.
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1440:
        return time(value // 60, value % 60)
    return value


def _whole_minute(at: time) -> time:
    if at.second or at.microsecond or at.tzinfo is not None:
        raise ValueError('a time of the site\'s day such as "16:00"')
    return at


TimeOfDay = Annotated[time, BeforeValidator(_clock), AfterValidator(_whole_minute)]


class WeeklySettings(StrictModel):
    """The weekly report; days are the first such ones on or after the week's last day."""

    enabled: bool = True
    week_begins: Weekday = "friday"
    generate_on: Weekday = "friday"
    generate_at: TimeOfDay = time(7, 30)
    deadline_on: Weekday = "friday"
    deadline_at: TimeOfDay = time(16, 0)
    remind_h: list[Annotated[int, Field(ge=1, le=240)]] = Field(default=[24, 4], max_length=5)


class MonthlySettings(StrictModel):
    """The monthly report; days are those of the month that follows."""

    enabled: bool = True
    generate_day: int = Field(default=1, ge=1, le=28)
    generate_at: TimeOfDay = time(7, 30)
    deadline_day: int = Field(default=3, ge=1, le=28)
    deadline_at: TimeOfDay = time(16, 0)
    remind_h: list[Annotated[int, Field(ge=1, le=240)]] = Field(default=[24], max_length=5)


class ReportSettings(StrictModel):
    """The section ``reports``.

    ``enough_capture`` is the least share of time with valid values for a conclusion (80 % is
    not verified against a regulation), ``stable_capture`` the least for the word stable.
    Downtimes shorter than ``least_downtime_min`` are counted but not listed.
    """

    path: Path
    form: FormFile
    weekly: WeeklySettings = WeeklySettings()
    monthly: MonthlySettings = MonthlySettings()
    enough_capture: float = Field(default=0.8, ge=0.5, le=1)
    stable_capture: float = Field(default=0.95, ge=0.5, le=1)
    least_downtime_min: int = Field(default=10, ge=1, le=1_440)
    generate_timeout_s: float = Field(default=240.0, ge=10, le=1_800)
