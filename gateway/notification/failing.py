"""Which sinks fail: what nobody waits for any more does not count."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.notification.people import Recipient, sink_of


@dataclass(slots=True, frozen=True)
class Line:
    """One way to one recipient; ``target`` is a mail address, a name or a browser's id."""

    recipient: str
    sink: str
    target: str


def failing_sinks(
    failing: Iterable[Line],
    recipients: Mapping[str, Recipient],
    browsers: Mapping[str, str],
) -> dict[str, int]:
    """Return the sinks of failing lines that still stand, with the number of these lines.

    Args:
        browsers: account by id of each browser that takes push messages.
    """
    standing = {line for line in failing if _stands(line, recipients, browsers)}
    return dict(Counter(line.sink for line in standing))


def _stands(line: Line, recipients: Mapping[str, Recipient], browsers: Mapping[str, str]) -> bool:
    recipient = recipients.get(line.recipient)
    if recipient is None or not recipient.active:
        return False
    for channel in recipient.channels:
        if sink_of(channel) != line.sink:
            continue
        match channel.kind:
            case "email":
                if channel.address == line.target:
                    return True
            case "push":
                if browsers.get(line.target) == recipient.account:
                    return True
            case _:
                return True
    return False
