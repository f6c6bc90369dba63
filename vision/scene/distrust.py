"""A reason not to believe a camera's picture."""

from dataclasses import dataclass

from quantrac_core.contracts.camera_messages import Distrust


@dataclass(slots=True, frozen=True)
class DistrustFinding:
    """A reason that holds now, after its delay.

    Args:
        cause: covered, turned, defocused or frozen.
        since_ms: wall clock at which it began, the delay counted in.
        severity: 0 … 1.
    """

    cause: Distrust
    since_ms: int
    severity: float
