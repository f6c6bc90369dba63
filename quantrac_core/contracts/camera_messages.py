"""Messages between vision and the centre: a camera's state and its security events.

Events share one sequence per camera and are acknowledged like readings: `Ack` with
``outbox_id`` and ``durable_seq`` on ``cameras/<camera>/ack``.
"""

import re
from datetime import datetime
from typing import Final, Literal, TypeVar

import msgspec

from quantrac_core.contracts.errors import MessageRejected
from quantrac_core.contracts.identifiers import is_station_id
from quantrac_core.contracts.messages import MAX_PAYLOAD_BYTES, MAX_SEQ, VERSION, ClockState

MAX_EVIDENCE_FILES: Final = 12
MAX_FILE_BYTES: Final = 512 * 1024 * 1024
EVENT_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{7,95}")
FILE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,40}\.(?:jpg|mp4|json)")
SHA256: Final = re.compile(r"[0-9a-f]{64}")

EventPhase = Literal["new", "update", "end"]
EvidenceKind = Literal[
    "snapshot", "snapshot_boxed", "snapshot_blurred", "clip", "clip_playback", "manifest"
]
CameraState = Literal["starting", "live", "degraded", "down"]
StreamCause = Literal[
    "none",
    "connecting",
    "no_connection",
    "unauthorised",
    "not_found",
    "stalled",
    "ended",
    "no_video",
    "garbage",
]
Distrust = Literal["covered", "turned", "defocused", "frozen"]


def _version() -> int:
    return VERSION


class EvidenceFile(msgspec.Struct, omit_defaults=True):
    """One file of an event; it follows over HTTP and is known by its hash from birth.

    ``name`` is bare (no folder) and matches `FILE_NAME`.
    """

    name: str
    kind: EvidenceKind
    media_type: str
    size_bytes: int
    sha256: str


class CameraEvent(msgspec.Struct, omit_defaults=True):
    """One step of one incident (``…/cameras/<camera>/events``).

    ``id`` stays the same over new, update and end; ``revision`` counts its messages from 1, and
    a higher revision replaces a lower one whatever the order of arrival. ``began_at`` is the
    moment that matters, ``clip_began_at`` the clip's first picture. ``box`` is where
    it was in the snapshots, x1, y1, x2, y2 as shares (0 … 1) of the camera's picture; bearing,
    distance and place go on with it. ``fps`` (analysed frames a second) and ``lag_s``
    (picture taken to decision) tell how well the camera was watched; ``skipped_views`` how many
    views were not looked at in that second.
    """

    camera: str
    outbox_id: str
    boot_id: str
    seq: int
    at: datetime
    clock: ClockState
    id: str
    phase: EventPhase
    revision: int
    rule: str
    kind: str
    label: str
    score: float
    zone: str
    began_at: datetime
    ended_at: datetime | None = None
    detail: str = ""
    count: int = 1
    priority: Literal["low", "medium", "high"] = "medium"
    name_vi: str = ""
    name_en: str = ""
    box: tuple[float, float, float, float] | None = None
    bearing_deg: float | None = None
    distance_m: float | None = None
    lat: float | None = None
    lon: float | None = None
    track_ids: list[int] = []
    evidence: list[EvidenceFile] = []
    clip_began_at: datetime | None = None
    fps: float = 0.0
    lag_s: float = 0.0
    skipped_views: int = 0
    backfill: bool = False
    v: int = msgspec.field(default_factory=_version)


class RuleNotice(msgspec.Struct, omit_defaults=True):
    """A rule as the camera's status announces it; ``ground`` is its zone as lat, lon points."""

    id: str
    kind: str
    zone: str = ""
    name_vi: str = ""
    name_en: str = ""
    ground: list[tuple[float, float]] = []


class CameraStatus(msgspec.Struct, omit_defaults=True):
    """State of one camera (``…/cameras/<camera>/status``, retained, also the last will).

    ``cause`` says why it is not live, ``detail`` in one line for people, and ``distrust`` why
    its picture should not be believed. ``signing_key`` is the Ed25519 public key of its manifests
    in hexadecimal. Figures are means over the last ten seconds. Published again every ten
    seconds it is also the heartbeat: ``outbox_id`` names the camera's outbox, which holds
    ``oldest_seq`` … ``newest_seq`` (oldest = newest + 1 when it is empty).
    """

    camera: str
    state: CameraState
    boot_id: str
    at: datetime
    since: datetime
    cause: StreamCause = "none"
    detail: str = ""
    name_vi: str = ""
    name_en: str = ""
    lat: float | None = None
    lon: float | None = None
    mast_height_m: float | None = None
    north_deg: float | None = None
    width_px: int = 0
    height_px: int = 0
    codec: str = ""
    stream_fps: float = 0.0
    fps: float = 0.0
    lag_s: float = 0.0
    dropped: int = 0
    reconnects: int = 0
    overload_level: int = 0
    views: list[str] = []
    rules: list[RuleNotice] = []
    model: str = ""
    model_sha256: str = ""
    device: str = ""
    distrust: list[Distrust] = []
    software: str = ""
    signing_key: str = ""
    waiting_files: int = 0
    free_bytes: int | None = None
    outbox_id: str = ""
    oldest_seq: int = 1
    newest_seq: int = 0
    v: int = msgspec.field(default_factory=_version)


Message = TypeVar("Message", CameraEvent, CameraStatus)
_decoders: dict[type, msgspec.json.Decoder[object]] = {
    kind: msgspec.json.Decoder(kind) for kind in (CameraEvent, CameraStatus)
}


def decode_camera(kind: type[Message], payload: bytes) -> Message:
    """Return the message in ``payload``.

    Raises:
        MessageRejected: ``too_large``, ``not_json``, ``wrong_version`` or ``wrong_shape``.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise MessageRejected("too_large", f"{len(payload)} bytes, at most {MAX_PAYLOAD_BYTES}")
    try:
        message = _decoders[kind].decode(payload)
    except msgspec.ValidationError as error:
        raise MessageRejected("wrong_shape", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageRejected("not_json", str(error)) from error
    assert isinstance(message, kind)
    if message.v != VERSION:
        raise MessageRejected("wrong_version", f"v is {message.v}, this centre speaks {VERSION}")
    return message


def check_event(
    event: CameraEvent, camera: str, now: datetime, max_future_s: float = 300.0
) -> None:
    """Refuse an event that does not keep the contract.

    Raises:
        MessageRejected: ``wrong_camera``, ``wrong_shape``, ``out_of_bounds``, ``far_future``.
    """
    if event.camera != camera or not is_station_id(camera):
        raise MessageRejected("wrong_camera", f"{event.camera[:60]!r} on {camera!r}")
    if not 1 <= event.seq <= MAX_SEQ or not 1 <= event.revision <= MAX_SEQ:
        raise MessageRejected("out_of_bounds", f"seq {event.seq}, revision {event.revision}")
    if EVENT_ID.fullmatch(event.id) is None:
        raise MessageRejected("wrong_shape", f"id {event.id[:60]!r}")
    for name, at in (("at", event.at), ("began_at", event.began_at), ("ended_at", event.ended_at)):
        if at is None:
            continue
        if at.tzinfo is None or at.year < 2020:
            raise MessageRejected("out_of_bounds", f"{name} {at.isoformat()}")
        if (at - now).total_seconds() > max_future_s:
            raise MessageRejected("far_future", f"{name} {at.isoformat()} is ahead")
    if max(len(event.rule), len(event.kind), len(event.label), len(event.zone)) > 60:
        raise MessageRejected("out_of_bounds", "rule, kind, label and zone: at most 60 characters")
    if max(len(event.name_vi), len(event.name_en), len(event.detail)) > 200:
        raise MessageRejected("out_of_bounds", "names and detail: at most 200 characters")
    if len(event.track_ids) > 200 or len(event.evidence) > MAX_EVIDENCE_FILES:
        raise MessageRejected("out_of_bounds", "too many tracks or files")
    _check_place(event)
    for file in event.evidence:
        if FILE_NAME.fullmatch(file.name) is None or SHA256.fullmatch(file.sha256) is None:
            raise MessageRejected("wrong_shape", f"file {file.name[:60]!r}")
        if not 0 <= file.size_bytes <= MAX_FILE_BYTES or len(file.media_type) > 60:
            raise MessageRejected("out_of_bounds", f"file {file.name}: {file.size_bytes} bytes")


def _check_place(event: CameraEvent) -> None:
    bounded = (
        ("score", event.score, 0.0, 1.0),
        ("bearing_deg", event.bearing_deg, 0.0, 360.0),
        ("distance_m", event.distance_m, 0.0, 100_000.0),
        ("lat", event.lat, -90.0, 90.0),
        ("lon", event.lon, -180.0, 180.0),
        *(("box", share, -0.01, 1.01) for share in event.box or ()),
    )
    for name, value, least, most in bounded:
        if value is not None and not least <= value <= most:
            raise MessageRejected("out_of_bounds", f"{name} {value}")
