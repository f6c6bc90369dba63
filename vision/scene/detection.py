"""What a detector found in one picture, in that picture's pixels."""

from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """An upright rectangle in pixels: ``x1 < x2`` to the right, ``y1 < y2`` downwards."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1


@dataclass(slots=True, frozen=True)
class Detection:
    """One object in one view.

    Args:
        view: name of the view whose pixels ``box`` counts.
        label: class name, for example ``person``.
        score: 0 … 1.
    """

    view: str
    label: str
    score: float
    box: Box
