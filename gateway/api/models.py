"""Shapes of the API's answers; they make the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from gateway.alarms.centre_alarms import Subject
from gateway.api.alarms_models import MarkView, plain_text


class Check(BaseModel):
    """Whether one part works, and if not, why."""

    ok: bool
    detail: str


class Health(BaseModel):
    """State of the gateway as a whole; the details are for those who may see the system."""

    status: Literal["ok", "degraded"]
    version: str | None = None
    started_at: datetime | None = None
    checks: dict[str, Check] = {}


class LimitView(BaseModel):
    """A limit of a channel."""

    level: str
    side: str
    value: float
    basis: str
    source: str
    verified: bool


class LatestView(BaseModel):
    """The newest reading of a channel."""

    at: datetime
    v: float | None
    s: str
    q: str
    r: str | None


class ChannelView(BaseModel):
    """A channel with its newest reading."""

    name: str
    unit: str
    symbol: str
    label_vi: str
    label_en: str
    decimals: int
    range_min: float | None
    range_max: float | None
    limits: list[LimitView]
    latest: LatestView | None


class CompletenessView(BaseModel):
    """How whole a station's data are; ``lost`` numbers no station holds any more."""

    outbox_id: str
    durable_seq: int
    highest_seq: int
    missing: int
    gaps: list[tuple[int, int]]
    lost: int


class ActiveAlarms(BaseModel):
    """Numbers of alarms of a station."""

    warn: int
    limit: int
    unacknowledged: int


class StationView(BaseModel):
    """A station as it is now."""

    id: str
    name_vi: str
    name_en: str
    kind: str
    lat: float | None
    lon: float | None
    state: Literal["online", "silent", "offline", "unknown"]
    state_since: datetime | None
    last_seen_at: datetime | None
    last_scan_at: datetime | None
    clock: str
    poll_interval_s: float
    heartbeat_s: float
    software: str
    boot_id: str
    channels: list[ChannelView]
    completeness: CompletenessView | None
    active_alarms: ActiveAlarms


class StationList(BaseModel):
    """Every station the gateway knows."""

    stations: list[StationView]


class ReadingsView(BaseModel):
    """A channel's history in columns; ``at`` in milliseconds since 1970."""

    station: str
    channel: str
    unit: str
    every_s: int
    at: list[int]
    v: list[float | None]
    min: list[float | None]
    max: list[float | None]
    count: list[int]
    s: list[int]
    q: list[int]


class AlarmView(BaseModel):
    """One occurrence of one alarm."""

    id: str
    station: str
    channel: str
    alarm: str
    level: str
    side: str
    basis: str
    value: float | None
    peak_value: float | None
    limit: float
    unit: str
    raised_at: datetime
    returned_at: datetime | None
    active: bool
    acknowledged: bool
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    note: str
    backfill: bool
    subject: Subject
    priority: str
    group: str
    open: bool
    latching: bool
    latched: bool
    late: bool
    silenced_by: str | None
    attention: bool
    announced_at: datetime | None
    reset_at: datetime | None
    reset_by: str | None
    shelved: MarkView | None
    one_shot: bool
    suppressed: MarkView | None
    out_of_service: MarkView | None
    max_shelve_s: int
    instructions_vi: str
    instructions_en: str


class AlarmList(BaseModel):
    """Alarms, newest first."""

    alarms: list[AlarmView]


class Acknowledgement(BaseModel):
    """What is said about an alarm by whoever takes it."""

    model_config = {"extra": "forbid", "str_strip_whitespace": True}

    note: Annotated[str, Field(max_length=500), AfterValidator(plain_text)] = ""


class QuarantinedMessage(BaseModel):
    """A refused message, cut to its beginning."""

    id: int
    received_at: datetime
    topic: str
    reason: str
    detail: str
    size_bytes: int
    payload_head: str


class QuarantineView(BaseModel):
    """Refused messages: counts for ever, the newest ones in part."""

    total: int
    by_reason: dict[str, int]
    messages: list[QuarantinedMessage]
