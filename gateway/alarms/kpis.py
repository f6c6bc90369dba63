"""How well the alarms serve the people who answer them, over a period (ISA-18.2, EEMUA 191).

Only what demanded attention counts towards load; what was late, shelved, suppressed or out of
service from beginning to end told nobody.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

STALE_AFTER_MS: Final = 24 * 3_600_000
"""ISA-18.2: an alarm that stays active for more than 24 hours is stale."""
CHATTER_COUNT: Final = 3
CHATTER_WINDOW_MS: Final = 60_000
"""The customary criterion: three times or more within a minute; ISA-18.2 leaves the number open."""
PEAK_WINDOW_MS: Final = 600_000
FLOOD_COUNT: Final = 10
"""EEMUA 191 and ISA-18.2: more than ten alarms in ten minutes for one operator are a flood."""
TOP: Final = 10


@dataclass(slots=True, frozen=True)
class Occurrence:
    """One occurrence, as far as the figures need it; times in milliseconds since 1970."""

    station: str
    channel: str
    alarm: str
    level: str
    priority: str
    raised_at_ms: int
    returned_at_ms: int | None
    announced_at_ms: int | None
    acknowledged_at_ms: int | None
    silenced_by: str | None


@dataclass(slots=True, frozen=True)
class Actor:
    """One alarm of one station and how often it called; ``share`` of all, 0 … 1."""

    station: str
    channel: str
    alarm: str
    level: str
    count: int
    share: float


@dataclass(slots=True, frozen=True)
class StationLoad:
    """How much one station asked of the operators."""

    station: str
    announced: int
    acknowledge_median_s: float | None


@dataclass(slots=True, frozen=True)
class Kpis:
    """The figures of a period.

    Args:
        per_hour_and_operator: alarms that demanded attention.
        peak_10_min: the most that began within any ten minutes.
        floods: stretches in which more than ten began within ten minutes.
        standing: active at the end of the period; ``stale`` those of them older than 24 h.
        acknowledge_median_s, acknowledge_p90_s: from demanding attention to acknowledgement.
    """

    raised: int
    announced: int
    late: int
    per_hour_and_operator: float
    peak_10_min: int
    floods: int
    by_priority: dict[str, int]
    bad_actors: list[Actor]
    chattering: list[Actor]
    stale: list[Occurrence]
    standing: int
    shelved: int
    acknowledged: int
    acknowledge_median_s: float | None
    acknowledge_p90_s: float | None
    by_station: list[StationLoad]


def figures(occurrences: Sequence[Occurrence], from_ms: int, to_ms: int, operators: int) -> Kpis:
    """Return the figures of ``from_ms`` … ``to_ms`` (exclusive).

    Args:
        occurrences: every one that was raised or active in the period, in any order.
        operators: how many people share the work, at least 1.
    """
    raised = [one for one in occurrences if from_ms <= one.raised_at_ms < to_ms]
    announced = [
        one
        for one in occurrences
        if one.announced_at_ms is not None and from_ms <= one.announced_at_ms < to_ms
    ]
    hours = max(to_ms - from_ms, 1) / 3_600_000
    standing = [
        one
        for one in occurrences
        if one.raised_at_ms < to_ms and (one.returned_at_ms is None or one.returned_at_ms >= to_ms)
    ]
    times = sorted(_announced_at(announced))
    waits_s = _waits_s(announced)
    return Kpis(
        raised=len(raised),
        announced=len(announced),
        late=sum(one.silenced_by == "late" for one in raised),
        per_hour_and_operator=len(announced) / hours / operators,
        peak_10_min=most_within(times, PEAK_WINDOW_MS),
        floods=count_floods(times),
        by_priority=dict(Counter(one.priority for one in announced)),
        bad_actors=bad_actors(announced),
        chattering=chattering(announced),
        stale=sorted(
            (one for one in standing if to_ms - one.raised_at_ms > STALE_AFTER_MS),
            key=lambda one: one.raised_at_ms,
        ),
        standing=len(standing),
        shelved=sum(one.silenced_by == "shelved" for one in standing),
        acknowledged=len(waits_s),
        acknowledge_median_s=quantile(waits_s, 0.5),
        acknowledge_p90_s=quantile(waits_s, 0.9),
        by_station=_by_station(announced),
    )


def most_within(times_ms: Sequence[int], window_ms: int) -> int:
    """Return the most of the sorted ``times_ms`` that lie within any window (half open)."""
    most = first = 0
    for last, at_ms in enumerate(times_ms):
        while at_ms - times_ms[first] >= window_ms:
            first += 1
        most = max(most, last - first + 1)
    return most


def count_floods(times_ms: Sequence[int]) -> int:
    """Return how often a flood began: it ends when ten minutes hold ten alarms or fewer."""
    floods = first = 0
    flooded = False
    for last, at_ms in enumerate(times_ms):
        while at_ms - times_ms[first] >= PEAK_WINDOW_MS:
            first += 1
        now = last - first + 1 > FLOOD_COUNT
        floods += now and not flooded
        flooded = now
    return floods


def quantile(sorted_values: Sequence[float], part: float) -> float | None:
    """Return the smallest value that at least ``part`` (0 … 1) of the values do not exceed."""
    if not sorted_values:
        return None
    return sorted_values[max(0, ceil(part * len(sorted_values)) - 1)]


def bad_actors(announced: Sequence[Occurrence]) -> list[Actor]:
    """Return the alarms that called most often, the worst first."""
    counts = Counter(_name(one) for one in announced)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Actor(*name, count, count / len(announced)) for name, count in ordered[:TOP]]


def chattering(announced: Sequence[Occurrence]) -> list[Actor]:
    """Return the alarms that came three times or more within a minute, with all their calls."""
    times: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for one in announced:
        times[_name(one)].append(one.raised_at_ms)
    found = [
        Actor(*name, len(raised), len(raised) / len(announced))
        for name, raised in times.items()
        if most_within(sorted(raised), CHATTER_WINDOW_MS) >= CHATTER_COUNT
    ]
    return sorted(found, key=lambda actor: (-actor.count, actor.station, actor.alarm))


def _name(one: Occurrence) -> tuple[str, str, str, str]:
    return one.station, one.channel, one.alarm, one.level


def _announced_at(announced: Iterable[Occurrence]) -> list[int]:
    return [one.announced_at_ms for one in announced if one.announced_at_ms is not None]


def _waits_s(announced: Iterable[Occurrence]) -> list[float]:
    return sorted(
        max(0, one.acknowledged_at_ms - one.announced_at_ms) / 1000
        for one in announced
        if one.acknowledged_at_ms is not None and one.announced_at_ms is not None
    )


def _by_station(announced: Sequence[Occurrence]) -> list[StationLoad]:
    grouped: dict[str, list[Occurrence]] = defaultdict(list)
    for one in announced:
        grouped[one.station].append(one)
    loads = [
        StationLoad(station, len(of_station), quantile(_waits_s(of_station), 0.5))
        for station, of_station in grouped.items()
    ]
    return sorted(loads, key=lambda load: (-load.announced, load.station))
