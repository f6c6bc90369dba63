"""A rule that cannot be meant is one clear line; a calendar keeps local hours and dates."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from quantrac_core.config.load import load_config
from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.errors import ConfigErrors
from vision.rules.calendars import Calendar, Schedule
from vision.rules.contradictions import contradictions
from vision.rules.engine import RuleEngine
from vision.rules.settings import Rules, Zones


class Camera(StrictModel):
    """The part of a camera's configuration that belongs to this room."""

    calendars: dict[str, Calendar] = Field(default_factory=dict)
    zones: Zones = Field(default_factory=list)
    rules: Rules = Field(default_factory=list)


ZONE = "{name: yard, space: ground, points: [[0, 0], [9, 0], [9, 9]]}"
RULE = "id: a, kind: intrusion, zone: yard, labels: [person]"


def faults(tmp_path: Path, text: str) -> list[str]:
    """Return the lines that a configuration file ends with."""
    path = tmp_path / "camera.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigErrors) as refused:
        load_config(path, Camera, {})
    return [str(error).removeprefix(f"{path}: ") for error in refused.value.errors]


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("{id: a, kind: fire, zone: yard}", "'intrusion', 'line_crossing', 'wrong_way'"),
        (f"{{{RULE}, cooldown_s: 3}}", "rules.0.intrusion.cooldown_s: '(not shown)'"),
        (
            f"{{{RULE}, calendar: {{from: '25:00'}}}}",
            "expected '25:00' is no time of day; expected HH:MM from 00:00 to 24:00",
        ),
        (f"{{{RULE}, calendar: {{weekdays: [monday]}}}}", "'mon', 'tue', 'wed'"),
        (
            f"{{{RULE}, calendar: {{time_zone: Asia/Nha_Trang}}}}",
            "an IANA time zone, for example Asia/Ho_Chi_Minh",
        ),
        (f"{{{RULE}, calendar: {{dates: [2026-02-30]}}}}", "day is out of range"),
        (f"{{{RULE}, calendar: {{dates: ['2026-02-20..2026-02-10']}}}}", "first on or before last"),
        (f"{{{RULE}, calendar: {{dates: [tet]}}}}", "a date such as 2026-02-14"),
        ("{id: A b, kind: tamper}", "1 to 48 of a-z, 0-9 and '-', not at the ends"),
        (
            "{id: a, kind: crowd, zone: yard, labels: [person], at_least: 4, end_at: 4}",
            "end_at below at_least",
        ),
        (
            "{id: a, kind: wrong_way, zone: yard, labels: [car], along: [[1, 1], [1, 1]]}",
            "two different points",
        ),
        (
            f"{{{RULE}, confirmation: {{sightings: 2, at_least: 3}}}}",
            "at_least no larger than sightings",
        ),
        ("{id: a, kind: tamper, causes: [fog]}", "'covered', 'turned', 'defocused' or 'frozen'"),
    ],
)
def test_a_wrong_rule_is_one_line(tmp_path: Path, rule: str, line: str) -> None:
    lines = faults(tmp_path, f"zones: [{ZONE}]\nrules: [{rule}]\n")
    assert len(lines) == 1
    assert line in lines[0]


def rules_of(text: str) -> Rules:
    """Return the rules of a YAML list."""
    return TypeAdapter(Rules).validate_python(yaml.safe_load(text))


def zones_of(text: str) -> Zones:
    """Return the zones of a YAML list."""
    return TypeAdapter(Zones).validate_python(yaml.safe_load(text))


GATE = "{name: gate, space: 'view:north', shape: line, points: [[0, 0], [1, 1]]}"


@pytest.mark.parametrize(
    ("rules", "zones", "sentence"),
    [
        (
            "[{id: a, kind: intrusion, zone: yrad, labels: [person]}]",
            f"[{ZONE}]",
            "rule a names the zone 'yrad'; expected yard",
        ),
        (
            "[{id: a, kind: intrusion, zone: yard, labels: [person]}]",
            "[]",
            "rule a names the zone 'yard'; expected none, because there is none",
        ),
        (
            "[{id: a, kind: intrusion, zone: yard, labels: [human]}]",
            f"[{ZONE}]",
            "rule a wants 'human', which the model does not know; expected car, person",
        ),
        (
            "[{id: a, kind: abandoned_object, zone: yard, owner_labels: [dog]}]",
            f"[{ZONE}]",
            "rule a wants 'dog', which the model does not know; expected car, person",
        ),
        (
            "[]",
            f"[{GATE}]",
            "zone gate lies in the view north, which does not exist; expected east, west",
        ),
        (
            "[{id: a, kind: line_crossing, zone: yard, labels: [car]}]",
            f"[{ZONE}]",
            "rule a (line_crossing) needs shape: line for its zone yard",
        ),
        (
            "[{id: a, kind: tamper}, {id: a, kind: tamper}]",
            f"[{ZONE}, {ZONE}]",
            "zone yard is defined twice; keep one / rule a is defined twice; keep one",
        ),
        (
            "[{id: a, kind: tamper, calendar: night}]",
            "[]",
            "rule a names the calendar 'night'; expected market",
        ),
    ],
)
def test_what_does_not_fit_together_is_named(rules: str, zones: str, sentence: str) -> None:
    found = contradictions(
        rules_of(rules),
        zones_of(zones),
        calendars=["market"],
        views=["west", "east"],
        labels=["person", "car"],
    )
    assert " / ".join(found) == sentence


def test_an_engine_refuses_contradictions() -> None:
    with pytest.raises(ValueError, match="rule a names the zone 'yard'"):
        RuleEngine(rules_of("[{id: a, kind: intrusion, zone: yard, labels: [car]}]"), [])


def local_ms(text: str) -> int:
    """Return the wall clock of a time in Ho Chi Minh City."""
    return round(datetime.fromisoformat(f"{text}+07:00").timestamp() * 1000)


@pytest.mark.parametrize(
    ("calendar", "inside", "outside"),
    [
        ("{}", ["2026-11-24T00:00:00", "2026-11-24T23:59:59"], []),
        ("{from: 22:00, to: 05:00}", ["2026-11-24T22:00:00", "2026-11-25T04:59:59"],
         ["2026-11-24T21:59:59", "2026-11-25T05:00:00"]),
        ("{from: 7:30, to: 24:00}", ["2026-11-24T07:30:00", "2026-11-24T23:59:59"],
         ["2026-11-24T07:29:59", "2026-11-25T00:00:00"]),
        ("{weekdays: [fri], from: 22:00, to: 05:00}",
         ["2026-11-27T23:00:00", "2026-11-28T04:00:00"],
         ["2026-11-27T04:00:00", "2026-11-28T22:30:00"]),
        ("{dates: [2026-02-14, 2026-02-17..2026-02-19]}",
         ["2026-02-14T12:00:00", "2026-02-19T23:59:59"],
         ["2026-02-15T00:00:00", "2026-02-20T00:00:00"]),
        ("{except_dates: [2026-09-02], from: 22:00, to: 05:00}",
         ["2026-09-02T03:00:00"], ["2026-09-02T22:30:00", "2026-09-03T03:00:00"]),
        ("{from: 06:00, to: 06:00, dates: [2026-09-02]}",
         ["2026-09-02T06:00:00", "2026-09-03T05:59:59"],
         ["2026-09-02T05:59:59", "2026-09-03T06:00:00"]),
    ],
)  # fmt: skip
def test_a_calendar_keeps_local_hours(calendar: str, inside: list[str], outside: list[str]) -> None:
    hours = Calendar.model_validate(yaml.safe_load(calendar))
    assert [hours.is_open(local_ms(text)) for text in inside] == [True] * len(inside)
    assert [hours.is_open(local_ms(text)) for text in outside] == [False] * len(outside)


def test_a_summer_time_zone_keeps_its_wall_hours() -> None:
    hours = Calendar.model_validate({"from": "02:00", "to": "04:00", "time_zone": "Europe/Berlin"})
    for text in ("2026-03-29T03:30:00+02:00", "2026-10-25T02:30:00+01:00"):
        assert hours.is_open(round(datetime.fromisoformat(text).timestamp() * 1000))


@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=50))
def test_a_schedule_is_open_while_any_of_its_calendars_is(minutes: list[int]) -> None:
    night = Calendar.model_validate({"from": "22:00", "to": "05:00"})
    noon = Calendar.model_validate({"from": "11:00", "to": "13:00"})
    schedule = Schedule(["night", noon], {"night": night})
    for minute in minutes:
        at_ms = 1_790_000_000_000 + minute * 60_000
        assert schedule.is_open(at_ms) == (night.is_open(at_ms) or noon.is_open(at_ms))


def test_an_unknown_key_and_a_missing_label_are_named_together() -> None:
    with pytest.raises(ValidationError) as refused:
        rules_of("[{id: a, kind: intrusion, zone: yard, lables: [person]}]")
    assert refused.value.error_count() == 2
