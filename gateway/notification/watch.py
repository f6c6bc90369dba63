"""One look: compares what the database holds with what was told, and queues what is missing.

Nothing is heard that could be missed: whatever a crash left half done, the next look sees.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Connection

from gateway.database import (
    births,
    camera_statuses,
    incidents,
    notice_items,
    notice_people,
    notice_queue,
)
from gateway.database.alarm_records import AlarmRecord
from gateway.database.engine import Database
from gateway.database.incidents import Incident
from gateway.notification.bundling import Inbox, Patience, pack
from gateway.notification.escalation import (
    Act,
    Condition,
    Progress,
    advance,
    due_at_ms,
    replace_progress,
    stepped,
)
from gateway.notification.from_alarms import Handling, from_alarm, handling_of
from gateway.notification.from_events import from_event
from gateway.notification.notifiable import Notifiable, Phase
from gateway.notification.people import Recipient, Roster
from gateway.notification.posting import keep_only_ends, queue_bundle, refuse_ends
from gateway.notification.routing import next_step_with_people
from gateway.notification.settings import NotificationSettings

MOST_UNSEEN: Final = 500
UNTOLD_AGAIN_MS: Final = 60_000
"""Somebody's hours may begin, or a recipient be added, while a thing still goes on."""


@dataclass(slots=True)
class Looked:
    """What a look has done; ``more`` asks for the next one at once."""

    changed: int = 0
    deliveries: int = 0
    more: bool = False


@dataclass(slots=True)
class _People:
    recipients: dict[str, Recipient]
    rosters: list[Roster] = field(default_factory=list)


class Watch:
    """Looks at alarms, events and timers; every method blocks.

    Args:
        handling: tells an alarm's priority and whether it is silenced.
        born_ms: what began before and was over at the very first look of all is history; None
            is that look itself.

    Raises (all methods):
        DatabaseUnavailable: nothing was changed; look again later.
    """

    def __init__(
        self,
        settings: NotificationSettings,
        database: Database,
        handling: Callable[[AlarmRecord], Handling] = handling_of,
        born_ms: int | None = None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._handling = handling
        self._born_ms = born_ms
        self._sinks = frozenset(settings.sinks())
        self._patience = Patience(
            int(settings.group_wait_s * 1000), int(settings.group_interval_s * 1000)
        )

    def look(self, now_ms: int) -> Looked:
        """Take one look; several gateways may, one after the other."""
        with self._database.reading() as connection:
            needed = (
                # From the first look on nothing is history, also where there is no news yet.
                not incidents.has_begun(connection)
                or incidents.any_due(connection, now_ms)
                or notice_items.any_due(connection, now_ms)
                or bool(self._news(connection, now_ms))
            )
        if not needed:
            return Looked()
        with self._database.writing() as connection:
            began_at_ms = incidents.take_turn(
                connection, now_ms if self._born_ms is None else self._born_ms
            )
            return self._look(connection, began_at_ms, now_ms)

    def forget(self, now_ms: int) -> None:
        """Delete what is older than ``keep_days``."""
        before_ms = now_ms - self._settings.keep_days * 86_400_000
        with self._database.writing() as connection:
            notice_queue.forget_before(connection, before_ms)
            notice_items.forget_before(connection, before_ms)
            incidents.forget_before(connection, before_ms)

    def _look(self, connection: Connection, began_at_ms: int, now_ms: int) -> Looked:
        looked = Looked()
        news = self._news(connection, now_ms)
        known = incidents.load(connection, [one.id for one in news])
        due = {
            id: incident
            for id, incident in incidents.open_incidents(
                connection, ("alarm", "event", "reminder")
            ).items()
            if incident.due_at_ms is not None and incident.due_at_ms <= now_ms
        }
        people = _People(notice_people.recipients(connection))
        people.rosters = list(notice_people.rosters(connection).values())
        todo = {id: (incident.seen, incident.progress) for id, incident in due.items()}
        for one in news:
            before = known.get(one.id)
            if before is None:
                history = one.at_ms < began_at_ms and one.state != "firing"
                todo[one.id] = (one, Progress(closed=history))
            else:
                todo[one.id] = (replace(one, late=before.seen.late), before.progress)
        for seen, progress in todo.values():
            self._advance(connection, seen, progress, people, now_ms)
        looked.changed = len(todo)
        looked.more = len(news) >= MOST_UNSEEN
        looked.deliveries = self._pack_all(connection, people, now_ms)
        return looked

    def _news(self, connection: Connection, now_ms: int) -> list[Notifiable]:
        """Return what was never seen, and what has changed since it was."""
        unseen_alarms = incidents.unseen_alarms(connection, now_ms, MOST_UNSEEN)
        seen = incidents.open_incidents(connection, ("alarm", "event"))
        open_alarms = incidents.alarms_of(connection, seen)
        stations = (
            {status.station: status for status, _ in births.load_all(connection)}
            if (unseen_alarms or open_alarms)
            else {}
        )

        unseen_events = incidents.unseen_events(connection, now_ms, MOST_UNSEEN)
        open_events = incidents.events_of(connection, seen)
        cameras = {}
        if unseen_alarms or open_alarms or unseen_events or open_events:
            cameras = {one.camera: one for one, _ in camera_statuses.load_all(connection)}

        def alarm(record: AlarmRecord) -> Notifiable:
            return from_alarm(record, self._handling(record), stations, cameras)

        found = [alarm(record) for record in unseen_alarms]
        found += [from_event(record, now_ms, cameras) for record in unseen_events]
        present = [alarm(record) for record in open_alarms]
        present += [from_event(record, now_ms, cameras) for record in open_events]
        found += [one for one in present if _differs(one, seen[one.id].seen)]
        return found

    def _advance(
        self,
        connection: Connection,
        news: Notifiable,
        progress: Progress,
        people: _People,
        now_ms: int,
    ) -> None:
        condition = Condition(news.state, news.silenced, news.late, news.needs_word)
        following = None
        if not progress.closed:
            following = next_step_with_people(
                news, progress.step, people.recipients, people.rosters, now_ms
            )
        pace = self._settings.pace.of(news.priority)
        progress, acts = advance(progress, condition, pace, now_ms, following is not None)
        for act in acts:
            if act.what in ("first", "next_step") and following is not None:
                progress = stepped(progress, following[0])
            self._queue_items(connection, news, act, following, people, now_ms)
        if not progress.told and news.state == "acknowledged" and not progress.closed:
            progress = replace_progress(progress, acknowledged_told=True)
        due_ms = due_at_ms(progress, condition)
        if not progress.told and news.state == "firing" and not news.silenced:
            due_ms = now_ms + UNTOLD_AGAIN_MS
        incidents.keep(connection, Incident(news, progress, due_ms), now_ms)

    def _queue_items(
        self,
        connection: Connection,
        news: Notifiable,
        act: Act,
        following: tuple[int, list[str]] | None,
        people: _People,
        now_ms: int,
    ) -> None:
        phase: Phase = "firing"
        if act.what in ("first", "next_step"):
            receivers: Iterable[str] = following[1] if following is not None else []
        else:
            receivers = notice_items.told(connection, news.id)
            if act.what == "acknowledged":
                phase = "acknowledged"
                receivers = [one for one in receivers if _is_system(people.recipients.get(one))]
            elif act.what == "resolved":
                phase = "resolved"
        rows: list[dict[str, Any]] = [
            {
                "incident": news.id,
                "recipient": receiver,
                "phase": phase,
                "round": act.round,
                "priority": news.priority,
                "group_key": news.group,
                "created_at_ms": now_ms,
                "state": "waiting",
            }
            for receiver in receivers
        ]
        notice_items.add(connection, rows)

    def _pack_all(self, connection: Connection, people: _People, now_ms: int) -> int:
        number = 0
        inboxes = notice_items.inboxes(connection)
        waiting = notice_items.waiting(connection)
        for recipient_id, items in waiting.items():
            recipient = people.recipients.get(recipient_id)
            if recipient is None:
                refuse_ends(connection, recipient_id, items, now_ms)
                continue
            if not recipient.active:
                items = keep_only_ends(connection, recipient_id, items)
            inbox = inboxes.get(recipient_id, (Inbox(), None))[0]
            outcome = pack(items, inbox, recipient, self._patience, now_ms)
            notice_items.settle(connection, [one.number for one in outcome.withdrawn], "withdrawn")
            for bundle in outcome.bundles:
                number += queue_bundle(
                    connection, bundle, recipient_id, recipient, self._sinks, now_ms
                )
                notice_items.settle(connection, [one.number for one in bundle.items], "sent")
            notice_items.keep_inbox(connection, recipient_id, outcome.inbox, outcome.due_at_ms)
        for recipient_id, (inbox, due_ms) in inboxes.items():
            if due_ms is not None and recipient_id not in waiting:
                notice_items.keep_inbox(connection, recipient_id, inbox, None)
        return number


def _differs(one: Notifiable, seen: Notifiable) -> bool:
    return (one.state, one.silenced, one.priority, one.needs_word) != (
        seen.state,
        seen.silenced,
        seen.priority,
        seen.needs_word,
    )


def _is_system(recipient: Recipient | None) -> bool:
    return recipient is not None and recipient.mode == "system"
