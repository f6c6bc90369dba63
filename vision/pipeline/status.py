"""What a camera says about itself, put together from the state of its parts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from quantrac_core.contracts.camera_messages import (
    CameraState,
    CameraStatus,
    Distrust,
    RuleNotice,
    StreamCause,
)
from quantrac_core.contracts.messages import utc_from_ms
from vision.detection.detector import ModelInfo
from vision.optics.arrays import OpticsFault
from vision.optics.spaces import Spaces
from vision.pipeline.watch_figures import WatchFigures
from vision.rules.settings import ZoneSettings
from vision.settings import CameraSettings
from vision.streams.state import StreamState

MOST_OUTLINE: Final = 200
MOST_DETAIL: Final = 400


@dataclass(slots=True, frozen=True)
class Watching:
    """How a camera is watched at one instant.

    ``fault`` says why it is not; ``warnings`` what of its configuration cannot work.
    """

    figures: WatchFigures
    overload_level: int
    fault: str
    warnings: Sequence[str]
    distrust: Sequence[Distrust]
    views: Sequence[str]
    waiting_files: int
    free_bytes: int | None
    oldest_seq: int
    newest_seq: int


@dataclass(slots=True)
class StatusWriter:
    """Writes the statuses of one camera; keeps since when its state holds."""

    camera: CameraSettings
    boot_id: str
    outbox_id: str
    software: str
    signing_key: str
    model: ModelInfo
    outlines: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    _state: tuple[CameraState, StreamCause] = ("starting", "connecting")
    _since_ms: int = 0

    def first(self, now_ms: int) -> CameraStatus:
        """Return the status before anything is known."""
        self._since_ms = now_ms
        return self._status(now_ms, "starting", "connecting", "")

    def draw_zones(self, spaces: Spaces) -> None:
        """Learn where the zones lie on the ground, for the desk's map."""
        self.outlines = {zone.name: _outline(zone, spaces) for zone in self.camera.zones}

    def write(self, now_ms: int, stream: StreamState, watching: Watching) -> CameraStatus:
        """Return the status of now."""
        state, cause, detail = _judged(stream, watching)
        if (state, cause) != self._state:
            self._state, self._since_ms = (state, cause), now_ms
        status = self._status(now_ms, state, cause, detail)
        status.width_px, status.height_px = stream.width, stream.height
        status.codec = stream.codec
        status.stream_fps = round(stream.stream_fps, 2)
        status.dropped = stream.dropped
        status.reconnects = stream.reconnects
        status.fps = watching.figures.fps
        status.lag_s = watching.figures.lag_s
        status.overload_level = watching.overload_level
        status.distrust = list(watching.distrust)
        status.views = list(watching.views)
        status.waiting_files = watching.waiting_files
        status.free_bytes = watching.free_bytes
        status.oldest_seq, status.newest_seq = watching.oldest_seq, watching.newest_seq
        return status

    def _status(
        self, now_ms: int, state: CameraState, cause: StreamCause, detail: str
    ) -> CameraStatus:
        camera, mast = self.camera, self.camera.mast
        return CameraStatus(
            camera=camera.id,
            state=state,
            boot_id=self.boot_id,
            outbox_id=self.outbox_id,
            at=utc_from_ms(now_ms),
            since=utc_from_ms(self._since_ms),
            cause=cause,
            detail=detail[:MOST_DETAIL],
            name_vi=camera.name_vi,
            name_en=camera.name_en,
            lat=mast.lat,
            lon=mast.lon,
            mast_height_m=mast.height_m,
            north_deg=mast.north_deg,
            rules=[
                RuleNotice(
                    rule.id,
                    rule.kind,
                    rule.zone_name,
                    rule.name_vi,
                    rule.name_en,
                    self.outlines.get(rule.zone_name, []),
                )
                for rule in camera.rules
            ],
            model=self.model.name,
            model_sha256=self.model.sha256,
            device=self.model.device,
            software=self.software,
            signing_key=self.signing_key,
        )


def _judged(stream: StreamState, watching: Watching) -> tuple[CameraState, StreamCause, str]:
    if not stream.is_live:
        starting = stream.cause == "connecting" and stream.packets == 0
        return ("starting" if starting else "down"), stream.cause, stream.detail
    if watching.fault:
        return "degraded", "none", watching.fault
    if watching.distrust or watching.overload_level > 0 or watching.warnings:
        more = f" (and {len(watching.warnings) - 1} more)" if len(watching.warnings) > 1 else ""
        return "degraded", "none", "".join(watching.warnings[:1]) + more
    return "live", "none", ""


def _outline(zone: ZoneSettings, spaces: Spaces) -> list[tuple[float, float]]:
    try:
        outline = spaces.ground_outline(zone.space, zone.points, is_line=zone.shape == "line")
    except OpticsFault:
        return []
    return [(round(lat, 7), round(lon, 7)) for lat, lon in outline[:MOST_OUTLINE]]
