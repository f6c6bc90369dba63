"""The independent flags of one occurrence of an alarm, and the steps that people may take.

Names follow ANSI/ISA-18.2 and OPC UA Part 9 (Alarms and Conditions). Times are milliseconds
since 1970 in UTC and always given, never read.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

from quantrac_core.contracts.errors import QuantracError

Silence = Literal[
    "late",
    "out_of_service",
    "suppressed",
    "shelved",
    "station_offline",
    "calibrating",
    "maintenance",
]
Inhibition = Literal["station_offline", "calibrating", "maintenance"]
LATE: Final = "late"


StepCode = Literal[
    "not_latching",
    "still_active",
    "not_acknowledged",
    "shelving_forbidden",
    "not_active",
    "no_time",
    "too_long",
    "not_shelved",
]


class StepRefused(QuantracError):
    """The alarm is not in a state in which this step makes sense.

    Args:
        code: a short stable word for the pages, for example ``still_active``.
        most_min: the longest shelving in minutes, of ``too_long`` only.
    """

    def __init__(self, code: StepCode, sentence: str, most_min: int = 0) -> None:
        self.code = code
        self.most_min = most_min
        super().__init__(sentence)


@dataclass(slots=True, frozen=True)
class Mark:
    """Who set a flag, when, why, and until when (None: until somebody takes it away)."""

    by: str
    at_ms: int
    why: str = ""
    until_ms: int | None = None

    def holds(self, now_ms: int) -> bool:
        """Tell whether the flag still stands."""
        return self.until_ms is None or now_ms < self.until_ms


@dataclass(slots=True, frozen=True)
class Shelf:
    """A shelved alarm: ``mark.until_ms`` is always set; a one-shot shelf also ends on return."""

    mark: Mark
    one_shot: bool = False


@dataclass(slots=True, frozen=True)
class Flags:
    """One occurrence.

    Args:
        late: came with back-filled data and is not known to last now.
        announced: demanded attention at least once.
        latching: stays after its return until acknowledged and reset.
        suppressed: suppressed by design, of the definition.
        inhibited_by: the cause that silences it for the time being.
    """

    active: bool = True
    late: bool = False
    announced: bool = False
    latching: bool = False
    acknowledged: Mark | None = None
    reset: Mark | None = None
    shelved: Shelf | None = None
    suppressed: Mark | None = None
    out_of_service: Mark | None = None
    inhibited_by: Inhibition | None = None


def silenced_by(flags: Flags, now_ms: int) -> Silence | None:
    """Return why nobody is to be told of it, the most lasting cause first; None: annunciated."""
    if flags.late:
        return "late"
    if flags.out_of_service is not None and flags.out_of_service.holds(now_ms):
        return "out_of_service"
    if flags.suppressed is not None and flags.suppressed.holds(now_ms):
        return "suppressed"
    if flags.shelved is not None and flags.shelved.mark.holds(now_ms):
        return "shelved"
    return flags.inhibited_by


def is_latched(flags: Flags) -> bool:
    """Tell whether it has returned and is held until somebody resets it."""
    return flags.latching and flags.announced and not flags.active and flags.reset is None


def is_open(flags: Flags) -> bool:
    """Tell whether it belongs on the list: what nobody was told of ends with its return."""
    waits = flags.acknowledged is None or is_latched(flags)
    return flags.active or (flags.announced and waits)


def demands_attention(flags: Flags, now_ms: int) -> bool:
    """Tell whether an operator has something to do about it now."""
    waits = flags.acknowledged is None or is_latched(flags)
    return is_open(flags) and waits and silenced_by(flags, now_ms) is None


def settle(flags: Flags, now_ms: int) -> Flags:
    """Let go of what has run out; note that it demands attention if it does."""
    shelf = flags.shelved
    if shelf is not None and (
        not shelf.mark.holds(now_ms) or (shelf.one_shot and not flags.active)
    ):
        flags = replace(flags, shelved=None)
    if flags.suppressed is not None and not flags.suppressed.holds(now_ms):
        flags = replace(flags, suppressed=None)
    if flags.out_of_service is not None and not flags.out_of_service.holds(now_ms):
        flags = replace(flags, out_of_service=None)
    if flags.active and not flags.announced and silenced_by(flags, now_ms) is None:
        flags = replace(flags, announced=True)
    return flags


def returned(flags: Flags, now_ms: int) -> Flags:
    """Let the cause be over; a one-shot shelf ends with it."""
    return settle(replace(flags, active=False), now_ms)


def acknowledge(flags: Flags, mark: Mark) -> Flags:
    """Let somebody take it; the first one stays."""
    return flags if flags.acknowledged is not None else replace(flags, acknowledged=mark)


def reset(flags: Flags, mark: Mark) -> Flags:
    """Let a latched alarm go.

    Raises:
        StepRefused: ``not_latching``, ``still_active`` or ``not_acknowledged``.
    """
    if not flags.latching:
        raise StepRefused("not_latching", "this alarm does not latch, there is nothing to reset")
    if flags.active:
        raise StepRefused("still_active", "the cause still lasts; reset it after its return")
    if flags.acknowledged is None:
        raise StepRefused("not_acknowledged", "acknowledge the alarm before you reset it")
    return flags if flags.reset is not None else replace(flags, reset=mark)


def shelve(flags: Flags, mark: Mark, one_shot: bool, most_s: int) -> Flags:
    """Put it aside for a time.

    Args:
        mark: its ``until_ms`` may be None for a one-shot shelf, which then lasts ``most_s``.
        most_s: the definition's longest shelving time in seconds; 0 forbids shelving.

    Raises:
        StepRefused: ``shelving_forbidden``, ``too_long``, ``no_time`` or ``not_active``.
    """
    if most_s <= 0:
        raise StepRefused("shelving_forbidden", "this alarm may not be shelved")
    if one_shot and not flags.active:
        raise StepRefused("not_active", "a one-shot shelf needs an alarm whose cause lasts")
    longest_ms = mark.at_ms + most_s * 1000
    if mark.until_ms is None:
        if not one_shot:
            raise StepRefused("no_time", "say for how long the alarm is to be shelved")
        mark = replace(mark, until_ms=longest_ms)
    elif mark.until_ms > longest_ms:
        most_min = most_s // 60
        sentence = f"this alarm may be shelved for {most_min} min at most"
        raise StepRefused("too_long", sentence, most_min)
    elif mark.until_ms <= mark.at_ms:
        raise StepRefused("no_time", "the end of the shelving lies in the past")
    return replace(flags, shelved=Shelf(mark, one_shot))


def unshelve(flags: Flags, now_ms: int) -> Flags:
    """Take it back at once.

    Raises:
        StepRefused: ``not_shelved``.
    """
    if flags.shelved is None:
        raise StepRefused("not_shelved", "the alarm is not shelved")
    return settle(replace(flags, shelved=None), now_ms)


def lasts_now(flags: Flags, now_ms: int) -> Flags:
    """Note that an alarm which came late is still active: its beginning was late, it is not."""
    return settle(replace(flags, late=False), now_ms) if flags.active else flags
