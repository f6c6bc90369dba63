"""The flags of an alarm under any sequence of steps: what must always be true."""

import contextlib
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.alarms import flags as steps
from gateway.alarms.flags import Flags, Mark, StepRefused

MOST_S = 3_600
CAUSES = st.sampled_from([None, "station_offline", "calibrating", "maintenance"])


class AnyLife(RuleBasedStateMachine):
    """One occurrence, handled by people and by time in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 1_000_000
        self.flags = steps.settle(Flags(), self.now_ms)
        self.first_taker: str | None = None

    def mark(self, until_ms: int | None = None) -> Mark:
        return Mark(f"person {self.now_ms}", self.now_ms, "why", until_ms)

    @rule(passed_s=st.integers(0, 2 * MOST_S))
    def time_passes(self, passed_s: int) -> None:
        self.now_ms += passed_s * 1000
        self.flags = steps.settle(self.flags, self.now_ms)

    @rule()
    def cause_ends(self) -> None:
        self.flags = steps.returned(self.flags, self.now_ms)

    @rule()
    def somebody_takes_it(self) -> None:
        mark = self.mark()
        self.first_taker = self.first_taker or mark.by
        self.flags = steps.acknowledge(self.flags, mark)

    @rule(for_s=st.none() | st.integers(-10, 2 * MOST_S), one_shot=st.booleans())
    def somebody_shelves_it(self, for_s: int | None, one_shot: bool) -> None:
        until_ms = None if for_s is None else self.now_ms + for_s * 1000
        with contextlib.suppress(StepRefused):
            self.flags = steps.shelve(self.flags, self.mark(until_ms), one_shot, MOST_S)

    @rule()
    def somebody_unshelves_it(self) -> None:
        with contextlib.suppress(StepRefused):
            self.flags = steps.unshelve(self.flags, self.now_ms)

    @rule(latching=st.booleans())
    def definition_changes(self, latching: bool) -> None:
        if self.flags.active:
            self.flags = replace(self.flags, latching=latching)

    @rule()
    def somebody_resets_it(self) -> None:
        before = self.flags
        try:
            self.flags = steps.reset(self.flags, self.mark())
        except StepRefused:
            assert before.active or before.acknowledged is None or not before.latching
        else:
            assert not steps.is_open(self.flags)

    @rule(cause=CAUSES)
    def inhibition_changes(self, cause: steps.Inhibition | None) -> None:
        self.flags = steps.settle(replace(self.flags, inhibited_by=cause), self.now_ms)

    @rule(on=st.booleans(), for_s=st.none() | st.integers(1, MOST_S), service=st.booleans())
    def definition_is_flagged(self, on: bool, for_s: int | None, service: bool) -> None:
        until_ms = None if for_s is None else self.now_ms + for_s * 1000
        mark = self.mark(until_ms) if on else None
        name = "out_of_service" if service else "suppressed"
        self.flags = steps.settle(replace(self.flags, **{name: mark}), self.now_ms)

    @invariant()
    def what_is_silenced_demands_nothing(self) -> None:
        silence = steps.silenced_by(self.flags, self.now_ms)
        if silence is not None:
            assert not steps.demands_attention(self.flags, self.now_ms)

    @invariant()
    def what_is_active_and_audible_was_announced(self) -> None:
        if self.flags.active and steps.silenced_by(self.flags, self.now_ms) is None:
            assert self.flags.announced

    @invariant()
    def what_is_active_is_never_off_the_list(self) -> None:
        assert steps.is_open(self.flags) or not self.flags.active

    @invariant()
    def the_first_taker_stays(self) -> None:
        taken = self.flags.acknowledged
        assert (None if taken is None else taken.by) == self.first_taker

    @invariant()
    def no_shelf_lasts_longer_than_allowed(self) -> None:
        shelf = self.flags.shelved
        if shelf is not None:
            assert shelf.mark.until_ms is not None
            assert shelf.mark.until_ms <= shelf.mark.at_ms + MOST_S * 1000
            assert self.now_ms < shelf.mark.until_ms
            assert self.flags.active or not shelf.one_shot


TestAnyLife = AnyLife.TestCase
TestAnyLife.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
