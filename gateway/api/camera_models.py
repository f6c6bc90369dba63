"""Shapes of the API's answers about cameras, events and their evidence."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

Verdict = Literal["true", "false", "unclear"]


class RuleView(BaseModel):
    """A rule of a camera; ``ground`` is its zone as latitude, longitude."""

    id: str
    kind: str
    zone: str
    name_vi: str
    name_en: str
    ground: list[tuple[float, float]]


class CameraView(BaseModel):
    """A camera as it is now; ``state`` is ``silent`` when nothing was heard for too long."""

    id: str
    name_vi: str
    name_en: str
    state: Literal["starting", "live", "degraded", "down", "silent", "unknown"]
    since: datetime | None
    last_seen_at: datetime | None
    cause: str
    detail: str
    distrust: list[str]
    lat: float | None
    lon: float | None
    mast_height_m: float | None
    north_deg: float | None
    width_px: int
    height_px: int
    codec: str
    stream_fps: float
    fps: float
    lag_s: float
    dropped: int
    reconnects: int
    overload_level: int
    waiting_files: int
    views: list[str]
    rules: list[RuleView]
    model: str
    model_sha256: str
    device: str
    software: str
    preview_at: datetime | None
    open_events: int
    unreviewed_events: int


class CameraList(BaseModel):
    """Every camera the gateway knows."""

    cameras: list[CameraView]


class EvidenceView(BaseModel):
    """A file of an event; ``arrived`` once it came whole and its hash was verified.

    ``deleted`` once retention has deleted it again.
    """

    name: str
    kind: str
    media_type: str
    size_bytes: int
    sha256: str
    arrived: bool
    deleted: bool = False


class EventView(BaseModel):
    """One incident in its newest revision."""

    id: str
    camera: str
    rule: str
    kind: str
    name_vi: str
    name_en: str
    label: str
    score: float
    zone: str
    detail: str
    count: int
    priority: Literal["low", "medium", "high"]
    phase: Literal["new", "update", "end"]
    revision: int
    began_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    received_at: datetime
    late: bool
    clock: str
    box: tuple[float, float, float, float] | None
    bearing_deg: float | None
    distance_m: float | None
    lat: float | None
    lon: float | None
    fps: float
    lag_s: float
    skipped_views: int
    evidence: list[EvidenceView]
    clip_began_at: datetime | None
    verdict: Verdict | None
    verdict_by: str | None
    verdict_at: datetime | None
    note: str
    locked: bool


class EventList(BaseModel):
    """Events, newest first; ``next`` is the cursor of the following page, or null."""

    events: list[EventView]
    next: str | None


class VerdictRequest(BaseModel):
    """What a person says about an event."""

    model_config = {"extra": "forbid", "str_strip_whitespace": True}

    verdict: Verdict
    note: str = Field(default="", max_length=1_000)


class LockRequest(BaseModel):
    """Whether retention may delete the evidence of an event."""

    model_config = {"extra": "forbid", "str_strip_whitespace": True}

    locked: bool
    reason: str = Field(min_length=1, max_length=300)


class ExportRequest(BaseModel):
    """Why an evidence pack is taken away."""

    model_config = {"extra": "forbid", "str_strip_whitespace": True}

    reason: str = Field(min_length=1, max_length=300)


class CustodyEntry(BaseModel):
    """One line of the append-only, hash-chained log of who did what with the evidence."""

    number: int
    at: datetime
    event: str
    action: Literal[
        "opened", "played", "unblurred", "exported", "verdict", "locked", "unlocked", "deleted"
    ]
    by: str
    detail: str
    hash: str


class CustodyLog(BaseModel):
    """The custody log of one event, oldest first."""

    entries: list[CustodyEntry]
    intact: bool


class PreviewAnswer(BaseModel):
    """How soon the camera should send its next preview picture: sooner while somebody looks."""

    next_after_s: float
