"""Everything that runs for one camera: streams, watch, desk, line, status, preview."""

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

from quantrac_core.contracts.messages import ClockState
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import Clock
from quantrac_core.runtime.mqtt_settings import MqttSettings
from quantrac_core.runtime.outbox.damage import OutboxDamaged
from quantrac_core.runtime.tasks import TaskScope
from vision.delivery.camera_line import CameraLine
from vision.delivery.camera_outbox import CameraOutbox, new_event_id
from vision.delivery.centre_client import CentreClient
from vision.delivery.settings import DeliverySettings
from vision.delivery.upload_queue import UploadQueue
from vision.detection.detector import Detector
from vision.evidence.manifest import Provenance
from vision.evidence.persons_seen import PersonsSeen
from vision.evidence.picture_masks import PictureMasks
from vision.evidence.settings import EvidenceSettings
from vision.evidence.signing import DeviceKey
from vision.optics.coverage import CoverageMap
from vision.optics.plan import ViewPlan
from vision.optics.spaces import Spaces
from vision.pipeline.blind_rules import rules_that_cannot_see
from vision.pipeline.camera_watch import CameraWatch
from vision.pipeline.event_desk import EventDesk
from vision.pipeline.evidence_care import EvidenceCare
from vision.pipeline.gaze import gaze_of
from vision.pipeline.incidents import IncidentBook, RuleFace
from vision.pipeline.previews import PreviewSender
from vision.pipeline.reporter import EventReporter
from vision.pipeline.status import StatusWriter, Watching
from vision.rules.calendars import Calendar
from vision.settings import CameraSettings
from vision.streams.camera_stream import CameraStream
from vision.streams.decoder import Rate
from vision.streams.packet_ring import PacketRing

log = logging.getLogger(__name__)
STATUS_EVERY_S: Final = 10.0
LOOK_EVERY_S: Final = 0.5
STALLED_AFTER_S: Final = 90.0
RING_MARGIN_S: Final = 10.0
PREVIEW_OF_ITS_OWN_FPS: Final = 3.0
STANDS_STILL: Final = "the analysis stands still; see the program's log"


@dataclass(frozen=True, slots=True)
class SharedEvidence:
    """What the cameras of one process share about evidence."""

    settings: EvidenceSettings
    care: EvidenceCare
    uploads: UploadQueue
    key: DeviceKey
    provenance: Provenance
    threads: Executor

    def free_bytes(self) -> int | None:
        """Free space of the evidence's disk at the last look, or None before it."""
        return None if self.care.latest is None else self.care.latest.free_bytes


class CameraProgram:
    """One camera from its streams to the broker; made on the event loop.

    Args:
        clock_state: whether the machine's clock can be believed.
    """

    def __init__(
        self,
        settings: CameraSettings,
        *,
        mqtt: MqttSettings,
        delivery: DeliverySettings,
        calendars: dict[str, Calendar],
        outbox: CameraOutbox,
        detector: Detector,
        client: CentreClient,
        evidence: SharedEvidence,
        clock: Clock,
        clock_state: Callable[[], ClockState],
    ) -> None:
        self.id = settings.id
        self._settings = settings
        self._outbox = outbox
        self._clock = clock
        self._evidence = evidence
        self._writer = StatusWriter(
            settings,
            outbox.boot_id,
            outbox.outbox_id,
            evidence.provenance.software,
            evidence.key.public_hex,
            detector.info,
        )
        self._line = CameraLine(outbox, mqtt, delivery, clock, self._writer.first(clock.now_ms()))
        rolls = evidence.settings
        ring = ring_for(settings, rolls)
        self._streams = {
            name: CameraStream(
                f"{settings.id}/{name}",
                settings.streams.stream(name),
                clock,
                ring=ring if "record" in roles else None,
                mode=Rate(PREVIEW_OF_ITS_OWN_FPS) if roles == ["preview"] else None,
            )
            for name, roles in settings.streams.in_use().items()
        }
        watched = self._streams[settings.streams.serving("detect")]
        self._watched_stream = watched
        shown = self._streams[settings.streams.serving("preview")]
        faces = {
            rule.id: RuleFace(rule.name_vi, rule.name_en, rule.priority) for rule in settings.rules
        }
        book = IncidentBook(
            settings.id, outbox.boot_id, faces, lambda began_ms: new_event_id(self.id, began_ms)
        )
        desk = EventDesk(
            outbox, self._line, evidence.care, evidence.key, evidence.provenance, clock
        )
        self._masks = PictureMasks(settings.masks, self._picture_px)
        self._reporter = EventReporter(
            book, desk, ring, self._masks, rolls, clock, clock_state, evidence.threads
        )
        self._blind: list[str] = []
        persons = PersonsSeen()
        self._gaze = gaze_of(settings, detector, calendars, self._laid_out)
        self._watch = CameraWatch(
            settings.id,
            watched,
            self._gaze,
            settings.attention.overload,
            clock,
            self._reporter.post,
            persons.note,
        )
        self._preview = PreviewSender(
            settings.id,
            shown,
            client,
            self._masks,
            persons if rolls.blur_persons else None,
            self._watch.want_preview if shown is watched else _ignore,
            clock,
            evidence.threads,
        )

    def start(self, tasks: TaskScope) -> None:
        """Start the camera's threads, and its tasks in ``tasks``."""
        fatal = (OutboxDamaged,)
        self._line.start(tasks)
        tasks.start(f"events-{self.id}", self._reporter.run, Backoff(), fatal)
        tasks.start(f"status-{self.id}", self._tell_status, Backoff(), fatal)
        tasks.start(f"preview-{self.id}", self._preview.run, Backoff())
        for stream in self._streams.values():
            stream.start()
        self._watch.start()

    async def end_what_was_left_open(self) -> None:
        """End the events of an interrupted run."""
        await self._reporter.end_left_open()

    def stop_watching(self) -> None:
        """End the threads; blocking."""
        self._watch.stop()
        for stream in self._streams.values():
            stream.stop()

    async def wind_up(self) -> None:
        """Store what is in hand."""
        await self._reporter.wind_up()

    async def say_goodbye(self) -> None:
        """Tell that the camera is no longer watched; takes at most half a second."""
        await self._line.say_goodbye()

    def is_turning(self) -> bool:
        """Tell whether the camera's thread still turns: the watchdog's question."""
        return self._clock.monotonic() - self._watch.turned_s < STALLED_AFTER_S

    async def _tell_status(self) -> None:
        """Publish the status at every change of state, and every ten seconds."""
        told: tuple[object, ...] = ()
        told_s = float("-inf")
        while True:
            now_s = self._clock.monotonic()
            status = self._writer.write(
                self._clock.now_ms(), self._watched_stream.state(), self._watching()
            )
            shape = (status.width_px, status.height_px, status.codec)
            news = (status.state, status.cause, status.detail, status.distrust, status.views, shape)
            if news != told or now_s - told_s >= STATUS_EVERY_S:
                self._line.show(status)
                await self._outbox.tidy(self._clock.now_ms())
                told, told_s = news, now_s
            await self._clock.sleep(LOOK_EVERY_S)

    def _picture_px(self) -> tuple[int, int] | None:
        """Return the size in which the camera's own pixels count, once it is known."""
        lens_px: tuple[int, int] | None = getattr(self._settings.lens, "picture_px", None)
        stream = self._watched_stream.state()
        return lens_px or ((stream.width, stream.height) if stream.width else None)

    def _laid_out(self, plan: ViewPlan, spaces: Spaces) -> None:
        """Tell zones and rules where the views lie; called by the camera's thread."""
        settings = self._settings
        self._writer.draw_zones(spaces)
        coverage = CoverageMap(plan, settings.mast)
        blind = rules_that_cannot_see(
            settings.rules, settings.zones, settings.views, coverage, spaces
        )
        for fault in blind:
            log.warning("camera %s: %s", self.id, fault)
        self._blind = blind

    def _watching(self) -> Watching:
        return Watching(
            figures=self._watch.figures,
            overload_level=self._watch.overload_level,
            fault=self._watch.fault if self.is_turning() else STANDS_STILL,
            warnings=[*self._blind, *self._masks.faults()],
            distrust=[finding.cause for finding in self._gaze.distrust],
            views=self._gaze.view_names,
            waiting_files=self._evidence.uploads.waiting(self.id),
            free_bytes=self._evidence.free_bytes(),
            oldest_seq=self._outbox.worker.oldest_seq,
            newest_seq=self._outbox.worker.newest_seq,
        )


def ring_for(camera: CameraSettings, evidence: EvidenceSettings) -> PacketRing:
    """Return the ring of a camera: it reaches back over pre-roll, post-roll and the delays."""
    return PacketRing(
        seconds=max(
            camera.streams.pre_roll_s,
            evidence.pre_roll_s + evidence.post_roll_s + RING_MARGIN_S,
        ),
        max_bytes=int(camera.streams.ring_mb * 1e6),
    )


def _ignore(_fps: float) -> None:
    """A stream of its own is decoded for previews anyway."""
