"""One camera's findings become events: the warning at once, then pictures, then the clip."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from quantrac_core.contracts.camera_messages import CameraEvent, EvidenceFile
from quantrac_core.contracts.errors import QuantracError
from quantrac_core.contracts.messages import ClockState
from quantrac_core.runtime.clock import Clock
from quantrac_core.runtime.tasks import TaskScope
from vision.evidence.persons_seen import PERSON
from vision.evidence.picture_masks import PictureMasks
from vision.evidence.settings import EvidenceSettings
from vision.evidence.snapshots import Marked, Snapshot, SnapshotFailed, make_snapshots
from vision.evidence.store import EvidenceRefused
from vision.pipeline.camera_watch import Findings
from vision.pipeline.clips import (
    CLIP,
    PLAYBACK,
    PLAYBACK_NOTE,
    clip_note,
    record_clip,
    write_clip_file,
)
from vision.pipeline.event_desk import EventDesk
from vision.pipeline.incidents import Incident, IncidentBook, Moment, end_after_restart
from vision.scene.decision import Decision
from vision.streams.clip import ClipFailed, ClipInfo
from vision.streams.packet_ring import PacketRing, Recording
from vision.streams.transcoding import transcode_clip

log = logging.getLogger(__name__)
Result = TypeVar("Result")
MOST_WAITING: Final = 20
CLIP_PATIENCE_S: Final = 5.0
CLIP_POLL_S: Final = 0.2
MOST_CLIPS_AT_ONCE: Final = 8


@dataclass(slots=True, frozen=True)
class _Clip:
    info: ClipInfo
    files: list[EvidenceFile]


class EventReporter:
    """Writes the events of one camera.

    Args:
        ring: packets of the stream that is recorded.
        threads: for encoding pictures and clips.
        clock_state: whether the machine's clock can be believed.
    """

    def __init__(
        self,
        book: IncidentBook,
        desk: EventDesk,
        ring: PacketRing,
        masks: PictureMasks,
        settings: EvidenceSettings,
        clock: Clock,
        clock_state: Callable[[], ClockState],
        threads: Executor,
    ) -> None:
        self._book = book
        self._desk = desk
        self._ring = ring
        self._masks = masks
        self._settings = settings
        self._clock = clock
        self._clock_state = clock_state
        self._threads = threads
        self._waiting: asyncio.Queue[Findings] = asyncio.Queue(MOST_WAITING)
        self._clips = asyncio.Semaphore(MOST_CLIPS_AT_ONCE)
        self._loop = asyncio.get_running_loop()
        self._ending = asyncio.Event()
        self._in_the_making = 0

    def post(self, findings: Findings) -> None:
        """Take findings from the camera's thread; waits while too many are waiting."""
        asyncio.run_coroutine_threadsafe(self._waiting.put(findings), self._loop).result()

    async def end_left_open(self) -> None:
        """End what an interrupted run has left, with the files that it could still store."""
        for event in self._desk.undone():
            await self._desk.keep_manifest(event)
            files = await self._desk.files(event)
            await self._desk.send(end_after_restart(event, self._clock.now_ms(), files))

    async def run(self) -> None:
        """Work until cancelled; evidence in the making is then given up."""
        async with TaskScope() as shows:
            while True:
                findings = await self._waiting.get()
                try:
                    for decision in findings.decisions:
                        await self._take(findings, decision, shows)
                finally:
                    del findings
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
        await self._desk.send(event, awaits_files=incident.awaits_files)
        if decision.phase == "new":
            recording = self._start_recording(decision)
            show = partial(self._show, incident, event, findings, decision, recording)
            shows.start(f"evidence-{incident.id}", show)

    def _start_recording(self, decision: Decision) -> Recording | None:
        try:
            return record_clip(self._ring, decision, self._settings)
        except QuantracError as error:
            log.warning("rule %s: no clip: %s", decision.rule, error)
            return None

    async def _show(
        self,
        incident: Incident,
        first: CameraEvent,
        findings: Findings,
        decision: Decision,
        recording: Recording | None,
    ) -> None:
        """Pictures, then the clip, then the signed manifest; each is told when it is stored."""
        self._in_the_making += 1
        try:
            await self._tell(incident, await self._pictures(incident, findings, decision))
            del findings
            clip = None if recording is None else await self._clip(incident, decision, recording)
            event = first
            if clip is not None and clip.files:
                event = await self._tell(incident, clip.files, clip.info.began_at_ms) or first
            manifest = await self._desk.keep_manifest(event)
            await self._tell(incident, [] if manifest is None else [manifest], complete=True)
        except (QuantracError, OSError) as error:
            # Nobody awaits this task; what is lacking is made good after the next start.
            log.error("event %s lacks evidence: %s", incident.id, error)
        finally:
            self._in_the_making -= 1

    async def _tell(
        self,
        incident: Incident,
        files: Sequence[EvidenceFile],
        clip_began_ms: int | None = None,
        *,
        complete: bool = False,
    ) -> CameraEvent | None:
        """Send the next revision with these files; nothing where there is no news."""
        event = self._book.attach(
            incident.id,
            self._clock.now_ms(),
            files,
            clip_began_ms=clip_began_ms,
            complete=complete,
            is_lacking=complete and self._desk.is_lacking(incident.id),
        )
        if event is not None:
            return await self._desk.send(event, awaits_files=not complete)
        if complete:
            self._desk.settle(incident.id)
        return None

    async def _pictures(
        self, incident: Incident, findings: Findings, decision: Decision
    ) -> list[EvidenceFile]:
        sighting = decision.sighting
        marked = [] if sighting is None else [Marked(sighting.source_box, sighting.label)]
        persons = None
        if self._settings.blur_persons:
            persons = [it.source_box for it in findings.sightings if it.label == PERSON]

        def encode() -> list[Snapshot]:
            image = findings.frame.image
            return make_snapshots(
                image,
                masks=self._masks.at((image.shape[1], image.shape[0])),
                marked=marked,
                persons=persons,
                jpeg_quality=self._settings.jpeg_quality,
            )

        try:
            snapshots = await self._on_thread(encode)
        except SnapshotFailed as error:
            log.error("event %s goes without pictures: %s", incident.id, error)
            return []
        stored = [
            await self._desk.keep(incident.id, decision.began_ms, it.name, it.kind, it.jpeg)
            for it in snapshots
        ]
        return [file for file in stored if file is not None]

    async def _clip(
        self, incident: Incident, decision: Decision, recording: Recording
    ) -> _Clip | None:
        await self._wait_for(recording)
        began_ms = decision.began_ms
        async with self._clips:
            footage = recording.finish()
            info = await self._written(
                incident, began_ms, CLIP, lambda part: write_clip_file(footage, part, self._masks)
            )
            if info is None:
                return None
            clip = await self._desk.adopt(incident.id, began_ms, CLIP, "clip", clip_note(info))
            if clip is None:
                return None
            copy = None
            # A copy takes longer than an orderly stop may; the original is what counts.
            if not info.plays_in_browsers and not self._ending.is_set():
                copy = await self._playback(incident, began_ms, info)
        return _Clip(info, [clip] if copy is None else [clip, copy])

    async def _playback(
        self, incident: Incident, began_ms: int, info: ClipInfo
    ) -> EvidenceFile | None:
        """Make the copy that browsers play; the original is already stored."""

        def write(part: Path) -> ClipInfo:
            return transcode_clip(part.parent / CLIP, part, info)

        if await self._written(incident, began_ms, PLAYBACK, write) is None:
            return None
        return await self._desk.adopt(
            incident.id, began_ms, PLAYBACK, "clip_playback", PLAYBACK_NOTE
        )

    async def _written(
        self, incident: Incident, began_ms: int, name: str, write: Callable[[Path], ClipInfo]
    ) -> ClipInfo | None:
        """Have the hidden part of a file written; None where it cannot be, which is told.

        On a full disk room is made once, and it is written again.
        """

        async def attempt() -> ClipInfo:
            part = await self._desk.part(incident.id, began_ms, name)
            return await self._on_thread(lambda: write(part))

        try:
            try:
                return await attempt()
            except (OSError, EvidenceRefused) as error:
                await self._desk.make_room(error)
                return await attempt()
        except ClipFailed as error:
            log.error("event %s goes without %s: %s", incident.id, name, error)
        except (OSError, EvidenceRefused) as error:
            log.error("event %s goes without %s: %s", incident.id, name, error)
            self._desk.note_lacking(incident.id)
        return None

    async def _wait_for(self, recording: Recording) -> None:
        """Until it is whole; a camera that went away is not waited for much longer."""
        deadline_s = self._clock.monotonic() + self._settings.post_roll_s + CLIP_PATIENCE_S
        while (
            recording.is_open and not self._ending.is_set() and self._clock.monotonic() < deadline_s
        ):
            await self._clock.sleep(CLIP_POLL_S)

    async def _on_thread(self, work: Callable[[], Result]) -> Result:
        return await self._loop.run_in_executor(self._threads, work)
