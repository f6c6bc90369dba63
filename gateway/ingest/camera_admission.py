"""Decides whether a camera's message is taken: bounded, typed, of a camera that may speak."""

import math
import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from gateway.database.outboxes import OutboxKey
from gateway.database.sources import camera_source
from gateway.ingest.admission import OUTBOX_ID, REFUSED_FOR_GOOD, Rejection
from quantrac_core.contracts.camera_messages import (
    SHA256,
    CameraEvent,
    CameraStatus,
    check_event,
    decode_camera,
)
from quantrac_core.contracts.errors import MessageRejected
from quantrac_core.contracts.identifiers import is_station_id
from quantrac_core.contracts.messages import MAX_SEQ
from quantrac_core.contracts.sequence import Range
from quantrac_core.contracts.topics import parse_camera_topic

MAX_COUNT: Final = 1_000_000
MAX_FIGURE: Final = 1e9
MAX_LIST: Final = 500
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class _Numbered(msgspec.Struct):
    camera: str
    outbox_id: str
    seq: int


_numbered_decoder = msgspec.json.Decoder(_Numbered)


@dataclass(slots=True, frozen=True)
class CameraAdmission:
    """Checks cameras' messages against the contract and the list of cameras.

    Args:
        cameras: ids that may speak; None admits any well-formed id.
        max_future_s: how far ahead of this machine's clock a camera may be.
    """

    cameras: Set[str] | None
    max_future_s: float

    def knows(self, camera: str) -> bool:
        """Tell whether a camera may speak."""
        return is_station_id(camera) and (self.cameras is None or camera in self.cameras)

    def admit(
        self, topic: str, payload: bytes, now: datetime
    ) -> CameraEvent | CameraStatus | Rejection:
        """Return the checked message, or why it is not taken."""
        parsed = parse_camera_topic(topic)
        if parsed is None or parsed.leaf not in ("events", "status"):
            return Rejection("wrong_topic", topic[:300])
        camera = parsed.camera
        if not self.knows(camera):
            return Rejection("unknown_camera", f"{camera[:60]!r} is not configured")
        try:
            if parsed.leaf == "status":
                status = decode_camera(CameraStatus, payload)
                _check_status(status, camera)
                return status
            event = decode_camera(CameraEvent, payload)
            check_event(event, camera, now, self.max_future_s)
            _check_storable(event)
        except MessageRejected as error:
            numbers = None
            if error.reason in REFUSED_FOR_GOOD and parsed.leaf == "events":
                numbers = _numbers(payload, camera)
            return Rejection(error.reason, error.detail, numbers)
        return event


def _check_storable(event: CameraEvent) -> None:
    if OUTBOX_ID.fullmatch(event.outbox_id) is None or len(event.boot_id) > 64:
        raise MessageRejected("out_of_bounds", "outbox_id and boot_id: 1 to 64 characters")
    _check_texts(
        (event.boot_id, event.rule, event.kind, event.label, event.zone),
        (event.name_vi, event.name_en, *(file.media_type for file in event.evidence)),
    )
    if not event.rule or not event.kind:
        raise MessageRejected("wrong_shape", "rule and kind may not be empty")
    if not 0 <= event.count <= MAX_COUNT or not 0 <= event.skipped_views <= MAX_COUNT:
        raise MessageRejected("out_of_bounds", f"count or skipped_views: 0 to {MAX_COUNT}")
    _check_figures((event.fps, event.lag_s))
    if any(not 0 <= track <= MAX_SEQ for track in event.track_ids):
        raise MessageRejected("out_of_bounds", "a track id")
    if event.ended_at is not None and event.ended_at < event.began_at:
        raise MessageRejected("out_of_bounds", "ended_at lies before began_at")
    clip = event.clip_began_at
    if clip is not None and (clip.tzinfo is None or not 2020 <= clip.year <= 2200):
        raise MessageRejected("out_of_bounds", f"clip_began_at {clip.isoformat()}")
    names = [file.name for file in event.evidence]
    if len(set(names)) != len(names):
        raise MessageRejected("wrong_shape", "two files of one name")


def _check_status(status: CameraStatus, camera: str) -> None:
    if status.camera != camera:
        raise MessageRejected("wrong_camera", f"{status.camera[:60]!r} on {camera!r}")
    if status.at.tzinfo is None or status.since.tzinfo is None:
        raise MessageRejected("out_of_bounds", "at and since need a time zone")
    if status.at.year < 2000 or status.since.year < 2000:
        raise MessageRejected("out_of_bounds", "at and since lie before the year 2000")
    if status.outbox_id and OUTBOX_ID.fullmatch(status.outbox_id) is None:
        raise MessageRejected("out_of_bounds", "outbox_id: 1 to 64 characters")
    if not 0 <= status.oldest_seq <= status.newest_seq + 1 <= MAX_SEQ:
        raise MessageRejected("out_of_bounds", f"holds {status.oldest_seq}..{status.newest_seq}")
    if max(len(status.views), len(status.rules)) > MAX_LIST:
        raise MessageRejected("out_of_bounds", f"views and rules: at most {MAX_LIST}")
    _check_texts(
        (status.boot_id, status.name_vi, status.name_en, status.codec),
        (status.model, status.model_sha256, status.device, status.software, status.signing_key),
        status.views,
    )
    if len(status.detail) > 1_000:
        raise MessageRejected("out_of_bounds", "detail: at most 1000 characters")
    if status.signing_key and SHA256.fullmatch(status.signing_key) is None:
        raise MessageRejected("wrong_shape", "signing_key: 64 hexadecimal digits")
    _check_figures((status.stream_fps, status.fps, status.lag_s, status.width_px, status.height_px))
    _check_figures((status.dropped, status.reconnects, status.overload_level, status.waiting_files))
    _check_figures((status.mast_height_m or 0.0, status.north_deg or 0.0))
    points = [(status.lat or 0.0, status.lon or 0.0)]
    for rule in status.rules:
        _check_texts((rule.id, rule.kind, rule.zone, rule.name_vi, rule.name_en))
        if len(rule.ground) > MAX_LIST:
            raise MessageRejected("out_of_bounds", f"rule {rule.id[:60]}: too many points")
        points.extend(rule.ground)
    if any(abs(lat) > 90 or abs(lon) > 180 for lat, lon in points):
        raise MessageRejected("out_of_bounds", "a latitude or longitude")


def _check_texts(*groups: Iterable[str]) -> None:
    for group in groups:
        for text in group:
            if len(text) > 200 or _CONTROL.search(text):
                raise MessageRejected("out_of_bounds", f"a text: {text[:60]!r}")


def _check_figures(figures: Iterable[float]) -> None:
    for figure in figures:
        if not math.isfinite(figure) or abs(figure) > MAX_FIGURE:
            raise MessageRejected("out_of_bounds", f"a figure: {figure}")


def _numbers(payload: bytes, camera: str) -> tuple[OutboxKey, Range] | None:
    try:
        head = _numbered_decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if head.camera != camera or not 1 <= head.seq <= MAX_SEQ:
        return None
    if OUTBOX_ID.fullmatch(head.outbox_id) is None:
        return None
    return (camera_source(camera), head.outbox_id), (head.seq, head.seq)
