"""What is judged on whole pictures: things left behind in zones, and reasons for distrust."""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from vision.background.settings import BackgroundSettings
from vision.background.still_finder import StillFinder, StillThing
from vision.optics.arrays import OpticsFault
from vision.optics.spaces import along_sides
from vision.pipeline.eyes import CameraEyes
from vision.rules.moment import Scores
from vision.rules.settings import AbandonedObject, AnyRule, Tamper, ZoneSettings
from vision.scene.detection import Box, Detection
from vision.scene.distrust import DistrustFinding
from vision.scene.frame import Frame
from vision.scene.sighting import PICTURE, Point
from vision.scene.still_object import StillObject
from vision.scene.track import Track
from vision.trust.settings import TrustSettings
from vision.trust.watch import TrustWatch

OBJECT: Final = "object"
SIDE_STEPS: Final = 8


class PictureJudge:
    """Still things in the zones of one camera's rules, and its trust; only where a rule asks.

    Args:
        movers: classes whose tracks explain what stands in the picture; a bag that the detector
            knows explains nothing.
        eyes: fitted to the picture before the first call.
    """

    def __init__(
        self,
        rules: Sequence[AnyRule],
        zones: Sequence[ZoneSettings],
        background: BackgroundSettings,
        trust: TrustSettings,
        movers: Collection[str],
        eyes: CameraEyes,
    ) -> None:
        abandoned = [rule for rule in rules if isinstance(rule, AbandonedObject)]
        watched = {rule.zone for rule in abandoned}
        self._sure = [rule.owner_confirmation for rule in abandoned]
        self._scores = Scores(self._sure)
        self._zones = [zone for zone in zones if zone.name in watched]
        self._background = background
        self._movers = frozenset(movers)
        self._eyes = eyes
        self._finder: StillFinder | None = None
        self._size_px = (0, 0)
        wants_trust = any(isinstance(rule, Tamper) for rule in rules)
        self._trust = TrustWatch(trust) if wants_trust else None

    def still_objects(self, frame: Frame, tracks: Sequence[Track]) -> list[StillObject]:
        """Return what lies in the zones and was not there before."""
        if not self._zones:
            return []
        if self._finder is None or self._size_px != self._eyes.size_px:
            self._size_px = self._eyes.size_px
            self._finder = StillFinder(self._background, self._size_px, self._regions())
        self._scores.update(tracks, frame.at_ms, frame.at_ms)
        busy = [track.sighting.source_box for track in tracks if self._explains(track)]
        things = self._finder.update(frame.at_ms, frame.image, busy)
        return self._placed(things)

    def distrust(self, frame: Frame) -> list[DistrustFinding]:
        """Return every reason that holds now not to believe the picture."""
        return [] if self._trust is None else self._trust.update(frame.at_ms, frame.image)

    def _explains(self, track: Track) -> bool:
        return track.sighting.label in self._movers and any(
            self._scores.believes(track, sure) for sure in self._sure
        )

    def _placed(self, things: Sequence[StillThing]) -> list[StillObject]:
        boxes = [
            Detection(PICTURE, OBJECT, min(1.0, thing.contrast * 4), Box(*thing.box))
            for thing in things
        ]
        sightings = self._eyes.locator.see_apart(boxes)
        return [
            StillObject(thing.id, sighting, thing.since_ms)
            for thing, sighting in zip(things, sightings, strict=True)
        ]

    def _regions(self) -> list[list[Point]]:
        """The zones in the picture.

        Raises:
            OpticsFault: a zone lies outside the picture.
        """
        width, height = self._eyes.size_px
        regions = [self._in_picture(zone) for zone in self._zones]
        for zone, region in zip(self._zones, regions, strict=True):
            if not any(0 <= x < width and 0 <= y < height for x, y in region):
                raise OpticsFault(
                    f"zone {zone.name} of an abandoned_object rule lies outside the picture; "
                    "draw it where the camera looks"
                )
        return regions

    def _in_picture(self, zone: ZoneSettings) -> list[Point]:
        spaces = self._eyes.locator.spaces
        sides = along_sides(zone.space, zone.points, SIDE_STEPS, is_line=False)
        shares = spaces.points(PICTURE, spaces.directions(zone.space, sides))
        width, height = self._eyes.size_px
        shares = shares[np.isfinite(shares).all(1)]
        return [(x * width, y * height) for x, y in shares.tolist()]
