"""Failed sign-ins: free ones first, then waits that double and end; whatever the order."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.access.lockout import (
    NOTHING_HELD,
    OF_ACCOUNT,
    LockoutRule,
    Tally,
    after_failure,
    after_success,
    wait_ms,
)

RULES = st.builds(
    LockoutRule,
    free_failures=st.integers(1, 20),
    first_wait_ms=st.integers(1_000, 60_000),
    most_wait_ms=st.integers(60_000, 3_600_000),
    memory_ms=st.integers(60_000, 86_400_000),
)
GAPS_MS = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=60)
BEGIN_MS = 1_700_000_000_000


def fail(rule: LockoutRule, times: int, at_ms: int = BEGIN_MS) -> Tally:
    tally = NOTHING_HELD
    for _ in range(times):
        tally = after_failure(tally, rule, at_ms)
    return tally


def test_the_first_failures_are_free_and_the_next_one_waits() -> None:
    assert wait_ms(fail(OF_ACCOUNT, OF_ACCOUNT.free_failures - 1), BEGIN_MS) == 0
    assert wait_ms(fail(OF_ACCOUNT, OF_ACCOUNT.free_failures), BEGIN_MS) == 30_000
    assert wait_ms(fail(OF_ACCOUNT, OF_ACCOUNT.free_failures + 1), BEGIN_MS) == 60_000


def test_a_long_time_without_failure_is_forgotten() -> None:
    tally = fail(OF_ACCOUNT, 9)

    later = after_failure(tally, OF_ACCOUNT, BEGIN_MS + OF_ACCOUNT.memory_ms + 1)

    assert later.failures == 1
    assert wait_ms(later, later.last_ms) == 0


@given(RULES, GAPS_MS)
def test_a_wait_is_never_longer_than_the_longest(rule: LockoutRule, gaps_ms: list[int]) -> None:
    tally, now_ms = NOTHING_HELD, BEGIN_MS
    for gap_ms in gaps_ms:
        now_ms += gap_ms
        tally = after_failure(tally, rule, now_ms)
        assert 0 <= wait_ms(tally, now_ms) <= rule.most_wait_ms
        assert wait_ms(tally, now_ms + rule.most_wait_ms) == 0


@given(RULES, st.integers(1, 60))
def test_waits_only_grow_while_failures_go_on(rule: LockoutRule, times: int) -> None:
    one, more = fail(rule, times), fail(rule, times + 1)

    assert wait_ms(more, BEGIN_MS) >= wait_ms(one, BEGIN_MS)


@given(RULES, st.integers(0, 60))
def test_a_success_takes_back_only_its_own_attempt(rule: LockoutRule, times: int) -> None:
    before = fail(rule, times)

    after = after_success(after_failure(before, rule, BEGIN_MS), rule)

    assert after.failures == before.failures


@given(RULES, st.integers(1, 60), st.integers(1, 10_000_000_000))
def test_a_clock_that_was_set_back_keeps_nobody_out_for_long(
    rule: LockoutRule, times: int, back_ms: int
) -> None:
    tally = after_failure(fail(rule, times), rule, BEGIN_MS - back_ms)

    assert wait_ms(tally, BEGIN_MS - back_ms) <= rule.most_wait_ms
