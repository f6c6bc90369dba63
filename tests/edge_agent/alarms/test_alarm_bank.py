"""The bank never doubles a transition, and a restart at any moment changes nothing."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.alarms.bank import AlarmBank, Sample, TransitionRecord
from edge_agent.alarms.rules import AlarmRule
from quantrac_core.contracts.messages import AlarmTransition, check_alarm, utc_from_ms
from quantrac_core.contracts.quality import Quality, State

START_MS = 1_790_000_000_000
GOOD, M = Quality.GOOD, State.MEASURING
RULES = [
    AlarmRule(channel="cod", level="warn", side="high", threshold=5, deadband=1, on_delay_s=2),
    AlarmRule(channel="cod", level="limit", side="high", threshold=7, off_delay_s=3),
    AlarmRule(channel="cod", level="limit", side="low", threshold=2, deadband=0.5),
    AlarmRule(
        channel="cod", level="limit", side="high", threshold=5, basis="mean", window_s=10,
        min_coverage=0.5,
    ),
    AlarmRule(channel="ph", level="warn", side="low", threshold=5, on_delay_s=1, off_delay_s=1),
]  # fmt: skip

samples = st.tuples(
    st.none() | st.integers(0, 10).map(float),
    st.sampled_from([M, M, M, M, *State]),
    st.sampled_from([GOOD, GOOD, GOOD, *Quality]),
)
scripts = st.lists(
    st.tuples(st.integers(1, 4), st.integers(-50_000, 50_000), samples, st.none() | samples),
    min_size=1,
    max_size=80,
)
Script = list[tuple[int, int, Sample, Sample | None]]


def scan(cod: Sample, ph: Sample | None) -> dict[str, Sample]:
    return {"cod": cod} if ph is None else {"cod": cod, "ph": ph}


def measured(value: float) -> dict[str, Sample]:
    return {"cod": (value, M, GOOD)}


@settings(max_examples=150, deadline=None)
@given(scripts)
def test_every_alarm_alternates_between_raised_and_returned(script: Script) -> None:
    bank, mono_s = AlarmBank(RULES), 0
    last: dict[str, TransitionRecord] = {}
    for step_s, wall_jump_ms, cod, ph in script:
        mono_s += step_s
        at_ms = START_MS + mono_s * 1000 + wall_jump_ms
        for record in bank.update(at_ms, float(mono_s), scan(cod, ph)):
            before = last.get(record.alarm)
            assert record.transition == (
                "returned" if before and before.transition == "raised" else "raised"
            )
            if before and record.transition == "returned":
                assert record.since_ms == before.since_ms
            state, quality = (cod if record.channel == "cod" else ph or cod)[1:]
            assert state is M or record.basis != "value"
            assert quality is GOOD or record.basis != "value"
            last[record.alarm] = record
    assert set(bank.raised) == {name for name, r in last.items() if r.transition == "raised"}


@settings(max_examples=150, deadline=None)
@given(scripts, st.sets(st.integers(0, 79), max_size=6), st.integers(-5000, 5000))
def test_a_restart_at_any_scan_changes_nothing(
    script: Script, cuts: set[int], mono_shift_s: int
) -> None:
    whole, broken, at_s, shift_s = AlarmBank(RULES), AlarmBank(RULES), 0, 0
    for index, (step_s, _, cod, ph) in enumerate(script):
        at_s += step_s
        at_ms = START_MS + at_s * 1000
        samples = scan(cod, ph)
        expected = whole.update(at_ms, float(at_s), samples)
        assert broken.update(at_ms, float(at_s + shift_s), samples) == expected
        if index in cuts:
            saved = json.loads(json.dumps(broken.snapshot()))
            broken, shift_s = AlarmBank(RULES), shift_s + mono_shift_s
            assert broken.restore(saved, at_ms, float(at_s + shift_s)) == []
        assert broken.raised == whole.raised


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(4.001, 7), min_size=1, max_size=100))
def test_flapping_within_the_deadband_gives_one_alarm(values: list[float]) -> None:
    bank = AlarmBank([AlarmRule(channel="cod", level="warn", side="high", threshold=5, deadband=1)])
    series = [6.0, *values]
    records = [
        record
        for second, value in enumerate(series)
        for record in bank.update(START_MS + second * 1000, float(second), measured(value))
    ]
    assert [record.transition for record in records] == ["raised"]


@settings(max_examples=100, deadline=None)
@given(scripts)
def test_jumps_of_the_wall_clock_move_no_transition(script: Script) -> None:
    steady, jumping, mono_s = AlarmBank(RULES), AlarmBank(RULES), 0
    for step_s, wall_jump_ms, cod, ph in script:
        mono_s += step_s
        at_ms = START_MS + mono_s * 1000
        expected = steady.update(at_ms, float(mono_s), scan(cod, ph))
        got = jumping.update(at_ms + wall_jump_ms, float(mono_s), scan(cod, ph))
        assert [(r.alarm, r.transition) for r in got] == [(r.alarm, r.transition) for r in expected]


def test_a_return_after_the_clock_was_set_back_keeps_the_message_contract() -> None:
    bank = AlarmBank([AlarmRule(channel="cod", level="warn", side="high", threshold=5)])
    raised = bank.update(START_MS, 0.0, measured(6))[0]
    returned = bank.update(START_MS - 60_000, 1.0, measured(4))[0]
    assert returned.since_ms == raised.since_ms == raised.at_ms
    message = AlarmTransition(
        station="thanh-hai", outbox_id="a", boot_id="b", seq=1, unit="mg/l",
        at=utc_from_ms(returned.at_ms), since=utc_from_ms(returned.since_ms),
        alarm=returned.alarm, channel=returned.channel, level=returned.level, side=returned.side,
        basis=returned.basis, transition=returned.transition, value=returned.value,
        limit=returned.limit,
    )  # fmt: skip
    check_alarm(message, "thanh-hai", utc_from_ms(START_MS))


def test_a_frozen_process_does_not_fire_a_delay() -> None:
    bank = AlarmBank(
        [AlarmRule(channel="cod", level="warn", side="high", threshold=5, on_delay_s=120)]
    )
    assert bank.update(START_MS, 0.0, measured(9)) == []
    assert bank.update(START_MS + 119_000, 119.0, measured(9)) == []
    assert bank.update(START_MS + 121_000, 121.0, measured(9)) == []
    assert bank.raised == []


def test_a_restart_before_the_clock_is_right_neither_fires_nor_freezes() -> None:
    rule = AlarmRule(channel="cod", level="warn", side="high", threshold=5, on_delay_s=10)
    bank = AlarmBank([rule])
    for second in range(6):
        bank.update(START_MS + second * 1000, float(second), measured(9))
    after = AlarmBank([rule])
    after.restore(bank.snapshot(), START_MS - 10**11, 0.0)
    transitions = [
        second
        for second in range(20)
        if after.update(START_MS - 10**11 + second * 1000, float(second), measured(9))
    ]
    assert transitions == [5]


def test_a_mean_goes_on_after_a_restart_with_the_clock_set_back() -> None:
    rule = AlarmRule(
        channel="cod", level="warn", side="high", threshold=5, basis="mean", window_s=20
    )
    bank, after = AlarmBank([rule]), AlarmBank([rule])
    for second in range(10):
        bank.update(START_MS + second * 1000, float(second), measured(9))
    after.restore(bank.snapshot(), START_MS - 10**10, 50.0)
    raised_after_s = [
        second
        for second in range(1, 20)
        if after.update(START_MS - 10**10, 50.0 + second, measured(9))
    ]
    assert raised_after_s == [7]


def test_a_raised_alarm_whose_rule_is_gone_returns_on_restore() -> None:
    bank = AlarmBank(RULES)
    for second in range(5):
        bank.update(START_MS + second * 1000, float(second), measured(9))
    assert bank.raised == ["cod.high.warn.value", "cod.high.limit.value"]
    saved = json.loads(json.dumps(bank.snapshot()))
    fewer = AlarmBank(RULES[1:])
    records = fewer.restore(saved, START_MS + 9_000, 0.0)
    assert [(r.alarm, r.transition, r.limit, r.since_ms) for r in records] == [
        ("cod.high.warn.value", "returned", 5.0, START_MS + 2_000)
    ]
    assert fewer.raised == ["cod.high.limit.value"]


def test_a_channel_that_was_not_due_stays_as_it_is() -> None:
    bank = AlarmBank(RULES)
    bank.update(START_MS, 0.0, {"ph": (1.0, M, GOOD)})
    bank.update(START_MS + 500, 0.5, measured(3))
    records = bank.update(START_MS + 1_000, 1.0, {"ph": (1.0, M, GOOD)})
    assert [record.alarm for record in records] == ["ph.low.warn.value"]


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"v": 2},
        {"alarms": None},
        {"at_ms": "soon"},
        {"alarms": {"cod.high.warn.value": {}}},
        {"alarms": {"cod.high.warn.value": 5}},
        {"means": {"cod.mean_10s": 5}},
        {"means": {"cod.mean_10s": "{"}},
        {"alarms": {"gone.high.warn.value": {"raised": True}}},
    ],
)
def test_a_broken_snapshot_is_refused(broken: dict[str, object]) -> None:
    snapshot = AlarmBank(RULES).snapshot() | broken if broken else {}
    with pytest.raises(ValueError, match="no snapshot"):
        AlarmBank(RULES).restore(snapshot, START_MS, 0.0)  # type: ignore[arg-type]
