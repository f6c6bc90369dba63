"""When a picture is no longer believed, as configuration."""

from typing import Annotated

from pydantic import Field

from quantrac_core.config.strict import StrictModel

Delay = Annotated[float, Field(ge=0, le=3_600)]


class TrustSettings(StrictModel):
    """How sure and how patient the watch over the picture is.

    A cause is told after it held for ``on_delay_s`` and is over when it has not held for
    ``off_delay_s``. ``covered_share`` is the share of the picture's structured parts that must
    have vanished, ``turned_shift`` the least shift as a share of the picture's longer side,
    ``defocused_ratio`` the share of sharpness that is left. A picture that comes back
    again and again for ``frozen_s``, but for the encoder's rounding, is frozen. A turned or
    covered view is taken as the new normal after ``accept_s``.
    """

    on_delay_s: Delay = 5.0
    off_delay_s: Delay = 5.0
    covered_share: Annotated[float, Field(ge=0.3, le=1)] = 0.7
    turned_shift: Annotated[float, Field(ge=0.01, le=0.5)] = 0.05
    defocused_ratio: Annotated[float, Field(gt=0, lt=1)] = 0.45
    frozen_s: Annotated[float, Field(ge=5, le=3_600)] = 10.0
    learn_s: Annotated[float, Field(ge=1, le=600)] = 10.0
    adapt_s: Annotated[float, Field(ge=10, le=36_000)] = 120.0
    accept_s: Annotated[float, Field(ge=60, le=604_800)] = 3_600.0
    max_fps: Annotated[float, Field(gt=0, le=10)] = 2.0
