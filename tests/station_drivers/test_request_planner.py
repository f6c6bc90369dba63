"""The planner against brute force, and what bisection learns."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station_drivers.planner import PlanLimits, Span, plan_requests
from station_drivers.refusals import Refusals, range_of, split_refused

SIZE = 14
spans_strategy = st.lists(
    st.builds(
        lambda first, length: Span(first, min(first + length, SIZE)),
        st.integers(0, SIZE - 1),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=6,
)
refused_strategy = st.lists(
    st.builds(
        lambda first, length: Span(first, min(first + length, SIZE)),
        st.integers(0, SIZE - 1),
        st.integers(1, 5),
    ),
    max_size=3,
)


def is_allowed(request: Span, wanted: list[Span], limits: PlanLimits, refused: list[Span]) -> bool:
    """The rules of a request, written down once more and naively."""
    if request.length > limits.limit or any(request.contains(r) for r in refused):
        return False
    needed = {address for span in wanted for address in range(span.first, span.end)}
    run = 0
    for address in range(request.first, request.end):
        run = 0 if address in needed else run + 1
        if run > limits.max_gap:
            return False
    return True


def fewest_requests(wanted: list[Span], limits: PlanLimits, refused: list[Span]) -> int:
    """The least number of allowed requests, by trying every combination."""
    ranges = [Span(a, b) for a in range(SIZE) for b in range(a + 1, SIZE + 1)]
    allowed = [
        frozenset(i for i, span in enumerate(wanted) if request.contains(span))
        for request in ranges
        if is_allowed(request, wanted, limits, refused)
    ]
    useful = {covered for covered in allowed if covered}
    useful = {covered for covered in useful if not any(covered < other for other in useful)}
    everything = frozenset(range(len(wanted)))
    for number in range(len(wanted) + 1):
        for chosen in itertools.combinations(useful, number):
            if frozenset().union(*chosen) == everything:
                return number
    raise AssertionError("no combination covers every span")


@settings(max_examples=200, deadline=None)
@given(spans_strategy, st.integers(4, 10), st.integers(0, 5), refused_strategy)
def test_the_plan_is_allowed_covers_every_span_and_is_as_short_as_brute_force(
    wanted: list[Span], limit: int, max_gap: int, refused: list[Span]
) -> None:
    limits = PlanLimits(limit, max_gap)
    plan = plan_requests(wanted, limits, refused)
    unreadable = {span for span in wanted if any(span.contains(r) for r in refused)}
    assert set(plan.unreadable) == unreadable
    readable = sorted(set(wanted) - unreadable)
    for request in plan.requests:
        assert is_allowed(request, readable, limits, refused)
    for span in readable:
        assert any(request.contains(span) for request in plan.requests)
    assert len(plan.requests) == fewest_requests(readable, limits, refused)


class Device:
    """A device that refuses some addresses, some joins and requests that are too long."""

    def __init__(self, illegal: set[int], longest: int) -> None:
        self.illegal = illegal
        self.longest = longest
        self.requests = 0

    def answers(self, request: Span) -> bool:
        self.requests += 1
        return request.length <= self.longest and not self.illegal.intersection(
            range(request.first, request.end)
        )


def bisect(
    device: Device, refusals: Refusals, request: Span, wanted: list[Span], every: list[Span]
) -> None:
    """The bisection as the unit reader does it, without a wire."""
    refusals.refuse(request, 0.0)
    left, right = split_refused(request, wanted)
    worked = []
    for group in (left, right):
        if group:
            part = range_of(group)
            worked.append(device.answers(part))
            if not worked[-1]:
                bisect(device, refusals, part, group, every)
    if left and right and all(worked):
        refusals.refuse_join(request, range_of(left), range_of(right), every, 0.0)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(lambda f, n: Span(f, f + n), st.integers(0, 60), st.integers(1, 4)),
        min_size=1,
        max_size=15,
    ),
    st.sets(st.integers(0, 64), max_size=8),
    st.integers(4, 64),
    st.integers(0, 8),
)
def test_bisection_finds_every_legal_span_and_then_nothing_is_refused_any_more(
    wanted: list[Span], illegal: set[int], longest: int, max_gap: int
) -> None:
    device = Device(illegal, longest)
    refusals = Refusals()
    limits = PlanLimits(125, max_gap)
    for _ in range(40):
        plan = plan_requests(wanted, limits, refusals.ranges)
        refused = [request for request in plan.requests if not device.answers(request)]
        if not refused:
            break
        for request in refused:
            inside = [s for s in set(wanted) - set(plan.unreadable) if request.contains(s)]
            bisect(device, refusals, request, sorted(inside), wanted)
    assert not refused, "the plan never became stable"
    truly_illegal = {s for s in wanted if illegal.intersection(range(s.first, s.end))}
    assert set(plan.unreadable) == truly_illegal


def test_one_illegal_channel_among_forty_is_found_with_few_requests() -> None:
    wanted = [Span(2 * i, 2 * i + 2) for i in range(40)]
    device, refusals = Device({50}, 125), Refusals()
    bisect(device, refusals, Span(0, 80), wanted, wanted)
    plan = plan_requests(wanted, PlanLimits(125, 0), refusals.ranges)
    assert plan.unreadable == (Span(50, 52),)
    assert plan.requests == (Span(0, 50), Span(52, 80))
    assert device.requests <= 12


def test_a_device_with_a_smaller_limit_is_learned_as_one_cut() -> None:
    wanted = [Span(2 * i, 2 * i + 2) for i in range(50)]
    device, refusals = Device(set(), 60), Refusals()
    bisect(device, refusals, Span(0, 100), wanted, wanted)
    plan = plan_requests(wanted, PlanLimits(125, 0), refusals.ranges)
    assert plan.unreadable == ()
    assert plan.requests == (Span(0, 50), Span(50, 100))


def test_a_refused_gap_is_not_bridged_again() -> None:
    wanted = [Span(0, 2), Span(6, 8)]
    device, refusals = Device({4}, 125), Refusals()
    bisect(device, refusals, Span(0, 8), wanted, wanted)
    plan = plan_requests(wanted, PlanLimits(125, 8), refusals.ranges)
    assert plan.requests == (Span(0, 2), Span(6, 8))


def test_what_was_refused_is_due_again_later_and_each_time_less_often() -> None:
    span = Span(4, 6)
    refusals = Refusals()
    pauses = []
    now_s = 0.0
    for _ in range(4):
        refusals.refuse(span, now_s)
        assert refusals.due([span], now_s) is None
        began_s = now_s
        while refusals.due([span], now_s) is None:
            now_s += 1.0
        pauses.append(now_s - began_s)
    assert pauses == sorted(pauses)
    assert 50.0 <= pauses[0] <= 70.0
    assert pauses[-1] > 4 * pauses[0]
    refusals.allow(span)
    assert refusals.ranges == ()


def test_a_seam_that_is_due_is_tried_as_one_request_again() -> None:
    wanted = [Span(0, 2), Span(2, 4)]
    refusals = Refusals()
    refusals.refuse(Span(0, 4), 0.0)
    refusals.refuse_join(Span(0, 4), Span(0, 2), Span(2, 4), wanted, 0.0)
    assert len(plan_requests(wanted, PlanLimits(125, 0), refusals.ranges).requests) == 2
    assert refusals.due(wanted, 100.0) is None
    assert refusals.changed
    assert len(plan_requests(wanted, PlanLimits(125, 0), refusals.ranges).requests) == 1


@pytest.mark.parametrize("span", [Span(3, 3), Span(0, 126)])
def test_an_impossible_span_is_refused(span: Span) -> None:
    with pytest.raises(ValueError, match="1\\.\\.125"):
        plan_requests([span], PlanLimits(125, 8))
