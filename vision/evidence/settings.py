"""What evidence is made of, how long it stays, and what no picture may show."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.camera_messages import EvidenceKind

LARGEST_PX = 20_000
Side = Annotated[int, Field(ge=16, le=LARGEST_PX)]
Coordinate = Annotated[float, Field(ge=-LARGEST_PX, le=LARGEST_PX)]
Days = Annotated[float, Field(gt=0, le=36_500)]


def _encloses_something(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    pairs = zip(points, [*points[1:], *points[:1]], strict=True)
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs) / 2.0
    if abs(area) < 1.0:
        raise ValueError("points around an area of at least one pixel")
    return points


class MaskSettings(StrictModel):
    """A polygon in the camera's picture that is blackened before all else.

    Its points are pixels of a picture of ``picture_px`` (width, height), by default of the lens's
    ``picture_px``, else of the stream that is watched as it is at the start. Other streams and
    sizes of the same camera are masked in proportion.
    """

    name: Annotated[str, Field(max_length=60)] = ""
    picture_px: tuple[Side, Side] | None = None
    points: Annotated[
        list[tuple[Coordinate, Coordinate]],
        Field(min_length=3, max_length=200),
        AfterValidator(_encloses_something),
    ]


class EvidenceSettings(StrictModel):
    """Pictures, clips and retention of one vision process.

    ``keep_days_by_kind`` overrides ``keep_days``, for example ``{clip: 14}``; ``disk_share`` is
    the most of the whole disk that evidence may take; ``blur_persons`` adds a third picture for
    people who may not see faces, who see none without it, and blurs persons in the live picture.
    """

    keep_days: Days = 30.0
    keep_days_by_kind: dict[EvidenceKind, Days] = Field(default_factory=dict)
    disk_share: Annotated[float, Field(gt=0, le=0.95)] = 0.8
    free_low_mb: Annotated[float, Field(ge=0)] = 500.0
    free_high_mb: Annotated[float, Field(ge=0)] = 1_000.0
    jpeg_quality: Annotated[int, Field(ge=40, le=100)] = 90
    blur_persons: bool = True
    pre_roll_s: Annotated[float, Field(ge=0, le=60)] = 5.0
    post_roll_s: Annotated[float, Field(ge=0, le=300)] = 10.0

    @model_validator(mode="after")
    def _marks_are_apart(self) -> Self:
        if self.free_low_mb >= self.free_high_mb:
            raise ValueError("free_low_mb below free_high_mb")
        return self
