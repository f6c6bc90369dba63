"""Something that stands still and was not there before, found without a detector."""

from dataclasses import dataclass

from vision.scene.sighting import Sighting


@dataclass(slots=True, frozen=True)
class StillObject:
    """A thing that came into the picture and stays.

    Args:
        id: positive, never reused within one run of the program.
        sighting: where it is; its label is ``object``.
        since_ms: wall clock since which it lies there.
    """

    id: int
    sighting: Sighting
    since_ms: int
