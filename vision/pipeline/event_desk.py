"""One camera's events: warned of at once, then with pictures, then with the clip and a manifest."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from quantrac_core.contracts.camera_messages import CameraEvent, EvidenceFile
from quantrac_core.contracts.errors import QuantracError
from quantrac_core.contracts.messages import ClockState
from quantrac_core.runtime.clock import Clock
from quantrac_core.runtime.tasks import TaskScope
from vision.delivery.camera_line import CameraLine
from vision.delivery.upload_queue import UploadQueue
from vision.evidence.manifest import MANIFEST_NAME, Provenance, manifest_payload, signed_manifest
from vision.evidence.settings import EvidenceSettings, MaskSettings
from vision.evidence.signing import DeviceKey
from vision.evidence.snapshots import Marked, make_snapshots
from vision.evidence.store import EventFolder, EvidenceStore, StoredFile
from vision.pipeline.camera_watch import Findings
from vision.pipeline.clips import StoredClip, store_clip
from vision.pipeline.evidence_care import as_upload
from vision.pipeline.incidents import Incident, IncidentBook, Moment, end_after_restart
from vision.scene.decision import Decision
from vision.streams.packet_ring import PacketRing, Recording

log = logging.getLogger(__name__)
Result = TypeVar("Result")
MOST_WAITING: Final = 20
CLIP_PATIENCE_S: Final = 5.0
CLIP_POLL_S: Final = 0.2
MOST_CLIPS_AT_ONCE: Final = 8
PERSON: Final = "person"


@dataclass(frozen=True, slots=True)
class EvidenceParts:
    """What every camera's desk shares."""

    store: EvidenceStore
    settings: EvidenceSettings
    uploads: UploadQueue
    key: DeviceKey
    provenance: Provenance
    threads: Executor


class EventDesk:
    """Turns findings into events on disk, on the broker and in the upload queue, in this order.

    Args:
        ring: packets of the stream that is recorded.
        clock_state: whether the machine's clock can be believed.
    """

    def __init__(
        self,
        book: IncidentBook,
        line: CameraLine,
        ring: PacketRing,
        masks: Sequence[MaskSettings],
        parts: EvidenceParts,
        clock: Clock,
        clock_state: Callable[[], ClockState],
        camera: str,
    ) -> None:
        self._book = book
        self._line = line
        self._ring = ring
        self._masks = masks
        self._parts = parts
        self._clock = clock
        self._clock_state = clock_state
        self._camera = camera
        self._waiting: asyncio.Queue[Findings] = asyncio.Queue(MOST_WAITING)
        self._clips = asyncio.Semaphore(MOST_CLIPS_AT_ONCE)
        self._loop = asyncio.get_running_loop()
        self._ending = asyncio.Event()
        self._in_the_making = 0
        self.without_evidence = 0

    def post(self, findings: Findings) -> None:
        """Take findings from the camera's thread; waits while too many are waiting."""
        asyncio.run_coroutine_threadsafe(self._waiting.put(findings), self._loop).result()

    async def end_left_open(self, events: Sequence[CameraEvent]) -> None:
        """End what an interrupted run has left open, with the files that it could still store."""
        for event in events:
            folder = self._folder(event.id, round(event.began_at.timestamp() * 1000))
            files = await self._seal(event, folder)
            await self._line.send(end_after_restart(event, self._clock.now_ms(), files))

    async def run(self) -> None:
        """Work until cancelled; evidence in the making is then given up."""
        async with TaskScope() as shows:
            while True:
                findings = await self._waiting.get()
                for decision in findings.decisions:
                    await self._take(findings, decision, shows)
                self._waiting.task_done()

    async def wind_up(self) -> None:
        """Store what is in hand, cutting clips short; the caller bounds the time."""
        self._ending.set()
        await self._waiting.join()
        while self._in_the_making:
            await self._clock.sleep(CLIP_POLL_S / 4)

    async def _take(self, findings: Findings, decision: Decision, shows: TaskScope) -> None:
        height, width = findings.frame.image.shape[:2]
        moment = Moment(findings.figures, (width, height), self._clock_state())
        taken = self._book.take(decision, moment)
        if taken is None:
            return
        incident, event = taken
        # The warning goes first: pictures take longer than people should wait.
        await self._line.send(event)
        if decision.phase == "new":
            recording = self._start_recording(decision)
            show = partial(self._show, incident, event, findings, decision, recording)
            shows.start(f"evidence-{incident.id}", show)

    def _start_recording(self, decision: Decision) -> Recording | None:
        settings = self._parts.settings
        from_ms = decision.began_ms - round(settings.pre_roll_s * 1000)
        to_ms = max(decision.began_ms, decision.at_ms) + round(settings.post_roll_s * 1000)
        try:
            return self._ring.record(from_ms, to_ms, decision.began_ms)
        except QuantracError as error:
            log.warning("camera %s: no clip: %s", self._camera, error)
            return None

    async def _store_pictures(
        self, incident: Incident, findings: Findings, decision: Decision
    ) -> list[StoredFile]:
        sighting = decision.sighting
        marked = [] if sighting is None else [Marked(sighting.source_box, sighting.label)]
        persons = None
        if self._parts.settings.blur_persons:
            persons = [it.source_box for it in findings.sightings if it.label == PERSON]
        folder = self._folder(incident.id, decision.began_ms)
        made_ms = self._clock.now_ms()

        def work() -> list[StoredFile]:
            snapshots = make_snapshots(
                findings.frame.image,
                masks=self._masks,
                marked=marked,
                persons=persons,
                jpeg_quality=self._parts.settings.jpeg_quality,
            )
            return [folder.write(it.name, it.kind, it.jpeg, made_ms) for it in snapshots]

        try:
            return await self._on_thread(work)
        except (QuantracError, OSError) as error:
            self._went_without(incident.id, "pictures", error)
            return []

    async def _show(
        self,
        incident: Incident,
        first: CameraEvent,
        findings: Findings,
        decision: Decision,
        recording: Recording | None,
    ) -> None:
        """Pictures, then the clip, then the signed manifest; each is told and sent at once."""
        self._in_the_making += 1
        try:
            pictures = await self._store_pictures(incident, findings, decision)
            del findings
            await self._tell(incident, pictures)
            await self._hand_over(pictures)
            clip = None if recording is None else await self._store_clip(incident, recording)
            began_ms = None if clip is None else clip.info.began_at_ms
            files = [] if clip is None else clip.files
            event = await self._tell(incident, files, clip_began_ms=began_ms)
            listed = await self._seal(event or first, self._folder(incident.id, decision.began_ms))
            last = self._book.attach(incident.id, self._clock.now_ms(), listed, complete=True)
            if last is not None:
                await self._line.send(last)
            await self._hand_over(files)
        finally:
            self._in_the_making -= 1

    async def _tell(
        self, incident: Incident, files: Sequence[StoredFile], *, clip_began_ms: int | None = None
    ) -> CameraEvent | None:
        """Send the next revision with these files; nothing where there are none."""
        if not files:
            return None
        event = self._book.attach(
            incident.id,
            self._clock.now_ms(),
            [it.birth.as_file() for it in files],
            clip_began_ms=clip_began_ms,
        )
        if event is not None:
            await self._line.send(event)
        return event

    async def _store_clip(self, incident: Incident, recording: Recording) -> StoredClip | None:
        await self._wait_for(recording)
        folder = self._folder(incident.id, incident.decision.began_ms)
        made_ms = self._clock.now_ms()
        async with self._clips:
            try:
                return await self._on_thread(
                    lambda: store_clip(recording.finish(), folder, self._masks, made_ms)
                )
            except (QuantracError, OSError) as error:
                self._went_without(incident.id, "its clip", error)
                return None

    async def _wait_for(self, recording: Recording) -> None:
        """Until it is whole; a camera that went away is not waited for much longer."""
        deadline_s = self._clock.monotonic() + self._parts.settings.post_roll_s + CLIP_PATIENCE_S
        while (
            recording.is_open and not self._ending.is_set() and self._clock.monotonic() < deadline_s
        ):
            await self._clock.sleep(CLIP_POLL_S)

    async def _seal(self, event: CameraEvent, folder: EventFolder) -> list[EvidenceFile]:
        """Sign what there is, unless that was done; return the event's files."""
        made_ms = self._clock.now_ms()

        def work() -> StoredFile | None:
            births = folder.births()
            if not births or any(birth.name == MANIFEST_NAME for birth in births):
                return None
            payload = manifest_payload(event, births, self._parts.provenance, made_ms)
            data = signed_manifest(payload, self._parts.key)
            return folder.write(MANIFEST_NAME, "manifest", data, made_ms)

        try:
            manifest = await self._on_thread(work)
        except (QuantracError, OSError) as error:
            self._went_without(event.id, "its manifest", error)
            manifest = None
        if manifest is not None:
            await self._hand_over([manifest])
        return await self._on_thread(folder.files)

    async def _hand_over(self, files: Sequence[StoredFile]) -> None:
        for file in files:
            await self._parts.uploads.add(as_upload(file))

    def _folder(self, event_id: str, began_ms: int) -> EventFolder:
        return self._parts.store.event(self._camera, event_id, began_ms)

    def _went_without(self, event_id: str, what: str, error: Exception) -> None:
        self.without_evidence += 1
        log.error("event %s goes without %s: %s", event_id, what, error)

    async def _on_thread(self, work: Callable[[], Result]) -> Result:
        return await self._loop.run_in_executor(self._parts.threads, work)
