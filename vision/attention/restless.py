"""Which followed objects keep their views busy: what moves, and what is new in its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from vision.scene.directions import angle_between_deg
from vision.scene.sighting import Sighting
from vision.scene.track import Track

MOVED_SIZES: Final = 0.25
"""Share of its own size by which an object has truly moved: boxes tremble by less."""
LEAST_MOVED_DEG: Final = 0.4
REMEMBERED_S: Final = 60.0
"""A thing that is seen now and then, its score near the least wanted one, stays the same thing."""
MAX_PLACES: Final = 200


@dataclass(slots=True)
class _Place:
    anchor: Sighting
    since_ms: int
    left_ms: int


class Restless:
    """Knows which tracks still need the full rate; pure, its time is the argument.

    A parked car, or somebody who waits, is looked at with the sweep: when it moves again, the
    motion in its view is seen. What comes and goes in one place without moving, as a detector's
    doubtful things do, is not new each time. Time that goes back counts as no time.

    Args:
        still_after_s: how long something has to stand in a place to be left alone.
    """

    def __init__(self, still_after_s: float) -> None:
        self._still_after_ms = still_after_s * 1000
        self._places: dict[int, _Place] = {}
        self._left: list[_Place] = []
        self.views: set[str] = set()

    def update(self, at_ms: int, tracks: Sequence[Track]) -> None:
        """Take the tracks of a picture; ``views`` then names where the restless ones are."""
        before, self._places = self._places, {}
        for track in tracks:
            place = before.get(track.id)
            if place is not None and not _has_moved(place.anchor, track.sighting):
                self._places[track.id] = before.pop(track.id)
        self._leave(before.values(), at_ms)
        for track in tracks:
            if track.id not in self._places:
                self._places[track.id] = self._taken_up(track.sighting, at_ms)
        for place in self._places.values():
            place.since_ms = min(place.since_ms, at_ms)
        self.views = {
            view
            for track in tracks
            if at_ms - self._places[track.id].since_ms < self._still_after_ms
            for view in track.sighting.views
        }

    def _leave(self, places: Iterable[_Place], at_ms: int) -> None:
        fresh = [it for it in self._left if at_ms - it.left_ms <= REMEMBERED_S * 1000]
        for place in places:
            place.left_ms = at_ms
        self._left = [*fresh, *places][-MAX_PLACES:]

    def _taken_up(self, sighting: Sighting, at_ms: int) -> _Place:
        """Return the place in which something was seen lately, or a new one.

        It counts for how long something stood there, not when: who only walked through left
        nothing that stands.
        """
        known = (n for n, it in enumerate(self._left) if not _has_moved(it.anchor, sighting))
        index = min(known, key=lambda n: self._left[n].since_ms - self._left[n].left_ms, default=-1)
        if index < 0:
            return _Place(sighting, at_ms, at_ms)
        place = self._left.pop(index)
        place.since_ms += at_ms - place.left_ms
        return place


def _has_moved(anchor: Sighting, now: Sighting) -> bool:
    size_deg = max(anchor.width_deg, anchor.height_deg)
    return angle_between_deg(anchor, now) > max(LEAST_MOVED_DEG, MOVED_SIZES * size_deg)
