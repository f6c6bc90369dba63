"""Every camera as it is now: its last status, and whether it still speaks; no I/O."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from quantrac_core.contracts.camera_messages import CameraStatus

CameraStateNow = Literal["starting", "live", "degraded", "down", "silent", "unknown"]
HEARTBEAT_S: Final = 10.0
SILENT_AFTER_S: Final = 3 * HEARTBEAT_S
MAX_CAMERAS: Final = 10_000
BOOTS_REMEMBERED: Final = 4


@dataclass(slots=True)
class CameraNow:
    """One camera; monotonic times in seconds, others in milliseconds since 1970."""

    camera: str
    status: CameraStatus | None = None
    silent_since_ms: int | None = None
    last_seen_ms: int | None = None
    heard_s: float | None = None
    earlier_boots: deque[str] = field(default_factory=lambda: deque(maxlen=BOOTS_REMEMBERED))

    @property
    def state(self) -> CameraStateNow:
        """What the camera says of itself, unless it has stopped speaking."""
        if self.silent_since_ms is not None:
            return "silent"
        return "unknown" if self.status is None else self.status.state


class Cameras:
    """The register of cameras.

    A camera that goes down by its own word goes on speaking; what the broker says for one that
    died (its will) counts as its last word and is not turned into silence.
    """

    def __init__(self, configured: Iterable[str] = ()) -> None:
        self._cameras = {camera: CameraNow(camera) for camera in configured}

    def get(self, camera: str) -> CameraNow | None:
        """Return one camera, or None."""
        return self._cameras.get(camera)

    def all(self) -> list[CameraNow]:
        """Return the cameras by id."""
        return [self._cameras[camera] for camera in sorted(self._cameras)]

    def restore(self, status: CameraStatus, received_ms: int, now_s: float) -> bool:
        """Take over a status from an earlier run; the camera has yet to prove that it speaks."""
        now = self._entry(status.camera)
        if now is None or now.status is not None:
            return False
        now.status = status
        now.last_seen_ms = received_ms
        now.heard_s = now_s
        return True

    def on_status(self, status: CameraStatus, retained: bool, now_s: float, now_ms: int) -> bool:
        """Take in a status; a retained one is no proof of life.

        Returns:
            Whether it was taken: the will of an earlier run may come after the birth of the next.
        """
        now = self._entry(status.camera)
        if now is None or status.boot_id in now.earlier_boots:
            return False
        if now.status is not None and now.status.boot_id != status.boot_id:
            now.earlier_boots.append(now.status.boot_id)
        now.status = status
        if not retained:
            now.heard_s, now.last_seen_ms, now.silent_since_ms = now_s, now_ms, None
        elif now.heard_s is None:
            now.heard_s = now_s
        return True

    def find_silent(self, now_s: float, now_ms: int) -> list[str]:
        """Mark and return the cameras that have just fallen silent."""
        fallen = []
        for now in self._cameras.values():
            if now.heard_s is None or now.silent_since_ms is not None or now.state == "down":
                continue
            if now_s - now.heard_s > SILENT_AFTER_S:
                now.silent_since_ms = now_ms
                fallen.append(now.camera)
        return fallen

    def _entry(self, camera: str) -> CameraNow | None:
        now = self._cameras.get(camera)
        if now is None and len(self._cameras) < MAX_CAMERAS:
            now = self._cameras[camera] = CameraNow(camera)
        return now
