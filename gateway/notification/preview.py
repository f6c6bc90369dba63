"""Who would be told of a thing at a given hour, by which channels, and why the others not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gateway.notification.notifiable import RANK, Notifiable, is_pressing
from gateway.notification.people import MAX_STEPS, Match, Recipient, Roster, Rule, sink_of
from gateway.notification.routing import recipients_at_step
from gateway.notification.timetable import is_within, open_until_ms

Why = Literal["inactive", "no_rule", "kind", "priority", "place", "hours"]
_NEARER: Final[tuple[Why, ...]] = ("no_rule", "kind", "priority", "place", "hours")
"""Of several rules that do not apply, the one that came nearest gives the reason."""


@dataclass(slots=True, frozen=True)
class Told:
    """Somebody who would be told.

    Args:
        step: 1 is told at once, later ones while nobody acknowledges.
        sinks: such as ``email``.
        waits_until_ms: end of the quiet hours that hold the message back, or None.
    """

    recipient: str
    step: int
    sinks: list[str]
    waits_until_ms: int | None


@dataclass(slots=True, frozen=True)
class Untold:
    """Somebody who would not be told, and why."""

    recipient: str
    why: Why


def preview(
    news: Notifiable,
    recipients: Mapping[str, Recipient],
    rosters: Mapping[str, Roster],
    at_ms: int,
) -> tuple[list[Told], list[Untold]]:
    """Return who would be told, by step, and who not; each recipient is in one of both, once."""
    told: dict[str, Told] = {}
    for step in range(1, MAX_STEPS + 1):
        for id in recipients_at_step(news, step, recipients, rosters.values(), at_ms):
            if id not in told:
                told[id] = _told(id, recipients[id], news, step, at_ms)
    untold = [
        Untold(id, _why_not(one, news, at_ms)) for id, one in recipients.items() if id not in told
    ]
    return list(told.values()), untold


def _told(id: str, recipient: Recipient, news: Notifiable, step: int, at_ms: int) -> Told:
    waits_until_ms = None
    if recipient.mode == "person" and not is_pressing(news.priority):
        waits_until_ms = open_until_ms(recipient.quiet, at_ms)
    return Told(id, step, [sink_of(channel) for channel in recipient.channels], waits_until_ms)


def _why_not(recipient: Recipient, news: Notifiable, at_ms: int) -> Why:
    if not recipient.active:
        return "inactive"
    reasons = [_misses(rule, news, at_ms) for rule in recipient.rules]
    return max(reasons, key=_NEARER.index, default="no_rule")


def _misses(rule: Rule, news: Notifiable, at_ms: int) -> Why:
    if rule.kinds and news.kind not in rule.kinds:
        return "kind"
    if RANK[news.priority] < RANK[rule.min_priority]:
        return "priority"
    if not Match(stations=rule.stations, cameras=rule.cameras).takes(news):
        return "place"
    return "hours" if rule.windows and not is_within(rule.windows, at_ms) else "no_rule"
