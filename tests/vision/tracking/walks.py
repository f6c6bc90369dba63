"""Objects that move on the ground, as a camera 20 m above the origin sights them."""

import math
from collections.abc import Callable, Sequence

from vision.scene.detection import Box
from vision.scene.sighting import Sighting
from vision.scene.track import Track
from vision.tracking.tracker import Tracker

Way = Callable[[float], tuple[float, float] | None]
SIZES_M = {"person": (0.5, 1.7), "car": (3.5, 1.6), "motorcycle": (1.9, 1.5)}


def sighting_at(
    east_m: float, north_m: float, label: str = "person", score: float = 0.8
) -> Sighting:
    """Return what is seen of an object that stands on the ground there."""
    distance_m = math.hypot(east_m, north_m)
    depression = math.atan2(20.0, distance_m)
    width_m, height_m = SIZES_M[label]
    range_m = math.hypot(distance_m, 20.0)
    tall_m = height_m * math.cos(depression) + 0.5 * math.sin(depression)
    return Sighting(
        label=label,
        score=score,
        bearing_deg=math.degrees(math.atan2(east_m, north_m)) % 360,
        depression_deg=math.degrees(depression),
        width_deg=math.degrees(width_m / range_m),
        height_deg=math.degrees(tall_m / range_m),
        source_box=Box(0, 0, 10, 20),
    )


def straight(
    start: tuple[float, float],
    end: tuple[float, float],
    seconds: float,
    hidden: Sequence[float] = (),
) -> Way:
    """Return a way from ``start`` to ``end``, out of sight between the two ``hidden`` seconds."""

    def way(at_s: float) -> tuple[float, float] | None:
        if at_s > seconds or (hidden and hidden[0] <= at_s <= hidden[1]):
            return None
        share = at_s / seconds
        return (
            start[0] + share * (end[0] - start[0]),
            start[1] + share * (end[1] - start[1]),
        )

    return way


def follow(
    tracker: Tracker,
    ways: Sequence[Way],
    fps: float,
    seconds: float,
    label: str = "person",
    start_ms: int = 1_790_000_000_000,
) -> list[set[int]]:
    """Return the numbers under which each object was known while it was confirmed."""
    known: list[set[int]] = [set() for _ in ways]
    for picture in range(int(seconds * fps) + 1):
        at_s = picture / fps
        seen: dict[int, Sighting] = {}
        for index, way in enumerate(ways):
            spot = way(at_s)
            if spot is not None:
                seen[index] = sighting_at(*spot, label=label)
        tracks = tracker.update(start_ms + round(at_s * 1000), list(seen.values()))
        for index, sighting in seen.items():
            known[index] |= {each.id for each in tracks if is_of(each, sighting)}
    return known


def is_of(track: Track, sighting: Sighting) -> bool:
    """Tell whether a confirmed track was given this sighting in this picture."""
    return track.is_visible and track.is_confirmed and track.sighting is sighting
