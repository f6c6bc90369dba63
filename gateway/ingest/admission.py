"""Decides whether a message from the network is taken: bounded, typed, of the right station."""

import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from gateway.database.outboxes import OutboxKey
from quantrac_core.contracts.errors import MessageRejected
from quantrac_core.contracts.identifiers import is_channel_name, is_station_id
from quantrac_core.contracts.messages import (
    MAX_CHANNELS,
    MAX_SEQ,
    AlarmTransition,
    Heartbeat,
    Scan,
    StationStatus,
    check_alarm,
    check_scan,
    decode,
)
from quantrac_core.contracts.sequence import Range
from quantrac_core.contracts.topics import parse_station_topic

MAX_METRICS: Final = 200
MAX_TOPICS_KNOWN: Final = 50_000
OUTBOX_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BASIS: Final = re.compile(r"value|mean_[1-9][0-9]{0,6}s")
_LEAVES: Final[dict[str, Any]] = {
    "readings": Scan,
    "alarms": AlarmTransition,
    "heartbeat": Heartbeat,
    "status": StationStatus,
}
# Asked for again, these would be refused again, so their numbers are closed. A clock that is
# ahead comes right, and an unreadable message may have been damaged on the way.
REFUSED_FOR_GOOD: Final = frozenset({"wrong_shape", "out_of_bounds", "store_refused"})

Admitted = Scan | AlarmTransition | Heartbeat | StationStatus


@dataclass(slots=True, frozen=True)
class Rejection:
    """Why a message was not taken; ``numbers`` are those that no replay could ever bring."""

    reason: str
    detail: str
    numbers: tuple[OutboxKey, Range] | None = None


class _Numbered(msgspec.Struct):
    station: str
    outbox_id: str
    seq: int
    from_seq: int | None = None


_numbered_decoder = msgspec.json.Decoder(_Numbered)


class Admission:
    """Checks messages against the contract and the list of stations.

    Args:
        stations: ids that may speak; None admits any well-formed id.
        max_future_s: how far ahead of this machine's clock a station may be.
    """

    def __init__(self, stations: Set[str] | None, max_future_s: float) -> None:
        self._stations = stations
        self._max_future_s = max_future_s
        self._topics: dict[str, tuple[str, str]] = {}

    def admit(self, topic: str, payload: bytes, now: datetime) -> Admitted | Rejection:
        """Return the checked message, or why it is not taken."""
        try:
            station, leaf = self._topics.get(topic) or self._parse(topic)
        except MessageRejected as error:
            return Rejection(error.reason, error.detail)
        try:
            message: Admitted = decode(_LEAVES[leaf], payload)
            self._check(message, station, now)
        except MessageRejected as error:
            numbers = None
            if error.reason in REFUSED_FOR_GOOD and leaf in ("readings", "alarms"):
                numbers = _numbers(payload, station)
            return Rejection(error.reason, error.detail, numbers)
        return message

    def _parse(self, topic: str) -> tuple[str, str]:
        parsed = parse_station_topic(topic)
        if parsed is None or parsed.leaf not in _LEAVES or not is_station_id(parsed.station):
            raise MessageRejected("wrong_topic", topic)
        if self._stations is not None and parsed.station not in self._stations:
            raise MessageRejected("unknown_station", f"{parsed.station!r} is not configured")
        if len(self._topics) >= MAX_TOPICS_KNOWN:
            self._topics.clear()
        self._topics[topic] = known = (parsed.station, parsed.leaf)
        return known

    def _check(self, message: Admitted, station: str, now: datetime) -> None:
        if OUTBOX_ID.fullmatch(message.outbox_id) is None or len(message.boot_id) > 64:
            raise MessageRejected("out_of_bounds", "outbox_id and boot_id: 1 to 64 characters")
        match message:
            case Scan():
                check_scan(message, station, now, self._max_future_s)
            case AlarmTransition():
                check_alarm(message, station, now, self._max_future_s)
                if _BASIS.fullmatch(message.basis) is None:
                    raise MessageRejected("wrong_shape", f"basis {message.basis[:60]!r}")
            case Heartbeat():
                _check_heartbeat(message, station)
            case StationStatus():
                _check_status(message, station)


def _check_heartbeat(heartbeat: Heartbeat, station: str) -> None:
    if heartbeat.station != station:
        raise MessageRejected("wrong_station", f"{heartbeat.station[:60]!r} on {station!r}")
    # An outbox that holds nothing says oldest = newest + 1.
    if not 0 <= heartbeat.oldest_seq <= heartbeat.newest_seq + 1 <= MAX_SEQ:
        raise MessageRejected(
            "out_of_bounds", f"holds {heartbeat.oldest_seq}..{heartbeat.newest_seq}"
        )
    if len(heartbeat.metrics) > MAX_METRICS or heartbeat.at.tzinfo is None:
        raise MessageRejected("out_of_bounds", "too many metrics, or at has no time zone")


def _check_status(status: StationStatus, station: str) -> None:
    if status.station != station:
        raise MessageRejected("wrong_station", f"{status.station[:60]!r} on {station!r}")
    if len(status.channels) > MAX_CHANNELS or status.started_at.tzinfo is None:
        raise MessageRejected("out_of_bounds", "too many channels, or started_at has no time zone")
    texts = (status.software, status.name_vi, status.name_en)
    if any(len(text) > 200 for text in texts):
        raise MessageRejected("out_of_bounds", "a name is longer than 200 characters")
    if not (0 < status.poll_interval_s <= 86_400 and 0 < status.heartbeat_s <= 86_400):
        raise MessageRejected("out_of_bounds", "poll_interval_s and heartbeat_s: up to one day")
    for name, degrees, most in (("lat", status.lat, 90.0), ("lon", status.lon, 180.0)):
        if degrees is not None and not -most <= degrees <= most:
            raise MessageRejected("out_of_bounds", f"{name} {degrees}")
    seen: set[str] = set()
    for channel in status.channels:
        if not is_channel_name(channel.name) or channel.name in seen:
            raise MessageRejected("wrong_shape", f"channel {channel.name[:60]!r}")
        seen.add(channel.name)
        labels = (channel.unit, channel.symbol, channel.label_vi, channel.label_en)
        if any(len(text) > 200 for text in labels) or len(channel.limits) > 20:
            raise MessageRejected("out_of_bounds", f"channel {channel.name}: too long")
        for limit in channel.limits:
            if len(limit.source) > 300 or _BASIS.fullmatch(limit.basis) is None:
                raise MessageRejected("out_of_bounds", f"a limit of {channel.name}")


def _numbers(payload: bytes, station: str) -> tuple[OutboxKey, Range] | None:
    try:
        head = _numbered_decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    first = head.seq if head.from_seq is None else head.from_seq
    bounded = 1 <= first <= head.seq <= MAX_SEQ and head.seq - first < 1_000_000
    if not bounded or head.station != station or OUTBOX_ID.fullmatch(head.outbox_id) is None:
        return None
    return (station, head.outbox_id), (first, head.seq)
