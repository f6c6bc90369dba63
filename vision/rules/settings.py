"""Zones and rules as configuration, and what may not stand together."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.camera_messages import Distrust
from quantrac_core.contracts.identifiers import STATION_ID, STATION_ID_RULE
from vision.rules.calendars import CalendarRef
from vision.rules.shapes import area, crosses_itself
from vision.scene.sighting import GROUND, PANORAMA, PICTURE, Point

LATLON = "latlon"
SPACES = "ground, latlon, panorama, picture or view:<name of a view>"
MAX_POINTS = 64
MAX_ZONES = 100
MAX_RULES = 100
_VIEW = re.compile(r"view:(.{1,60})")
_LIMITS = {
    GROUND: ((-10_000, 10_000), (-10_000, 10_000), "metres east and north of the mast"),
    LATLON: ((-90, 90), (-180, 180), "latitude, longitude"),
    PANORAMA: ((0, 360), (-90, 90), "bearing 0 … 360 and depression -90 … 90 in degrees"),
    PICTURE: ((0, 1), (0, 1), "shares of width and height, 0 … 1"),
}


def _safe_name(text: str) -> str:
    if STATION_ID.fullmatch(text) is None:
        raise ValueError(STATION_ID_RULE)
    return text


def _known_space(text: str) -> str:
    if text not in _LIMITS and _VIEW.fullmatch(text) is None:
        raise ValueError(SPACES)
    return text


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


Name = Annotated[str, AfterValidator(_safe_name)]
Title = Annotated[str, Field(max_length=200)]
Label = Annotated[str, Field(min_length=1, max_length=60)]
Labels = Annotated[list[Label], Field(min_length=1, max_length=80)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Share = Annotated[float, Field(ge=0, le=1)]


class ZoneSettings(StrictModel):
    """An area (3 to 64 corners) or a line (2 to 64 points).

    ``space`` says what the points are: ``ground`` metres east and north of the mast's foot,
    ``latlon`` latitude and longitude, ``panorama`` bearing (clockwise from north) and depression
    below the horizon in degrees, ``picture`` and ``view:<name>`` shares (0 … 1) of the width and
    height of the camera's picture or of that view. In the panorama an edge takes the shorter way
    round, so a polygon may lie across north (350 → 10).

    Walking along a line from its first point, side A is on the left and B on the right, on the
    ground as seen from above and in pictures as seen on the screen.
    """

    name: Name
    space: Annotated[str, AfterValidator(_known_space)]
    shape: Literal["area", "line"] = "area"
    points: Annotated[list[Point], Field(min_length=2, max_length=MAX_POINTS)]

    @property
    def view(self) -> str | None:
        """The name of the view in which it is drawn, or None."""
        match = _VIEW.fullmatch(self.space)
        return None if match is None else match.group(1)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        xs, ys, meaning = _LIMITS[PICTURE if self.view else self.space]
        for x, y in self.points:
            if not (xs[0] <= x <= xs[1] and ys[0] <= y <= ys[1]):
                raise ValueError(f"points of {self.name} inside the space, but ({x:g}, {y:g}) is "
                                 f"not: {meaning}")  # fmt: skip
        path = self.points
        if self.space == PANORAMA:
            path = unrolled(self.points)
        if self.shape == "line":
            if any(a == b for a, b in pairwise(path)):
                raise ValueError(f"a line without doubled points for {self.name}")
            return self
        if len(path) < 3:
            raise ValueError(f"at least 3 corners for {self.name}, or shape: line")
        if self.space == PANORAMA and abs(path[0][0] - path[-1][0]) > 180:
            raise ValueError(f"a polygon for {self.name} that does not run around the mast")
        meeting = crosses_itself(path)
        if meeting is not None:
            raise ValueError(f"a polygon for {self.name} that does not cross itself, but its sides "
                             f"{meeting[0]} and {meeting[1]} meet")  # fmt: skip
        if area(path) <= 0:
            raise ValueError(f"a polygon with an area for {self.name}")
        return self


def unrolled(points: Sequence[Point]) -> list[Point]:
    """Return panorama points with bearings that run on beyond 360 instead of jumping."""
    path = [points[0]]
    for bearing, depression in points[1:]:
        last = path[-1][0]
        path.append((last + math.remainder(bearing - last, 360), depression))
    return path


class Confirmation(StrictModel):
    """When an object is believed.

    The median of its scores in the last ``sightings`` pictures, a picture in which it was missed
    counting 0, has to reach ``min_median``; judged from ``at_least`` pictures on.
    """

    sightings: Annotated[int, Field(ge=1, le=100)] = 5
    at_least: Annotated[int, Field(ge=1, le=100)] = 2
    min_median: Share = 0.4

    @model_validator(mode="after")
    def _window_is_large_enough(self) -> Self:
        if self.at_least > self.sightings:
            raise ValueError("at_least no larger than sightings")
        return self


class RuleSettings(StrictModel):
    """What every rule has.

    ``grace_s`` is how long an object may be out of sight or out of the zone before its incident
    ends. ``cool_down_s`` after an incident's end the same object (``cool_down_scope`` track) or
    anything in the zone (zone) starts no new one. At most ``max_open`` incidents are open at
    once; further objects join the newest and count. ``min_px`` is the least length of the longer
    side of an object's box in the camera's own picture.
    """

    id: Name
    name_vi: Title = ""
    name_en: Title = ""
    priority: Literal["low", "medium", "high"] = "medium"
    calendar: Annotated[list[CalendarRef], BeforeValidator(_as_list), Field(max_length=20)] = Field(
        default_factory=list
    )
    cool_down_s: Seconds = 30.0
    cool_down_scope: Literal["track", "zone"] = "track"
    grace_s: Annotated[float, Field(ge=0, le=600)] = 3.0
    max_open: Annotated[int, Field(ge=1, le=100)] = 10

    @property
    def zone_name(self) -> str:
        """The zone it watches, or an empty text."""
        return str(getattr(self, "zone", ""))

    @property
    def label_names(self) -> list[str]:
        """Every class it names, so that a model without one of them can be refused."""
        return list(getattr(self, "labels", []))


class ObjectRule(RuleSettings):
    """A rule about detected objects of some classes in a zone."""

    zone: Name
    labels: Labels
    min_px: Annotated[float, Field(ge=0, le=10_000)] = 0.0
    confirmation: Confirmation = Confirmation()


class Intrusion(ObjectRule):
    """Somebody is inside the area, for at least ``inside_s``."""

    kind: Literal["intrusion"]
    inside_s: Seconds = 0.0


class LineCrossing(ObjectRule):
    """Somebody crossed the line.

    Settled on the new side after ``settle_sightings`` at least ``margin`` (in the units of the
    zone's space; by default 0.3 m, 0.3° or 0.005 of a picture) away from it, or when it left the
    picture from there. Once per object and direction; shown for ``hold_s``.
    """

    kind: Literal["line_crossing"]
    direction: Literal["a_to_b", "b_to_a", "both"] = "both"
    settle_sightings: Annotated[int, Field(ge=1, le=50)] = 2
    margin: Annotated[float, Field(ge=0, le=1000)] | None = None
    hold_s: Seconds = 5.0


class WrongWay(ObjectRule):
    """Somebody moves against the way that is allowed.

    ``along`` is two points in the zone's space: the way from the first to the second is right.
    Wrong is a displacement of at least ``min_travel`` (units of the space; by default 2 m, 2° or
    0.03 of a picture) within ``window_s`` that deviates by more than ``max_deviation_deg``, and
    goes on for ``for_s``.
    """

    kind: Literal["wrong_way"]
    along: Annotated[list[Point], Field(min_length=2, max_length=2)]
    max_deviation_deg: Annotated[float, Field(ge=10, le=175)] = 90.0
    window_s: Annotated[float, Field(ge=0.2, le=60)] = 2.0
    for_s: Seconds = 0.5
    min_travel: Annotated[float, Field(gt=0, le=1000)] | None = None

    @field_validator("along")
    @classmethod
    def _has_a_direction(cls, along: list[Point]) -> list[Point]:
        if along[0] == along[1]:
            raise ValueError("two different points")
        return along


class Loitering(ObjectRule):
    """Somebody stays inside the area for ``dwell_s``; absences up to ``grace_s`` count in."""

    kind: Literal["loitering"]
    dwell_s: Annotated[float, Field(gt=0, le=86_400)] = 60.0
    grace_s: Annotated[float, Field(ge=0, le=600)] = 5.0


class Crowd(ObjectRule):
    """At least ``at_least`` objects in the area for ``for_s``.

    It ends when there are ``end_at`` or fewer (by default four fifths of ``at_least``, rounded
    down and less than it) for ``grace_s``.
    """

    kind: Literal["crowd"]
    at_least: Annotated[int, Field(ge=2, le=10_000)]
    for_s: Seconds = 10.0
    end_at: Annotated[int, Field(ge=0, le=10_000)] | None = None
    grace_s: Annotated[float, Field(ge=0, le=600)] = 10.0

    @model_validator(mode="after")
    def _ends_below(self) -> Self:
        if self.end_at is not None and self.end_at >= self.at_least:
            raise ValueError("end_at below at_least")
        return self

    @property
    def calm_count(self) -> int:
        """The count at which the crowd has dissolved."""
        if self.end_at is not None:
            return self.end_at
        return min(self.at_least * 4 // 5, self.at_least - 1)


class StoppedVehicle(ObjectRule):
    """A vehicle stands in the area for ``for_s``: parked where it may not, pavement taken.

    Standing is to move no further than ``radius`` (units of the space; by default 1.5 m, 1.5° or
    0.02 of a picture) from where it stopped.
    """

    kind: Literal["stopped_vehicle"]
    for_s: Annotated[float, Field(gt=0, le=86_400)] = 120.0
    radius: Annotated[float, Field(gt=0, le=1000)] | None = None
    grace_s: Annotated[float, Field(ge=0, le=600)] = 10.0


class AbandonedObject(RuleSettings):
    """Something that was not there before lies in the area and nobody near belongs to it.

    Found from the background, not by class. The time ``for_s`` counts while nobody of
    ``owner_labels`` is within ``owner_distance_m`` (on the ground) or ``owner_distance_deg``
    (where the ground is not known). ``owner_confirmation`` is how surely somebody must be seen
    to be an owner, or to be what stands there himself: detectors take a bag for a person now
    and then, weakly.
    """

    kind: Literal["abandoned_object"]
    zone: Name
    for_s: Seconds = 60.0
    owner_labels: Labels = Field(default_factory=lambda: ["person"])
    owner_confirmation: Confirmation = Confirmation(sightings=9, at_least=3, min_median=0.45)
    owner_distance_m: Annotated[float, Field(ge=0, le=100)] = 3.0
    owner_distance_deg: Annotated[float, Field(ge=0, le=90)] = 2.0
    min_px: Annotated[float, Field(ge=0, le=10_000)] = 0.0
    grace_s: Annotated[float, Field(ge=0, le=600)] = 10.0

    @property
    def label_names(self) -> list[str]:
        return list(self.owner_labels)


class Tamper(RuleSettings):
    """The picture cannot be believed any more; delays belong to the trust settings."""

    kind: Literal["tamper"]
    causes: Annotated[list[Distrust], Field(min_length=1, max_length=4)] = Field(
        default_factory=lambda: list(get_args(Distrust))
    )
    priority: Literal["low", "medium", "high"] = "high"
    grace_s: Annotated[float, Field(ge=0, le=600)] = 0.0


Rule = Annotated[
    Intrusion
    | LineCrossing
    | WrongWay
    | Loitering
    | Crowd
    | StoppedVehicle
    | AbandonedObject
    | Tamper,
    Field(discriminator="kind"),
]
AnyRule = (
    Intrusion
    | LineCrossing
    | WrongWay
    | Loitering
    | Crowd
    | StoppedVehicle
    | AbandonedObject
    | Tamper
)
Zones = Annotated[list[ZoneSettings], Field(max_length=MAX_ZONES)]
Rules = Annotated[list[Rule], Field(max_length=MAX_RULES)]
