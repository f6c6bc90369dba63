"""One thing's escalation: told at once, then the next step, then again, until somebody has it."""

from dataclasses import dataclass
from typing import Literal

from gateway.notification.notifiable import State
from quantrac_core.config.strict import StrictModel


@dataclass(slots=True, frozen=True)
class Pace:
    """How fast one priority escalates.

    Args:
        escalate_after_ms: without acknowledgement, until the next step; 0 is never.
        repeat_after_ms: between repetitions to everybody told so far; 0 is never.
        max_repeats: cap of repetitions.
    """

    escalate_after_ms: int
    repeat_after_ms: int
    max_repeats: int


class Progress(StrictModel):
    """How far the telling of one thing has come; kept in the database between two looks."""

    step: int = 0
    steps_at_ms: int | None = None
    repeats: int = 0
    repeats_at_ms: int | None = None
    acknowledged_told: bool = False
    closed: bool = False

    @property
    def told(self) -> bool:
        """Whether anybody was told of it."""
        return self.step > 0


@dataclass(slots=True, frozen=True)
class Condition:
    """What a look sees of a thing."""

    state: State
    silenced: bool = False
    late: bool = False
    needs_word: bool = False

    @property
    def rests(self) -> bool:
        """Whether nobody need be disturbed any more."""
        return self.state == "acknowledged" or (self.state == "resolved" and not self.needs_word)


@dataclass(slots=True, frozen=True)
class Act:
    """What a look leads to; ``round`` numbers repetitions from 1."""

    what: Literal["first", "next_step", "repeat", "acknowledged", "resolved"]
    round: int = 0


def advance(
    progress: Progress, condition: Condition, pace: Pace, now_ms: int, more_steps: bool
) -> tuple[Progress, list[Act]]:
    """Return how far it is now, and what is to be done in this order.

    Args:
        more_steps: whether a later step than ``progress.step`` reaches anybody.

    A step that is done leads to `stepped` with the step that was reached.
    """
    if progress.closed:
        return progress, []
    if condition.late and not progress.told:
        return replace_progress(progress, closed=True), []
    acts: list[Act] = []
    now = progress
    if not now.told and not condition.silenced and more_steps:
        acts.append(Act("first"))
        now = replace_progress(
            now,
            step=1,
            steps_at_ms=_later(now_ms, pace.escalate_after_ms),
            repeats_at_ms=_later(now_ms, pace.repeat_after_ms),
        )
    elif now.told and not condition.rests and not condition.silenced:
        now, further = _go_on(now, pace, now_ms, more_steps)
        acts += further
    if now.told and condition.rests:
        now = replace_progress(now, steps_at_ms=None, repeats_at_ms=None)
        if not now.acknowledged_told and condition.state == "acknowledged":
            acts.append(Act("acknowledged"))
            now = replace_progress(now, acknowledged_told=True)
    if condition.state == "resolved" and condition.rests:
        if now.told:
            acts.append(Act("resolved"))
        now = replace_progress(now, closed=True)
    return now, acts


def due_at_ms(progress: Progress, condition: Condition) -> int | None:
    """Return when the next look must be taken although nothing changes, or None."""
    if progress.closed or condition.silenced or condition.rests:
        return None
    times = [at for at in (progress.steps_at_ms, progress.repeats_at_ms) if at is not None]
    return min(times, default=None)


def stepped(progress: Progress, step: int) -> Progress:
    """Return the progress after the step that really had people."""
    return replace_progress(progress, step=step)


def replace_progress(progress: Progress, **changes: object) -> Progress:
    """Return a changed copy."""
    return progress.model_copy(update=changes)


def _go_on(now: Progress, pace: Pace, now_ms: int, more_steps: bool) -> tuple[Progress, list[Act]]:
    acts: list[Act] = []
    if now.steps_at_ms is not None and now.steps_at_ms <= now_ms:
        # One step a look: after a long stop nobody's superior is called before the person on duty.
        if more_steps:
            acts.append(Act("next_step"))
            following = _later(now_ms, pace.escalate_after_ms)
            now = replace_progress(now, step=now.step + 1, steps_at_ms=following)
        else:
            now = replace_progress(now, steps_at_ms=None)
    if now.repeats_at_ms is not None and now.repeats_at_ms <= now_ms:
        number = now.repeats + 1
        if number <= pace.max_repeats:
            acts.append(Act("repeat", number))
            following = _later(now_ms, pace.repeat_after_ms)
            now = replace_progress(now, repeats=number, repeats_at_ms=following)
        if number >= pace.max_repeats:
            now = replace_progress(now, repeats_at_ms=None)
    return now, acts


def _later(now_ms: int, after_ms: int) -> int | None:
    return now_ms + after_ms if after_ms > 0 else None
