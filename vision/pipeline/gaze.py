"""From one picture of a camera to what was decided: where to look, what is there, what it means."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from vision.attention.motion import Motion, MotionWatch, ViewFootprint
from vision.attention.overload import NO_RELIEF, Relief
from vision.attention.planner import FramePlan, Planner, ViewNeed
from vision.attention.restless import Restless
from vision.attention.settings import AttentionSettings
from vision.detection.detector import Detector
from vision.optics.locator import Locator
from vision.optics.plan import ViewPlan
from vision.optics.spaces import Spaces
from vision.pipeline.analyst import Analyst
from vision.pipeline.eyes import CameraEyes
from vision.pipeline.picture_watch import PictureJudge
from vision.rules.calendars import Calendar
from vision.rules.engine import RuleEngine
from vision.rules.settings import ZoneSettings
from vision.scene.decision import Decision
from vision.scene.detection import Detection
from vision.scene.distrust import DistrustFinding
from vision.scene.frame import Frame
from vision.scene.sighting import Sighting
from vision.settings import CameraSettings
from vision.tracking.tracker import Tracker

log = logging.getLogger(__name__)
RESULT_TIMEOUT_S: Final = 30.0
MOTION_EVERY_S: Final = 0.1
"""Motion is judged no more often: what stirred keeps its view active for far longer."""
LaidOut = Callable[[ViewPlan, Spaces], None]


@dataclass(slots=True, frozen=True)
class Look:
    """A picture in work: the views that are looked at in it, and the detector's promises."""

    frame: Frame
    plan: FramePlan
    futures: Sequence[Future[list[Detection]]]
    locator: Locator

    def give_up(self) -> None:
        """Let the detector do no more for it than it has begun."""
        for future in self.futures:
            future.cancel()


class Gaze:
    """Looks at the pictures of one camera, one after the other: `begin`, `see`, `judge`.

    It knows no stream and no clock: its times are those of the pictures. Several pictures may be
    begun before the first is seen; they are seen and judged in their order. Not thread-safe.

    Args:
        required_px: the least pixels that any wanted object needs in a view.
        ruled_zones: zones that some rule watches; an overload slows the views without any first.
        laid_out: told when views were laid out for a new size of the picture.
    """

    def __init__(
        self,
        camera: str,
        eyes: CameraEyes,
        detector: Detector,
        analyst: Analyst,
        attention: AttentionSettings,
        required_px: float,
        ruled_zones: Sequence[ZoneSettings],
        laid_out: LaidOut,
    ) -> None:
        self._camera = camera
        self._eyes = eyes
        self._detector = detector
        self._analyst = analyst
        self._attention = attention
        self._required_px = required_px
        self._ruled_zones = ruled_zones
        self._laid_out = laid_out
        self._motion: MotionWatch | None = None
        self._motion_s = float("-inf")
        self._planner: Planner | None = None
        self._restless = Restless(attention.still_after_s)
        self._connection = -1
        self.view_names: Sequence[str] = ()

    def begin(
        self, frame: Frame, key_interval_s: float | None = None, relief: Relief = NO_RELIEF
    ) -> Look:
        """Decide what to look at in a picture and hand the views to the detector.

        Args:
            key_interval_s: longest time between key pictures lately; None while unknown.
            relief: what the overload gives up.

        Raises:
            OpticsFault: lens, views or zones do not go together with this picture.
            DetectorClosed: the program ends.
        """
        height, width = frame.image.shape[:2]
        if self._eyes.fit((width, height)) or self._planner is None:
            self._prepare()
        assert self._planner is not None
        motion = self._look_for_motion(frame)
        if motion.is_new_scene or frame.connection != self._connection:
            self._connection = frame.connection
            self._planner.look_everywhere()
        plan = self._planner.plan(
            frame.received_s,
            motion.regions.keys(),
            self._restless.views,
            key_interval_s,
            relief,
        )
        futures = [
            self._detector.submit(view, self._eyes.render(view, frame.image)) for view in plan.look
        ]
        # A picture of another size may come before this one is seen.
        return Look(frame, plan, futures, self._eyes.locator)

    def see(self, look: Look) -> list[Sighting]:
        """Wait for the detector; return one sighting for each object.

        Raises:
            InferenceFailed: the model failed on a view.
            TimeoutError: the detector did not answer.
        """
        detections: list[Detection] = []
        for future in look.futures:
            detections += future.result(RESULT_TIMEOUT_S)
        return look.locator.see(detections)

    def judge(self, look: Look, sightings: Sequence[Sighting]) -> list[Decision]:
        """Return what was decided about a picture in which ``sightings`` were seen."""
        decisions = self._analyst.judge(look.frame, sightings, look.plan.look)
        self._restless.update(look.frame.at_ms, self._analyst.tracks)
        return decisions

    @property
    def has_incidents(self) -> bool:
        """Whether something is going on."""
        return self._analyst.has_incidents

    def lapse(self, at_ms: int) -> list[Decision]:
        """Return the ends of what was going on when the pictures stopped for good."""
        return self._analyst.lapse(at_ms)

    @property
    def distrust(self) -> Sequence[DistrustFinding]:
        """Why the picture should not be believed now."""
        return self._analyst.distrust

    def _prepare(self) -> None:
        self._planner = None
        plan = self._eyes.plan
        needs = [
            ViewNeed(
                view.name,
                has_rules=any(self._eyes.shows_some_of(view, zone) for zone in self._ruled_zones),
            )
            for view in plan.views
        ]
        footprints = [
            ViewFootprint(
                view.name,
                self._eyes.footprint(view),
                max(1.0, self._eyes.camera_px(view, self._required_px)),
            )
            for view in plan.views
        ]
        self._planner = Planner(self._attention, needs)
        self._motion_s = float("-inf")
        self._motion = MotionWatch(self._attention.motion, self._eyes.size_px, footprints)
        self.view_names = [view.name for view in plan.views]
        self._laid_out(plan, self._eyes.locator.spaces)
        log.info("camera %s: %d views of %s", self._camera, len(needs), self._eyes.size_px)

    def _look_for_motion(self, frame: Frame) -> Motion:
        assert self._motion is not None
        if 0 <= frame.received_s - self._motion_s < MOTION_EVERY_S:
            return Motion()
        self._motion_s = frame.received_s
        luma = cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        return self._motion.look(luma, frame.received_s)


def gaze_of(
    camera: CameraSettings,
    detector: Detector,
    calendars: Mapping[str, Calendar],
    laid_out: LaidOut,
) -> Gaze:
    """Return the gaze of a configured camera: its views, tracks, rules and trust.

    Args:
        calendars: the shared calendars by name.
        laid_out: see `Gaze`.
    """
    eyes = CameraEyes(
        camera.lens, camera.mast, camera.views, camera.zone_views, camera.tracking.kin
    )
    judge = PictureJudge(
        camera.rules,
        camera.zones,
        camera.background,
        camera.trust,
        ("person", *camera.tracking.wheels),
        eyes,
    )
    rules = RuleEngine(camera.rules, camera.zones, calendars)
    return Gaze(
        camera.id,
        eyes,
        detector,
        Analyst(Tracker(camera.tracking), rules, judge),
        camera.attention,
        min(camera.views.smallest.values()),
        camera.ruled_zones,
        laid_out,
    )
