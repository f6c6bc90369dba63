"""From what leaves an inbox to the queue of deliveries, also where nothing can leave."""

from sqlalchemy import Connection

from gateway.database import accounts, incidents, notice_items, notice_people, notice_queue
from gateway.database.notice_queue import NewDelivery, delivery_id
from gateway.notification.bundling import Bundle, Waiting
from gateway.notification.message import Message, compose
from gateway.notification.notifiable import Language, Notifiable
from gateway.notification.people import Channel, Recipient, sink_of

NO_BROWSER = "no browser of this account takes notices"
DELETED = "the recipient was deleted"
DISABLED = "the account is disabled"


def queue_bundle(
    connection: Connection,
    bundle: Bundle,
    recipient_id: str,
    recipient: Recipient,
    sinks: frozenset[str],
    now_ms: int,
) -> int:
    """Queue a bundle on every channel of its recipient; return how many deliveries it is."""
    known = _known(connection, bundle)
    message = _compose(bundle, known, recipient_id, recipient.language, now_ms)
    avoided = {known[item.incident].avoid for item in bundle.items}
    return queue_message(
        connection,
        message,
        _news_id(bundle, recipient_id),
        recipient_id,
        recipient,
        sinks,
        now_ms,
        avoid=avoided.pop() if len(avoided) == 1 else "",
    )


def queue_message(
    connection: Connection,
    message: Message,
    news_id: str,
    recipient_id: str,
    recipient: Recipient,
    sinks: frozenset[str],
    now_ms: int,
    avoid: str = "",
) -> int:
    """Queue a message once for each channel of a recipient; return how many deliveries it is.

    A channel that leads nowhere now is in the list of deliveries all the same, with the reason.

    Args:
        sinks: those of the configuration.
        avoid: a sink that is left out where the recipient has another.
    """
    number = 0
    text = message.model_dump_json()
    channels = recipient.channels
    if recipient.is_reached_without(avoid):
        channels = [channel for channel in channels if sink_of(channel) != avoid]
    for channel in channels:
        sink = sink_of(channel)
        targets, nowhere = _targets(connection, channel, recipient)
        refusal = "" if sink in sinks else f"{sink}: not in the configuration of this centre"
        for target in targets or [""]:
            new = NewDelivery(
                id=delivery_id(news_id, sink, target),
                recipient=recipient_id,
                channel=channel.kind,
                sink=sink,
                target=target,
                phase=message.phase,
                priority=message.priority,
                message=text,
            )
            notice_queue.put(connection, new, now_ms, refusal, nowhere)
            number += 1
    return number


def refuse_ends(
    connection: Connection, recipient_id: str, items: list[Waiting], now_ms: int
) -> None:
    """Drop what waits for somebody who was deleted; the list of deliveries tells of each end."""
    notice_items.settle(connection, [item.number for item in items], "dropped")
    lines = notice_queue.lines_of(connection, recipient_id)
    for item in items:
        if item.phase != "resolved" or not lines:
            continue
        bundle = Bundle("single", (item,))
        message = _compose(bundle, _known(connection, bundle), recipient_id, "vi", now_ms)
        for channel, sink, target in lines:
            new = NewDelivery(
                id=delivery_id(_news_id(bundle, recipient_id), sink, target),
                recipient=recipient_id,
                channel=channel,
                sink=sink,
                target=target,
                phase=item.phase,
                priority=item.priority,
                message=message.model_dump_json(),
            )
            notice_queue.put(connection, new, now_ms, dropped=DELETED)


def keep_only_ends(
    connection: Connection, recipient_id: str, items: list[Waiting]
) -> list[Waiting]:
    """Drop what somebody who was set inactive need not hear: all but the end of what was told."""
    ends = [item for item in items if item.phase == "resolved"]
    told = notice_items.sent_firings(connection, recipient_id, {one.incident for one in ends})
    kept = [item for item in ends if item.incident in told]
    numbers = {item.number for item in items} - {item.number for item in kept}
    notice_items.settle(connection, sorted(numbers), "dropped")
    return kept


def _targets(
    connection: Connection, channel: Channel, recipient: Recipient
) -> tuple[list[str], str]:
    """Return where a channel leads, or why it leads nowhere."""
    match channel.kind:
        case "email":
            return [channel.address], ""
        case "push":
            account = recipient.account or ""
            kept = accounts.find(connection, account)
            if kept is not None and kept.disabled:
                return [], DISABLED
            browsers = notice_people.subscriptions(connection, account)
            return [browser.id for browser in browsers], "" if browsers else NO_BROWSER
        case _:
            return [channel.name], ""


def _known(connection: Connection, bundle: Bundle) -> dict[str, Notifiable]:
    things = incidents.load(connection, {item.incident for item in bundle.items})
    return {id: thing.seen for id, thing in things.items()}


def _compose(
    bundle: Bundle,
    known: dict[str, Notifiable],
    recipient_id: str,
    language: Language,
    now_ms: int,
) -> Message:
    single = len(bundle.items) == 1
    thread = delivery_id(bundle.items[0].incident, recipient_id) if single else ""
    return compose(bundle, known, language, thread, now_ms)


def _news_id(bundle: Bundle, recipient_id: str) -> str:
    parts = [f"{item.incident}|{item.phase}|{item.round}" for item in bundle.items]
    return delivery_id(recipient_id, *parts)
