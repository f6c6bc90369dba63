"""Rules about what is no track: things left behind, and a picture that cannot be believed."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from vision.rules.moment import Claim, Memory, Moment
from vision.rules.settings import AbandonedObject, Tamper
from vision.rules.zones import Area, longer_side_px
from vision.scene.directions import angle_between_deg, ground_distance_m
from vision.scene.sighting import Sighting

OWNER_STAYS_MS = 5_000
REMEMBERED_MS = 60_000
MAX_REMEMBERED = 1_000


@dataclass(slots=True)
class _Waiting:
    alone_ms: int
    seen_ms: int
    near_since_ms: int | None = None


class AbandonedMachine:
    """Claims things that nobody has been near for long enough.

    Passers-by stop the time; somebody who stays near sets it back to nothing. A thing is told
    some seconds after it came to lie there: who was near meanwhile is remembered, so that the
    time counts from the beginning.
    """

    def __init__(self, rule: AbandonedObject, area: Area) -> None:
        self._rule = rule
        self._area = area
        self._owners = frozenset(rule.owner_labels)
        self._waiting: Memory[_Waiting] = Memory(keep_ms=round(rule.grace_s * 1000) + 1_000)
        self._people: deque[tuple[int, list[Sighting]]] = deque(maxlen=MAX_REMEMBERED)

    @property
    def remembered(self) -> int:
        """How many tracks or things it remembers something of."""
        return len(self._waiting)

    def update(self, moment: Moment) -> list[Claim]:
        """Return one claim a thing."""
        claims: list[Claim] = []
        self._remember_people(moment)
        for still in moment.stills:
            sighting = still.sighting
            foot = self._area.plane.foot(sighting)
            if foot is None or not moment.is_open or not self._area.contains(foot):
                continue
            if longer_side_px(sighting) < self._rule.min_px:
                continue
            since_ms = moment.now_ms - max(moment.at_ms - still.since_ms, 0)
            waiting = self._waiting.get(still.id)
            if waiting is None:
                waiting = _Waiting(0, max(since_ms, self._people[0][0]))
            is_claimed = waiting.alone_ms >= self._rule.for_s * 1000
            if not is_claimed:
                for now_ms, people in self._people:
                    if now_ms > waiting.seen_ms:
                        self._count(waiting, sighting, now_ms, people)
            waiting.seen_ms = moment.now_ms
            self._waiting.put(still.id, waiting, moment.now_ms)
            if waiting.alone_ms < self._rule.for_s * 1000 or waiting.near_since_ms is not None:
                continue
            claims.append(
                Claim(
                    subject=str(still.id),
                    since_ms=since_ms,
                    label=sighting.label,
                    score=sighting.score,
                    sighting=sighting,
                )
            )
        self._waiting.forget_old(moment.now_ms)
        return claims

    def _remember_people(self, moment: Moment) -> None:
        if not moment.is_open:
            self._people.clear()
            return
        people = [
            track.sighting
            for track in moment.tracks
            if track.sighting.label in self._owners
            and moment.scores.believes(track, self._rule.owner_confirmation)
        ]
        self._people.append((moment.now_ms, people))
        while moment.now_ms - self._people[0][0] > REMEMBERED_MS:
            self._people.popleft()

    def _count(
        self, waiting: _Waiting, sighting: Sighting, now_ms: int, people: Sequence[Sighting]
    ) -> None:
        if not any(self._is_near(sighting, person) for person in people):
            waiting.near_since_ms = None
            waiting.alone_ms += now_ms - waiting.seen_ms
        else:
            if waiting.near_since_ms is None:
                waiting.near_since_ms = now_ms
            if now_ms - waiting.near_since_ms >= OWNER_STAYS_MS:
                waiting.alone_ms = 0
        waiting.seen_ms = now_ms

    def _is_near(self, thing: Sighting, person: Sighting) -> bool:
        distance_m = ground_distance_m(thing, person)
        if distance_m is not None:
            return distance_m <= self._rule.owner_distance_m
        return angle_between_deg(thing, person) <= self._rule.owner_distance_deg


class TamperMachine:
    """Claims every cause of distrust that the rule names."""

    def __init__(self, rule: Tamper) -> None:
        self._causes = frozenset(rule.causes)

    @property
    def remembered(self) -> int:
        """How many tracks or things it remembers something of."""
        return 0

    def update(self, moment: Moment) -> list[Claim]:
        """Return one claim a cause."""
        if not moment.is_open:
            return []
        return [
            Claim(
                subject=finding.cause,
                since_ms=moment.now_ms - max(moment.at_ms - finding.since_ms, 0),
                label="camera",
                score=finding.severity,
                detail=finding.cause,
            )
            for finding in moment.findings
            if finding.cause in self._causes
        ]
