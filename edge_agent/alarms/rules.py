"""Alarm rules of one station as configuration, and what may not stand together."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.identifiers import CHANNEL_NAME
from quantrac_core.contracts.messages import Level, Side

DelaySeconds = Annotated[float, Field(ge=0, le=86_400)]


class AlarmRule(StrictModel):
    """One condition of one channel.

    High: raised while the basis is above ``threshold`` for ``on_delay_s``, returned while it
    is at or below ``threshold`` − ``deadband`` for ``off_delay_s``; low is the mirror image.
    Threshold and dead-band are in the channel's unit. A mean counts only when the usable
    values cover ``min_coverage`` of its window by time.
    """

    channel: Annotated[str, Field(pattern=f"^{CHANNEL_NAME.pattern}$")]
    level: Level
    side: Side
    threshold: float
    basis: Literal["value", "mean"] = "value"
    window_s: Annotated[int, Field(ge=1, le=7 * 86_400)] | None = None
    deadband: Annotated[float, Field(ge=0)] = 0.0
    on_delay_s: DelaySeconds = 0.0
    off_delay_s: DelaySeconds = 0.0
    min_coverage: Annotated[float, Field(gt=0, le=1)] = 0.8

    @model_validator(mode="after")
    def _window_belongs_to_the_mean(self) -> Self:
        if self.basis == "mean" and self.window_s is None:
            raise ValueError("basis mean needs window_s, for example 300")
        if self.basis == "value" and self.window_s is not None:
            raise ValueError("window_s belongs to basis mean; leave it out with basis value")
        return self

    @property
    def basis_name(self) -> str:
        """The basis as the messages carry it: ``value`` or ``mean_<n>s``."""
        return "value" if self.window_s is None else f"mean_{self.window_s}s"

    @property
    def alarm_name(self) -> str:
        """The name within the station, for example ``cod.high.limit.mean_300s``."""
        return f"{self.channel}.{self.side}.{self.level}.{self.basis_name}"

    @property
    def return_threshold(self) -> float:
        """The value at or beyond which the alarm may return, in the channel's unit."""
        if self.side == "high":
            return self.threshold - self.deadband
        return self.threshold + self.deadband


def contradictions(rules: Sequence[AlarmRule]) -> list[str]:
    """Return one sentence for every pair of rules that cannot both be meant.

    Found are doubled names, a warning that does not come before its limit, and a low
    threshold at or above the high one of the same channel, level and basis.
    """
    sentences: list[str] = []
    by_name: dict[str, AlarmRule] = {}
    for rule in rules:
        if rule.alarm_name in by_name:
            sentences.append(f"{rule.alarm_name} is defined twice; keep one")
        else:
            by_name[rule.alarm_name] = rule
    for rule in by_name.values():
        limit = by_name.get(f"{rule.channel}.{rule.side}.limit.{rule.basis_name}")
        if rule.level == "warn" and limit is not None:
            sentences += _warns_too_late(rule, limit)
        high = by_name.get(f"{rule.channel}.high.{rule.level}.{rule.basis_name}")
        if rule.side == "low" and high is not None and rule.threshold >= high.threshold:
            sentences.append(
                f"{rule.alarm_name} has threshold {rule.threshold:g}, which has to lie below "
                f"{high.threshold:g} of {high.alarm_name}"
            )
    return sentences


def _warns_too_late(warn: AlarmRule, limit: AlarmRule) -> list[str]:
    high = warn.side == "high"
    if warn.threshold < limit.threshold if high else warn.threshold > limit.threshold:
        return []
    return [
        f"{warn.alarm_name} has threshold {warn.threshold:g}, which has to lie "
        f"{'below' if high else 'above'} {limit.threshold:g} of {limit.alarm_name}"
    ]
