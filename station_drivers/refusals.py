"""What a device has refused (exceptions 2 and 3), learned by bisection. Pure.

A refused range means: a request that contains it fails. Only minimal ranges are kept; a
channel that contains one is unreadable, and the planner works around the others. What
makes a channel unreadable is tried again with growing pauses, because devices refuse
registers while they warm up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from quantrac_core.runtime.backoff import Backoff
from station_drivers.planner import Span

RETRY_FIRST_S = 60.0
RETRY_MOST_S = 3600.0


def split_refused(request: Span, spans: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """Return the spans of a refused request as two groups to be tried apart.

    The cut is made at the place nearest to the middle that no span crosses; where there
    is none, the first span is tried alone. Spans as long as the request are left out: they
    are refused with it. Two empty groups: nothing smaller is left to try.
    """
    inner = sorted({span for span in spans if span != request})
    if not inner:
        return [], []
    best = 1
    nearest = float(request.length)
    covered = inner[0].end
    middle = (request.first + request.end) / 2
    for index in range(1, len(inner)):
        first = inner[index].first
        if first >= covered and abs(first - middle) < nearest:
            best, nearest = index, abs(first - middle)
        covered = max(covered, inner[index].end)
    return inner[:best], inner[best:]


def range_of(spans: Sequence[Span]) -> Span:
    """Return the shortest request that contains all ``spans`` (not empty)."""
    return Span(min(span.first for span in spans), max(span.end for span in spans))


@dataclass(slots=True)
class Refusals:
    """The refused ranges of one table of one unit, and when to try them again.

    ``changed`` is raised by every new fact, and lowered by whoever re-plans.
    """

    changed: bool = False
    _retry_at: dict[Span, float] = field(default_factory=dict)
    _backoff: dict[Span, Backoff] = field(default_factory=dict)

    @property
    def ranges(self) -> tuple[Span, ...]:
        """Minimal refused ranges, ascending."""
        return tuple(sorted(self._retry_at))

    def refuse(self, request: Span, now_s: float) -> None:
        """Note that the device refused ``request`` as a whole."""
        inside = [k for k in self._retry_at if request.contains(k) and k != request]
        for known in inside:
            if now_s >= self._retry_at[known]:
                self._retry_at[known] = now_s + self._backoff[known].next_delay_s()
        if inside:
            return
        for known in [k for k in self._retry_at if k.contains(request) and k != request]:
            self._forget(known)
        backoff = self._backoff.setdefault(
            request, Backoff(first_s=RETRY_FIRST_S, most_s=RETRY_MOST_S, jitter=0.1)
        )
        self.changed = self.changed or request not in self._retry_at
        self._retry_at[request] = now_s + backoff.next_delay_s()

    def refuse_join(
        self, request: Span, left: Span, right: Span, wanted: Sequence[Span], now_s: float
    ) -> None:
        """Note that ``left`` and ``right`` are readable apart but not in one ``request``.

        The fact is kept as the two addresses that must not meet, unless one of all the
        ``wanted`` spans holds both and so would be condemned with them.
        """
        seam = Span(left.end - 1, right.first + 1)
        if left.end > right.first or any(span.contains(seam) for span in wanted):
            self.refuse(request, now_s)
            return
        self._forget(request)
        self.refuse(seam, now_s)

    def allow(self, request: Span) -> None:
        """Note that the device answered ``request``: nothing inside it is refused any more."""
        for known in [k for k in self._retry_at if request.contains(k)]:
            self._forget(known)

    def due(self, wanted: Sequence[Span], now_s: float) -> Span | None:
        """Return a refused one of all the ``wanted`` spans that is to be tried again now.

        A seam between spans that is due is forgotten instead, so that the next plan tries
        the longer request; if that is refused too, the seam stays for longer.
        """
        for range_, retry_at in list(self._retry_at.items()):
            if now_s < retry_at:
                continue
            for span in wanted:
                if span.contains(range_):
                    return span
            del self._retry_at[range_]
            self.changed = True
        return None

    def _forget(self, range_: Span) -> None:
        if self._retry_at.pop(range_, None) is not None:
            self._backoff.pop(range_, None)
            self.changed = True
