"""Which of the events that were heard in a scene were expected, which were missed, which false."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from demo.street.motion import pose_at
from demo.street.script import Expectation, SceneScript

LATE_S = 5.0
"""After the rule could know; later is missed."""
TAMPER_LATE_S = 20.0
"""Trust waits on purpose: for 10 s until a picture that comes back is called frozen, and before
that for some groups of pictures, until the encoder has settled on what does not change."""
EARLY_S = 1.0
"""A track may enter a zone a little before the script's foot does."""
NEAR_M = 3.0


@dataclass(frozen=True)
class Heard:
    """An event as a rule decided it; times in seconds of the scene.

    Args:
        at_s: when it was decided.
        place_m: metres east and north of the mast; None for tampering.
        clip: begin and end of its clip (s); None where there was none.
        clip_moment_s: the moment that the clip is about.
    """

    rule: str
    kind: str
    began_s: float
    at_s: float
    place_m: tuple[float, float] | None = None
    detail: str = ""
    clip: tuple[float, float] | None = None
    clip_moment_s: float = 0.0

    @property
    def clip_shows_moment(self) -> bool:
        """Whether the moment lies inside the clip."""
        return self.clip is not None and self.clip[0] <= self.clip_moment_s <= self.clip[1]

    @property
    def clip_shows_began(self) -> bool:
        """Whether the beginning lies inside the clip."""
        return self.clip is not None and self.clip[0] <= self.began_s <= self.clip[1]


@dataclass(frozen=True)
class SceneVerdict:
    """How a scene went: every expectation with its event or None, and what nobody expected."""

    answers: tuple[tuple[Expectation, Heard | None], ...]
    false: tuple[Heard, ...]

    @property
    def found(self) -> list[tuple[Expectation, Heard]]:
        """The expectations that were met."""
        return [(wanted, heard) for wanted, heard in self.answers if heard is not None]


def judged(script: SceneScript, events: Sequence[Heard]) -> SceneVerdict:
    """Give each expectation its earliest event; each event answers one, a repetition is false."""
    free = sorted(events, key=lambda heard: heard.at_s)
    answers: list[tuple[Expectation, Heard | None]] = []
    for wanted in sorted(script.expect, key=lambda each: each.due_s):
        answer = next((heard for heard in free if answers_it(script, wanted, heard)), None)
        if answer is not None:
            free.remove(answer)
        answers.append((wanted, answer))
    return SceneVerdict(tuple(answers), tuple(free))


def answers_it(script: SceneScript, wanted: Expectation, heard: Heard) -> bool:
    """Tell whether an event is the one that was expected: rule, time and place."""
    late_s = TAMPER_LATE_S if wanted.kind == "tamper" else LATE_S
    return (
        heard.rule == wanted.rule
        and wanted.due_s - EARLY_S <= heard.at_s <= wanted.due_s + late_s
        and _is_about(script, wanted, heard)
    )


def _is_about(script: SceneScript, wanted: Expectation, heard: Heard) -> bool:
    # A crowd is shown by whoever of it is seen best.
    if wanted.mover is None or wanted.kind == "crowd":
        return True
    mover = next(each for each in script.movers if each.id == wanted.mover)
    pose = pose_at(mover, heard.at_s)
    if pose is None or heard.place_m is None:
        return False
    east_m, north_m = heard.place_m
    return math.hypot(pose.east - east_m, pose.north - north_m) <= NEAR_M
