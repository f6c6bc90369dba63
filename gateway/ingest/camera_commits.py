"""Makes what cameras said durable, with its sequence numbers in the same transaction."""

from dataclasses import dataclass, field

from gateway.database import camera_spans, camera_statuses, events, outboxes
from gateway.database.engine import Database
from gateway.database.events import EventOfAnotherCamera, EventRecord
from gateway.database.outboxes import OutboxKey, OutboxState
from gateway.database.sources import camera_source
from gateway.ingest.commits import now_ms
from gateway.ingest.items import CameraStatusItem, EventItem
from quantrac_core.contracts.sequence import Range


@dataclass(slots=True)
class EventOutcome:
    """What a batch of events led to; ``refused`` has index and reason of those not taken."""

    changed: list[EventRecord]
    refused: list[tuple[int, str]]
    states: dict[OutboxKey, OutboxState]


@dataclass(slots=True)
class CameraPresenceOutcome:
    """Merged sequence states, and how many numbers of each camera turned out to be lost."""

    states: dict[OutboxKey, OutboxState] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)


class CameraCommits:
    """Both methods block and may be called again with the same items: each is idempotent.

    Raises (both methods):
        DatabaseUnavailable: try again with the same items.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def events(self, items: list[EventItem]) -> EventOutcome:
        """Commit revisions together with their numbers."""
        changed: dict[str, None] = {}
        refused: list[tuple[int, str]] = []
        added: dict[OutboxKey, list[Range]] = {}
        now = now_ms()
        # One order for everybody, or two gateways would dead-lock.
        order = sorted(range(len(items)), key=lambda index: items[index].event.id)
        with self._database.writing() as connection:
            for index in order:
                event = items[index].event
                try:
                    if events.apply_event(connection, event, now):
                        changed[event.id] = None
                except EventOfAnotherCamera as error:
                    # Its number is closed by the quarantine, with the reason.
                    refused.append((index, str(error)))
                    continue
                added.setdefault(key_of(items[index]), []).append((event.seq, event.seq))
            states = outboxes.merge(connection, added, now)
            return EventOutcome(events.load(connection, list(changed)), refused, states)

    def presence(self, items: list[CameraStatusItem]) -> CameraPresenceOutcome:
        """Keep statuses; close what the cameras' outboxes do not hold any more."""
        outcome = CameraPresenceOutcome()
        with self._database.writing() as connection:
            for item in sorted(items, key=lambda item: item.status.camera):
                status = item.status
                camera_statuses.keep(connection, status, now_ms())
                camera_spans.note(connection, status)
                if not item.closes_numbers:
                    continue
                key = (camera_source(status.camera), status.outbox_id)
                state, lost = outboxes.close_below(connection, key, status.oldest_seq, now_ms())
                outcome.states[key] = state
                if lost:
                    outcome.lost[key[0]] = outcome.lost.get(key[0], 0) + lost
        return outcome


def key_of(item: EventItem) -> OutboxKey:
    """Return the outbox that an event came from."""
    return camera_source(item.event.camera), item.event.outbox_id
