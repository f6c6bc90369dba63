"""From what was seen in one picture to what it means: tracks, rules, trust, things left behind."""

from collections.abc import Collection, Sequence
from typing import Protocol

from vision.rules.engine import RuleEngine
from vision.scene.decision import Decision
from vision.scene.distrust import DistrustFinding
from vision.scene.frame import Frame
from vision.scene.sighting import Sighting
from vision.scene.still_object import StillObject
from vision.scene.track import Track
from vision.tracking.tracker import Tracker


class PictureWatch(Protocol):
    """What is judged on the whole picture, without a detector; keeps its own pace."""

    def still_objects(self, frame: Frame, tracks: Sequence[Track]) -> Sequence[StillObject]:
        """Return what lies in the picture and was not there before."""
        ...

    def distrust(self, frame: Frame) -> Sequence[DistrustFinding]:
        """Return every reason that holds now not to believe the picture."""
        ...


class Analyst:
    """The judgement about one camera; not thread-safe, its thread owns it."""

    def __init__(self, tracker: Tracker, rules: RuleEngine, pictures: PictureWatch) -> None:
        self._tracker = tracker
        self._rules = rules
        self._pictures = pictures
        self._connection: int | None = None
        self.tracks: Sequence[Track] = ()
        self.distrust: Sequence[DistrustFinding] = ()

    @property
    def has_incidents(self) -> bool:
        """Whether something is going on."""
        return self._rules.open_count > 0

    def judge(
        self, frame: Frame, sightings: Sequence[Sighting], looked: Collection[str]
    ) -> list[Decision]:
        """Return what was decided about a picture.

        Args:
            looked: the views that were analysed in it.
        """
        if frame.connection != self._connection:
            # Nobody knows what moved while the camera was away.
            self._tracker.reset()
            self._connection = frame.connection
        self.tracks = self._tracker.update(
            frame.at_ms,
            sightings,
            lambda sighting: any(view in looked for view in sighting.views),
        )
        still = self._pictures.still_objects(frame, self.tracks)
        self.distrust = self._pictures.distrust(frame)
        return self._rules.update(frame.at_ms, self.tracks, still, self.distrust)

    def lapse(self, at_ms: int) -> list[Decision]:
        """Return the ends of what was going on when the pictures stopped for good."""
        self._tracker.reset()
        self.tracks = ()
        self.distrust = ()
        return self._rules.update(at_ms, ())
