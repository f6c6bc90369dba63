"""Who is told: windows of the week, rules, duty rosters."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.notification.people import Recipient, Roster
from gateway.notification.routing import next_step_with_people, on_duty, recipients_at_step
from gateway.notification.timetable import Window, is_within, open_until_ms, site_time
from tests.gateway.notification.samples import HOUR_MS, NOON_MS, news, recipient

clock = st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.integers(0, 59))
windows = st.builds(
    Window, weekdays=st.lists(st.integers(1, 7), max_size=7), begin=clock, end=clock
)
moments = st.integers(NOON_MS, NOON_MS + 14 * 24 * HOUR_MS)
NIGHT = {"begin": "22:00", "end": "06:00"}


def test_the_sample_is_a_tuesday_noon_at_the_site() -> None:
    assert f"{site_time(NOON_MS):%A %H:%M}" == "Tuesday 12:00"


def test_a_window_over_midnight_belongs_to_the_day_it_began() -> None:
    tuesday_night = Window(weekdays=[2], **NIGHT)
    at_ms = NOON_MS + 14 * HOUR_MS

    assert tuesday_night.began_on(at_ms) == date(2025, 11, 25)
    assert tuesday_night.began_on(at_ms - 24 * HOUR_MS) is None
    assert tuesday_night.closes_at_ms(at_ms) == NOON_MS + 18 * HOUR_MS


@given(windows, moments)
def test_a_window_is_open_exactly_from_its_begin_to_its_end(window: Window, at_ms: int) -> None:
    local = site_time(at_ms)
    minute = f"{local:%H:%M}"
    day = local.isoweekday()
    before = (local.date() - timedelta(days=1)).isoweekday()
    days = window.weekdays or list(range(1, 8))
    if window.begin < window.end:
        expected = day in days and window.begin <= minute < window.end
    else:
        expected = (day in days and minute >= window.begin) or (
            before in days and minute < window.end
        )

    assert (window.began_on(at_ms) is not None) is expected


@given(st.lists(windows, max_size=4), moments)
def test_what_waits_for_quiet_hours_to_end_waits_for_a_bounded_time(
    quiet: list[Window], at_ms: int
) -> None:
    until_ms = open_until_ms(quiet, at_ms)

    assert (until_ms is not None) is is_within(quiet, at_ms)
    if until_ms is not None:
        assert at_ms < until_ms <= at_ms + 36 * 24 * HOUR_MS


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({}, True),
        ({"stations": ["thanh-hai"]}, True),
        ({"stations": ["bh-phan-rang"]}, False),
        ({"cameras": ["viettel-360"]}, False),
        ({"kinds": ["event"]}, False),
        ({"min_priority": "high"}, True),
        ({"min_priority": "urgent"}, False),
        ({"windows": [{"begin": "07:00", "end": "17:00"}]}, True),
        ({"windows": [NIGHT]}, False),
        ({"windows": [{"weekdays": [6, 7], "begin": "00:00", "end": "00:00"}]}, False),
        ({"step": 2}, False),
    ],
    ids=str,
)
def test_a_rule_says_what_and_when(rule: dict[str, object], told: bool) -> None:
    people = {"lan": recipient(rules=[rule])}

    assert recipients_at_step(news(), 1, people, [], NOON_MS) == (["lan"] if told else [])


def test_a_reminder_without_a_place_reaches_who_takes_reminders() -> None:
    people = {"lan": recipient(rules=[{"kinds": ["reminder"], "stations": ["thanh-hai"]}])}
    reminder = news(kind="reminder", station=None)

    assert recipients_at_step(reminder, 1, people, [], NOON_MS) == ["lan"]


def test_an_inactive_recipient_is_told_nothing_even_on_duty() -> None:
    roster = Roster.model_validate(
        {
            "name": "Trực ban",
            "shifts": [{"window": {"begin": "00:00", "end": "00:00"}, "recipient": "lan"}],
        }
    )

    assert recipients_at_step(news(), 1, {"lan": recipient(active=False)}, [roster], NOON_MS) == []


def duty(**more: object) -> Roster:
    return Roster.model_validate(
        {
            "name": "Trực ban",
            "shifts": [
                {"window": {"begin": "06:00", "end": "22:00"}, "recipient": "lan"},
                {"window": NIGHT, "recipient": "minh"},
                {"window": {"begin": "00:00", "end": "00:00"}, "recipient": "chi", "step": 2},
            ],
            **more,
        }
    )


def test_a_roster_has_shifts_and_steps() -> None:
    assert on_duty(duty(), 1, NOON_MS) == ["lan"]
    assert on_duty(duty(), 1, NOON_MS + 12 * HOUR_MS) == ["minh"]
    assert on_duty(duty(), 2, NOON_MS) == ["chi"]
    assert on_duty(duty(), 3, NOON_MS) == []


def test_an_exception_follows_the_shift_over_midnight() -> None:
    away = {"first_day": "2025-11-25", "last_day": "2025-11-25", "replaces": "minh"}
    roster = duty(exceptions=[{**away, "recipient": "hanh"}])

    assert on_duty(roster, 1, NOON_MS) == ["lan"]
    assert on_duty(roster, 1, NOON_MS + 14 * HOUR_MS) == ["hanh"]
    assert on_duty(roster, 1, NOON_MS + 38 * HOUR_MS) == ["minh"]


def test_a_gap_in_the_roster_reaches_the_next_step_at_once() -> None:
    holiday = {"first_day": "2025-11-25", "last_day": "2025-11-25"}
    people = {"lan": recipient(rules=[]), "chi": recipient(rules=[])}

    found = next_step_with_people(news(), 0, people, [duty(exceptions=[holiday])], NOON_MS)

    assert found == (2, ["chi"])


@pytest.mark.parametrize(
    "bad",
    [
        {"channels": []},
        {"channels": [{"kind": "email", "address": "lan"}]},
        {"channels": [{"kind": "email", "address": "lan@x.vn\nBcc: all@x.vn"}]},
        {"channels": [{"kind": "pigeon"}]},
        {"channels": [{"kind": "push"}]},
        {"quiet": [{"begin": "25:00", "end": "06:00"}]},
        {"quiet": [{"weekdays": [8], "begin": "22:00", "end": "06:00"}]},
        {"rules": [{"stations": ["../etc"]}]},
        {"rules": [{"step": 9}]},
        {"name": " "},
        {"name": "a\x00b"},
        {"max_per_hour": 0},
        {"surprise": 1},
    ],
    ids=str,
)
def test_a_recipient_that_makes_no_sense_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        recipient(**bad)


def test_a_recipient_survives_the_database_unchanged() -> None:
    one = recipient(quiet=[NIGHT], rules=[{"stations": ["thanh-hai"], "windows": [NIGHT]}])

    assert Recipient.model_validate_json(one.model_dump_json()) == one
