"""How tracks are kept, as configuration."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from quantrac_core.config.strict import StrictModel

Class = Annotated[str, Field(min_length=1, max_length=60)]
Classes = Annotated[list[Class], Field(min_length=2, max_length=80)]


class TrackerSettings(StrictModel):
    """Which sightings begin and keep a track.

    ``begin_score`` is the least score that begins a track; weaker sightings only keep one that
    is there. ``confirm_sightings`` sightings within ``confirm_s`` make it confirmed.
    ``coast_s`` is how long it is kept while nothing is seen of it. Classes that a detector takes
    for one another share a list in ``alike``; those
    in ``wheels`` may go faster than a person.
    """

    begin_score: Annotated[float, Field(ge=0, le=1)] = 0.35
    confirm_sightings: Annotated[int, Field(ge=1, le=50)] = 2
    confirm_s: Annotated[float, Field(gt=0, le=60)] = 3.0
    coast_s: Annotated[float, Field(gt=0, le=60)] = 2.5
    max_tracks: Annotated[int, Field(ge=1, le=2_000)] = 500
    alike: Annotated[list[Classes], Field(max_length=20)] = Field(
        default_factory=lambda: [["car", "truck", "bus", "van"], ["motorcycle", "bicycle"]]
    )

    wheels: Annotated[list[Class], Field(max_length=80)] = Field(
        default_factory=lambda: ["car", "truck", "bus", "van", "motorcycle", "bicycle"]
    )

    @property
    def kin(self) -> dict[str, str]:
        """Class → the name of its family in ``alike``."""
        return {label: group[0] for group in self.alike for label in group}

    @model_validator(mode="after")
    def _each_class_once(self) -> Self:
        named = [label for group in self.alike for label in group]
        for label in named:
            if named.count(label) > 1:
                raise ValueError(f"{label} in one list of alike only")
        return self
