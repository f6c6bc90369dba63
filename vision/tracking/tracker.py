"""Sightings of one camera in, tracks out: once, after the views were merged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from vision.scene.directions import angle_between_deg
from vision.scene.sighting import Sighting
from vision.scene.track import Track
from vision.tracking.matching import pairs
from vision.tracking.motion import ON_FOOT, ON_WHEELS, Motion, size_deg
from vision.tracking.settings import TrackerSettings

FADING = 0.9
MISSED_TO_FORGET = 2
MISSED_TO_FORGET_NEW = 1
NEW_COASTS_S = 0.5
LONGEST_COAST = 3.0
SHADOW_SIZES = 0.5
SHADOW_CONFIRM_S = 1.0
"""What begins within somebody else's outline is mostly a second box of the same body: it has to
last. Those who come together begin together, and wait for nothing."""


@dataclass(slots=True)
class _Followed:
    id: int
    motion: Motion
    sighting: Sighting
    first_seen_ms: int
    last_seen_ms: int
    begun_s: float
    sightings: int = 1
    missed: int = 0
    missed_s: float = 0.0
    unwatched_s: float = 0.0
    is_shadow: bool = False
    is_confirmed: bool = False
    votes: dict[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return max(self.votes, key=self.votes.__getitem__)

    def vote(self, sighting: Sighting) -> None:
        for label in self.votes:
            self.votes[label] *= FADING
        self.votes[sighting.label] = self.votes.get(sighting.label, 0.0) + sighting.score

    def as_track(self) -> Track:
        sighting = self.sighting
        if sighting.label != self.label:
            sighting = replace(sighting, label=self.label)
        return Track(
            id=self.id,
            sighting=sighting,
            first_seen_ms=self.first_seen_ms,
            last_seen_ms=self.last_seen_ms,
            is_visible=self.missed == 0,
            is_confirmed=self.is_confirmed,
        )


class Tracker:
    """Follows the objects of one camera; pure, its time is the argument.

    At low rates a confirmed track survives two pictures without it, however long they take; after
    a hole of more than three times ``coast_s`` between pictures every track begins anew. Where
    nobody looked for ``coast_s`` nothing moved, or somebody would have looked: what was there
    stands where it was seen.

    Strong sightings are given to confirmed tracks first, then weak ones to those that got none,
    then what is left of the strong ones to tracks not confirmed yet; the rest begins new tracks.
    """

    def __init__(self, settings: TrackerSettings) -> None:
        self._settings = settings
        self._kin = settings.kin
        self._wheels = frozenset(settings.wheels)
        self._followed: list[_Followed] = []
        self._next_id = 1
        self._last_at_ms: int | None = None
        self._now_s = 0.0

    def reset(self) -> None:
        """Forget every track, for example after a reconnect; numbers go on."""
        self._followed.clear()
        self._last_at_ms = None

    def update(
        self,
        at_ms: int,
        sightings: Sequence[Sighting],
        is_watched: Callable[[Sighting], bool] | None = None,
    ) -> list[Track]:
        """Return the tracks after the picture of ``at_ms`` (wall clock), by number.

        A time that stands still or goes back counts as no time.

        Args:
            sightings: everything seen, one for each object.
            is_watched: whether the place of a sighting was looked at in this picture; a track
                elsewhere is not missed. None: all of the picture was.
        """
        step_s = self._step_s(at_ms)
        looked_at = set[int]()
        for each in self._followed:
            is_looked_at = is_watched is None or is_watched(each.sighting)
            self._go_on(each, step_s, is_looked_at)
            if is_looked_at:
                looked_at.add(each.id)
        strong = [it for it in sightings if it.score >= self._settings.begin_score]
        weak = [it for it in sightings if it.score < self._settings.begin_score]
        sure = [each for each in self._followed if each.is_confirmed]
        fresh = [each for each in self._followed if not each.is_confirmed]
        sure, strong = self._match(sure, strong, at_ms)
        sure, _ = self._match(sure, weak, at_ms)
        fresh, strong = self._match(fresh, strong, at_ms)
        for each in sure + fresh:
            if each.id in looked_at:
                each.missed += 1
                each.missed_s += step_s
        self._followed = [each for each in self._followed if self._is_kept(each)]
        for sighting in strong:
            self._begin(sighting, at_ms)
        return [each.as_track() for each in self._followed]

    def _step_s(self, at_ms: int) -> float:
        last_ms = at_ms if self._last_at_ms is None else self._last_at_ms
        self._last_at_ms = at_ms
        step_s = max(at_ms - last_ms, 0) / 1000
        if step_s > LONGEST_COAST * self._settings.coast_s:
            self._followed.clear()
        self._now_s += step_s
        return step_s

    def _go_on(self, each: _Followed, step_s: float, is_watched: bool) -> None:
        rested = each.unwatched_s > self._settings.coast_s
        each.unwatched_s = 0.0 if is_watched else each.unwatched_s + step_s
        if is_watched or each.unwatched_s <= self._settings.coast_s:
            each.motion.advance(step_s)
        elif not rested:
            each.motion = Motion.begun(each.sighting, each.motion.agility)

    def _match(
        self, followed: list[_Followed], sightings: list[Sighting], at_ms: int
    ) -> tuple[list[_Followed], list[Sighting]]:
        """Pair up; return who and what is left over."""
        found = pairs(
            [each.motion for each in followed],
            [each.label for each in followed],
            sightings,
            self._kin,
        )
        for row, column in found:
            self._see(followed[row], sightings[column], at_ms)
        rows, columns = {row for row, _ in found}, {column for _, column in found}
        return (
            [each for index, each in enumerate(followed) if index not in rows],
            [each for index, each in enumerate(sightings) if index not in columns],
        )

    def _see(self, each: _Followed, sighting: Sighting, at_ms: int) -> None:
        each.motion.correct(sighting)
        each.vote(sighting)
        each.sighting = sighting
        each.last_seen_ms = at_ms
        each.sightings += 1
        each.missed, each.missed_s = 0, 0.0
        lasted = not each.is_shadow or self._now_s - each.begun_s >= SHADOW_CONFIRM_S
        if each.sightings >= self._settings.confirm_sightings and lasted:
            each.is_confirmed = True

    def _is_kept(self, each: _Followed) -> bool:
        if each.missed == 0:
            return True
        if each.is_confirmed:
            is_short = each.missed_s <= self._settings.coast_s
            return is_short or each.missed <= MISSED_TO_FORGET
        if self._now_s - each.begun_s > self._settings.confirm_s:
            return False
        return each.missed_s <= NEW_COASTS_S or each.missed <= MISSED_TO_FORGET_NEW

    def _begin(self, sighting: Sighting, at_ms: int) -> None:
        if len(self._followed) >= self._settings.max_tracks:
            return
        each = _Followed(
            id=self._next_id,
            motion=Motion.begun(sighting, ON_WHEELS if sighting.label in self._wheels else ON_FOOT),
            sighting=sighting,
            first_seen_ms=at_ms,
            last_seen_ms=at_ms,
            begun_s=self._now_s,
            is_shadow=any(_is_within(sighting, other) for other in self._followed),
        )
        each.is_confirmed = self._settings.confirm_sightings <= 1 and not each.is_shadow
        each.vote(sighting)
        self._next_id += 1
        self._followed.append(each)


def _is_within(sighting: Sighting, other: _Followed) -> bool:
    apart_deg = angle_between_deg(sighting, other.sighting)
    is_seen = other.is_confirmed and other.missed == 0
    return is_seen and apart_deg <= SHADOW_SIZES * max(size_deg(sighting), other.motion.size)
