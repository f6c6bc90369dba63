"""What a caller who reaches some places only may see, and change, of notification."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from sqlalchemy import Connection

from gateway.access.principal import Principal
from gateway.database import notice_people
from gateway.database.notice_queue import Delivery
from gateway.notification.message import Message
from gateway.notification.people import Match, Recipient, Roster

Meant = TypeVar("Meant", bound=Match)


def seen_people(
    caller: Principal, recipients: Mapping[str, Recipient], rosters: Mapping[str, Roster]
) -> dict[str, Recipient]:
    """Return the recipients who may be told of something that ``caller`` reaches.

    Their rules name no place that the caller does not reach.
    """
    if caller.reaches_everything:
        return dict(recipients)
    on_rosters: set[str] = set()
    for roster in seen_rosters(caller, rosters).values():
        on_rosters |= people_of(roster)
    found = {}
    for id, recipient in recipients.items():
        rules = [rule for one in recipient.rules if (rule := _cut(caller, one)) is not None]
        if rules or id in on_rosters or recipient.account == caller.account:
            found[id] = recipient.model_copy(update={"rules": rules})
    return found


def seen_rosters(caller: Principal, rosters: Mapping[str, Roster]) -> dict[str, Roster]:
    """Return the rosters for something that ``caller`` reaches, without the other places."""
    if caller.reaches_everything:
        return dict(rosters)
    return {
        id: roster.model_copy(update={"match": match})
        for id, roster in rosters.items()
        if (match := _cut(caller, roster.match)) is not None
    }


def sees_message(caller: Principal, message: Message, may_see_recipient: bool) -> bool:
    """Tell whether everything that a message speaks of is reached."""
    if caller.reaches_everything:
        return True
    if not message.items:
        return may_see_recipient
    return message.more == 0 and all(
        caller.reaches_station(item.station)
        if item.station is not None
        else caller.reaches_camera(item.camera)
        if item.camera is not None
        else item.kind == "reminder"
        for item in message.items
    )


def seen_deliveries(connection: Connection, caller: Principal) -> Callable[[Delivery], bool]:
    """Return what tells whether the caller may see a delivery."""
    if caller.reaches_everything:
        return lambda _delivery: True
    people = seen_people(
        caller, notice_people.recipients(connection), notice_people.rosters(connection)
    )

    def sees(one: Delivery) -> bool:
        message = Message.model_validate_json(one.message)
        return sees_message(caller, message, one.recipient in people)

    return sees


def may_change(caller: Principal, meant: Iterable[Match]) -> bool:
    """Tell whether every place that is meant is reached; «every place» is more than some."""
    return caller.reaches_everything or all(
        _has_places(one) and _cut(caller, one) == one for one in meant
    )


def people_of(roster: Roster) -> set[str]:
    """Return everybody who is named in a roster."""
    people = {shift.recipient for shift in roster.shifts}
    for exception in roster.exceptions:
        people.update({one for one in (exception.replaces, exception.recipient) if one is not None})
    return people


def _cut(caller: Principal, meant: Meant) -> Meant | None:
    if not _has_places(meant):
        return meant
    stations = [one for one in meant.stations if caller.reaches_station(one)]
    cameras = [one for one in meant.cameras if caller.reaches_camera(one)]
    if not stations and not cameras:
        return None
    return meant.model_copy(update={"stations": stations, "cameras": cameras})


def _has_places(meant: Match) -> bool:
    return bool(meant.stations or meant.cameras)
