"""Lines that are crossed: settled on the new side, once per object and direction."""

from dataclasses import dataclass, field

from vision.rules.moment import Claim, Memory, Moment
from vision.rules.presence import claim_of, wanted
from vision.rules.settings import LineCrossing
from vision.rules.zones import Line
from vision.scene.sighting import Point
from vision.scene.track import Track

OUT_OF_SIGHT_MS = 1_000


@dataclass(slots=True)
class _Passage:
    direction: str
    crossed_ms: int
    is_wanted: bool
    clear_sightings: int = 0
    is_settled: bool = False


@dataclass(slots=True)
class _Walk:
    track: Track
    last: Point
    last_seen_ms: int
    passage: _Passage | None = None
    settled: list[_Passage] = field(default_factory=list)
    fired: dict[str, int] = field(default_factory=dict)


class CrossingMachine:
    """Claims each crossing for a while after it was settled.

    A passage is open from the step that went through the line; it is taken back when the object
    returns before it was seen well clear of the line often enough. So jitter on the line gives
    nothing, and an object that leaves the picture right behind the line still counts.
    """

    def __init__(self, rule: LineCrossing, line: Line) -> None:
        self._rule = rule
        self._line = line
        self._labels = frozenset(rule.labels)
        default = line.plane.pick(metric=0.3, angular=0.3, share=0.005)
        self._margin = default if rule.margin is None else rule.margin
        self._hold_ms = round(rule.hold_s * 1000)
        self._walks: Memory[_Walk] = Memory(keep_ms=self._hold_ms + 10_000)

    @property
    def remembered(self) -> int:
        """How many tracks or things it remembers something of."""
        return len(self._walks)

    def update(self, moment: Moment) -> list[Claim]:
        """Return one claim for each object and direction."""
        claims: list[Claim] = []
        listed = {track.id for track in moment.tracks}
        for track in moment.tracks:
            walk = self._walks.get(track.id)
            if moment.has_seen(track) and wanted(track, self._rule, self._labels):
                walk = self._step(track, walk, moment)
            if walk is None:
                continue
            walk.track = track
            self._walks.put(track.id, walk, moment.now_ms)
            is_out = moment.now_ms - walk.last_seen_ms >= OUT_OF_SIGHT_MS
            if is_out and not track.is_visible:
                self._settle_what_left(walk)
            claims += self._claims(walk, moment)
        for _, walk in self._walks.missing(listed):
            self._settle_what_left(walk)
            claims += self._claims(walk, moment)
        self._walks.forget_old(moment.now_ms)
        return claims

    def _step(self, track: Track, walk: _Walk | None, moment: Moment) -> _Walk | None:
        point = self._line.plane.foot(track.sighting)
        if point is None:
            return walk
        if walk is None:
            return _Walk(track, point, moment.now_ms)
        crossing = self._line.crossing(walk.last, point)
        if crossing is not None:
            direction = "a_to_b" if crossing.is_a_to_b else "b_to_a"
            if walk.passage is not None and walk.passage.direction != direction:
                walk.passage = None
            else:
                step_ms = moment.now_ms - walk.last_seen_ms
                crossed_ms = walk.last_seen_ms + round(crossing.share * step_ms)
                is_wanted = moment.is_open and self._rule.direction in ("both", direction)
                walk.passage = _Passage(direction, crossed_ms, is_wanted)
        if walk.passage is not None and self._line.distance(point) >= self._margin:
            walk.passage.clear_sightings += 1
            if walk.passage.clear_sightings >= self._rule.settle_sightings:
                self._settle(walk, walk.passage)
        walk.last, walk.last_seen_ms = point, moment.now_ms
        return walk

    def _settle_what_left(self, walk: _Walk) -> None:
        if walk.passage is not None and walk.passage.clear_sightings > 0:
            self._settle(walk, walk.passage)

    def _settle(self, walk: _Walk, passage: _Passage) -> None:
        walk.passage = None
        if passage.is_wanted and passage.direction not in walk.fired:
            walk.settled = [other for other in walk.settled if other.direction != passage.direction]
            walk.settled.append(passage)

    def _claims(self, walk: _Walk, moment: Moment) -> list[Claim]:
        claims: list[Claim] = []
        for passage in list(walk.settled):
            fired_ms = walk.fired.get(passage.direction)
            if fired_ms is None:
                if not moment.scores.believes(walk.track, self._rule.confirmation):
                    continue
                walk.fired[passage.direction] = fired_ms = moment.now_ms
            if moment.now_ms - fired_ms > self._hold_ms:
                walk.settled.remove(passage)
                continue
            claims.append(claim_of(walk.track, passage.crossed_ms, passage.direction))
        return claims
