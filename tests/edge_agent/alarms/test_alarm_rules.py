"""Rules name their alarms and refuse what cannot be meant."""

import pytest
from pydantic import ValidationError

from edge_agent.alarms.bank import AlarmBank
from edge_agent.alarms.rules import AlarmRule, contradictions


def rule(**keys: object) -> AlarmRule:
    return AlarmRule.model_validate(
        {"channel": "cod", "level": "limit", "side": "high", "threshold": 150} | keys
    )


def test_names_carry_channel_side_level_and_basis() -> None:
    assert rule().alarm_name == "cod.high.limit.value"
    assert rule(level="warn", basis="mean", window_s=300).alarm_name == "cod.high.warn.mean_300s"
    assert rule(channel="ph", side="low").alarm_name == "ph.low.limit.value"


def test_the_deadband_lies_on_the_quiet_side() -> None:
    assert rule(deadband=10).return_threshold == 140
    assert rule(side="low", threshold=6, deadband=0.5).return_threshold == 6.5


@pytest.mark.parametrize(
    "keys",
    [
        {"basis": "mean"},
        {"window_s": 300},
        {"basis": "mean", "window_s": 0},
        {"basis": "mean", "window_s": 30 * 86_400},
        {"deadband": -1},
        {"on_delay_s": -1},
        {"off_delay_s": float("inf")},
        {"threshold": float("nan")},
        {"min_coverage": 0},
        {"min_coverage": 1.1},
        {"channel": "COD"},
        {"channel": "cod\n"},
        {"level": "alarm"},
        {"treshold": 5},
    ],
)
def test_impossible_rules_are_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        rule(**keys)


def test_a_set_of_sound_rules_has_no_contradictions() -> None:
    rules = [
        rule(level="warn", threshold=120),
        rule(),
        rule(side="low", threshold=1),
        rule(side="low", level="warn", threshold=2),
        rule(basis="mean", window_s=300, threshold=150),
        rule(basis="mean", window_s=3600, level="warn", threshold=160),
    ]
    assert contradictions(rules) == []


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ([rule(), rule(threshold=99)], "cod.high.limit.value is defined twice; keep one"),
        (
            [rule(), rule(level="warn", threshold=160)],
            "cod.high.warn.value has threshold 160, which has to lie below 150 of "
            "cod.high.limit.value",
        ),
        (
            [rule(), rule(level="warn", threshold=150)],
            "cod.high.warn.value has threshold 150, which has to lie below 150 of "
            "cod.high.limit.value",
        ),
        (
            [rule(side="low", threshold=6), rule(side="low", level="warn", threshold=6)],
            "cod.low.warn.value has threshold 6, which has to lie above 6 of cod.low.limit.value",
        ),
        (
            [rule(), rule(side="low", threshold=150)],
            "cod.low.limit.value has threshold 150, which has to lie below 150 of "
            "cod.high.limit.value",
        ),
    ],
)
def test_contradicting_rules_are_named(rules: list[AlarmRule], sentence: str) -> None:
    assert contradictions(rules) == [sentence]
    with pytest.raises(ValueError, match="cod"):
        AlarmBank(rules)
