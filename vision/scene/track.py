"""One object over time."""

from dataclasses import dataclass

from vision.scene.sighting import Sighting


@dataclass(slots=True, frozen=True)
class Track:
    """An object that keeps its number while it is followed.

    Args:
        id: positive, never reused within one run of the program.
        sighting: its newest sighting.
        first_seen_ms: wall clock of its first sighting.
        last_seen_ms: wall clock of its newest sighting.
        is_visible: seen when its place was last looked at, which is this very frame if
            ``last_seen_ms`` is the frame's time; False while it coasts through a short occlusion.
        is_confirmed: seen often enough to be believed; rules skip others.
    """

    id: int
    sighting: Sighting
    first_seen_ms: int
    last_seen_ms: int
    is_visible: bool
    is_confirmed: bool
