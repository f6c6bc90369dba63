"""Which followed objects keep their views busy: what moves, what is new, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from vision.scene.directions import angle_between_deg
from vision.scene.sighting import Sighting
from vision.scene.track import Track

MOVED_SIZES = 0.25
"""Share of its own size by which an object has truly moved: boxes tremble by less."""
LEAST_MOVED_DEG = 0.4


@dataclass(slots=True)
class _Stand:
    anchor: Sighting
    since_ms: int


class Restless:
    """Knows which tracks still need the full rate; pure, its time is the argument.

    A parked car, or somebody who waits, is looked at with the sweep: when it moves again, the
    motion in its view is seen. Time that goes back counts as no time.

    Args:
        still_after_s: how long a confirmed track has to stand to be left alone.
    """

    def __init__(self, still_after_s: float) -> None:
        self._still_after_ms = still_after_s * 1000
        self._stands: dict[int, _Stand] = {}
        self.views: set[str] = set()

    def update(self, at_ms: int, tracks: Sequence[Track]) -> None:
        """Take the tracks of a picture; ``views`` then names where the restless ones are."""
        self._stands = {track.id: self._stand(track, at_ms) for track in tracks}
        self.views = {
            view
            for track in tracks
            if self._is_restless(track, at_ms)
            for view in track.sighting.views
        }

    def _stand(self, track: Track, at_ms: int) -> _Stand:
        stand = self._stands.get(track.id)
        if stand is None or _has_moved(stand.anchor, track.sighting):
            return _Stand(track.sighting, at_ms)
        stand.since_ms = min(stand.since_ms, at_ms)
        return stand

    def _is_restless(self, track: Track, at_ms: int) -> bool:
        if not track.is_confirmed or not track.is_visible:
            return True
        return at_ms - self._stands[track.id].since_ms < self._still_after_ms


def _has_moved(anchor: Sighting, now: Sighting) -> bool:
    size_deg = max(anchor.width_deg, anchor.height_deg)
    return angle_between_deg(anchor, now) > max(LEAST_MOVED_DEG, MOVED_SIZES * size_deg)
