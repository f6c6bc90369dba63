"""Windows of the week in the site's time, also those that pass midnight."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Final

from pydantic import Field

from quantrac_core.config.strict import StrictModel

# Việt Nam has had no summer time since 1945, so the zone needs no database on the machine.
SITE: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
MINUTE_MS: Final = 60_000
DAY_MIN: Final = 24 * 60

HourMinute = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Weekday = Annotated[int, Field(ge=1, le=7)]


def site_time(at_ms: int) -> datetime:
    """Return milliseconds since 1970 as the site's clock shows them."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(SITE)


class Window(StrictModel):
    """From ``begin`` to ``end`` (HH:MM) on some weekdays (1 Monday … 7 Sunday; none is all).

    A window whose end is not after its begin passes midnight and belongs to the day on which
    it began; begin equal to end is a whole day.
    """

    weekdays: list[Weekday] = Field(default=[], max_length=7)
    begin: HourMinute
    end: HourMinute

    def began_on(self, at_ms: int) -> date | None:
        """Return the day on which the window open at ``at_ms`` began, or None where it is shut."""
        found = self._open_at(at_ms)
        return None if found is None else found[0]

    def closes_at_ms(self, at_ms: int) -> int | None:
        """Return when the window open at ``at_ms`` shuts, or None where it is shut already."""
        found = self._open_at(at_ms)
        return None if found is None else found[1]

    def _open_at(self, at_ms: int) -> tuple[date, int] | None:
        local = site_time(at_ms)
        begin_min, end_min = _minutes(self.begin), _minutes(self.end)
        length_min = (end_min - begin_min) % DAY_MIN or DAY_MIN
        for day in (local.date(), local.date() - timedelta(days=1)):
            if self.weekdays and day.isoweekday() not in self.weekdays:
                continue
            midnight = datetime(day.year, day.month, day.day, tzinfo=SITE)
            opens_ms = int(midnight.timestamp() * 1000) + begin_min * MINUTE_MS
            closes_ms = opens_ms + length_min * MINUTE_MS
            if opens_ms <= at_ms < closes_ms:
                return day, closes_ms
        return None


def is_within(windows: list[Window], at_ms: int) -> bool:
    """Tell whether any window is open."""
    return any(window.began_on(at_ms) is not None for window in windows)


def open_until_ms(windows: list[Window], at_ms: int) -> int | None:
    """Return when none of the windows open at ``at_ms``, or following without a gap, is open.

    None where all are shut. Windows that cover the whole week end after seven days at the
    latest, so that nothing waits for ever.
    """
    end_ms = at_ms
    for _ in range(7 * (len(windows) + 1)):
        ends = [end for window in windows if (end := window.closes_at_ms(end_ms)) is not None]
        if not ends:
            break
        end_ms = max(ends)
    return end_ms if end_ms > at_ms else None


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
