"""One station as its devices would show it now: process, running scenes and overrides."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from demo.simulator.process import StationProcess
from demo.simulator.scenes import SCENES, Effect
from quantrac_core.contracts.quality import State

NO_EFFECT = Effect()
KEPT_DEVIATION = 0.3
"""Share of the natural fluctuation left under full pull; none at all would look pinned."""


@dataclass(frozen=True)
class Picture:
    """Values and states by channel, and how the devices answer, at one instant."""

    values: Mapping[str, float]
    states: Mapping[str, State]
    silent: bool
    illegal: frozenset[str]
    delay_s: float


@dataclass
class RunningScene:
    """A scene and the Unix time at which it began; ``until_s`` cuts or prolongs it."""

    name: str
    began_s: float
    until_s: float
    held: dict[str, float] = field(default_factory=dict)

    def effect(self, now_s: float) -> Effect:
        """Return the effect now, or none outside the scene's time."""
        if not self.began_s <= now_s < self.until_s:
            return NO_EFFECT
        return SCENES[self.name].effect(now_s - self.began_s)


class Simulation:
    """State machine of one station. Time is given by the caller (Unix seconds)."""

    def __init__(self, process: StationProcess) -> None:
        self._process = process
        self._scenes: list[RunningScene] = []
        self._values: dict[str, float] = {}
        self._states: dict[str, State] = {}
        self.silent = False
        self.delay_s = 0.0

    @property
    def channels(self) -> list[str]:
        """Names of the channels this station has."""
        return list(self._process.channels)

    def play(self, scene: str, now_s: float, duration_s: float | None = None) -> float:
        """Begin a scene at ``now_s`` and return the Unix time at which it ends.

        Raises:
            KeyError: no scene of that name.
        """
        length_s = SCENES[scene].duration_s if duration_s is None else duration_s
        held = self._process.values(now_s)
        self._scenes = [running for running in self._scenes if running.until_s > now_s]
        self._scenes.append(RunningScene(scene, now_s, now_s + length_s, held))
        return now_s + length_s

    def end_scenes(self) -> None:
        """Return at once to the undisturbed process."""
        self._scenes.clear()

    def override_value(self, channel: str, value: float | None) -> None:
        """Pin a channel to ``value``, or release it with None.

        Raises:
            KeyError: the station has no such channel.
        """
        if channel not in self._process.channels:
            raise KeyError(channel)
        if value is None:
            self._values.pop(channel, None)
        else:
            self._values[channel] = value

    def override_state(self, channel: str, state: State | None) -> None:
        """Pin the measurement state of a channel (``"*"``: of all), or release it.

        Raises:
            KeyError: the station has no such channel.
        """
        if channel != "*" and channel not in self._process.channels:
            raise KeyError(channel)
        if state is None:
            self._states.pop(channel, None)
        else:
            self._states[channel] = state

    def picture(self, now_s: float) -> Picture:
        """Return what the devices show at ``now_s``."""
        values = self._process.values(now_s)
        states = dict.fromkeys(values, State.MEASURING)
        silent, delay_s, illegal = self.silent, self.delay_s, frozenset[str]()
        for running in self._scenes:
            effect = running.effect(now_s)
            for channel in effect.frozen & values.keys():
                values[channel] = running.held[channel]
            for channel, (target, weight) in effect.pull.items():
                if channel in values:
                    model = self._process.channels[channel]
                    deviation = values[channel] - model.mean
                    level = model.mean + (target - model.mean) * weight
                    kept = 1 - weight * (1 - KEPT_DEVIATION)
                    values[channel] = max(model.low, level + deviation * kept)
            _apply_states(states, effect.states)
            silent = silent or effect.silent
            illegal |= effect.illegal
            delay_s = max(delay_s, effect.delay_s)
        values.update(self._values)
        _apply_states(states, self._states)
        return Picture(values, states, silent, illegal, delay_s)


def _apply_states(states: dict[str, State], changes: Mapping[str, State]) -> None:
    for channel, state in changes.items():
        if channel == "*":
            states.update(dict.fromkeys(states, state))
        elif channel in states:
            states[channel] = state
