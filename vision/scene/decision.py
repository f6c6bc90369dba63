"""What a rule decided: an incident begins, goes on, or ends."""

from dataclasses import dataclass
from typing import Literal

from vision.scene.sighting import Sighting

RuleKind = Literal[
    "intrusion",
    "line_crossing",
    "wrong_way",
    "loitering",
    "crowd",
    "stopped_vehicle",
    "abandoned_object",
    "tamper",
]
Phase = Literal["new", "update", "end"]


@dataclass(slots=True, frozen=True)
class Decision:
    """One step of one incident of one rule.

    Args:
        key: names the incident within this run: the same for its new, update and end.
        rule: id of the rule in the configuration.
        at_ms: wall clock of this step.
        began_ms: wall clock of the moment that matters (crossed the line, entered the zone).
        track_ids: whom it is about; empty for tampering.
        sighting: the one to show; None for tampering.
        detail: a short stable code, for example ``covered`` or ``a_to_b``; may be empty.
        count: objects involved (crowd), else 1.
    """

    key: str
    phase: Phase
    rule: str
    kind: RuleKind
    zone: str
    at_ms: int
    began_ms: int
    label: str
    score: float
    track_ids: tuple[int, ...] = ()
    sighting: Sighting | None = None
    detail: str = ""
    count: int = 1
