"""Notification: recipients, duty rosters, deliveries and the test message."""

import secrets
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from sqlalchemy import Connection

from gateway.access.permissions import Permission
from gateway.access.principal import Principal
from gateway.api.access import needs
from gateway.api.faults import Fault
from gateway.api.notification_models import (
    DeliveryList,
    DeliveryView,
    Done,
    NotificationView,
    RecipientList,
    RecipientView,
    RosterList,
    RosterView,
    SinkView,
)
from gateway.api.notification_reach import (
    may_change,
    people_of,
    seen_deliveries,
    seen_people,
    seen_rosters,
)
from gateway.api.services import InjectedServices
from gateway.database import audit, notice_people, notice_queue
from gateway.database.engine import Database
from gateway.database.notice_queue import Delivery, DeliveryState, delivery_id
from gateway.ingest.commits import now_ms
from gateway.notification.message import Message, test_message
from gateway.notification.people import MAX_STEPS, Match, Recipient, Roster, sink_of
from gateway.notification.posting import queue_message
from gateway.notification.routing import on_duty
from quantrac_core.contracts.messages import utc_from_ms

router = APIRouter(prefix="/api/v1/notification", tags=["notification"])

Slug = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
DeliveryId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Sees = Annotated[Principal, needs(Permission.SEE_DELIVERIES)]
CHUNK, MOST_CHUNKS = 500, 20
"""Deliveries read at a time, of which a caller may see only some, and how often for a page."""
Configures = Annotated[Principal, needs(Permission.CONFIGURE)]


@router.get("")
async def get_notification(services: InjectedServices, caller: Sees) -> NotificationView:
    """Return the ways out of the centre and how many deliveries wait, arrived or failed."""
    counted = await services.threads.call(_counts, services.database)
    sinks = [
        SinkView.model_validate(
            {"sink": lane.sink, "kind": lane.sink.partition(":")[0], "trouble": lane.trouble}
        )
        for lane in services.notifier.lanes
    ]
    return NotificationView(sinks=sinks, **counted)


@router.get("/recipients")
async def list_recipients(services: InjectedServices, caller: Sees) -> RecipientList:
    """Return everybody who may be told of something that the caller reaches."""
    people, rosters = await services.threads.call(_people, services.database)
    found = seen_people(caller, people, rosters)
    return RecipientList(
        recipients=[RecipientView(id=id, settings=settings) for id, settings in found.items()]
    )


@router.put("/recipients/{recipient_id}")
async def put_recipient(
    services: InjectedServices, caller: Configures, recipient_id: Slug, body: Recipient
) -> RecipientView:
    """Add or change a recipient; every channel must be one that this centre has."""
    known = services.notifier.settings.sinks()
    for channel in body.channels:
        sink = sink_of(channel)
        if sink not in known:
            sentence = f"channels: {sink} is not in the configuration of this centre"
            raise Fault(422, "wrong_channel", sentence, name=sink)

    def keep() -> bool:
        with services.database.writing() as connection:
            at_ms = now_ms()
            before = notice_people.recipients(connection).get(recipient_id)
            _check_reach(caller, [*body.rules, *(before.rules if before is not None else [])])
            kept = notice_people.keep_recipient(
                connection, recipient_id, body, caller.account, at_ms
            )
            if kept:
                _note(connection, caller, f"recipient/{recipient_id}", "kept", at_ms)
            return kept

    if not await services.threads.call(keep):
        most = notice_people.MAX_RECIPIENTS
        raise Fault(409, "recipients_full", f"at most {most} recipients", most=most)
    services.notifier.wake()
    return RecipientView(id=recipient_id, settings=body)


@router.delete("/recipients/{recipient_id}")
async def delete_recipient(
    services: InjectedServices, caller: Configures, recipient_id: Slug
) -> Done:
    """Delete a recipient who stands in no roster."""

    def delete() -> list[str] | None:
        with services.database.writing() as connection:
            rosters = notice_people.rosters(connection)
            users = [one.name for one in rosters.values() if recipient_id in people_of(one)]
            if users:
                return users
            kept = notice_people.recipients(connection).get(recipient_id)
            _check_reach(caller, kept.rules if kept is not None else [])
            if not notice_people.delete_recipient(connection, recipient_id):
                return None
            _note(connection, caller, f"recipient/{recipient_id}", "deleted", now_ms())
            return []

    users = await services.threads.call(delete)
    if users is None:
        raise HTTPException(404, f"there is no recipient {recipient_id!r}")
    if users:
        sentence = f"the recipient is in the roster {users[0]!r}"
        raise Fault(409, "recipient_on_duty", sentence, name=users[0])
    return Done()


@router.post("/recipients/{recipient_id}/test")
async def send_test(
    services: InjectedServices, caller: Configures, recipient_id: Slug
) -> DeliveryList:
    """Queue a test message on every channel of a recipient; its deliveries tell the result."""
    sinks = frozenset(services.notifier.settings.sinks())

    def queue() -> list[Delivery] | None:
        with services.database.writing() as connection:
            recipient = notice_people.recipients(connection).get(recipient_id)
            if recipient is None:
                return None
            _check_reach(caller, recipient.rules)
            at_ms = now_ms()
            message = test_message(recipient.language, at_ms)
            news_id = delivery_id("test", recipient_id, secrets.token_hex(8))
            number = queue_message(
                connection, message, news_id, recipient_id, recipient, sinks, at_ms
            )
            found = notice_queue.search(connection, None, recipient_id, max(1, number))
            return found[:number]

    queued = await services.threads.call(queue)
    if queued is None:
        raise HTTPException(404, f"there is no recipient {recipient_id!r}")
    for lane in services.notifier.lanes:
        lane.wake()
    return DeliveryList(deliveries=[delivery_view(one) for one in queued], next=None)


@router.get("/rosters")
async def list_rosters(services: InjectedServices, caller: Sees) -> RosterList:
    """Return the duty rosters for what the caller reaches, and who is on duty now."""
    _, rosters = await services.threads.call(_people, services.database)
    found = seen_rosters(caller, rosters)
    return RosterList(rosters=[roster_view(id, roster) for id, roster in found.items()])


@router.put("/rosters/{roster_id}")
async def put_roster(
    services: InjectedServices, caller: Configures, roster_id: Slug, body: Roster
) -> RosterView:
    """Add or change a roster; everybody in it must be a recipient."""

    def keep() -> Fault | None:
        with services.database.writing() as connection:
            known = notice_people.recipients(connection)
            kept = notice_people.rosters(connection).get(roster_id)
            _check_reach(caller, [body.match, *([kept.match] if kept is not None else [])])
            for person in people_of(body):
                if person not in known:
                    sentence = f"there is no recipient {person!r}"
                    return Fault(422, "unknown_recipient", sentence, name=person)
            at_ms = now_ms()
            if not notice_people.keep_roster(connection, roster_id, body, caller.account, at_ms):
                most = notice_people.MAX_ROSTERS
                return Fault(422, "rosters_full", f"at most {most} rosters", most=most)
            _note(connection, caller, f"roster/{roster_id}", "kept", at_ms)
            return None

    fault = await services.threads.call(keep)
    if fault is not None:
        raise fault
    services.notifier.wake()
    return roster_view(roster_id, body)


@router.delete("/rosters/{roster_id}")
async def delete_roster(services: InjectedServices, caller: Configures, roster_id: Slug) -> Done:
    """Delete a roster."""

    def delete() -> bool:
        with services.database.writing() as connection:
            kept = notice_people.rosters(connection).get(roster_id)
            _check_reach(caller, [kept.match] if kept is not None else [])
            gone = notice_people.delete_roster(connection, roster_id)
            if gone:
                _note(connection, caller, f"roster/{roster_id}", "deleted", now_ms())
            return gone

    if not await services.threads.call(delete):
        raise HTTPException(404, f"there is no roster {roster_id!r}")
    return Done()


@router.get("/deliveries")
async def list_deliveries(
    services: InjectedServices,
    caller: Sees,
    state: DeliveryState | None = None,
    recipient: Annotated[str | None, Query(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> DeliveryList:
    """Return deliveries that speak of nothing beyond the caller's reach, newest first."""

    def load() -> tuple[list[Delivery], int | None]:
        page: list[Delivery] = []
        last = before
        with services.database.reading() as connection:
            sees = seen_deliveries(connection, caller)
            for _ in range(MOST_CHUNKS):
                some = notice_queue.search(connection, state, recipient, CHUNK, last)
                for one in some:
                    if not sees(one):
                        continue
                    if len(page) == limit:
                        return page, page[-1].number
                    page.append(one)
                if len(some) < CHUNK:
                    return page, None
                last = some[-1].number
        return page, last

    page, following = await services.threads.call(load)
    return DeliveryList(deliveries=[delivery_view(one) for one in page], next=following)


@router.get("/deliveries/{delivery}")
async def get_delivery(
    services: InjectedServices, caller: Sees, delivery: DeliveryId
) -> DeliveryView:
    """Return one delivery."""

    def load() -> Delivery | None:
        with services.database.reading() as connection:
            found = notice_queue.find(connection, delivery)
            return (
                found if found is not None and seen_deliveries(connection, caller)(found) else None
            )

    found = await services.threads.call(load)
    if found is None:
        raise HTTPException(404, f"there is no delivery {delivery!r}")
    return delivery_view(found)


@router.post("/deliveries/{delivery}/retry")
async def retry_delivery(
    services: InjectedServices, caller: Configures, delivery: DeliveryId
) -> DeliveryView:
    """Try a delivery that failed for good, or was dropped, once more under its old id."""

    def again() -> tuple[bool, Delivery | None]:
        with services.database.writing() as connection:
            found = notice_queue.find(connection, delivery)
            if found is None or not seen_deliveries(connection, caller)(found):
                return False, None
            done = notice_queue.try_again(connection, delivery, now_ms())
            return done, notice_queue.find(connection, delivery)

    done, found = await services.threads.call(again)
    if found is None:
        raise HTTPException(404, f"there is no delivery {delivery!r}")
    if not done:
        raise Fault(409, "not_failed", "only what failed or was dropped can be sent again")
    for lane in services.notifier.lanes:
        lane.wake()
    return delivery_view(found)


def roster_view(id: str, roster: Roster) -> RosterView:
    """Return a roster as the API shows it."""
    at_ms = now_ms()
    duty = {step: on_duty(roster, step, at_ms) for step in range(1, MAX_STEPS + 1)}
    shown = {step: people for step, people in duty.items() if people}
    return RosterView(id=id, settings=roster, on_duty=shown)


def delivery_view(one: Delivery) -> DeliveryView:
    """Return a delivery as the API shows it."""
    waits = one.state == "waiting"
    return DeliveryView(
        id=one.id,
        number=one.number,
        recipient=one.recipient,
        channel=one.channel,
        target="" if one.channel == "push" else one.target,
        phase=one.phase,
        priority=one.priority,
        title=Message.model_validate_json(one.message).title,
        created_at=utc_from_ms(one.created_at_ms),
        state=one.state,
        attempts=one.attempts,
        next_at=utc_from_ms(one.next_at_ms) if waits else None,
        done_at=None if one.done_at_ms is None else utc_from_ms(one.done_at_ms),
        error=one.last_error,
    )


def _people(database: Database) -> tuple[dict[str, Recipient], dict[str, Roster]]:
    with database.reading() as connection:
        return notice_people.recipients(connection), notice_people.rosters(connection)


def _check_reach(caller: Principal, meant: Iterable[Match]) -> None:
    if not may_change(caller, meant):
        raise Fault(403, "beyond_reach", "this concerns places that this account does not reach")


def _counts(database: Database) -> dict[str, int]:
    counted = {"waiting": 0, "sent": 0, "failed": 0, "dropped": 0}
    with database.reading() as connection:
        for (_, state), number in notice_queue.counts(connection).items():
            counted[state] += number
    return counted


def _note(connection: Connection, caller: Principal, subject: str, what: str, at_ms: int) -> None:
    audit.record(connection, "configured", caller.account, subject, what, at_ms)
