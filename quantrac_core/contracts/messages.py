"""Messages between the programs, as typed structs with bounded, strict decoding.

All of them are JSON (UTF-8). Unknown fields are ignored so that a newer station can
talk to an older centre; a different ``v`` is refused.
"""

from datetime import UTC, datetime
from typing import Final, Literal, TypeVar

import msgspec

from quantrac_core.contracts.errors import MessageRejected
from quantrac_core.contracts.identifiers import is_channel_name
from quantrac_core.contracts.quality import Quality, Reason, State

VERSION: Final = 1
MAX_PAYLOAD_BYTES: Final = 1 << 20
MAX_READINGS: Final = 5_000
MAX_CHANNELS: Final = 5_000
MAX_KNOWN_CHANNELS: Final = 20_000
MAX_SEQ: Final = (1 << 53) - 1
"""Sequence numbers stay exact in JavaScript and in a float64 field."""

ClockState = Literal["synced", "unsynced", "stepped"]
Level = Literal["warn", "limit"]
Side = Literal["high", "low"]
Transition = Literal["raised", "returned"]


def _version() -> int:
    # A factory, because omit_defaults would leave a plain default out of the message.
    return VERSION


class Reading(msgspec.Struct, omit_defaults=True):
    """One channel of one scan: ``c`` name, ``v`` raw value, ``u`` unit, ``s`` state, ``q`` quality.

    ``v`` is null exactly when the channel could not be read; then ``r`` says why.
    """

    c: str
    v: float | None
    u: str
    s: State
    q: Quality
    r: Reason | None = None


class Scan(msgspec.Struct, omit_defaults=True):
    """One scan of a station: all channels at one instant (``…/readings``).

    ``from_seq`` is set when this message stands for the whole range ``from_seq`` … ``seq``:
    scans that were thinned to means, or that left the history before they could be sent.
    """

    station: str
    outbox_id: str
    boot_id: str
    seq: int
    at: datetime
    clock: ClockState
    readings: list[Reading]
    v: int = msgspec.field(default_factory=_version)
    backfill: bool = False
    from_seq: int | None = None


class AlarmTransition(msgspec.Struct, omit_defaults=True):
    """One transition of one alarm (``…/alarms``); it shares the scans' sequence numbers.

    ``alarm`` names the condition within the station (``cod.high.limit.mean_300s``), and with
    ``since`` (the time it was raised) the occurrence. ``basis`` is ``value`` or ``mean_<n>s``.
    """

    station: str
    outbox_id: str
    boot_id: str
    seq: int
    at: datetime
    alarm: str
    channel: str
    level: Level
    side: Side
    basis: str
    transition: Transition
    value: float | None
    limit: float
    unit: str
    since: datetime
    v: int = msgspec.field(default_factory=_version)
    backfill: bool = False


class Limit(msgspec.Struct, omit_defaults=True):
    """A limit of a channel, shown beside its value."""

    level: Level
    side: Side
    value: float
    basis: str = "value"
    source: str = ""
    verified: bool = False


class Channel(msgspec.Struct, omit_defaults=True):
    """A channel as the birth announces it; ``symbol`` is the regulator's (Annex 15)."""

    name: str
    unit: str
    symbol: str
    label_vi: str = ""
    label_en: str = ""
    decimals: int = 2
    range_min: float | None = None
    range_max: float | None = None
    limits: list[Limit] = []


class StationStatus(msgspec.Struct, omit_defaults=True):
    """Birth and last will of a station (``…/status``, retained); ``lat``, ``lon`` in degrees."""

    station: str
    state: Literal["online", "offline"]
    boot_id: str
    outbox_id: str
    started_at: datetime
    software: str = ""
    name_vi: str = ""
    name_en: str = ""
    kind: Literal["wastewater", "stack", "other"] = "other"
    poll_interval_s: float = 1.0
    heartbeat_s: float = 10.0
    channels: list[Channel] = []
    v: int = msgspec.field(default_factory=_version)
    orderly: bool = False
    lat: float | None = None
    lon: float | None = None


class Heartbeat(msgspec.Struct, omit_defaults=True):
    """Proof of life with self-metrics (``…/heartbeat``, not retained).

    ``oldest_seq`` … ``newest_seq`` is what the station still holds; ``metrics`` are plain
    numbers by name, with units in the names.
    """

    station: str
    outbox_id: str
    boot_id: str
    at: datetime
    clock: ClockState
    oldest_seq: int
    newest_seq: int
    metrics: dict[str, float]
    v: int = msgspec.field(default_factory=_version)


class Ack(msgspec.Struct, omit_defaults=True):
    """Everything up to ``durable_seq``, and every range of ``above``, is committed."""

    outbox_id: str
    durable_seq: int
    above: list[tuple[int, int]] = []
    v: int = msgspec.field(default_factory=_version)


class Replay(msgspec.Struct, omit_defaults=True):
    """The centre misses ``from_seq`` … ``to_seq`` (inclusive) and asks for them again."""

    outbox_id: str
    from_seq: int
    to_seq: int
    v: int = msgspec.field(default_factory=_version)


Message = TypeVar("Message", Scan, AlarmTransition, StationStatus, Heartbeat, Ack, Replay)
_encoder = msgspec.json.Encoder()
_decoders: dict[type, msgspec.json.Decoder[object]] = {
    kind: msgspec.json.Decoder(kind)
    for kind in (Scan, AlarmTransition, StationStatus, Heartbeat, Ack, Replay)
}
# The hot path of the centre: names that passed once need no pattern again.
_known_channels: set[str] = set()
_version_probe = msgspec.json.Decoder(dict[str, msgspec.Raw])


def encode(message: object) -> bytes:
    """Return the JSON of a message."""
    return _encoder.encode(message)


def decode(kind: type[Message], payload: bytes) -> Message:
    """Return the message in ``payload``.

    Raises:
        MessageRejected: ``too_large``, ``not_json``, ``wrong_version`` or ``wrong_shape``.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise MessageRejected("too_large", f"{len(payload)} bytes, at most {MAX_PAYLOAD_BYTES}")
    try:
        message = _decoders[kind].decode(payload)
    except msgspec.ValidationError as error:
        raise MessageRejected(_version_or_shape(payload), str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MessageRejected("not_json", str(error)) from error
    assert isinstance(message, kind)
    if message.v != VERSION:
        raise MessageRejected("wrong_version", f"v is {message.v}, this centre speaks {VERSION}")
    return message


def _version_or_shape(payload: bytes) -> str:
    try:
        version = _version_probe.decode(payload).get("v")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "wrong_shape"
    wrong = version is not None and bytes(version) != str(VERSION).encode()
    return "wrong_version" if wrong else "wrong_shape"


def check_scan(scan: Scan, station: str, now: datetime, max_future_s: float = 300.0) -> None:
    """Refuse a scan that would poison the store.

    Raises:
        MessageRejected: ``wrong_station``, ``wrong_shape``, ``out_of_bounds``, ``far_future``.
    """
    _check_origin(scan.station, station, scan.seq, scan.at, now, max_future_s)
    if scan.from_seq is not None and not 1 <= scan.from_seq <= scan.seq:
        raise MessageRejected("out_of_bounds", f"from_seq {scan.from_seq} with seq {scan.seq}")
    if len(scan.readings) > MAX_READINGS:
        raise MessageRejected("out_of_bounds", f"{len(scan.readings)} readings in one scan")
    names = {reading.c for reading in scan.readings}
    if len(names) != len(scan.readings) or not names <= _known_channels:
        _check_channels(scan)
    for unit in {reading.u for reading in scan.readings}:
        if len(unit) > 20:
            raise MessageRejected("out_of_bounds", f"the unit {unit[:60]!r} is too long")


def _check_channels(scan: Scan) -> None:
    seen: set[str] = set()
    for reading in scan.readings:
        if not is_channel_name(reading.c) or reading.c in seen:
            raise MessageRejected("wrong_shape", f"channel {reading.c[:60]!r}")
        seen.add(reading.c)
    if len(_known_channels) > MAX_KNOWN_CHANNELS:
        _known_channels.clear()
    _known_channels.update(seen)


def check_alarm(
    alarm: AlarmTransition, station: str, now: datetime, max_future_s: float = 300.0
) -> None:
    """Refuse an alarm that does not keep the contract (same reasons as `check_scan`)."""
    _check_origin(alarm.station, station, alarm.seq, alarm.at, now, max_future_s)
    if alarm.since.tzinfo is None or (alarm.since - alarm.at).total_seconds() > 1.0:
        raise MessageRejected("out_of_bounds", "since lies after at, or has no time zone")
    if not is_channel_name(alarm.channel) or len(alarm.unit) > 20:
        raise MessageRejected("wrong_shape", f"channel {alarm.channel[:60]!r}")
    if not 1 <= len(alarm.alarm) <= 120 or not alarm.alarm.replace(".", "_").isidentifier():
        raise MessageRejected("wrong_shape", f"alarm {alarm.alarm[:60]!r}")


def _check_origin(
    claimed: str, station: str, seq: int, at: datetime, now: datetime, max_future_s: float
) -> None:
    if claimed != station:
        raise MessageRejected("wrong_station", f"{claimed[:60]!r} on the topic of {station!r}")
    if not 1 <= seq <= MAX_SEQ:
        raise MessageRejected("out_of_bounds", f"seq {seq}")
    if at.tzinfo is None:
        raise MessageRejected("wrong_shape", "at has no time zone")
    if (at - now).total_seconds() > max_future_s:
        raise MessageRejected("far_future", f"{at.isoformat()} is ahead of {now.isoformat()}")
    if at.year < 2020:
        raise MessageRejected("out_of_bounds", f"{at.isoformat()} is before 2020")


def utc_from_ms(epoch_ms: int) -> datetime:
    """Return the UTC time of ``epoch_ms`` milliseconds since 1970."""
    return datetime.fromtimestamp(epoch_ms // 1000, UTC).replace(microsecond=epoch_ms % 1000 * 1000)


def ms_from_utc(at: datetime) -> int:
    """Return milliseconds since 1970, rounded to the nearest."""
    return round(at.timestamp() * 1000)
