"""How long cameras were up, and their events by rule and verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.reports.figures import CameraFigures, EventCount


@dataclass(slots=True, frozen=True)
class StateSpan:
    """What a camera said of itself from ``since_ms`` to ``seen_ms``."""

    state: str
    since_ms: int
    seen_ms: int

    @property
    def is_up(self) -> bool:
        """Tell whether there were pictures."""
        return self.state in ("live", "degraded")


@dataclass(slots=True, frozen=True)
class JudgedEvent:
    """What a count needs of an event."""

    camera: str
    rule: str
    kind: str
    verdict: str | None


def camera_figures(
    camera: str, name: str, spans: Iterable[StateSpan], from_ms: int, until_ms: int
) -> CameraFigures:
    """Return a camera's uptime within [from_ms, until_ms); None where nothing is known."""
    clipped = sorted(
        (max(span.since_ms, from_ms), min(span.seen_ms, until_ms), span.is_up)
        for span in spans
        if span.since_ms < until_ms and span.seen_ms >= from_ms
    )
    if not clipped or until_ms <= from_ms:
        return CameraFigures(camera, name, None)
    up_ms, longest_ms, covered_ms = 0, 0, from_ms
    for begin_ms, end_ms, is_up in clipped:
        if not is_up or end_ms <= covered_ms:
            continue
        longest_ms = max(longest_ms, begin_ms - covered_ms)
        up_ms += end_ms - max(begin_ms, covered_ms)
        covered_ms = end_ms
    longest_ms = max(longest_ms, until_ms - covered_ms)
    return CameraFigures(camera, name, up_ms / (until_ms - from_ms), longest_ms // 1000)


def event_counts(events: Sequence[JudgedEvent]) -> list[EventCount]:
    """Return the events by camera and rule, with what people said of them."""
    tally: dict[tuple[str, str, str], list[int]] = {}
    for event in events:
        numbers = tally.setdefault((event.camera, event.rule, event.kind), [0, 0, 0, 0])
        numbers[0] += 1
        if event.verdict in ("true", "false", "unclear"):
            numbers[1 + ("true", "false", "unclear").index(event.verdict)] += 1
    return [EventCount(*key, *numbers) for key, numbers in sorted(tally.items())]
