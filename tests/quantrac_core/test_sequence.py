"""Sequence ranges behave like the plain set of numbers that they stand for."""

from hypothesis import given
from hypothesis import strategies as st

from quantrac_core.contracts.sequence import SequenceRanges

additions = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 12)).map(lambda pair: (pair[0], sum(pair))),
    max_size=30,
)


@given(st.integers(0, 20), additions)
def test_ranges_hold_exactly_the_numbers_that_were_added(
    durable: int, ranges: list[tuple[int, int]]
) -> None:
    held = SequenceRanges(durable)
    plain = set(range(1, durable + 1))
    for first, last in ranges:
        new = set(range(first, last + 1)) - plain
        assert held.add(first, last) is bool(new)
        plain |= new
    assert {seq for seq in range(1, 100) if seq in held} == plain
    assert held.highest == max(plain, default=0)
    missing = {seq for first, last in held.gaps() for seq in range(first, last + 1)}
    assert missing == set(range(1, held.highest + 1)) - plain


@given(additions)
def test_ranges_above_the_contiguous_run_are_sorted_and_apart(
    ranges: list[tuple[int, int]],
) -> None:
    held = SequenceRanges(0, ranges)
    ends = [held.durable, *(edge for pair in held.above for edge in pair)]
    assert ends == sorted(ends)
    assert all(
        after[0] > before[1] + 1 for before, after in zip(held.above, held.above[1:], strict=False)
    )
    assert SequenceRanges(held.durable, held.above).above == held.above


@given(additions, st.integers(0, 80))
def test_gaps_up_to_a_number_include_what_was_never_seen(
    ranges: list[tuple[int, int]], up_to: int
) -> None:
    held = SequenceRanges(0, ranges)
    missing = {seq for first, last in held.gaps(up_to) for seq in range(first, last + 1)}
    assert missing == {seq for seq in range(1, up_to + 1) if seq not in held}
