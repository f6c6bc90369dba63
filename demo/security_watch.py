"""What the demo says about security events: a state machine without I/O."""

from collections.abc import Sequence

import msgspec

from demo.alarm_watch import MAX_REMEMBERED, Told

COMPASS_VI = ("bắc", "đông bắc", "đông", "đông nam", "nam", "tây nam", "tây", "tây bắc")
COMPASS_EN = ("north", "north-east", "east", "south-east", "south", "south-west", "west",
              "north-west")  # fmt: skip
CLIP = "clip"


class Evidence(msgspec.Struct):
    """A file of an event (the fields that the demo needs)."""

    kind: str
    arrived: bool


class SecurityEvent(msgspec.Struct):
    """An event as the gateway's API gives it (the fields that the demo needs)."""

    id: str
    camera: str
    kind: str
    name_vi: str
    name_en: str
    phase: str
    bearing_deg: float | None = None
    distance_m: float | None = None
    evidence: list[Evidence] = []

    @property
    def has_clip(self) -> bool:
        """Whether its video is at the centre."""
        return any(file.kind == CLIP and file.arrived for file in self.evidence)


class SecurityWatch:
    """Compares what the gateway reports with what was told.

    Events that were there before the demo began are not told again.
    """

    def __init__(self) -> None:
        self._with_clip: dict[str, bool] | None = None

    def observe(self, events: Sequence[SecurityEvent]) -> list[Told]:
        """Return what is new since the last call; ``events`` are the newest first."""
        if self._with_clip is None:
            self._with_clip = {event.id: True for event in events}
            return []
        news: list[Told] = []
        for event in reversed(events):
            if event.id not in self._with_clip:
                if len(self._with_clip) >= MAX_REMEMBERED:
                    self._with_clip.pop(next(iter(self._with_clip)))
                self._with_clip[event.id] = False
                news.append(_seen(event))
            if event.has_clip and not self._with_clip[event.id]:
                self._with_clip[event.id] = True
                news.append(_clip_ready(event))
        return news


def _seen(event: SecurityEvent) -> Told:
    vietnamese, english = "", ""
    if event.bearing_deg is not None and event.distance_m is not None:
        corner = round(event.bearing_deg / 45) % 8
        vietnamese = f", cách cột {event.distance_m:.0f} m về hướng {COMPASS_VI[corner]}"
        english = f", {event.distance_m:.0f} m {COMPASS_EN[corner]} of the mast"
    return Told(
        f"AN NINH: {event.name_vi or event.kind}{vietnamese}",
        f"SECURITY: {event.name_en or event.kind}{english}",
    )


def _clip_ready(event: SecurityEvent) -> Told:
    return Told(
        f"Đã có video bằng chứng: {event.name_vi or event.kind}",
        f"the clip of it has arrived: {event.name_en or event.kind}",
    )
