"""How something moves through an area: against the allowed way, or not at all."""

import math
from collections import deque
from dataclasses import dataclass, field

from vision.rules.moment import Claim, Memory, Moment
from vision.rules.presence import claim_of, wanted
from vision.rules.settings import StoppedVehicle, WrongWay
from vision.rules.zones import Area
from vision.scene.sighting import Point
from vision.scene.track import Track

MAX_SAMPLES = 200
JUMPS_TO_LEAVE = 2


@dataclass(slots=True)
class _Path:
    samples: deque[tuple[int, Point]] = field(default_factory=lambda: deque(maxlen=MAX_SAMPLES))
    wrong_since_ms: int | None = None
    is_wrong: bool = False


class WrongWayMachine:
    """Claims everybody who moves against the allowed way."""

    def __init__(self, rule: WrongWay, area: Area) -> None:
        self._rule = rule
        self._area = area
        self._labels = frozenset(rule.labels)
        plane = area.plane
        self._along = plane.offset(plane.place(rule.along[0]), plane.place(rule.along[1]))
        default = plane.pick(metric=2.0, angular=2.0, share=0.03)
        self._min_travel = default if rule.min_travel is None else rule.min_travel
        self._window_ms = round(rule.window_s * 1000)
        self._paths: Memory[_Path] = Memory(keep_ms=self._window_ms + 5_000)

    @property
    def remembered(self) -> int:
        """How many tracks or things it remembers something of."""
        return len(self._paths)

    def update(self, moment: Moment) -> list[Claim]:
        """Return one claim a track."""
        claims: list[Claim] = []
        for track in moment.tracks:
            if not moment.has_seen(track) or not wanted(track, self._rule, self._labels):
                continue
            foot = self._area.plane.foot(track.sighting)
            if foot is None or not moment.is_open or not self._area.contains(foot):
                self._paths.drop(track.id)
                continue
            path = self._paths.get(track.id) or _Path()
            self._paths.put(track.id, path, moment.now_ms)
            self._judge(path, foot, moment.now_ms)
            since_ms = path.wrong_since_ms
            if since_ms is None or not path.is_wrong:
                continue
            if moment.now_ms - since_ms < self._rule.for_s * 1000:
                continue
            if moment.scores.believes(track, self._rule.confirmation):
                claims.append(claim_of(track, since_ms))
        self._paths.forget_old(moment.now_ms)
        return claims

    def _judge(self, path: _Path, foot: Point, now_ms: int) -> None:
        samples = path.samples
        samples.append((now_ms, foot))
        while now_ms - samples[0][0] > self._window_ms and len(samples) > 2:
            samples.popleft()
        dx, dy = self._area.plane.offset(samples[0][1], foot)
        path.is_wrong = False
        if math.hypot(dx, dy) < self._min_travel:
            return
        deviation = math.atan2(dy, dx) - math.atan2(self._along[1], self._along[0])
        deviation_deg = abs(math.degrees(math.remainder(deviation, math.tau)))
        if deviation_deg <= self._rule.max_deviation_deg:
            path.wrong_since_ms = None
            return
        path.is_wrong = True
        if path.wrong_since_ms is None:
            path.wrong_since_ms = now_ms


@dataclass(slots=True)
class _Stand:
    anchor: Point
    since_ms: int
    last_seen_ms: int
    jumps: int = 0
    jumped_ms: int = 0


class StoppedMachine:
    """Claims every vehicle that stands for too long."""

    def __init__(self, rule: StoppedVehicle, area: Area) -> None:
        self._rule = rule
        self._area = area
        self._labels = frozenset(rule.labels)
        default = area.plane.pick(metric=1.5, angular=1.5, share=0.02)
        self._radius = default if rule.radius is None else rule.radius
        self._grace_ms = round(rule.grace_s * 1000)
        self._stands: Memory[_Stand] = Memory(keep_ms=self._grace_ms + 1_000)

    @property
    def remembered(self) -> int:
        """How many tracks or things it remembers something of."""
        return len(self._stands)

    def update(self, moment: Moment) -> list[Claim]:
        """Return one claim a track."""
        claims: list[Claim] = []
        for track in moment.tracks:
            if moment.has_seen(track):
                stand = self._follow(track, moment)
            else:
                stand = self._stands.get(track.id)
                if stand is not None and moment.is_unwatched(track):
                    stand.last_seen_ms = moment.now_ms
                    self._stands.put(track.id, stand, moment.now_ms)
            if stand is None or moment.now_ms - stand.last_seen_ms > self._grace_ms:
                continue
            if moment.now_ms - stand.since_ms < self._rule.for_s * 1000:
                continue
            if moment.scores.believes(track, self._rule.confirmation):
                claims.append(claim_of(track, stand.since_ms))
        self._stands.forget_old(moment.now_ms)
        return claims

    def _follow(self, track: Track, moment: Moment) -> _Stand | None:
        now_ms, plane = moment.now_ms, self._area.plane
        foot = plane.foot(track.sighting)
        if (
            foot is None
            or not moment.is_open
            or not wanted(track, self._rule, self._labels)
            or not self._area.contains(foot)
        ):
            # A vehicle that stands on the border jitters in and out; only time decides.
            stand = self._stands.get(track.id)
            if stand is not None and now_ms - stand.last_seen_ms > self._grace_ms:
                self._stands.drop(track.id)
            return None
        stand = self._stands.get(track.id)
        if stand is None:
            stand = self._stands.inherit(track.id, moment.parents.get(track.id), now_ms)
        if stand is None or now_ms - stand.last_seen_ms > self._grace_ms:
            stand = _Stand(foot, now_ms, now_ms)
        elif math.hypot(*plane.offset(stand.anchor, foot)) > self._radius:
            stand.jumped_ms = stand.jumped_ms if stand.jumps else now_ms
            stand.jumps += 1
            if stand.jumps >= JUMPS_TO_LEAVE:
                stand = _Stand(foot, stand.jumped_ms, now_ms)
        else:
            stand.jumps = 0
        stand.last_seen_ms = now_ms
        self._stands.put(track.id, stand, now_ms)
        return stand
