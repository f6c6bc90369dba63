"""A scene as data: who moves where and when, the light, the weather, what happens to the camera."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from quantrac_core.config.strict import StrictModel

LightName = Literal["day", "overcast", "dusk", "night"]
MoverKind = Literal["walker", "car", "truck", "motorcycle", "bag"]
LABELS: dict[str, str] = {
    "walker": "person",
    "car": "car",
    "truck": "truck",
    "motorcycle": "motorcycle",
    "bag": "bag",
}
"""Class of each kind; a bag is none of the detector's."""


class MoverScript(StrictModel):
    """One thing that moves or is put down.

    Args:
        path: (seconds, metres east, metres north); straight lines at constant speed between
            the points, corners and stops softened. It is there from the first to the last time,
            with ``stays`` until the end of the scene.
        colour: of the vehicle or bag, or a walker's shirt; None picks one by the id.
        hat, carries: of a walker.
    """

    id: str
    kind: MoverKind
    path: Annotated[list[tuple[float, float, float]], Field(min_length=1)]
    stays: bool = False
    colour: str | None = None
    hat: Literal["conical", "cap", "helmet", "none"] | None = None
    carries: Literal["bag"] | None = None
    height_m: Annotated[float, Field(ge=0.9, le=2.0)] = 1.66
    rider: bool = True
    heading_deg: float | None = None

    @model_validator(mode="after")
    def _times_rise(self) -> "MoverScript":
        times = [at for at, _, _ in self.path]
        if any(late <= early for early, late in pairwise(times)):
            raise ValueError(f"path of {self.id}: the times must rise")
        return self


class Weather(StrictModel):
    """What spoils the picture.

    Args:
        noise: further sensor noise, standard deviation in grey levels.
        rain: 0 … 1.
        sway_deg: amplitude of the mast's sway.
        exposure: share by which brightness drifts up and down.
    """

    noise: Annotated[float, Field(ge=0, le=40)] = 0.0
    rain: Annotated[float, Field(ge=0, le=1)] = 0.0
    sway_deg: Annotated[float, Field(ge=0, le=3)] = 0.0
    exposure: Annotated[float, Field(ge=0, le=0.5)] = 0.0


class Tamper(StrictModel):
    """What is done to the camera, between two instants."""

    kind: Literal["covered", "turned", "defocused", "frozen"]
    from_s: float
    until_s: float


class Expectation(StrictModel):
    """An event that must come.

    Args:
        rule, kind: which rule of `rules.yaml` fires, and of what kind it is.
        mover: about whom; None for tampering.
        begins_s: the moment that matters: it entered, crossed, stopped, was left or was covered.
        due_s: from when on the rule can know: ``begins_s`` plus the rule's own time.
    """

    rule: str
    kind: str
    mover: str | None = None
    begins_s: float
    due_s: float


class SceneScript(StrictModel):
    """One scene."""

    name: str
    about: str = ""
    duration_s: Annotated[float, Field(gt=0, le=3600)]
    light: LightName = "day"
    height_m: Annotated[float, Field(ge=3, le=60)] = 8.0
    movers: list[MoverScript] = Field(default_factory=list)
    weather: Weather = Weather()
    tamper: list[Tamper] = Field(default_factory=list)
    rules: list[str] = Field(default_factory=list)
    expect: list[Expectation] = Field(default_factory=list)
    seed: int = 1

    @model_validator(mode="after")
    def _ids_differ(self) -> "SceneScript":
        ids = [mover.id for mover in self.movers]
        if len(set(ids)) != len(ids):
            raise ValueError(f"scene {self.name}: two movers have the same id")
        for wanted in self.expect:
            if wanted.rule not in self.rules or wanted.mover not in (None, *ids):
                raise ValueError(f"scene {self.name}: expects {wanted.rule} of {wanted.mover}")
        return self
