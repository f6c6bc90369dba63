"""One object at one instant, after the views were merged: where it is, as seen from the mast."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vision.scene.detection import Box

Point = tuple[float, float]
GROUND = "ground"
"""Space of `Sighting.points`: metres east and north of the mast's foot."""
PANORAMA = "panorama"
"""Space of `Sighting.points`: bearing in degrees (0 … 360, clockwise from north) and
depression in degrees (90 straight down, 0 horizon, negative above it)."""

PICTURE = "picture"
"""Space of `Sighting.points`: the camera's own picture as shares of width and height (0 … 1)."""


def view_space(view: str) -> str:
    """Return the name of a view's space: its pixels as shares of width and height (0 … 1)."""
    return f"view:{view}"


@dataclass(slots=True, frozen=True)
class Place:
    """A point on the flat ground around the mast."""

    bearing_deg: float
    distance_m: float
    lat: float
    lon: float


@dataclass(slots=True, frozen=True)
class Sighting:
    """An object as one camera sees it, whichever of its views found it.

    Args:
        label: class name.
        score: 0 … 1, the best of the merged detections.
        bearing_deg: direction of the object's centre, clockwise from north.
        depression_deg: angle of the centre below the horizon; 90 is straight down.
        width_deg: angular width (across the line from the nadir).
        height_deg: angular height (along the line from the nadir).
        source_box: upright box around it in the camera's own picture, in pixels.
        points: the foot point in each space: `GROUND` (absent above the horizon),
            `PANORAMA`, `PICTURE`, and ``view:<name>`` for views in which zones are drawn.
        place: the foot on the ground, or None above the horizon.
        views: names of the views that found it.
    """

    label: str
    score: float
    bearing_deg: float
    depression_deg: float
    width_deg: float
    height_deg: float
    source_box: Box
    points: Mapping[str, Point] = field(default_factory=dict)
    place: Place | None = None
    views: tuple[str, ...] = ()
