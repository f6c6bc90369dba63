"""Whose history a new track takes over: that of one just lost near where it begins."""

import math
from collections.abc import Mapping, Sequence

from vision.scene.directions import angle_between_deg, ground_distance_m
from vision.scene.track import Track

KEEP_LOST_MS = 30_000
MAX_LOST = 500
NEAR_M, SPREAD_M_PER_S, FARTHEST_M = 2.0, 1.5, 10.0
NEAR_DEG, SPREAD_DEG_PER_S, FARTHEST_DEG = 2.0, 1.5, 10.0


class Lineage:
    """Maps each listed track to the one whose history it inherits.

    A detector's long miss, an occlusion or a reconnect gives the same object a new number; timers
    and open incidents go over to it. Numbers themselves stay, so whatever counts numbers (lines)
    is not deceived by somebody else who comes from the same corner.
    """

    def __init__(self) -> None:
        self._listed: dict[int, Track] = {}
        self._lost: dict[int, tuple[Track, int]] = {}
        self._parents: dict[int, int] = {}

    def update(self, tracks: Sequence[Track], now_ms: int) -> Mapping[int, int]:
        """Take the tracks of one picture; return child → parent for those listed."""
        listed = {track.id: track for track in tracks}
        for track_id, track in self._listed.items():
            if track_id not in listed:
                self._lost[track_id] = (track, now_ms)
        for track_id in listed:
            self._lost.pop(track_id, None)
        self._forget(now_ms)
        born = [track for track_id, track in listed.items() if track_id not in self._listed]
        if born and self._lost:
            self._match(born)
        for track_id in self._listed.keys() - listed.keys():
            self._parents.pop(track_id, None)
        self._listed = listed
        return self._parents

    def _match(self, born: Sequence[Track]) -> None:
        pairs = [
            (cost, child.id, parent_id)
            for child in born
            for parent_id, (parent, _) in self._lost.items()
            if (cost := _unlikeliness(parent, child)) < 1
        ]
        for _, child_id, parent_id in sorted(pairs):
            if child_id not in self._parents and parent_id in self._lost:
                self._parents[child_id] = parent_id
                del self._lost[parent_id]

    def _forget(self, now_ms: int) -> None:
        while self._lost:
            track_id, (_, lost_ms) = next(iter(self._lost.items()))
            if now_ms - lost_ms <= KEEP_LOST_MS and len(self._lost) <= MAX_LOST:
                return
            del self._lost[track_id]


def _unlikeliness(parent: Track, child: Track) -> float:
    """Return the distance as a share of what the time between allows; infinite if impossible."""
    gap_s = (child.first_seen_ms - parent.last_seen_ms) / 1000
    if gap_s <= 0 or parent.sighting.label != child.sighting.label:
        return math.inf
    distance_m = ground_distance_m(parent.sighting, child.sighting)
    if distance_m is not None:
        return distance_m / min(NEAR_M + SPREAD_M_PER_S * gap_s, FARTHEST_M)
    angle_deg = angle_between_deg(parent.sighting, child.sighting)
    return angle_deg / min(NEAR_DEG + SPREAD_DEG_PER_S * gap_s, FARTHEST_DEG)
