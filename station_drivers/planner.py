"""The request planner: the fewest requests that read every wanted register. Pure.

A request may bridge at most ``max_gap`` unwanted addresses in a row, is at most ``limit``
addresses long, never splits a span, and never contains a range the device has refused.
Each of these holds for every part of an allowed request, so extending each request from
the first address still missing as far as it may go is optimal; the tests compare it with
brute force.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """Addresses ``first`` … ``end`` - 1 of one table, 0..65536."""

    first: int
    end: int

    @property
    def length(self) -> int:
        """Number of addresses."""
        return self.end - self.first

    def contains(self, other: "Span") -> bool:
        """Whether every address of ``other`` lies in this span."""
        return self.first <= other.first and other.end <= self.end


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """``limit``: addresses in one request, >= 1. ``max_gap``: bridged addresses in a row."""

    limit: int
    max_gap: int


@dataclass(frozen=True, slots=True)
class Plan:
    """``requests`` ascending by first address; ``unreadable``: spans the device refuses."""

    requests: tuple[Span, ...]
    unreadable: tuple[Span, ...]


def plan_requests(wanted: Iterable[Span], limits: PlanLimits, refused: Sequence[Span] = ()) -> Plan:
    """Return the fewest requests in which each readable span lies whole at least once.

    Raises:
        ValueError: if a span is empty or longer than ``limits.limit``.
    """
    spans = sorted(set(wanted))
    for span in spans:
        if not 0 < span.length <= limits.limit:
            raise ValueError(f"a span of 1..{limits.limit} addresses is needed, got {span}")
    unreadable = tuple(s for s in spans if any(s.contains(range_) for range_ in refused))
    open_spans = [s for s in spans if s not in set(unreadable)]
    requests: list[Span] = []
    while open_spans:
        reach = _reach(open_spans, limits, refused)
        request = Span(open_spans[0].first, reach)
        requests.append(request)
        open_spans = [s for s in open_spans if not request.contains(s)]
    return Plan(tuple(requests), unreadable)


def _reach(spans: Sequence[Span], limits: PlanLimits, refused: Sequence[Span]) -> int:
    """Return the farthest useful end of a request that begins at the first of ``spans``."""
    first = spans[0].first
    farthest = first + limits.limit
    for range_ in refused:
        if range_.first >= first:
            farthest = min(farthest, range_.end - 1)
    covered = reach = spans[0].end
    for span in spans:
        if span.first - covered > limits.max_gap or span.first >= farthest:
            break
        covered = max(covered, span.end)
        if span.end <= farthest:
            reach = max(reach, span.end)
    return reach
