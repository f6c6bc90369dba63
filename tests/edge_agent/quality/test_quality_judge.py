"""The judge flags range, spike, rate and stuck, and keeps its history clean."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from edge_agent.quality.judge import QualityJudge
from edge_agent.quality.rules import QualityRules, SpikeRule, default_rules
from quantrac_core.contracts.quality import Quality, Reason, State

M = State.MEASURING
GOOD = (Quality.GOOD, None)
SPIKE = (Quality.SUSPECT, Reason.SPIKE)
STUCK = (Quality.SUSPECT, Reason.STUCK)
RATE = (Quality.SUSPECT, Reason.RATE)


def judge_all(rules: QualityRules, values: Sequence[float | None]) -> list[Reason | None]:
    judge = QualityJudge(rules)
    return [judge.judge(float(at), value, M)[1] for at, value in enumerate(values)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, GOOD),
        (14.0, GOOD),
        (-0.001, (Quality.BAD, Reason.OUT_OF_RANGE)),
        (14.001, (Quality.BAD, Reason.OUT_OF_RANGE)),
        (math.nan, (Quality.BAD, Reason.NOT_A_NUMBER)),
        (math.inf, (Quality.BAD, Reason.NOT_A_NUMBER)),
        (None, (Quality.BAD, None)),
    ],
)
def test_range_is_inclusive_and_numbers_are_required(
    value: float | None, expected: tuple[Quality, Reason | None]
) -> None:
    judge = QualityJudge(QualityRules(valid_min=0, valid_max=14))
    assert judge.judge(0.0, value, M) == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_number_is_bad_without_any_rule(value: float) -> None:
    assert QualityJudge(QualityRules()).judge(0.0, value, M)[1] is Reason.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.CALIBRATING, (Quality.SUSPECT, Reason.NOT_MEASURING)),
        (State.MAINTENANCE, (Quality.SUSPECT, Reason.NOT_MEASURING)),
        (State.STOPPED, (Quality.SUSPECT, Reason.NOT_MEASURING)),
        (State.FAULT, (Quality.BAD, Reason.DEVICE_FAULT)),
        (State.COMMS_LOST, (Quality.BAD, Reason.NO_CONNECTION)),
    ],
)
def test_state_is_judged_before_the_value(
    state: State, expected: tuple[Quality, Reason | None]
) -> None:
    judge = QualityJudge(QualityRules(valid_max=10))
    assert judge.judge(0.0, 99.0, state) == expected
    assert judge.judge(1.0, None, state) == (Quality.BAD, None)


def test_one_spike_is_flagged_and_the_value_after_it_is_not() -> None:
    rules = QualityRules(spike=SpikeRule(floor=5))
    values = [50.0, 51, 50, 49, 50, 51, 300, 50, 51]
    assert judge_all(rules, values) == [None] * 6 + [Reason.SPIKE] + [None] * 2


def test_a_sustained_step_becomes_normal_at_the_third_sample() -> None:
    rules = QualityRules(spike=SpikeRule(floor=5, confirm_samples=3))
    values = [50.0, 51, 50, 49, 50, 51, 300.0, 301, 299, 300, 300]
    assert judge_all(rules, values) == [None] * 6 + [Reason.SPIKE] * 2 + [None] * 3


def test_spikes_to_alternating_sides_never_become_normal() -> None:
    rules = QualityRules(spike=SpikeRule(floor=5))
    values = [50.0, 51, 50, 49, 50] + [300.0, -300] * 5
    assert judge_all(rules, values) == [None] * 5 + [Reason.SPIKE] * 10


def test_lone_spikes_with_normal_values_between_never_become_normal() -> None:
    rules = QualityRules(spike=SpikeRule(floor=5, confirm_samples=3))
    values = [50.0] * 6 + [300.0, 50, 50] * 5
    assert judge_all(rules, values) == [None] * 6 + [Reason.SPIKE, None, None] * 5


def test_noise_below_the_floor_is_no_spike_even_on_a_flat_line() -> None:
    assert judge_all(QualityRules(spike=SpikeRule(floor=5)), [50.0] * 20 + [55.0]) == [None] * 21


def test_stuck_is_flagged_after_the_patience_and_cleared_by_movement() -> None:
    judge = QualityJudge(QualityRules(stuck_after_s=10, stuck_tolerance=0.01))
    flagged = [judge.judge(at, 7.0 + 0.005 * (at % 2), M) == STUCK for at in range(15)]
    assert flagged == [at >= 10 for at in range(15)]
    assert judge.judge(15.0, 7.2, M) == GOOD


def test_a_drift_slower_than_the_tolerance_per_sample_is_not_stuck() -> None:
    rules = QualityRules(stuck_after_s=10, stuck_tolerance=0.01)
    assert set(judge_all(rules, [7 + 0.005 * step for step in range(60)])) == {None}


def test_a_rest_value_may_stay_for_ever() -> None:
    rules = default_rules("flow_out")
    judge = QualityJudge(rules)
    assert all(judge.judge(at * 60.0, 0.0, M) == GOOD for at in range(600))


def test_cod_may_repeat_for_half_an_hour_and_a_stuck_cod_is_seen_later() -> None:
    judge = QualityJudge(default_rules("cod"))
    judgements = [judge.judge(at * 10.0, 52.5, M) for at in range(400)]
    assert judgements[:181] == [GOOD] * 181
    assert judgements[-1] == STUCK


def test_an_unreadable_scan_does_not_restart_the_patience() -> None:
    judge = QualityJudge(QualityRules(stuck_after_s=10))
    for at in range(10):
        judge.judge(at, None if at == 5 else 7.0, State.COMMS_LOST if at == 5 else M)
    assert judge.judge(10, 7.0, M) == STUCK


def test_rate_flags_an_outlier_once_and_lets_a_step_pass_when_a_ramp_would_have() -> None:
    rules = QualityRules(max_rate_per_s=1)
    assert judge_all(rules, [10.0, 10, 15, 10, 10]) == [None, None, Reason.RATE, None, None]
    step = judge_all(rules, [10.0] + [14.0] * 6)
    assert step == [None] + [Reason.RATE] * 3 + [None] * 3


@pytest.mark.parametrize("state", [State.CALIBRATING, State.MAINTENANCE, State.STOPPED])
def test_calibration_values_do_not_enter_the_history(state: State) -> None:
    rules = QualityRules(
        spike=SpikeRule(floor=1), max_rate_per_s=0.1, stuck_after_s=5, valid_max=1000
    )
    judge, fresh = QualityJudge(rules), QualityJudge(rules)
    for at in range(8):
        judge.judge(at, 50.0 + at % 2 * 0.01, M)
    for at in range(8, 40):
        judge.judge(at, 500.0, state)
    for at in range(40, 60):
        value = 70.0 + at % 3 * 0.01
        assert judge.judge(at, value, M) == fresh.judge(at, value, M)


def test_a_clock_set_back_and_a_long_gap_both_start_the_history_anew() -> None:
    rules = QualityRules(spike=SpikeRule(floor=1), stuck_after_s=100, max_rate_per_s=0.1)
    for jump_s in (-3600.0, 3600.0):
        judge = QualityJudge(rules)
        for at in range(20):
            judge.judge(1e6 + at, 50.0, M)
        assert judge.judge(1e6 + 20 + jump_s, 90.0, M) == GOOD
        assert judge.judge(1e6 + 21 + jump_s, 90.0, M) == GOOD
        assert judge.judge(1e6 + 121 + jump_s, 90.0, M) == STUCK


@pytest.mark.parametrize("jump_s", [-3600.0, 3600.0])
def test_an_unchanged_value_is_not_stuck_because_the_clock_jumped(jump_s: float) -> None:
    judge = QualityJudge(QualityRules(stuck_after_s=10))
    judge.judge(1e6, 7.0, M)
    assert judge.judge(1e6 + jump_s, 7.0, M) == GOOD
    assert judge.judge(1e6 + jump_s + 9, 7.0, M) == GOOD


def test_slow_polls_are_no_gaps() -> None:
    judge = QualityJudge(QualityRules(stuck_after_s=3_000, max_gap_s=300), poll_interval_s=900)
    assert [judge.judge(at * 900.0, 5.0, M) == STUCK for at in range(5)] == [False] * 4 + [True]


def test_two_values_with_one_timestamp_are_no_infinite_rate() -> None:
    judge = QualityJudge(QualityRules(max_rate_per_s=1))
    judge.judge(5.0, 1.0, M)
    assert judge.judge(5.0, 1.5, M) == GOOD
    assert judge.judge(6.0, 9.0, M) == RATE


@pytest.mark.parametrize(
    "keys",
    [
        {"valid_min": 5, "valid_max": 5},
        {"stuck_after_s": 0},
        {"max_rate_per_s": -1},
        {"valid_max": math.nan},
        {"spike": {"floor": 0}},
        {"spike": {"floor": 1, "window": 3}},
        {"stuck": 5},
    ],
)
def test_impossible_rules_are_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        QualityRules.model_validate(keys)


values_and_states = st.lists(
    st.tuples(
        st.floats(-1e9, 1e9) | st.sampled_from([None, math.nan, math.inf, 0.0, 50.0]),
        st.sampled_from(State),
        st.floats(-1e3, 1e3),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(values_and_states)
def test_any_input_gets_a_judgement_and_good_means_usable(
    scans: list[tuple[float | None, State, float]],
) -> None:
    rules = QualityRules(
        valid_min=-1e6, valid_max=1e6, stuck_after_s=5, spike=SpikeRule(floor=1), max_rate_per_s=1
    )
    judge, at_s = QualityJudge(rules), 0.0
    for value, state, step_s in scans:
        at_s += step_s
        quality, reason = judge.judge(at_s, value, state)
        if quality is Quality.GOOD:
            assert value is not None
            assert -1e6 <= value <= 1e6
            assert state is M
            assert reason is None
        else:
            assert reason is not None or value is None


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(-2, 2), min_size=6, max_size=60),
    st.integers(5, 59),
    st.sampled_from([-1.0, 1.0]),
)
def test_one_lone_outlier_is_the_only_value_flagged(
    noise: list[float], position: int, sign: float
) -> None:
    position = min(position, len(noise) - 1)
    values = [100 + value for value in noise]
    values[position] += sign * 1_000
    judgements = judge_all(QualityRules(spike=SpikeRule(floor=10)), list(values))
    flagged = [index for index, reason in enumerate(judgements) if reason is not None]
    assert flagged == [position]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=1, max_size=60), st.floats(-100, 100))
def test_after_any_past_a_constant_level_soon_becomes_normal(
    past: list[float], level: float
) -> None:
    rules = QualityRules(spike=SpikeRule(floor=0.5, confirm_samples=4))
    assert judge_all(rules, [*past, *([level] * 24)])[len(past) + 12 :] == [None] * 12
