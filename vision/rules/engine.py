"""The rules of one camera: tracks, still things and distrust in, decisions out."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from vision.rules.calendars import Calendar, Schedule
from vision.rules.contradictions import contradictions
from vision.rules.crossing import CrossingMachine
from vision.rules.incidents import IncidentBook
from vision.rules.lineage import Lineage
from vision.rules.moment import Machine, Moment, Scores
from vision.rules.movement import StoppedMachine, WrongWayMachine
from vision.rules.presence import CrowdMachine, IntrusionMachine, LoiteringMachine
from vision.rules.settings import (
    AbandonedObject,
    AnyRule,
    Confirmation,
    Crowd,
    Intrusion,
    LineCrossing,
    Loitering,
    ObjectRule,
    StoppedVehicle,
    Tamper,
    WrongWay,
    ZoneSettings,
)
from vision.rules.things import AbandonedMachine, TamperMachine
from vision.rules.zones import Area, Line, areas_of, lines_of
from vision.scene.decision import Decision
from vision.scene.distrust import DistrustFinding
from vision.scene.still_object import StillObject
from vision.scene.track import Track

LATE_PICTURE_MS = 2_000


class SteadyClock:
    """A clock that follows the pictures' wall clock and never goes back.

    A picture up to two seconds late stands still; a wall clock that was set back further counts
    on from there.
    """

    def __init__(self) -> None:
        self.now_ms = 0
        self._last_at_ms: int | None = None

    def advance(self, at_ms: int) -> int:
        """Return the steady time of a picture taken at ``at_ms``."""
        if self._last_at_ms is None:
            self._last_at_ms = at_ms
        step_ms = at_ms - self._last_at_ms
        if step_ms >= 0 or step_ms < -LATE_PICTURE_MS:
            self.now_ms += max(step_ms, 0)
            self._last_at_ms = at_ms
        return self.now_ms


class _RunningRule:
    def __init__(self, schedule: Schedule, machine: Machine, book: IncidentBook) -> None:
        self.schedule = schedule
        self.machine = machine
        self.book = book


class RuleEngine:
    """Runs every rule of one camera; pure, its time is the argument.

    It is kept over reconnects: open incidents and cool-downs live on, and an object that comes
    back under a new number near where it was lost goes on with its incident.

    Args:
        calendars: the shared calendars by name.

    Raises:
        ValueError: the rules and zones contradict one another; one sentence for each fault.
    """

    def __init__(
        self,
        rules: Sequence[AnyRule],
        zones: Sequence[ZoneSettings],
        calendars: Mapping[str, Calendar] | None = None,
    ) -> None:
        named = calendars or {}
        faults = contradictions(rules, zones, calendars=named)
        if faults:
            raise ValueError("; ".join(faults))
        areas, lines = areas_of(zones), lines_of(zones)
        numbers = itertools.count(1)
        self._clock = SteadyClock()
        self._scores = Scores(_confirmations(rules))
        self._lineage = Lineage()
        self._running = [
            _RunningRule(
                Schedule(rule.calendar, named),
                _machine_of(rule, areas, lines),
                IncidentBook(rule, partial(_next_key, rule.id, numbers)),
            )
            for rule in rules
        ]

    @property
    def open_count(self) -> int:
        """How many incidents are open."""
        return sum(running.book.open_count for running in self._running)

    @property
    def remembered_count(self) -> int:
        """How many tracks something is remembered of, over all rules; bounded."""
        return len(self._scores) + sum(running.machine.remembered for running in self._running)

    def update(
        self,
        at_ms: int,
        tracks: Sequence[Track],
        statics: Sequence[StillObject] = (),
        trust: Sequence[DistrustFinding] = (),
    ) -> list[Decision]:
        """Return what was decided at ``at_ms`` (wall clock of the picture), rule by rule.

        To be called for every analysed picture, also with nothing in it: incidents end by time.
        """
        now_ms = self._clock.advance(at_ms)
        self._scores.update(tracks, now_ms, at_ms)
        parents = self._lineage.update(tracks, now_ms)
        moment = Moment(now_ms, at_ms, True, tracks, self._scores, parents, statics, trust)
        decisions: list[Decision] = []
        for running in self._running:
            is_open = running.schedule.is_open(at_ms)
            seen = moment if is_open else replace(moment, is_open=False)
            claims = running.machine.update(seen)
            decisions += running.book.step(seen, claims)
        return decisions


def _confirmations(rules: Sequence[AnyRule]) -> Iterator[Confirmation]:
    for rule in rules:
        if isinstance(rule, ObjectRule):
            yield rule.confirmation
        elif isinstance(rule, AbandonedObject):
            yield rule.owner_confirmation


def _next_key(rule: str, numbers: Iterator[int]) -> str:
    return f"{rule}-{next(numbers)}"


def _machine_of(rule: AnyRule, areas: Mapping[str, Area], lines: Mapping[str, Line]) -> Machine:
    match rule:
        case Intrusion():
            return IntrusionMachine(rule, areas[rule.zone])
        case LineCrossing():
            return CrossingMachine(rule, lines[rule.zone])
        case WrongWay():
            return WrongWayMachine(rule, areas[rule.zone])
        case Loitering():
            return LoiteringMachine(rule, areas[rule.zone])
        case Crowd():
            return CrowdMachine(rule, areas[rule.zone])
        case StoppedVehicle():
            return StoppedMachine(rule, areas[rule.zone])
        case AbandonedObject():
            return AbandonedMachine(rule, areas[rule.zone])
        case Tamper():
            return TamperMachine(rule)
