"""Who is inside an area since when: intrusion, loitering and crowds."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from vision.rules.moment import Claim, Memory, Moment
from vision.rules.settings import Crowd, Intrusion, Loitering, ObjectRule
from vision.rules.zones import Area, longer_side_px
from vision.scene.track import Track

MAX_NAMED_TRACKS = 200
DIP_MS = 2_000


def wanted(track: Track, rule: ObjectRule, labels: Collection[str]) -> bool:
    """Tell whether a rule cares for a track: by its class and its size."""
    sighting = track.sighting
    return sighting.label in labels and longer_side_px(sighting) >= rule.min_px


def claim_of(track: Track, since_ms: int, detail: str = "") -> Claim:
    """Return the claim about one track."""
    sighting = track.sighting
    return Claim(
        subject=f"{track.id}:{detail}" if detail else str(track.id),
        since_ms=since_ms,
        label=sighting.label,
        score=sighting.score,
        sighting=sighting,
        tracks=(track,),
        detail=detail,
    )


@dataclass(slots=True)
class _Stay:
    entered_ms: int
    last_inside_ms: int
    is_inside: bool = True


class Stays:
    """Since when each wanted object has been in the area; short absences do not count."""

    def __init__(self, rule: ObjectRule, area: Area) -> None:
        self._rule = rule
        self._labels = frozenset(rule.labels)
        self._area = area
        self._grace_ms = round(rule.grace_s * 1000)
        self._stays: Memory[_Stay] = Memory(keep_ms=self._grace_ms + 1_000)

    def __len__(self) -> int:
        return len(self._stays)

    def inside(self, moment: Moment) -> list[tuple[Track, int]]:
        """Return those who are inside and believed, with the moment they entered."""
        now_ms = moment.now_ms
        found: list[tuple[Track, int]] = []
        for track in moment.tracks:
            stay = self._stays.get(track.id)
            if stay is None:
                stay = self._stays.inherit(track.id, moment.parents.get(track.id), now_ms)
            if stay is not None and stay.is_inside and moment.is_unwatched(track):
                stay.last_inside_ms = now_ms
                self._stays.put(track.id, stay, now_ms)
            if stay is not None and now_ms - stay.last_inside_ms > self._grace_ms:
                self._stays.drop(track.id)
                stay = None
            if moment.has_seen(track):
                stay = self._follow(track, stay, moment)
            if stay is None or not stay.is_inside:
                continue
            if moment.scores.believes(track, self._rule.confirmation):
                found.append((track, stay.entered_ms))
        self._stays.forget_old(now_ms)
        return found

    def _follow(self, track: Track, stay: _Stay | None, moment: Moment) -> _Stay | None:
        foot = self._area.plane.foot(track.sighting)
        is_inside = (
            moment.is_open
            and foot is not None
            and wanted(track, self._rule, self._labels)
            and self._area.contains(foot)
        )
        if is_inside:
            stay = stay or _Stay(moment.now_ms, moment.now_ms)
            stay.last_inside_ms = moment.now_ms
            stay.is_inside = True
        elif stay is not None:
            stay.is_inside = False
        if stay is not None:
            self._stays.put(track.id, stay, moment.now_ms)
        return stay


class IntrusionMachine:
    """Claims everybody who has been inside for long enough."""

    def __init__(self, rule: Intrusion, area: Area) -> None:
        self._stays = Stays(rule, area)
        self._wait_ms = round(rule.inside_s * 1000)

    @property
    def remembered(self) -> int:
        """How many tracks or things it remembers something of."""
        return len(self._stays)

    def update(self, moment: Moment) -> list[Claim]:
        """Return one claim a track."""
        return [
            claim_of(track, entered_ms)
            for track, entered_ms in self._stays.inside(moment)
            if moment.now_ms - entered_ms >= self._wait_ms
        ]


class LoiteringMachine:
    """Claims everybody who has stayed for the dwelling time."""

    def __init__(self, rule: Loitering, area: Area) -> None:
        self._stays = Stays(rule, area)
        self._wait_ms = round(rule.dwell_s * 1000)

    @property
    def remembered(self) -> int:
        """How many tracks or things it remembers something of."""
        return len(self._stays)

    def update(self, moment: Moment) -> list[Claim]:
        """Return one claim a track."""
        return [
            claim_of(track, entered_ms)
            for track, entered_ms in self._stays.inside(moment)
            if moment.now_ms - entered_ms >= self._wait_ms
        ]


class CrowdMachine:
    """Claims the area while it is crowded."""

    def __init__(self, rule: Crowd, area: Area) -> None:
        self._rule = rule
        self._stays = Stays(rule, area)
        self._since_ms: int | None = None
        self._last_full_ms = 0
        self._is_claimed = False

    @property
    def remembered(self) -> int:
        """How many tracks or things it remembers something of."""
        return len(self._stays)

    def update(self, moment: Moment) -> list[Claim]:
        """Return at most one claim."""
        rule, now_ms = self._rule, moment.now_ms
        members = [track for track, _ in self._stays.inside(moment)] if moment.is_open else []
        least = rule.calm_count + 1 if self._is_claimed else rule.at_least
        if len(members) >= least:
            if self._since_ms is None:
                self._since_ms = now_ms
            self._last_full_ms = now_ms
        elif now_ms - self._last_full_ms > (rule.grace_s * 1000 if self._is_claimed else DIP_MS):
            self._since_ms, self._is_claimed = None, False
        if self._since_ms is None or len(members) < least:
            return []
        if not self._is_claimed and now_ms - self._since_ms < rule.for_s * 1000:
            return []
        self._is_claimed = True
        return [self._claim(members, self._since_ms)]

    def _claim(self, members: list[Track], since_ms: int) -> Claim:
        best = max(members, key=lambda track: track.sighting.score)
        label, _ = Counter(track.sighting.label for track in members).most_common(1)[0]
        return Claim(
            subject="crowd",
            since_ms=since_ms,
            label=label,
            score=best.sighting.score,
            sighting=best.sighting,
            tracks=tuple(members[:MAX_NAMED_TRACKS]),
            count=len(members),
        )
