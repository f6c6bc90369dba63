"""Where one camera hands over its events and their files: stored first, then sent.

A file is on disk and in the queue before the event that names it is; an event whose file the
disk refused goes without it and says so in its ``detail``.
"""

import logging
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from quantrac_core.contracts.camera_messages import CameraEvent, EvidenceFile, EvidenceKind
from quantrac_core.contracts.messages import ms_from_utc
from quantrac_core.runtime.clock import Clock
from vision.delivery.camera_line import CameraLine
from vision.delivery.camera_outbox import CameraOutbox
from vision.evidence.manifest import MANIFEST_NAME, Provenance, manifest_payload, signed_manifest
from vision.evidence.signing import DeviceKey
from vision.evidence.store import EventFolder, StoredFile
from vision.pipeline.evidence_care import EvidenceCare

log = logging.getLogger(__name__)
NO_EVIDENCE: Final = "evidence_refused_by_disk"
MOST_DETAIL: Final = 200
MOST_LACKING: Final = 1_000


class EventDesk:
    """Owns nothing; ties the line, the outbox and the evidence of one camera together."""

    def __init__(
        self,
        outbox: CameraOutbox,
        line: CameraLine,
        care: EvidenceCare,
        key: DeviceKey,
        provenance: Provenance,
        clock: Clock,
    ) -> None:
        self._camera = outbox.camera
        self._outbox = outbox
        self._line = line
        self._care = care
        self._key = key
        self._provenance = provenance
        self._clock = clock
        self._lacking: dict[str, None] = {}

    async def send(self, event: CameraEvent, *, awaits_files: bool = False) -> CameraEvent:
        """Store an event's next revision, then send it; return it as it was numbered.

        Args:
            awaits_files: further files will come, also after its end.
        """
        if event.id in self._lacking and NO_EVIDENCE not in event.detail:
            words = f"{event.detail} {NO_EVIDENCE}".strip()[:MOST_DETAIL]
            event = msgspec.structs.replace(event, detail=words)
        return await self._line.send(event, awaits_files=awaits_files)

    def settle(self, event_id: str) -> None:
        """Nothing more will come for an event, and there is nothing to send about that."""
        self._outbox.settle(event_id)

    def undone(self) -> list[CameraEvent]:
        """Return the newest message of each event that an earlier run did not finish."""
        return [event for event in self._outbox.undone() if event.boot_id != self._outbox.boot_id]

    async def keep(
        self,
        event_id: str,
        began_ms: int,
        name: str,
        kind: EvidenceKind,
        data: bytes,
        note: str = "",
    ) -> EvidenceFile | None:
        """Store bytes as a file of an event and queue it; None where the disk refuses.

        Raises:
            NameRefused: if a name is bad, or taken by other bytes.
        """
        folder = self._folder(event_id, began_ms)
        return await self._stored(
            event_id, partial(folder.write, name, kind, data, self._clock.now_ms(), note)
        )

    async def part(self, event_id: str, began_ms: int, name: str) -> Path:
        """Return the hidden path for another writer to fill, for example with a clip.

        Raises:
            NameRefused: if a name is bad.
            EvidenceRefused: if the disk does not even take the folder.
        """
        folder = self._folder(event_id, began_ms)
        return await self._care.on_thread(partial(folder.part, name))

    async def adopt(
        self, event_id: str, began_ms: int, name: str, kind: EvidenceKind, note: str = ""
    ) -> EvidenceFile | None:
        """Take over what was written to `part`, and queue it; None where the disk refuses."""
        folder = self._folder(event_id, began_ms)
        return await self._stored(
            event_id, partial(folder.adopt, name, kind, self._clock.now_ms(), note)
        )

    async def keep_manifest(self, event: CameraEvent) -> EvidenceFile | None:
        """Sign what is true of an event and of all its files; once, as its last file."""
        began_ms = ms_from_utc(event.began_at)
        folder = self._folder(event.id, began_ms)
        births = await self._care.on_thread(folder.births)
        known = [birth for birth in births if birth.name == MANIFEST_NAME]
        if known:
            return known[0].as_file()
        payload = manifest_payload(event, births, self._provenance, self._clock.now_ms())
        data = signed_manifest(payload, self._key)
        return await self.keep(event.id, began_ms, MANIFEST_NAME, "manifest", data)

    async def files(self, event: CameraEvent) -> list[EvidenceFile]:
        """Return the files of an event that are on this disk, an earlier run's too."""
        folder = self._folder(event.id, ms_from_utc(event.began_at))
        return await self._care.on_thread(folder.files)

    async def make_room(self, refusal: Exception) -> None:
        """Delete what may go, because the disk has just refused a file."""
        log.warning("the disk refused evidence: %s", refusal)
        await self._care.tidy(was_refused=True)

    def note_lacking(self, event_id: str) -> None:
        """The disk did not take a file of an event: its further messages say so."""
        self._lacking[event_id] = None
        while len(self._lacking) > MOST_LACKING:
            del self._lacking[next(iter(self._lacking))]

    def is_lacking(self, event_id: str) -> bool:
        """Tell whether the disk refused a file of an event."""
        return event_id in self._lacking

    async def _stored(self, event_id: str, write: "partial[StoredFile]") -> EvidenceFile | None:
        stored = await self._care.store_file(write)
        if stored is not None:
            return stored.birth.as_file()
        self.note_lacking(event_id)
        return None

    def _folder(self, event_id: str, began_ms: int) -> EventFolder:
        return self._care.store.event(self._camera, event_id, began_ms)
