"""The thread that watches one camera: newest picture, views, detector, judgement, findings."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from quantrac_core.runtime.clock import Clock
from vision.attention.motion import Motion, MotionWatch, ViewFootprint
from vision.attention.overload import NO_RELIEF, Overload, Relief
from vision.attention.planner import FramePlan, Planner, ViewNeed
from vision.attention.planner import KeyFrames as PlannedKeyFrames
from vision.attention.settings import AttentionSettings
from vision.detection.detector import Detector
from vision.detection.errors import DetectorClosed, InferenceFailed
from vision.optics.arrays import OpticsFault
from vision.optics.spaces import Spaces
from vision.pipeline.analyst import Analyst
from vision.pipeline.eyes import CameraEyes
from vision.pipeline.watch_figures import WatchFigures, WatchMeter
from vision.rules.settings import ZoneSettings
from vision.scene.decision import Decision
from vision.scene.detection import Detection
from vision.scene.distrust import DistrustFinding
from vision.scene.frame import Frame
from vision.scene.sighting import Sighting
from vision.streams.camera_stream import CameraStream
from vision.streams.decoder import DecodeMode, KeyFrames, Rate

log = logging.getLogger(__name__)
TAKE_TIMEOUT_S: Final = 0.5
RESULT_TIMEOUT_S: Final = 30.0
OBSERVE_EVERY_S: Final = 1.0
REPEAT_FAULT_S: Final = 60.0


@dataclass(slots=True, frozen=True)
class Findings:
    """What one analysed picture brought: its decisions, and what is needed to show them."""

    frame: Frame
    decisions: Sequence[Decision]
    sightings: Sequence[Sighting]
    figures: WatchFigures


@dataclass(slots=True)
class _InWork:
    frame: Frame
    plan: FramePlan
    futures: list[Future[list[Detection]]]


class CameraWatch:
    """Owns the analysis thread of one camera.

    Args:
        required_px: the least pixels that any wanted object needs in a view.
        ruled_zones: zones that some rule watches; an overload slows the views without any first.
        report: gets the findings of each picture with decisions, on this thread; it may block.
        laid_out: told when views were laid out for a new size of the picture.
    """

    def __init__(
        self,
        camera: str,
        stream: CameraStream,
        eyes: CameraEyes,
        detector: Detector,
        analyst: Analyst,
        attention: AttentionSettings,
        required_px: float,
        ruled_zones: Sequence[ZoneSettings],
        clock: Clock,
        report: Callable[[Findings], None],
        laid_out: Callable[[Spaces], None],
    ) -> None:
        self.camera = camera
        self._stream = stream
        self._eyes = eyes
        self._detector = detector
        self._analyst = analyst
        self._attention = attention
        self._required_px = required_px
        self._ruled_zones = ruled_zones
        self._clock = clock
        self._report = report
        self._laid_out = laid_out
        self._meter = WatchMeter()
        self._overload = Overload(attention.overload)
        self._relief: Relief = NO_RELIEF
        self._motion: MotionWatch | None = None
        self._planner: Planner | None = None
        self._connection = -1
        self._waited_s = 0.0
        self._observed_s = clock.monotonic()
        self._fault_told_s = float("-inf")
        self._preview_fps = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch {camera}", daemon=True)
        self.turned_s = clock.monotonic()
        self.fault = ""
        self.view_names: Sequence[str] = ()
        self.analysed = 0

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self, timeout_s: float = 3.0) -> None:
        """End the thread after the picture that it is at."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def want_preview(self, fps: float) -> None:
        """Somebody looks at the live picture: decode at least so many pictures a second."""
        self._preview_fps = fps

    @property
    def figures(self) -> WatchFigures:
        """How well the camera is watched now."""
        return self._meter.figures(self._clock.monotonic())

    @property
    def overload_level(self) -> int:
        """0 … 4, see `vision.attention.overload`."""
        return self._relief.level

    @property
    def distrust(self) -> Sequence[DistrustFinding]:
        """Why the picture should not be believed now."""
        return self._analyst.distrust

    def _run(self) -> None:
        in_work: deque[_InWork] = deque()
        while not self._stopping.is_set():
            self.turned_s = self._clock.monotonic()
            # With something in work, only a picture that is there already is worth taking first.
            frame = self._stream.take(0.0 if in_work else TAKE_TIMEOUT_S)
            try:
                if frame is not None:
                    in_work.append(self._begin(frame))
                if in_work and (frame is None or len(in_work) >= self._relief.max_in_flight):
                    self._finish(in_work.popleft())
            except (InferenceFailed, OpticsFault, TimeoutError) as error:
                in_work.clear()
                self._tell(error)
            except DetectorClosed:
                break
        for left in in_work:
            for future in left.futures:
                future.cancel()

    def _begin(self, frame: Frame) -> _InWork:
        """Decide what to look at in a picture and hand the views to the detector."""
        height, width = frame.image.shape[:2]
        if self._eyes.fit((width, height)) or self._planner is None:
            self._prepare()
        assert self._planner is not None
        motion = self._look_for_motion(frame)
        if motion.is_new_scene or frame.connection != self._connection:
            self._connection = frame.connection
            self._planner.look_everywhere()
        interval_s = self._stream.state().key_interval_s
        plan = self._planner.plan(
            frame.received_s,
            motion.regions.keys(),
            self._analyst.tracked_views,
            interval_s or None,
            self._relief,
        )
        self._stream.set_mode(self._mode(plan))
        futures = [
            self._detector.submit(view, self._eyes.render(view, frame.image)) for view in plan.look
        ]
        return _InWork(frame, plan, futures)

    def _finish(self, work: _InWork) -> None:
        """Wait for the detector, judge, and report."""
        began_s = self._clock.monotonic()
        detections: list[Detection] = []
        for future in work.futures:
            detections += future.result(RESULT_TIMEOUT_S)
        sightings = self._eyes.see(detections)
        now_s = self._clock.monotonic()
        self._waited_s += now_s - began_s
        decisions = self._analyst.judge(work.frame, sightings, work.plan.look)
        lag_s = max(0.0, self._clock.monotonic() - work.frame.received_s)
        if work.plan.look:
            self.analysed += 1
            self._meter.analysed(now_s, lag_s, len(work.plan.skipped))
        self._observe(now_s, lag_s)
        self.fault = ""
        if decisions:
            self._report(Findings(work.frame, decisions, sightings, self.figures))

    def _prepare(self) -> None:
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
        self._motion = MotionWatch(self._attention.motion, self._eyes.size_px, footprints)
        self.view_names = [view.name for view in plan.views]
        self._laid_out(self._eyes.locator.spaces)
        log.info("camera %s: %d views of %s", self.camera, len(needs), self._eyes.size_px)

    def _look_for_motion(self, frame: Frame) -> Motion:
        assert self._motion is not None
        luma = cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        return self._motion.look(luma, frame.received_s)

    def _mode(self, plan: FramePlan) -> DecodeMode:
        if isinstance(plan.decode, PlannedKeyFrames):
            return Rate(self._preview_fps) if self._preview_fps > 0 else KeyFrames()
        return Rate(max(plan.decode.fps, self._preview_fps))

    def _observe(self, now_s: float, lag_s: float) -> None:
        elapsed_s = now_s - self._observed_s
        if elapsed_s < OBSERVE_EVERY_S:
            return
        level = self._relief.level
        self._relief = self._overload.observe(now_s, lag_s, min(1.0, self._waited_s / elapsed_s))
        if self._relief.level != level:
            log.info("camera %s: overload level %d", self.camera, self._relief.level)
        self._observed_s, self._waited_s = now_s, 0.0

    def _tell(self, error: Exception) -> None:
        self.fault = str(error) or type(error).__name__
        now_s = self._clock.monotonic()
        if now_s - self._fault_told_s >= REPEAT_FAULT_S:
            self._fault_told_s = now_s
            log.error("camera %s is not analysed: %s", self.camera, self.fault)
