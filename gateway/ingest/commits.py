"""Makes batches durable: store first, then the sequence ranges; runs in the lanes' threads."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.database import alarms, births, outboxes, quarantine
from gateway.database.alarms import AlarmRecord
from gateway.database.engine import Database
from gateway.database.outboxes import OutboxKey, OutboxState
from gateway.ingest.items import AlarmItem, PresenceItem, RefusedItem, ScanItem
from gateway.stores.interface import Store, StoredScan, StoreRefused
from quantrac_core.contracts.messages import Heartbeat
from quantrac_core.contracts.sequence import Range

INCARNATION_S: Final = 1.0


def now_ms() -> int:
    """Return the wall clock in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def write_bisecting(store: Store, scans: Sequence[StoredScan]) -> list[tuple[int, str]]:
    """Write ``scans``; find those that the store refuses by halving.

    Returns:
        Index and the store's words for each refused scan; all others are written.

    Raises:
        StoreUnavailable: nothing is known to be written.
    """
    try:
        store.write(scans)
    except StoreRefused as error:
        if len(scans) == 1:
            return [(0, str(error))]
        middle = len(scans) // 2
        left = write_bisecting(store, scans[:middle])
        right = write_bisecting(store, scans[middle:])
        return left + [(middle + index, words) for index, words in right]
    return []


def ranges_of(items: Iterable[ScanItem]) -> dict[OutboxKey, list[Range]]:
    """Return the numbers that the items stand for, by outbox, neighbours joined."""
    added: dict[OutboxKey, list[Range]] = {}
    for item in items:
        first, last = item.scan.from_seq, item.scan.seq
        ranges = added.setdefault(item.key, [])
        if ranges and ranges[-1][1] == first - 1:
            ranges[-1] = (ranges[-1][0], last)
        else:
            ranges.append((first, last))
    return added


@dataclass(slots=True)
class ScanOutcome:
    """What a batch of scans led to; ``states`` is empty while the store must settle."""

    states: dict[OutboxKey, OutboxState]
    refused: list[tuple[int, str]]
    write_s: float
    incarnation: str


@dataclass(slots=True)
class AlarmOutcome:
    """Alarms as they are now, and the merged sequence states."""

    records: list[AlarmRecord]
    states: dict[OutboxKey, OutboxState]


@dataclass(slots=True)
class PresenceOutcome:
    """Merged sequence states, and how many numbers of each station turned out to be lost."""

    states: dict[OutboxKey, OutboxState] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)


class Commits:
    """The four ways of making something durable.

    Every method blocks and may be called again with the same items: each is idempotent.

    Raises (all methods):
        StoreUnavailable, DatabaseUnavailable: try again with the same items.
    """

    def __init__(self, store: Store, database: Database) -> None:
        self._store = store
        self._database = database
        self._known_incarnation = ""
        self._asked_s = float("-inf")

    def scans(self, items: list[ScanItem]) -> ScanOutcome:
        """Write scans; record their numbers at once if the store's word is final."""
        incarnation = self._incarnation()
        began_s = time.monotonic()
        refused = write_bisecting(self._store, [item.scan for item in items])
        write_s = time.monotonic() - began_s
        states = {} if self._store.settle_s > 0 else self.settled(ranges_of(items))
        return ScanOutcome(states, refused, write_s, incarnation)

    def _incarnation(self) -> str:
        # An older answer is safe: a restart since then only makes the batch be written twice.
        now_s = time.monotonic()
        if now_s - self._asked_s > INCARNATION_S:
            self._known_incarnation = self._store.incarnation()
            self._asked_s = now_s
        return self._known_incarnation

    def settled(self, added: dict[OutboxKey, list[Range]]) -> dict[OutboxKey, OutboxState]:
        """Record numbers whose scans are safe in the store."""
        with self._database.writing() as connection:
            return outboxes.merge(connection, added, now_ms())

    def alarms(self, items: list[AlarmItem]) -> AlarmOutcome:
        """Commit transitions and peaks together with the transitions' numbers."""
        records: dict[str, AlarmRecord] = {}
        added: dict[OutboxKey, list[Range]] = {}
        with self._database.writing() as connection:
            for item in items:
                if item.peaks:
                    for record in alarms.raise_peaks(connection, item.peaks, now_ms()):
                        records[record.id] = record
                if item.transition is not None:
                    record = alarms.apply_transition(connection, item.transition, now_ms())
                    records[record.id] = record
                    key = (item.transition.station, item.transition.outbox_id)
                    added.setdefault(key, []).append((item.transition.seq, item.transition.seq))
            return AlarmOutcome(list(records.values()), outboxes.merge(connection, added, now_ms()))

    def presence(self, items: list[PresenceItem]) -> PresenceOutcome:
        """Keep births; close what the stations' outboxes do not hold any more."""
        outcome = PresenceOutcome()
        with self._database.writing() as connection:
            for item in sorted(items, key=lambda item: item.message.station):
                message = item.message
                if isinstance(message, Heartbeat):
                    key = (message.station, message.outbox_id)
                    state, lost = outboxes.close_below(
                        connection, key, message.oldest_seq, now_ms()
                    )
                    outcome.states[key] = state
                    if lost:
                        outcome.lost[key[0]] = outcome.lost.get(key[0], 0) + lost
                elif message.state == "online":
                    births.keep(connection, message, now_ms())
        return outcome

    def quarantine(self, items: list[RefusedItem]) -> dict[OutboxKey, OutboxState]:
        """Keep refused messages; close the numbers that no replay could bring."""
        added: dict[OutboxKey, list[Range]] = {}
        with self._database.writing() as connection:
            quarantine.keep(connection, [item.refused for item in items])
            for item in items:
                if item.numbers is not None:
                    key, span = item.numbers
                    added.setdefault(key, []).append(span)
                    outboxes.record_lost(connection, key, [span], item.refused.reason, now_ms())
            return outboxes.merge(connection, added, now_ms())
