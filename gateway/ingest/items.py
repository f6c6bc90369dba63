"""What travels in the lanes: messages with everything their commit needs."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.database.outboxes import OutboxKey
from gateway.database.quarantine import Refused
from gateway.stores.interface import StoredScan
from quantrac_core.contracts.camera_messages import CameraEvent, CameraStatus
from quantrac_core.contracts.messages import AlarmTransition, Heartbeat, StationStatus
from quantrac_core.contracts.sequence import Range

Acknowledge = Callable[[], None]
"""Tells the broker to forget the message (PUBACK)."""


@dataclass(slots=True, frozen=True)
class ScanItem:
    """A scan, the outbox it came from and the bytes it came in (kept for the quarantine)."""

    scan: StoredScan
    key: OutboxKey
    topic: str
    payload: bytes
    acknowledge: Acknowledge


@dataclass(slots=True, frozen=True)
class AlarmItem:
    """A transition of an alarm, or new peaks of active alarms by id."""

    transition: AlarmTransition | None
    acknowledge: Acknowledge
    peaks: dict[str, float] | None = None


@dataclass(slots=True, frozen=True)
class PresenceItem:
    """A birth, a will or a heartbeat that the database must know of."""

    message: StationStatus | Heartbeat
    acknowledge: Acknowledge


@dataclass(slots=True, frozen=True)
class RefusedItem:
    """A message for the quarantine and the numbers that are closed by refusing it."""

    refused: Refused
    numbers: tuple[OutboxKey, Range] | None
    acknowledge: Acknowledge


@dataclass(slots=True, frozen=True)
class EventItem:
    """One revision of an event and the bytes it came in (kept for the quarantine)."""

    event: CameraEvent
    topic: str
    payload: bytes
    acknowledge: Acknowledge


@dataclass(slots=True, frozen=True)
class CameraStatusItem:
    """A camera's status; ``closes_numbers`` when numbers below its oldest are still open."""

    status: CameraStatus
    closes_numbers: bool
    acknowledge: Acknowledge
