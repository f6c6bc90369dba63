"""What a rule's machine gets at each picture, and what it claims."""

import statistics
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from vision.rules.settings import Confirmation
from vision.scene.distrust import DistrustFinding
from vision.scene.sighting import Sighting
from vision.scene.still_object import StillObject
from vision.scene.track import Track

State = TypeVar("State")
MAX_REMEMBERED = 4_000


@dataclass(slots=True, frozen=True)
class Claim:
    """A condition that holds now.

    Args:
        subject: whom it is about, unique within the rule; the same claim keeps its subject.
        since_ms: engine clock of the moment that matters.
        tracks: whose tracks; empty for tampering and still things.
    """

    subject: str
    since_ms: int
    label: str
    score: float
    sighting: Sighting | None = None
    tracks: tuple[Track, ...] = ()
    detail: str = ""
    count: int = 1


class Memory(Generic[State]):
    """State by track, forgotten some time after the track was last listed."""

    def __init__(self, keep_ms: int) -> None:
        self._keep_ms = keep_ms
        self._states: dict[int, tuple[State, int]] = {}

    def __len__(self) -> int:
        return len(self._states)

    def get(self, track_id: int) -> State | None:
        """Return the state of a track, or None."""
        entry = self._states.get(track_id)
        return None if entry is None else entry[0]

    def put(self, track_id: int, state: State, now_ms: int) -> None:
        """Keep ``state``; beyond the bound the one that was not listed for longest goes."""
        self._states.pop(track_id, None)
        self._states[track_id] = (state, now_ms)
        if len(self._states) > MAX_REMEMBERED:
            self._states.pop(next(iter(self._states)))

    def inherit(self, child: int, parent: int | None, now_ms: int) -> State | None:
        """Move the state of ``parent`` to ``child`` and return it, or None."""
        state = None if parent is None else self.get(parent)
        if parent is not None and state is not None:
            self.drop(parent)
            self.put(child, state, now_ms)
        return state

    def drop(self, track_id: int) -> None:
        """Forget a track now."""
        self._states.pop(track_id, None)

    def missing(self, listed: set[int]) -> list[tuple[int, State]]:
        """Return the states of the tracks that are not in ``listed``."""
        return [(key, state) for key, (state, _) in self._states.items() if key not in listed]

    def forget_old(self, now_ms: int) -> None:
        """Forget what was last put longer ago than the keeping time."""
        # Insertion order is the order of the last put, so the old ones stand in front.
        while self._states:
            track_id, (_, put_ms) = next(iter(self._states.items()))
            if now_ms - put_ms <= self._keep_ms:
                return
            del self._states[track_id]


@dataclass(slots=True)
class _Record:
    scores: deque[float]
    passed: set[tuple[int, int, float]] = field(default_factory=set)


class Scores:
    """The last scores of every track; whoever was believed once stays believed.

    Args:
        wanted: the confirmations that some rule asks for.
    """

    def __init__(self, wanted: Iterable[Confirmation]) -> None:
        self._wanted = {_key(confirmation): confirmation for confirmation in wanted}
        self._longest = max((each.sightings for each in self._wanted.values()), default=1)
        self._records: Memory[_Record] = Memory(keep_ms=60_000)

    def update(self, tracks: Sequence[Track], now_ms: int, at_ms: int) -> None:
        """Take one picture: a track that coasts was missed in it and counts 0.

        Where nobody looked nothing was missed, and nothing is counted.
        """
        for track in tracks:
            record = self._records.get(track.id) or _Record(deque(maxlen=self._longest))
            is_unwatched = track.is_visible and track.last_seen_ms != at_ms
            if not is_unwatched:
                record.scores.append(track.sighting.score if track.is_visible else 0.0)
            self._records.put(track.id, record, now_ms)
            if not track.is_confirmed:
                continue
            for key, wanted in self._wanted.items():
                if key not in record.passed and _is_passed(record.scores, wanted):
                    record.passed.add(key)
        self._records.forget_old(now_ms)

    def __len__(self) -> int:
        return len(self._records)

    def believes(self, track: Track, wanted: Confirmation) -> bool:
        """Tell whether a track was confirmed by the tracker and by its median score."""
        record = self._records.get(track.id)
        return record is not None and _key(wanted) in record.passed


def _key(wanted: Confirmation) -> tuple[int, int, float]:
    return wanted.sightings, wanted.at_least, wanted.min_median


def _is_passed(scores: Sequence[float], wanted: Confirmation) -> bool:
    last = list(scores)[-wanted.sightings :]
    return len(last) >= wanted.at_least and statistics.median(last) >= wanted.min_median


@dataclass(slots=True, frozen=True)
class Moment:
    """One picture as the machines see it.

    Args:
        now_ms: the engine's own clock: it never goes back, whatever the wall clock does.
        at_ms: wall clock of the picture.
        is_open: the rule's calendar is open.
        parents: for a listed track, the lost one whose history it inherits.
    """

    now_ms: int
    at_ms: int
    is_open: bool
    tracks: Sequence[Track]
    scores: Scores
    parents: Mapping[int, int]
    stills: Sequence[StillObject] = ()
    findings: Sequence[DistrustFinding] = ()

    def has_seen(self, track: Track) -> bool:
        """Tell whether a track was sighted in this very picture."""
        return track.is_visible and track.last_seen_ms == self.at_ms

    def is_unwatched(self, track: Track) -> bool:
        """Tell whether nobody looked where a track is, so that it is taken to be there still."""
        return track.is_visible and track.last_seen_ms != self.at_ms


class Machine(Protocol):
    """The conditions of one rule as a state machine."""

    @property
    def remembered(self) -> int:
        """How many tracks or things it remembers something of."""
        ...

    def update(self, moment: Moment) -> list[Claim]:
        """Return every condition that holds at this moment."""
        ...
