"""Who is to be told of a thing at a step of its escalation: rules and duty rosters together."""

from collections.abc import Iterable, Mapping

from gateway.notification.notifiable import Notifiable
from gateway.notification.people import MAX_STEPS, Recipient, Roster


def on_duty(roster: Roster, step: int, at_ms: int) -> list[str]:
    """Return who has the duty of ``step`` now, by recipient id, each once."""
    people: dict[str, None] = {}
    for shift in roster.shifts:
        if shift.step != step:
            continue
        day = shift.window.began_on(at_ms)
        if day is None:
            continue
        person: str | None = shift.recipient
        for exception in roster.exceptions:
            meant = exception.replaces is None or exception.replaces == shift.recipient
            if (
                meant
                and exception.step == step
                and exception.first_day <= day <= exception.last_day
            ):
                person = exception.recipient
        if person is not None:
            people[person] = None
    return list(people)


def recipients_at_step(
    news: Notifiable,
    step: int,
    recipients: Mapping[str, Recipient],
    rosters: Iterable[Roster],
    at_ms: int,
) -> list[str]:
    """Return the active recipients to be told at ``step``, sorted, each once.

    Who has only the channel that ``news`` calls broken cannot be told of it.
    """
    found = {
        recipient_id
        for recipient_id, recipient in recipients.items()
        if any(rule.step == step and rule.applies(news, at_ms) for rule in recipient.rules)
    }
    for roster in rosters:
        if roster.active and roster.match.takes(news):
            found.update(on_duty(roster, step, at_ms))
    return sorted(
        one
        for one in found
        if one in recipients
        and recipients[one].active
        and recipients[one].is_reached_without(news.avoid)
    )


def next_step_with_people(
    news: Notifiable,
    after: int,
    recipients: Mapping[str, Recipient],
    rosters: list[Roster],
    at_ms: int,
) -> tuple[int, list[str]] | None:
    """Return the first step after ``after`` that reaches somebody: a gap silences no one.

    None where no later step does.
    """
    for step in range(after + 1, MAX_STEPS + 1):
        people = recipients_at_step(news, step, recipients, rosters, at_ms)
        if people:
            return step, people
    return None
