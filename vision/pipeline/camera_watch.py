"""The thread that watches one camera: newest picture, its step, findings; overload and figures."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from quantrac_core.runtime.clock import Clock
from vision.attention.overload import NO_RELIEF, Overload, Relief
from vision.attention.planner import FramePlan
from vision.attention.planner import KeyFrames as PlannedKeyFrames
from vision.attention.settings import OverloadSettings
from vision.detection.errors import DetectorClosed, InferenceFailed
from vision.optics.arrays import OpticsFault
from vision.pipeline.gaze import Gaze, Look
from vision.pipeline.watch_figures import WatchFigures, WatchMeter
from vision.scene.decision import Decision
from vision.scene.frame import Frame
from vision.scene.sighting import Sighting
from vision.streams.camera_stream import CameraStream
from vision.streams.decoder import DecodeMode, KeyFrames, Rate

log = logging.getLogger(__name__)
TAKE_TIMEOUT_S: Final = 0.5
OBSERVE_EVERY_S: Final = 1.0
REPEAT_FAULT_S: Final = 60.0
LAPSE_AFTER_S: Final = 20.0


@dataclass(slots=True, frozen=True)
class Findings:
    """What one analysed picture brought: its decisions, and what is needed to show them."""

    frame: Frame
    decisions: Sequence[Decision]
    sightings: Sequence[Sighting]
    figures: WatchFigures


class CameraWatch:
    """Owns the analysis thread of one camera.

    Args:
        report: gets the findings of each picture with decisions, on this thread; it may block.
        note: gets what was seen in each picture, on this thread.
    """

    def __init__(
        self,
        camera: str,
        stream: CameraStream,
        gaze: Gaze,
        overload: OverloadSettings,
        clock: Clock,
        report: Callable[[Findings], None],
        note: Callable[[Frame, Sequence[Sighting]], None],
    ) -> None:
        self.camera = camera
        self._stream = stream
        self._gaze = gaze
        self._clock = clock
        self._report = report
        self._note = note
        self._meter = WatchMeter()
        self._overload = Overload(overload)
        self._relief: Relief = NO_RELIEF
        self._waited_s = 0.0
        self._observed_s = clock.monotonic()
        self._fault_told_s = float("-inf")
        self._preview_fps = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watch {camera}", daemon=True)
        self.turned_s = self._taken_s = clock.monotonic()
        self._last: Frame | None = None
        self.fault = ""
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
        """0 … 3, see `vision.attention.overload`."""
        return self._relief.level

    def _run(self) -> None:
        in_work: deque[Look] = deque()
        while not self._stopping.is_set():
            self.turned_s = self._clock.monotonic()
            # With something in work, only a picture that is there already is worth taking first.
            frame = self._stream.take(0.0 if in_work else TAKE_TIMEOUT_S)
            try:
                if frame is not None:
                    in_work.append(self._begin(frame))
                    self._taken_s = self.turned_s
                elif not in_work and self.turned_s - self._taken_s > LAPSE_AFTER_S:
                    self._lapse()
                if in_work and (frame is None or len(in_work) >= self._relief.max_in_flight):
                    self._finish(in_work.popleft())
            except (InferenceFailed, OpticsFault, TimeoutError) as error:
                in_work.clear()
                self._tell(error)
            except DetectorClosed:
                break
            except Exception as error:
                # Nobody awaits this thread: a camera that it left alone would look watched.
                in_work.clear()
                self._tell(error, is_defect=True)
        for left in in_work:
            left.give_up()

    def _lapse(self) -> None:
        """End what was going on when the camera went away: nobody sees that it goes on."""
        last, self._last = self._last, None
        if last is not None:
            ends = self._gaze.lapse(self._clock.now_ms())
            self._report(Findings(last, ends, (), self.figures))

    def _begin(self, frame: Frame) -> Look:
        look = self._gaze.begin(frame, self._stream.key_interval_s or None, self._relief)
        self._stream.set_mode(decode_mode(look.plan, self._preview_fps))
        return look

    def _finish(self, look: Look) -> None:
        """Wait for the detector, judge, and report."""
        began_s = self._clock.monotonic()
        sightings = self._gaze.see(look)
        self._note(look.frame, sightings)
        now_s = self._clock.monotonic()
        self._waited_s += now_s - began_s
        decisions = self._gaze.judge(look, sightings)
        lag_s = max(0.0, self._clock.monotonic() - look.frame.received_s)
        if look.plan.look:
            self.analysed += 1
            self._meter.analysed(now_s, lag_s, len(look.plan.skipped))
        self._observe(now_s, lag_s)
        self.fault = ""
        self._last = look.frame if self._gaze.has_incidents else None
        if decisions:
            self._report(Findings(look.frame, decisions, sightings, self.figures))

    def _observe(self, now_s: float, lag_s: float) -> None:
        elapsed_s = now_s - self._observed_s
        if elapsed_s < OBSERVE_EVERY_S:
            return
        level = self._relief.level
        self._relief = self._overload.observe(now_s, lag_s, min(1.0, self._waited_s / elapsed_s))
        if self._relief.level != level:
            log.info("camera %s: overload level %d", self.camera, self._relief.level)
        self._observed_s, self._waited_s = now_s, 0.0

    def _tell(self, error: Exception, *, is_defect: bool = False) -> None:
        self.fault = str(error) or type(error).__name__
        now_s = self._clock.monotonic()
        if now_s - self._fault_told_s >= REPEAT_FAULT_S:
            self._fault_told_s = now_s
            log.error(
                "camera %s is not analysed: %s",
                self.camera,
                self.fault,
                exc_info=error if is_defect else None,
            )


def decode_mode(plan: FramePlan, preview_fps: float = 0.0) -> DecodeMode:
    """Return what the decoder should do after a picture.

    Args:
        preview_fps: pictures a second that somebody who looks at the live picture gets; 0: nobody.
    """
    if isinstance(plan.decode, PlannedKeyFrames):
        return Rate(preview_fps) if preview_fps > 0 else KeyFrames()
    return Rate(max(plan.decode.fps, preview_fps))
