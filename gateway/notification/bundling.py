"""One recipient's inbox: what goes at once, what waits for company, for the morning or for room."""

from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import Field

from gateway.notification.notifiable import Phase, Priority, is_pressing
from gateway.notification.people import Recipient
from gateway.notification.timetable import is_within, open_until_ms
from quantrac_core.config.strict import StrictModel

HOUR_MS: Final = 3_600_000
OVERFLOW_MS: Final = 300_000
"""Above the bound, news leaves put together, and not more often than this."""


@dataclass(slots=True, frozen=True)
class Waiting:
    """One piece of news that waits for one recipient; ``number`` gives the order of coming."""

    number: int
    incident: str
    phase: Phase
    round: int
    priority: Priority
    group: str
    created_at_ms: int


@dataclass(slots=True, frozen=True)
class Bundle:
    """What leaves as one message."""

    kind: Literal["single", "group", "digest", "overflow"]
    items: tuple[Waiting, ...]


class Inbox(StrictModel):
    """What must be remembered of a recipient: last message of each group, messages of an hour."""

    groups: dict[str, int] = Field(default={})
    sent_at_ms: list[int] = Field(default=[])
    overflow_at_ms: int = 0


@dataclass(slots=True, frozen=True)
class Patience:
    """How long calm news waits for company."""

    group_wait_ms: int
    group_interval_ms: int


@dataclass(slots=True)
class Outcome:
    """Messages that leave now, items that nobody needs any more, and when to look again."""

    inbox: Inbox
    bundles: list[Bundle] = field(default_factory=list)
    withdrawn: list[Waiting] = field(default_factory=list)
    due_at_ms: int | None = None


def pack(
    waiting: list[Waiting], inbox: Inbox, recipient: Recipient, patience: Patience, now_ms: int
) -> Outcome:
    """Return what becomes of the news that waits for ``recipient``; all of it is accounted for.

    Every item is in exactly one bundle, or withdrawn, or still waits and ``due_at_ms`` is set.
    """
    outcome = Outcome(inbox)
    if recipient.mode == "system":
        outcome.bundles = [Bundle("single", (item,)) for item in waiting]
        return outcome
    quiet_until_ms = open_until_ms(recipient.quiet, now_ms)
    pressing, digest, patient = _sorted_by_patience(waiting, recipient)
    patient, outcome.withdrawn = _without_short_lived(patient)
    ready = [
        Bundle("single" if len(items) == 1 else "group", tuple(items))
        for items in _by_group(pressing).values()
    ]
    dues: list[int] = []
    if quiet_until_ms is not None:
        if digest or patient:
            dues.append(quiet_until_ms)
    else:
        if digest:
            ready.append(Bundle("digest", tuple(digest)))
        for group, items in _by_group(patient).items():
            last_ms = inbox.groups.get(group)
            due_ms = items[0].created_at_ms + patience.group_wait_ms
            if last_ms is not None:
                due_ms = max(due_ms, last_ms + patience.group_interval_ms)
            if due_ms > now_ms:
                dues.append(due_ms)
            else:
                kind: Literal["single", "group"] = "single" if len(items) == 1 else "group"
                ready.append(Bundle(kind, tuple(items)))
    _let_go(outcome, ready, recipient.max_per_hour, patience, now_ms, dues)
    outcome.due_at_ms = min(dues, default=None)
    return outcome


def _let_go(
    outcome: Outcome,
    ready: list[Bundle],
    max_per_hour: int,
    patience: Patience,
    now_ms: int,
    dues: list[int],
) -> None:
    """Send what the bound allows, the rest as one message, or keep it until there is room."""
    inbox = outcome.inbox
    sent = [at for at in inbox.sent_at_ms if now_ms - HOUR_MS < at <= now_ms]
    room = max(0, max_per_hour - len(sent))
    overflow_at_ms = inbox.overflow_at_ms
    if len(ready) <= room:
        outcome.bundles = ready
    else:
        alone = max(0, room - 1)
        rest = tuple(item for bundle in ready[alone:] for item in bundle.items)
        may_overflow_at_ms = overflow_at_ms + OVERFLOW_MS
        if room > 0 or not now_ms < may_overflow_at_ms <= now_ms + OVERFLOW_MS:
            rest = tuple(sorted(rest, key=lambda item: item.number))
            outcome.bundles = [*ready[:alone], Bundle("overflow", rest)]
            overflow_at_ms = now_ms
        else:
            dues.append(may_overflow_at_ms)
    groups = {
        group: at
        for group, at in inbox.groups.items()
        if now_ms - patience.group_interval_ms < at <= now_ms
    }
    for bundle in outcome.bundles:
        groups.update({item.group: now_ms for item in bundle.items})
    sent += [now_ms] * len(outcome.bundles)
    outcome.inbox = Inbox(
        groups=groups, sent_at_ms=sent[-max_per_hour:], overflow_at_ms=overflow_at_ms
    )


def _sorted_by_patience(
    waiting: list[Waiting], recipient: Recipient
) -> tuple[list[Waiting], list[Waiting], list[Waiting]]:
    """Return what goes at once, what waits for quiet hours to end, and what waits for company.

    The end of a thing never leaves before its beginning: whatever came earlier goes with it.
    """
    urgent = {item.incident for item in waiting if is_pressing(item.priority)}
    pressing = [item for item in waiting if item.incident in urgent]
    calm = [item for item in waiting if item.incident not in urgent]
    held = [item.number for item in calm if is_within(recipient.quiet, item.created_at_ms)]
    last_held = max(held, default=-1)
    digest = [item for item in calm if item.number <= last_held]
    return pressing, digest, [item for item in calm if item.number > last_held]


def _without_short_lived(items: list[Waiting]) -> tuple[list[Waiting], list[Waiting]]:
    """Separate what came and went before anybody heard of it."""
    untold = {item.incident for item in items if item.phase == "firing" and item.round == 0}
    over = {item.incident for item in items if item.phase == "resolved"} & untold
    kept = [item for item in items if item.incident not in over]
    return kept, [item for item in items if item.incident in over]


def _by_group(items: list[Waiting]) -> dict[str, list[Waiting]]:
    groups: dict[str, list[Waiting]] = {}
    for item in items:
        groups.setdefault(item.group, []).append(item)
    return groups
