"""The incidents of one rule: opened, updated, joined, ended, cooled down."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from vision.rules.moment import Claim, Moment
from vision.rules.settings import AnyRule
from vision.scene.decision import Decision, Phase

UPDATE_EVERY_MS = 5_000
BETTER_AFTER_MS = 1_000
BETTER_BY = 0.05
MAX_NAMED_TRACKS = 200
MAX_COOLING = 2_000


@dataclass(slots=True)
class Incident:
    """An open incident; its members are the subjects of its claims and when they last held."""

    key: str
    began_at_ms: int
    opened_ms: int
    claim: Claim
    members: dict[str, int]
    track_ids: list[int] = field(default_factory=list)
    joined: int = 1
    best_score: float = 0.0
    told_score: float = 0.0
    told_count: int = 1
    told_ms: int = 0

    def take(self, claim: Claim, now_ms: int) -> None:
        """Note that a claim of this incident holds."""
        self.members[claim.subject] = now_ms
        self.best_score = max(self.best_score, claim.score)
        for track in claim.tracks:
            if track.id not in self.track_ids and len(self.track_ids) < MAX_NAMED_TRACKS:
                self.track_ids.append(track.id)

    @property
    def count(self) -> int:
        """Objects involved."""
        return max(self.joined, self.claim.count)


class IncidentBook:
    """Turns the claims of one rule into decisions.

    Args:
        next_key: gives a key that no other incident of this run has.
    """

    def __init__(self, rule: AnyRule, next_key: Callable[[], str]) -> None:
        self._rule = rule
        self._next_key = next_key
        self._grace_ms = round(rule.grace_s * 1000)
        self._cool_down_ms = round(rule.cool_down_s * 1000)
        self._by_zone = rule.cool_down_scope == "zone"
        self._open: dict[str, Incident] = {}
        self._by_subject: dict[str, Incident] = {}
        self._cooling: dict[str, int] = {}

    @property
    def open_count(self) -> int:
        """How many incidents are open."""
        return len(self._open)

    def step(self, moment: Moment, claims: Sequence[Claim]) -> list[Decision]:
        """Return the decisions that follow from what holds now."""
        decisions: list[Decision] = []
        for claim in claims:
            incident = self._by_subject.get(claim.subject) or self._inherited(claim, moment)
            if incident is not None:
                incident.claim = claim if _is_leading(incident, claim) else incident.claim
                incident.take(claim, moment.now_ms)
            else:
                decisions += self._admit(claim, moment)
        for incident in list(self._open.values()):
            self._let_members_go(incident, moment.now_ms)
            if not incident.members:
                decisions.append(self._end(incident, moment))
            elif self._is_worth_telling(incident, moment.now_ms):
                decisions.append(self._decide(incident, "update", moment))
        self._forget_cooled(moment.now_ms)
        return decisions

    def _admit(self, claim: Claim, moment: Moment) -> Iterable[Decision]:
        if self._is_cooling(claim.subject, moment.now_ms):
            return
        limit = 1 if self._by_zone else self._rule.max_open
        if len(self._open) >= limit:
            newest = next(reversed(self._open.values()))
            newest.joined += 1
            newest.take(claim, moment.now_ms)
            self._by_subject[claim.subject] = newest
            return
        began_at_ms = moment.at_ms - (moment.now_ms - claim.since_ms)
        incident = Incident(self._next_key(), began_at_ms, moment.now_ms, claim, {})
        incident.take(claim, moment.now_ms)
        self._open[incident.key] = incident
        self._by_subject[claim.subject] = incident
        yield self._decide(incident, "new", moment)

    def _inherited(self, claim: Claim, moment: Moment) -> Incident | None:
        """Find the incident of the lost track whose history this claim's track took over."""
        if self._rule.kind == "line_crossing" or len(claim.tracks) != 1:
            return None
        parent = moment.parents.get(claim.tracks[0].id)
        incident = None if parent is None else self._by_subject.pop(str(parent), None)
        if incident is not None:
            del incident.members[str(parent)]
            self._by_subject[claim.subject] = incident
        return incident

    def _let_members_go(self, incident: Incident, now_ms: int) -> None:
        for subject, held_ms in list(incident.members.items()):
            if now_ms - held_ms > self._grace_ms:
                del incident.members[subject]
                self._by_subject.pop(subject, None)
                if not self._by_zone:
                    self._cool(subject, now_ms)

    def _end(self, incident: Incident, moment: Moment) -> Decision:
        del self._open[incident.key]
        if self._by_zone:
            self._cool("", moment.now_ms)
        return self._decide(incident, "end", moment)

    def _is_worth_telling(self, incident: Incident, now_ms: int) -> bool:
        if now_ms not in incident.members.values() or incident.told_ms == now_ms:
            return False
        quiet_ms = now_ms - incident.told_ms
        if incident.best_score >= incident.told_score + BETTER_BY and quiet_ms >= BETTER_AFTER_MS:
            return True
        if incident.count != incident.told_count and quiet_ms >= UPDATE_EVERY_MS:
            return True
        # What lasts for hours is told less and less often: its log stays short.
        return quiet_ms >= max(UPDATE_EVERY_MS, (now_ms - incident.opened_ms) // 10)

    def _decide(self, incident: Incident, phase: Phase, moment: Moment) -> Decision:
        incident.told_ms = moment.now_ms
        incident.told_score = incident.best_score
        incident.told_count = incident.count
        claim = incident.claim
        return Decision(
            key=incident.key,
            phase=phase,
            rule=self._rule.id,
            kind=self._rule.kind,
            zone=self._rule.zone_name,
            at_ms=moment.at_ms,
            began_ms=min(incident.began_at_ms, moment.at_ms),
            label=claim.label,
            score=incident.best_score,
            track_ids=tuple(incident.track_ids),
            sighting=claim.sighting,
            detail=claim.detail,
            count=incident.count,
        )

    def _cool(self, subject: str, now_ms: int) -> None:
        if self._cool_down_ms <= 0:
            return
        self._cooling.pop(subject, None)
        self._cooling[subject] = now_ms
        if len(self._cooling) > MAX_COOLING:
            self._cooling.pop(next(iter(self._cooling)))

    def _is_cooling(self, subject: str, now_ms: int) -> bool:
        cooled_ms = self._cooling.get("" if self._by_zone else subject)
        return cooled_ms is not None and now_ms - cooled_ms < self._cool_down_ms

    def _forget_cooled(self, now_ms: int) -> None:
        while self._cooling:
            name, cooled_ms = next(iter(self._cooling.items()))
            if now_ms - cooled_ms < self._cool_down_ms:
                return
            del self._cooling[name]


def _is_leading(incident: Incident, claim: Claim) -> bool:
    """The subject that opened the incident is shown while it lasts, then whoever is left."""
    return claim.subject == incident.claim.subject or incident.claim.subject not in incident.members
