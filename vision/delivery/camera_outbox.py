"""The outbox of one camera: every event on disk before it is offered to the network."""

import asyncio
import logging
import secrets
from pathlib import Path
from typing import Final

import msgspec

from quantrac_core.contracts.camera_messages import CameraEvent
from quantrac_core.contracts.messages import encode, ms_from_utc, utc_from_ms
from quantrac_core.runtime.outbox.disk_guard import DiskGuard
from quantrac_core.runtime.outbox.entries import Entry, Owner
from quantrac_core.runtime.outbox.worker import OutboxWorker
from vision.delivery.event_entries import EVENT, EventEntries
from vision.delivery.settings import DeliverySettings

log = logging.getLogger(__name__)
OPEN_EVENTS: Final = "open_events"
MOST_OPEN: Final = 1_000
_open_events = msgspec.json.Decoder(list[CameraEvent])


def new_event_id(camera: str, began_ms: int) -> str:
    """Return an id that no other event has: camera, second (UTC) and 32 random bits."""
    return f"{camera}-{utc_from_ms(began_ms):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


def camera_owner(camera: str) -> Owner:
    """Return the owner as the outbox's file names it."""
    return Owner("vision", "camera", camera)


class CameraOutbox:
    """Numbers and stores the events of one camera; remembers which of them are not done with.

    An event is done with when it has ended and nothing more will come for it.

    Args:
        folder: of the camera; the file is ``outbox.sqlite`` in it.
        boot_id: of this run.

    Raises:
        ConfigErrors, OutboxRefused, OutboxUnusable: as `OutboxWorker`.
    """

    def __init__(
        self,
        folder: Path,
        camera: str,
        boot_id: str,
        settings: DeliverySettings,
        guard: DiskGuard | None = None,
    ) -> None:
        self.camera = camera
        self.boot_id = boot_id
        self.worker = OutboxWorker(
            folder / "outbox.sqlite",
            camera_owner(camera),
            EventEntries(),
            history_days=settings.history_days,
            guard=guard,
            reserve_bytes=int(settings.reserve_mb * 1e6),
        )
        self.outbox_id = self.worker.outbox_id
        # Two tasks that took the next number at once would write it twice.
        self._turn = asyncio.Lock()
        self._open = {event.id: event for event in self._saved_open()}

    def _saved_open(self) -> list[CameraEvent]:
        text = self.worker.state(OPEN_EVENTS)
        if text is None:
            return []
        try:
            return _open_events.decode(text)
        except msgspec.DecodeError as error:
            log.error("camera %s: the list of open events is unusable: %s", self.camera, error)
            return []

    def undone(self) -> list[CameraEvent]:
        """Return the newest message of each event not done with, the earlier runs' too."""
        return list(self._open.values())

    async def commit(
        self, event: CameraEvent, *, awaits_files: bool = False
    ) -> tuple[CameraEvent, list[Entry]]:
        """Give an event its number and store it; return it and the entries now durable.

        ``outbox_id``, ``boot_id``, ``seq`` and ``backfill`` are set here. On a disk that
        refuses, nothing is durable yet: the event waits in memory and goes with `tidy`.

        Args:
            awaits_files: further files will come, also after its end.
        """
        async with self._turn:
            event = msgspec.structs.replace(
                event,
                outbox_id=self.outbox_id,
                boot_id=self.boot_id,
                seq=self.worker.next_seq,
                backfill=False,
            )
            self._note(event, awaits_files)
            entry = Entry(event.seq, ms_from_utc(event.at), EVENT, encode(event))
            state = {OPEN_EVENTS: encode(list(self._open.values())).decode()}
            return event, await self.worker.commit([entry], state)

    def settle(self, event_id: str) -> None:
        """Nothing more will come for an event; saved with the next commit."""
        event = self._open.get(event_id)
        if event is not None and event.phase == "end":
            del self._open[event_id]

    def _note(self, event: CameraEvent, awaits_files: bool) -> None:
        self._open.pop(event.id, None)
        if event.phase == "end" and not awaits_files:
            return
        self._open[event.id] = event
        while len(self._open) > MOST_OPEN:
            del self._open[next(iter(self._open))]

    async def tidy(self, now_ms: int) -> None:
        """Store what waits in memory, prune what is old and safe, look at the disk."""
        async with self._turn:
            if self.worker.waiting:
                await self.worker.commit([], {})
            await self.worker.tidy(now_ms)

    async def close(self) -> None:
        """Store what waits and end the outbox's thread."""
        async with self._turn:
            await self.worker.close()
