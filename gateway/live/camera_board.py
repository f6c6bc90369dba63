"""The live board of cameras: hears what they said, keeps it current and tells the browsers."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from gateway.api.camera_models import CameraView
from gateway.api.event_views import camera_view, event_view
from gateway.database import camera_statuses, events
from gateway.database.engine import Database, DatabaseUnavailable
from gateway.database.events import EventCounts, EventRecord
from gateway.live.cameras import Cameras
from gateway.live.previews import Previews
from gateway.live.stream import Stream
from gateway.threads import WorkerThreads
from quantrac_core.contracts.camera_messages import CameraStatus
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import Clock

log = logging.getLogger(__name__)
SILENCE_CHECK_S: Final = 0.5
FOLLOW_S: Final = 2.0
COUNT_S: Final = 10.0
KEEP_STATUS_S: Final = 60.0
OVERLAP_MS: Final = 10_000
"""How far the clocks of gateways that share a database may lie apart."""
MAX_FOLLOWED: Final = 200
_PASSING: Final = frozenset(
    {"at", "stream_fps", "fps", "lag_s", "dropped", "waiting_files", "free_bytes", "newest_seq"}
)


class CameraBoard:
    """What the page shows of cameras and events, kept current by intake and database."""

    def __init__(
        self, cameras: Cameras, previews: Previews, stream: Stream, database: Database, clock: Clock
    ) -> None:
        self.cameras = cameras
        self.previews = previews
        self._stream = stream
        self._database = database
        self._clock = clock
        self._threads = WorkerThreads("camera-board")
        self._counts: dict[str, EventCounts] = {}
        self._count_now = True
        self.heard: Callable[[], None] = lambda: None
        self._told: dict[str, int] = {}
        self._kept: dict[str, tuple[CameraStatus, float]] = {}

    def view(self, camera: str) -> CameraView | None:
        """Return a camera as the API shows it, or None."""
        now = self.cameras.get(camera)
        if now is None:
            return None
        return camera_view(now, self._counts.get(camera), self.previews.get(camera))

    def status_arrived(self, status: CameraStatus, retained: bool) -> bool:
        """Show a status; return whether it is worth keeping over a restart."""
        now_s = self._clock.monotonic()
        if not self.cameras.on_status(status, retained, now_s, self._clock.now_ms()):
            return False
        self._tell_camera(status.camera)
        kept = self._kept.get(status.camera)
        if kept is not None and now_s - kept[1] < KEEP_STATUS_S and _alike(kept[0], status):
            return False
        self._kept[status.camera] = (status, now_s)
        return True

    def events_changed(self, records: list[EventRecord]) -> None:
        """Show events as committed."""
        if records:
            self._count_now = True
            self.heard()
        if not len(self._stream):
            return
        for record in records:
            self._told[record.message.id] = record.changed_at_ms
            news = event_view(record).model_dump_json().encode()
            self._stream.push("event", record.message.camera, news)

    async def watch_silence(self) -> None:
        """Mark cameras that fall silent, for ever."""
        while True:
            await asyncio.sleep(SILENCE_CHECK_S)
            for camera in self.cameras.find_silent(self._clock.monotonic(), self._clock.now_ms()):
                log.warning("camera %s has fallen silent", camera)
                self._tell_camera(camera)

    async def refresh(self) -> None:
        """Restore what earlier runs knew, then follow the database, for ever."""
        backoff = Backoff(first_s=0.5, most_s=10.0)
        restored = False
        counted_s = float("-inf")
        while True:
            try:
                if not restored:
                    await self._restore()
                    restored = True
                if self._count_now or self._clock.monotonic() - counted_s > COUNT_S:
                    self._count_now = False
                    counted_s = self._clock.monotonic()
                    await self._count()
                if len(self._stream):
                    await self._follow()
                backoff.reset()
            except DatabaseUnavailable as error:
                log.warning("the cameras' board is not up to date: %s", error)
                await asyncio.sleep(backoff.next_delay_s())
                continue
            await asyncio.sleep(FOLLOW_S)

    def close(self) -> None:
        """End the thread."""
        self._threads.close()

    async def _restore(self) -> None:
        for status, received_ms in await self._threads.call(self._load_statuses):
            if self.cameras.restore(status, received_ms, self._clock.monotonic()):
                self._tell_camera(status.camera)

    def _load_statuses(self) -> list[tuple[CameraStatus, int]]:
        with self._database.reading() as connection:
            return camera_statuses.load_all(connection)

    async def _count(self) -> None:
        counts = await self._threads.call(self._load_counts)
        changed = {
            camera
            for camera in set(counts) | set(self._counts)
            if counts.get(camera) != self._counts.get(camera)
        }
        self._counts = counts
        for camera in changed:
            self._tell_camera(camera)

    def _load_counts(self) -> dict[str, EventCounts]:
        with self._database.reading() as connection:
            return events.counts_by_camera(connection)

    async def _follow(self) -> None:
        """Tell what other gateways of the centre have changed."""
        since_ms = self._clock.now_ms() - OVERLAP_MS
        records = await self._threads.call(self._load_changed, since_ms)
        news = [
            record
            for record in records
            if self._told.get(record.message.id, 0) < record.changed_at_ms
        ]
        self._told = {
            event: changed for event, changed in self._told.items() if changed >= since_ms
        }
        self.events_changed(news)

    def _load_changed(self, since_ms: int) -> list[EventRecord]:
        with self._database.reading() as connection:
            return events.changed_since(connection, since_ms, MAX_FOLLOWED)

    def _tell_camera(self, camera: str) -> None:
        if not len(self._stream):
            return
        view = self.view(camera)
        if view is not None:
            self._stream.replace("camera", camera, view.model_dump_json().encode())


def _alike(one: CameraStatus, other: CameraStatus) -> bool:
    return all(
        getattr(one, name) == getattr(other, name)
        for name in one.__struct_fields__
        if name not in _PASSING
    )
