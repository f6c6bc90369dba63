"""When sign-in is refused for a while: a state machine of failures; no I/O, no clock.

NIST SP 800-63B 5.2.2 asks for a limit on failed attempts; the wait doubles and is bounded, so that
a stranger who guesses cannot keep a person out for long.
"""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(slots=True, frozen=True)
class LockoutRule:
    """How many failures are free, and how long the waits behind them are.

    Args:
        free_failures: failures before the first wait, within ``memory_ms`` of one another.
        first_wait_ms, most_wait_ms: the wait doubles with each further failure.
        memory_ms: after so long without a failure nothing is held against anybody.
    """

    free_failures: int
    first_wait_ms: int
    most_wait_ms: int
    memory_ms: int


@dataclass(slots=True, frozen=True)
class Tally:
    """Failures so far; times in milliseconds since 1970."""

    failures: int = 0
    last_ms: int = 0
    locked_until_ms: int = 0


OF_ACCOUNT: Final = LockoutRule(5, 30_000, 15 * 60_000, 60 * 60_000)
OF_ADDRESS: Final = LockoutRule(30, 30_000, 15 * 60_000, 60 * 60_000)
"""Many people may sit behind one address."""
NOTHING_HELD: Final = Tally()


def wait_ms(tally: Tally, now_ms: int) -> int:
    """Return how long sign-in is still refused; 0 when it is not."""
    return max(0, tally.locked_until_ms - now_ms)


def after_failure(tally: Tally, rule: LockoutRule, now_ms: int) -> Tally:
    """Return the tally with one more failure."""
    # A clock that was set back must not keep anybody out for long.
    forgotten = not 0 <= now_ms - tally.last_ms <= rule.memory_ms
    failures = 1 if forgotten else tally.failures + 1
    beyond = failures - rule.free_failures
    if beyond < 0:
        return Tally(failures, now_ms, 0)
    wait = min(rule.most_wait_ms, rule.first_wait_ms * 2 ** min(beyond, 30))
    return Tally(failures, now_ms, now_ms + wait)


def after_success(tally: Tally, rule: LockoutRule) -> Tally:
    """Return the tally without the failure that was noted before the password was looked at.

    Others behind the same address keep theirs: an own account is no way to guess on for ever.
    """
    failures = max(0, tally.failures - 1)
    return replace(tally, failures=failures, locked_until_ms=0)
