"""What a station's water or gas does by itself: a pure function of time and a seed.

Every value is the sum of a mean, a daily swing, the pull of hidden drivers that several
channels share (so that they move together), smooth noise that remembers itself, and the
analyser's own jitter. Nothing is remembered between calls: any instant can be asked for,
in any order, and the same seed gives the same answer.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

SITE_UTC_OFFSET_S = 7 * 3600
DAY_S = 86_400.0
OCTAVES = ((1.0, 0.86), (0.23, 0.45), (0.06, 0.24))
"""Lattice spacing as a share of the correlation time, and weight; squares sum to one."""


@dataclass(frozen=True)
class ChannelModel:
    """One channel in its undisturbed state, in the channel's own unit.

    Args:
        mean: level around which the channel moves.
        noise: standard deviation of the smooth noise.
        correlation_s: time over which the smooth noise forgets itself.
        jitter: standard deviation of the analyser's independent noise.
        diurnal: half of the daily swing; ``peak_h`` is the local hour of its top.
        drivers: pull of each hidden driver (standard deviations) on the channel.
        refresh_s: the analyser gives a new result this often.
        low: lowest value that physics allows.
    """

    mean: float
    noise: float = 0.0
    correlation_s: float = 180.0
    jitter: float = 0.0
    diurnal: float = 0.0
    peak_h: float = 14.0
    drivers: Mapping[str, float] = field(default_factory=dict)
    refresh_s: float = 1.0
    low: float = 0.0


@dataclass(frozen=True)
class StationProcess:
    """All channels of one station; ``drivers`` gives each hidden driver's correlation time."""

    channels: Mapping[str, ChannelModel]
    drivers: Mapping[str, float]
    seed: int = 1

    def value(self, channel: str, at_s: float) -> float:
        """Return the value of ``channel`` at ``at_s`` (Unix seconds)."""
        model = self.channels[channel]
        step = math.floor(at_s / model.refresh_s)
        at_s = step * model.refresh_s
        hour_angle = (at_s + SITE_UTC_OFFSET_S) % DAY_S / DAY_S - model.peak_h / 24
        value = model.mean + model.diurnal * math.cos(2 * math.pi * hour_angle)
        for driver, pull in model.drivers.items():
            value += pull * self._smooth(driver, self.drivers[driver], at_s)
        if model.noise:
            value += model.noise * self._smooth(channel, model.correlation_s, at_s)
        if model.jitter:
            value += model.jitter * _gauss(self.seed, f"{channel}/jitter", step)
        return max(model.low, value)

    def values(self, at_s: float) -> dict[str, float]:
        """Return every channel at ``at_s`` (Unix seconds)."""
        return {channel: self.value(channel, at_s) for channel in self.channels}

    def _smooth(self, name: str, correlation_s: float, at_s: float) -> float:
        total = 0.0
        for share, weight in OCTAVES:
            position = at_s / (correlation_s * share)
            left = math.floor(position)
            blend = (1 - math.cos(math.pi * (position - left))) / 2
            key = f"{name}/{share}"
            near, far = _gauss(self.seed, key, left), _gauss(self.seed, key, left + 1)
            total += weight * (near + (far - near) * blend)
        return total


@lru_cache(maxsize=4096)
def _gauss(seed: int, name: str, index: int) -> float:
    draw = random.Random(f"{seed}/{name}/{index}").gauss(0.0, 1.0)
    return max(-3.0, min(3.0, draw))
