"""Rules about what is no track: things left behind, and a picture that cannot be believed."""

from collections.abc import Sequence
from dataclasses import dataclass

from vision.rules.moment import Claim, Memory, Moment
from vision.rules.settings import AbandonedObject, Tamper
from vision.rules.zones import Area, longer_side_px
from vision.scene.directions import angle_between_deg, ground_distance_m
from vision.scene.sighting import Sighting
from vision.scene.track import Track

OWNER_STAYS_MS = 5_000


@dataclass(slots=True)
class _Waiting:
    alone_ms: int
    seen_ms: int
    near_since_ms: int | None = None


class AbandonedMachine:
    """Claims things that nobody has been near for long enough.

    Passers-by stop the time; somebody who stays near sets it back to nothing.
    """

    def __init__(self, rule: AbandonedObject, area: Area) -> None:
        self._rule = rule
        self._area = area
        self._owners = frozenset(rule.owner_labels)
        self._waiting: Memory[_Waiting] = Memory(keep_ms=round(rule.grace_s * 1000) + 1_000)

    @property
    def remembered(self) -> int:
        """How many tracks or things it remembers something of."""
        return len(self._waiting)

    def update(self, moment: Moment) -> list[Claim]:
        """Return one claim a thing."""
        claims: list[Claim] = []
        for still in moment.stills:
            sighting = still.sighting
            foot = self._area.plane.foot(sighting)
            if foot is None or not moment.is_open or not self._area.contains(foot):
                continue
            if longer_side_px(sighting) < self._rule.min_px:
                continue
            waiting = self._waiting.get(still.id) or _Waiting(0, moment.now_ms)
            is_claimed = waiting.alone_ms >= self._rule.for_s * 1000
            if not is_claimed:
                self._count(waiting, sighting, moment)
            waiting.seen_ms = moment.now_ms
            self._waiting.put(still.id, waiting, moment.now_ms)
            if waiting.alone_ms < self._rule.for_s * 1000 or waiting.near_since_ms is not None:
                continue
            since_ms = moment.now_ms - max(moment.at_ms - still.since_ms, 0)
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

    def _count(self, waiting: _Waiting, sighting: Sighting, moment: Moment) -> None:
        if not self._somebody_near(sighting, moment.tracks):
            waiting.near_since_ms = None
            waiting.alone_ms += moment.now_ms - waiting.seen_ms
            return
        if waiting.near_since_ms is None:
            waiting.near_since_ms = moment.now_ms
        if moment.now_ms - waiting.near_since_ms >= OWNER_STAYS_MS:
            waiting.alone_ms = 0

    def _somebody_near(self, sighting: Sighting, tracks: Sequence[Track]) -> bool:
        for track in tracks:
            if track.sighting.label not in self._owners or not track.is_confirmed:
                continue
            distance_m = ground_distance_m(sighting, track.sighting)
            if distance_m is not None:
                if distance_m <= self._rule.owner_distance_m:
                    return True
            elif angle_between_deg(sighting, track.sighting) <= self._rule.owner_distance_deg:
                return True
        return False


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
