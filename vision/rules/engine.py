"""The rules of one camera: tracks, still things and distrust in, decisions out."""

from collections.abc import Mapping, Sequence

from vision.rules.calendars import Calendar
from vision.rules.settings import AnyRule, ZoneSettings
from vision.scene.decision import Decision
from vision.scene.distrust import DistrustFinding
from vision.scene.still_object import StillObject
from vision.scene.track import Track


class RuleEngine:
    """Runs every rule of one camera; pure, its time is the argument.

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
        self._rules = list(rules)

    def update(
        self,
        at_ms: int,
        tracks: Sequence[Track],
        statics: Sequence[StillObject] = (),
        trust: Sequence[DistrustFinding] = (),
    ) -> list[Decision]:
        """Return what was decided at ``at_ms`` (wall clock of the picture)."""
        raise NotImplementedError
