"""A camera's lens, mast and views as configuration."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, field_validator, model_validator

from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.identifiers import STATION_ID_RULE, is_station_id

MAX_SIDE_PX = 16_384
SMALLEST_PX = 24.0
"""What a label needs that `smallest` does not name."""

Pixels = Annotated[int, Field(ge=32, le=MAX_SIDE_PX)]
Size = tuple[Pixels, Pixels]
Depression = Annotated[float, Field(ge=-90, le=90)]
Bearing = Annotated[float, Field(ge=-360, le=360)]


class _LensOfPicture(StrictModel):
    """What most lenses have.

    ``centre_px`` (and other pixels of the lens) count in a picture of ``picture_px``; a stream of
    the same shape but another size is scaled. Without ``picture_px`` they count in the stream's
    own picture, and without ``centre_px`` the axis meets the picture's middle.
    """

    picture_px: Size | None = None
    centre_px: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _centre_in_picture(self) -> Self:
        if self.centre_px is not None:
            x, y = self.centre_px
            width, height = self.picture_px or (MAX_SIDE_PX, MAX_SIDE_PX)
            if not (0 <= x <= width and 0 <= y <= height):
                raise ValueError(
                    f"a lens centre inside the picture of {width}×{height} px, "
                    f"but centre_px is {x:g}, {y:g}"
                )
        return self


class FisheyeSettings(_LensOfPicture):
    """A fisheye after its projection's formula.

    ``fov_deg`` is the whole angle that the circle of ``radius_px`` shows; without ``radius_px``
    the circle just fits the picture's shorter side.
    """

    kind: Literal["equidistant", "equisolid", "stereographic", "orthographic"]
    fov_deg: Annotated[float, Field(ge=20, le=280)] = 180.0
    radius_px: Annotated[float, Field(gt=0, le=2 * MAX_SIDE_PX)] | None = None

    @model_validator(mode="after")
    def _orthographic_ends_at_180(self) -> Self:
        if self.kind == "orthographic" and self.fov_deg > 180:
            raise ValueError("fov_deg at most 180 for an orthographic lens")
        return self


class OpencvSettings(_LensOfPicture):
    """OpenCV's fisheye model: θd = θ(1 + k1·θ² + k2·θ⁴ + k3·θ⁶ + k4·θ⁸).

    Give the focal length ``fx_px`` (and ``fy_px`` where it differs), or ``radius_px`` of the
    circle that shows ``fov_deg``.
    """

    kind: Literal["opencv"]
    k1: Annotated[float, Field(ge=-5, le=5)]
    k2: Annotated[float, Field(ge=-5, le=5)] = 0.0
    k3: Annotated[float, Field(ge=-5, le=5)] = 0.0
    k4: Annotated[float, Field(ge=-5, le=5)] = 0.0
    fov_deg: Annotated[float, Field(ge=20, le=280)] = 180.0
    fx_px: Annotated[float, Field(gt=0, le=1e5)] | None = None
    fy_px: Annotated[float, Field(gt=0, le=1e5)] | None = None
    radius_px: Annotated[float, Field(gt=0, le=2 * MAX_SIDE_PX)] | None = None

    @model_validator(mode="after")
    def _one_scale(self) -> Self:
        if (self.fx_px is None) == (self.radius_px is None):
            raise ValueError("exactly one of fx_px and radius_px")
        if self.fy_px is not None and self.fx_px is None:
            raise ValueError("fx_px beside fy_px")
        return self


class PanoramaSettings(StrictModel):
    """A stitched panorama: columns are bearings and rows are depressions, in equal steps.

    ``span_deg`` is the picture's width in degrees, ``top_deg`` and ``bottom_deg`` the depression
    (below the horizon; negative above it) of its edges. ``seam_bearing_deg`` is the bearing of
    the left edge and takes the place of the mast's ``north_deg`` (bearing of the middle).
    """

    kind: Literal["panorama"]
    span_deg: Annotated[float, Field(ge=30, le=360)] = 360.0
    top_deg: Depression
    bottom_deg: Depression
    seam_bearing_deg: Bearing | None = None

    @model_validator(mode="after")
    def _top_above_bottom(self) -> Self:
        if self.bottom_deg - self.top_deg < 1:
            raise ValueError("top_deg at least 1 degree above bottom_deg (depression grows down)")
        return self


class PerspectiveSettings(_LensOfPicture):
    """An ordinary lens that keeps straight lines straight; ``hfov_deg`` is the picture's width."""

    kind: Literal["perspective"]
    hfov_deg: Annotated[float, Field(ge=1, le=160)]


LensSettings = Annotated[
    FisheyeSettings | OpencvSettings | PanoramaSettings | PerspectiveSettings,
    Field(discriminator="kind"),
]


class MastSettings(StrictModel):
    """Where the camera hangs and how it is turned.

    ``looks`` is ``down`` for a fisheye and ``ahead`` for panorama and perspective unless given
    (a fisheye on a wall looks ahead). Looking down, ``north_deg`` is the compass bearing of the
    picture's "up", ``tilt_deg`` leans the axis towards the picture's up and ``roll_deg`` towards
    its right. Looking ahead, ``north_deg`` is the bearing of the picture's middle, ``tilt_deg``
    its depression and ``roll_deg`` turns the camera clockwise as seen from behind.
    """

    lat: Annotated[float, Field(ge=-89, le=89)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    height_m: Annotated[float, Field(gt=0, le=1000)]
    north_deg: Bearing = 0.0
    tilt_deg: Annotated[float, Field(ge=-90, le=90)] = 0.0
    roll_deg: Annotated[float, Field(ge=-180, le=180)] = 0.0
    looks: Literal["down", "ahead"] | None = None


def _safe_name(text: str) -> str:
    if not is_station_id(text):
        raise ValueError(STATION_ID_RULE)
    if text == "picture":
        raise ValueError("another name: 'picture' is the camera's own picture")
    return text


class _View(StrictModel):
    name: Annotated[str, AfterValidator(_safe_name)]


class PerspectiveView(_View):
    """An upright picture, as an ordinary camera that looks there would take it."""

    kind: Literal["perspective"] = "perspective"
    bearing_deg: Bearing
    depression_deg: Depression
    hfov_deg: Annotated[float, Field(ge=2, le=140)]
    size_px: Size = (640, 640)


class StripView(_View):
    """A piece of panorama: from a bearing clockwise, as far as round and on past the seam."""

    kind: Literal["strip"]
    from_bearing_deg: Bearing
    span_deg: Annotated[float, Field(ge=5, le=450)]
    top_deg: Depression
    bottom_deg: Depression
    size_px: Size

    @model_validator(mode="after")
    def _top_above_bottom(self) -> Self:
        if self.bottom_deg - self.top_deg < 1:
            raise ValueError("top_deg at least 1 degree above bottom_deg (depression grows down)")
        return self


class TileView(_View):
    """A rectangle of the camera's own picture: x1, y1, x2, y2 as shares (0 … 1) of its sides.

    ``size_px`` scales it; without, its pixels stay as they are.
    """

    kind: Literal["tile"]
    box: tuple[float, float, float, float]
    size_px: Size | None = None

    @field_validator("box")
    @classmethod
    def _inside_the_picture(
        cls, box: tuple[float, float, float, float]
    ) -> tuple[float, float, float, float]:
        x1, y1, x2, y2 = box
        if not (0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1):
            raise ValueError("shares with 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1")
        return box


class WholeView(_View):
    """The camera's whole picture, scaled to ``size_px``."""

    kind: Literal["whole"]
    size_px: Size | None = None


ViewRequest = Annotated[
    PerspectiveView | StripView | TileView | WholeView, Field(discriminator="kind")
]
Smallest = dict[
    Annotated[str, Field(min_length=1, max_length=60)], Annotated[float, Field(ge=4, le=1000)]
]


class _Layout(StrictModel):
    smallest: Annotated[Smallest, Field(min_length=1, max_length=80)] = Field(
        default_factory=lambda: {"person": SMALLEST_PX}
    )

    def required_px(self, label: str) -> float:
        """Return how many pixels the longer side of ``label`` needs."""
        return self.smallest.get(label, SMALLEST_PX)


class AutoViews(_Layout):
    """Views that the program lays out.

    ``smallest`` names what must be found, each with the pixels that its longer side needs at
    ``input_px`` (the side of the model's square input). ``reach_m`` ends the search outwards
    (a room, a fence); without it the lens's resolution does. At most ``max_views`` views.
    """

    layout: Literal["auto"] = "auto"
    input_px: Annotated[int, Field(ge=160, le=1920, multiple_of=32)] = 640
    reach_m: Annotated[float, Field(gt=0, le=5000)] | None = None
    max_views: Annotated[int, Field(ge=1, le=32)] = 12


class ManualViews(_Layout):
    """Views as listed."""

    layout: Literal["manual"]
    views: Annotated[list[ViewRequest], Field(min_length=1, max_length=64)]

    @field_validator("views")
    @classmethod
    def _names_are_unique(cls, views: list[ViewRequest]) -> list[ViewRequest]:
        names = [view.name for view in views]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"a name of its own for each view, but {doubled[0]} appears twice")
        return views


def _layout_of(value: Any) -> str:
    layout = value.get("layout", "auto") if isinstance(value, dict) else value.layout
    return "manual" if layout == "manual" else "auto"


ViewsSettings = Annotated[
    Annotated[AutoViews, Tag("auto")] | Annotated[ManualViews, Tag("manual")],
    Discriminator(_layout_of),
]
"""``layout: auto`` (also when it is not said) or ``layout: manual``."""
