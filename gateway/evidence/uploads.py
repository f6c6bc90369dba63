"""Takes files in: their place first, then piece by piece, then the hash decides."""

import logging
import threading
from dataclasses import dataclass
from typing import Final

from gateway.database import events, evidence_files
from gateway.database.engine import Database
from gateway.database.events import EventRecord
from gateway.database.evidence_files import EvidenceRecord, FileKey
from gateway.evidence.folder import EvidenceFolder, Partial, PartialInUse
from gateway.ingest.commits import now_ms
from quantrac_core.contracts.errors import QuantracError
from quantrac_core.contracts.messages import ms_from_utc

log = logging.getLogger(__name__)
MAX_FILES_AN_EVENT: Final = 48
MAX_TRANSFERS: Final = 32


class TooManyFiles(QuantracError):
    """More files than an event can have."""


class TooManyTransfers(QuantracError):
    """More transfers at once than this gateway takes."""


class WrongOffset(QuantracError):
    """The piece does not begin where the file ends; ``offset`` tells where that is."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(f"the next piece begins at {offset}")


class WrongHash(QuantracError):
    """The whole file is not what was announced; it was thrown away."""


@dataclass(slots=True, frozen=True)
class Progress:
    """How far a file is; ``event`` is set when its arrival changed an event."""

    offset: int
    complete: bool
    event: EventRecord | None = None


@dataclass(slots=True)
class Transfer:
    """One piece on its way: append to ``partial``, then give it to `Uploads.finish`."""

    key: FileKey
    place: str
    total_bytes: int
    partial: Partial


class Uploads:
    """The way of a file into the folder. Every method blocks.

    Raises (all methods):
        DatabaseUnavailable, EvidenceUnavailable: try again; nothing is lost.
    """

    def __init__(self, folder: EvidenceFolder, database: Database) -> None:
        self._folder = folder
        self._database = database
        self._slots = threading.BoundedSemaphore(MAX_TRANSFERS)

    def progress(self, camera: str, event: str, name: str, sha256: str | None) -> Progress:
        """Return how far a file is; without a hash, the one of that name begun last."""
        record = self._known(camera, event, name, sha256)
        if record is None:
            return Progress(0, False)
        key = FileKey(camera, event, name, record.sha256)
        if record.arrived_at_ms is not None:
            return Progress(record.size_bytes, True)
        if self._folder.holds(record.path, record.sha256):
            # The gateway was killed between moving the file and noting it.
            return self._arrived(key, record.size_bytes)
        offset = self._folder.offset(key)
        if 0 < record.size_bytes <= offset:
            return self._take_up(key, record, offset)
        return Progress(offset, False)

    def begin(self, key: FileKey, begin: int, total_bytes: int) -> Transfer | Progress:
        """Open a transfer for the piece that begins at ``begin``; `Progress` when all is there.

        Raises:
            WrongOffset, PartialInUse, DiskFull, TooManyFiles, TooManyTransfers.
        """
        known = self.progress(key.camera, key.event, key.name, key.sha256)
        if known.complete:
            return known
        self._folder.require_room(total_bytes - begin)
        record = self._expected(key, total_bytes)
        if not self._slots.acquire(blocking=False):
            raise TooManyTransfers(f"{MAX_TRANSFERS} files are coming in already; try again")
        try:
            partial = self._folder.open_partial(key)
            size_bytes = partial.size_bytes()
            if size_bytes != begin:
                partial.close()
                raise WrongOffset(size_bytes)
        except BaseException:
            self._slots.release()
            raise
        return Transfer(key, record.path, total_bytes, partial)

    def _take_up(self, key: FileKey, record: EvidenceRecord, offset: int) -> Progress:
        """Verify and keep a file that came whole just before the gateway was killed."""
        try:
            partial = self._folder.open_partial(key)
        except PartialInUse:
            return Progress(offset, False)
        try:
            return self.finish(Transfer(key, record.path, record.size_bytes, partial))
        except WrongHash:
            return Progress(0, False)
        finally:
            partial.close()

    def end(self, transfer: Transfer) -> None:
        """Let go of a transfer, whatever became of it; what came stays."""
        transfer.partial.close()
        self._slots.release()

    def finish(self, transfer: Transfer) -> Progress:
        """Make durable what came; when that is the whole file, verify and keep it.

        Raises:
            WrongHash: the file was thrown away.
            DiskFull: what came before stays.
        """
        partial, key = transfer.partial, transfer.key
        partial.sync()
        size_bytes = partial.size_bytes()
        if size_bytes < transfer.total_bytes:
            return Progress(size_bytes, False)
        found = partial.sha256()
        if size_bytes != transfer.total_bytes or found != key.sha256:
            partial.throw_away()
            log.warning("camera %s: %s of %s is not what was sent", key.camera, key.name, key.event)
            raise WrongHash(f"{size_bytes} bytes with SHA-256 {found} came; send the file anew")
        self._folder.keep(partial, transfer.place)
        return self._arrived(key, size_bytes)

    def _known(
        self, camera: str, event: str, name: str, sha256: str | None
    ) -> EvidenceRecord | None:
        with self._database.reading() as connection:
            if sha256 is not None:
                return evidence_files.find(connection, FileKey(camera, event, name, sha256))
            files = evidence_files.files_of(connection, [event]).get((camera, event), [])
        alike = [file for file in files if file.name == name]
        return max(alike, key=lambda file: file.expected_at_ms, default=None)

    def _expected(self, key: FileKey, total_bytes: int) -> EvidenceRecord:
        with self._database.writing() as connection:
            known = evidence_files.find(connection, key)
            if known is not None:
                return known
            if evidence_files.count_of_event(connection, key.camera, key.event) >= (
                MAX_FILES_AN_EVENT
            ):
                raise TooManyFiles(f"{key.event} has {MAX_FILES_AN_EVENT} files already")
            event = events.find(connection, key.event)
            day_ms = now_ms() if event is None else ms_from_utc(event.message.began_at)
            place = self._folder.place_for(key, day_ms)
            return evidence_files.expect(connection, key, total_bytes, place, now_ms())

    def _arrived(self, key: FileKey, size_bytes: int) -> Progress:
        with self._database.writing() as connection:
            evidence_files.mark_arrived(connection, key, size_bytes, now_ms())
            events.touch(connection, key.event, now_ms())
            event = events.find(connection, key.event)
        of_camera = event is not None and event.message.camera == key.camera
        return Progress(size_bytes, True, event if of_camera else None)
