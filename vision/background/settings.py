"""How things that stand still are found, as configuration."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from quantrac_core.config.strict import StrictModel


class BackgroundSettings(StrictModel):
    """What counts as a thing that came and stays.

    ``min_side_px`` and ``max_side_px`` bound the sides of its box in the camera's own picture.
    It has to be still for ``still_s``. ``learn_s`` is how long the scene is learnt after a start
    or after a change of light as a whole; what lies there by then belongs to it. ``fade_s`` is
    how long the scene needs to take over slow changes of light. ``contrast`` is the least
    difference to the scene, 0 … 255.
    """

    min_side_px: Annotated[float, Field(ge=4, le=2_000)] = 16.0
    max_side_px: Annotated[float, Field(ge=8, le=8_000)] = 400.0
    still_s: Annotated[float, Field(ge=1, le=600)] = 8.0
    learn_s: Annotated[float, Field(ge=1, le=600)] = 8.0
    fade_s: Annotated[float, Field(ge=10, le=86_400)] = 600.0
    contrast: Annotated[float, Field(ge=4, le=128)] = 18.0
    max_fps: Annotated[float, Field(gt=0, le=10)] = 2.0
    max_things: Annotated[int, Field(ge=1, le=200)] = 20

    @model_validator(mode="after")
    def _sides_are_in_order(self) -> Self:
        if self.min_side_px >= self.max_side_px:
            raise ValueError("min_side_px below max_side_px")
        return self
