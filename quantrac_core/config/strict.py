"""The model every configuration section derives from."""

from pydantic import BaseModel, ConfigDict


class StrictModel(BaseModel):
    """Immutable, refuses unknown keys and non-finite numbers, trims nothing silently."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, arbitrary_types_allowed=False
    )
