"""Escalation as a state machine: steps, repetitions, acknowledgement, silence and the end."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.notification.escalation import (
    Act,
    Condition,
    Pace,
    Progress,
    advance,
    due_at_ms,
)

PACE = Pace(escalate_after_ms=600_000, repeat_after_ms=900_000, max_repeats=3)
STEPS = 3
FIRING = Condition("firing")


def acts_until(end_ms: int, condition: Condition = FIRING) -> list[tuple[int, Act]]:
    """Return what happens to a thing that stays as it is, looked at whenever it is due."""
    progress, found, now_ms = Progress(), [], 0
    while now_ms <= end_ms:
        progress, acts = advance(progress, condition, PACE, now_ms, progress.step < STEPS)
        found += [(now_ms // 60_000, act) for act in acts]
        due_ms = due_at_ms(progress, condition)
        if due_ms is None:
            break
        now_ms = due_ms
    return found


def test_the_first_step_is_told_at_once_and_the_others_by_time_with_a_cap_on_repetition() -> None:
    assert acts_until(24 * 3_600_000) == [
        (0, Act("first")),
        (10, Act("next_step")),
        (15, Act("repeat", 1)),
        (20, Act("next_step")),
        (30, Act("repeat", 2)),
        (45, Act("repeat", 3)),
    ]


def test_an_acknowledgement_ends_steps_and_repetition_and_the_end_is_told() -> None:
    progress, _ = advance(Progress(), FIRING, PACE, 0, True)
    progress, acts = advance(progress, Condition("acknowledged"), PACE, 300_000, True)
    assert acts == [Act("acknowledged")]
    assert due_at_ms(progress, Condition("acknowledged")) is None

    progress, acts = advance(progress, Condition("acknowledged"), PACE, 10**9, True)
    assert acts == []
    progress, acts = advance(progress, Condition("resolved"), PACE, 10**9, True)
    assert acts == [Act("resolved")]
    assert progress.closed


def test_what_came_late_is_told_to_nobody() -> None:
    progress, acts = advance(Progress(), Condition("firing", late=True), PACE, 0, True)

    assert (acts, progress.closed) == ([], True)


def test_what_is_silenced_waits_and_is_told_when_it_is_silenced_no_more() -> None:
    progress, acts = advance(Progress(), Condition("firing", silenced=True), PACE, 0, True)
    assert acts == []

    assert advance(progress, FIRING, PACE, 60_000, True)[1] == [Act("first")]


def test_what_is_silenced_until_it_ends_is_never_told() -> None:
    progress, _ = advance(Progress(), Condition("firing", silenced=True), PACE, 0, True)
    progress, acts = advance(progress, Condition("resolved", silenced=True), PACE, 60_000, True)

    assert (acts, progress.closed) == ([], True)


def test_what_is_silenced_after_it_was_told_is_still_resolved() -> None:
    progress, _ = advance(Progress(), FIRING, PACE, 0, True)
    silenced = Condition("firing", silenced=True)
    progress, acts = advance(progress, silenced, PACE, 10**8, True)
    assert (acts, due_at_ms(progress, silenced)) == ([], None)

    assert advance(progress, Condition("resolved", silenced=True), PACE, 10**9, True)[1] == [
        Act("resolved")
    ]


def test_an_end_that_needs_a_persons_word_stops_nothing() -> None:
    progress, _ = advance(Progress(), FIRING, PACE, 0, True)
    ended = Condition("resolved", needs_word=True)
    progress, acts = advance(progress, ended, PACE, 600_000, True)
    assert acts == [Act("next_step")]

    assert advance(progress, Condition("resolved"), PACE, 700_000, True)[1] == [Act("resolved")]


@given(st.integers(0, 10**10), st.booleans())
def test_a_look_repeated_at_the_same_moment_does_nothing(now_ms: int, more: bool) -> None:
    progress, _ = advance(Progress(), FIRING, PACE, 0, True)
    progress, _ = advance(progress, FIRING, PACE, now_ms, more)

    assert advance(progress, FIRING, PACE, now_ms, more)[1] == []


class Telling(RuleBasedStateMachine):
    """A thing through any sequence of states, looks and restarts."""

    @initialize()
    def begin(self) -> None:
        self.progress = Progress()
        self.now_ms = 0
        self.condition = FIRING
        self.firsts = self.repeats = self.ends = 0

    @rule(
        state=st.sampled_from(["firing", "acknowledged", "resolved"]),
        silenced=st.booleans(),
        needs_word=st.booleans(),
    )
    def change(self, state: str, silenced: bool, needs_word: bool) -> None:
        self.condition = Condition(state, silenced, False, needs_word)  # type: ignore[arg-type]

    @rule(after_ms=st.integers(0, 2_000_000))
    def look(self, after_ms: int) -> None:
        self.now_ms += after_ms
        more = self.progress.step < STEPS
        self.progress, acts = advance(self.progress, self.condition, PACE, self.now_ms, more)
        for act in acts:
            assert self.ends == 0, "nothing follows the end"
            self.firsts += act.what == "first"
            self.repeats += act.what == "repeat"
            self.ends += act.what == "resolved"
            if act.what in ("first", "next_step", "repeat"):
                assert not self.condition.silenced

    @rule()
    def restart(self) -> None:
        self.progress = Progress.model_validate_json(self.progress.model_dump_json())

    @invariant()
    def the_end_is_told_exactly_if_the_beginning_was(self) -> None:
        assert self.firsts <= 1
        assert self.repeats <= PACE.max_repeats
        if self.progress.closed:
            assert self.ends == self.firsts


TestTelling = Telling.TestCase
