"""What is plausible for one channel, as configuration, with defaults by canonical name."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from quantrac_core.config.strict import StrictModel

Positive = Annotated[float, Field(gt=0)]


class SpikeRule(StrictModel):
    """A value is a spike when it leaves the median of the last values too far.

    Too far is more than ``floor`` (in the channel's unit) and more than ``k`` robust
    standard deviations (1.4826 × the median absolute deviation). After ``confirm_samples``
    in a row on one side the level counts as the new normal, not as spikes.
    """

    floor: Positive
    k: Positive = 6.0
    window: Annotated[int, Field(ge=5, le=61)] = 11
    confirm_samples: Annotated[int, Field(ge=2, le=20)] = 3


class QualityRules(StrictModel):
    """Plausibility of one channel; an absent rule judges nothing.

    ``valid_min`` … ``valid_max`` is inclusive, in the channel's unit. ``stuck_after_s`` is
    the patience with an unchanged value (within ``stuck_tolerance``); at a value of
    ``rest_values`` the channel may stay for ever (a closed outlet, clean gas). ``max_gap_s``
    is the silence after which earlier values say nothing about the next, where that is
    longer than five poll intervals.
    """

    valid_min: float | None = None
    valid_max: float | None = None
    stuck_after_s: Positive | None = None
    stuck_tolerance: Annotated[float, Field(ge=0)] = 0.0
    rest_values: tuple[float, ...] = ()
    spike: SpikeRule | None = None
    max_rate_per_s: Positive | None = None
    max_gap_s: Positive = 300.0

    @model_validator(mode="after")
    def _range_is_possible(self) -> Self:
        low, high = self.valid_min, self.valid_max
        if low is not None and high is not None and low >= high:
            raise ValueError(f"valid_min {low:g} has to lie below valid_max {high:g}")
        return self


# Response times of TT 10/2021 (pH 5 s, TSS 10 s, COD 15 min, NH4 30 min, stack gases 200 to
# 300 s, PM 60 s): ten times the response, yet at least ten minutes because registers with two
# decimals rightly repeat in calm water; analysers that work in batches get four responses.
STUCK_AFTER_S: Final[dict[str, float]] = {
    "ph": 600.0,
    "temp": 1_200.0,
    "tss": 600.0,
    "do": 600.0,
    "cod": 3_600.0,
    "nh4_n": 7_200.0,
    "nox": 3_000.0,
    "o2": 2_000.0,
    "so2": 2_000.0,
    "co": 2_000.0,
    "pressure": 1_200.0,
    "pm": 600.0,
    "flow": 600.0,
    "flow_in": 600.0,
    "flow_out": 600.0,
}
RESTS_AT_ZERO: Final = frozenset(
    {"flow", "flow_in", "flow_out", "so2", "nox", "co", "pm", "nh4_n", "tss"}
)


def default_rules(channel: str) -> QualityRules:
    """Return the rules for a canonical channel name; only the patience depends on it.

    A name that is not canonical gets no stuck test. Ranges, spikes and rates depend on
    the instrument, so they have to be configured.
    """
    return QualityRules(
        stuck_after_s=STUCK_AFTER_S.get(channel),
        rest_values=(0.0,) if channel in RESTS_AT_ZERO else (),
    )
