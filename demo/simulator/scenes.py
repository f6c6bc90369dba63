"""What can happen to a station: scenes as pure functions of the seconds since they began."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from quantrac_core.contracts.quality import State


@dataclass(frozen=True)
class Effect:
    """What a scene does to a station at one instant.

    Args:
        pull: channel → (target, weight 0 … 1): how far the value's level is drawn to the target.
        frozen: channels that repeat the value they had when the scene began.
        states: channel → measurement state; ``"*"`` stands for every channel.
        silent: no request is answered.
        illegal: channels whose registers answer with Modbus exception 2.
        delay_s: extra time before each answer.
    """

    pull: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()
    states: Mapping[str, State] = field(default_factory=dict)
    silent: bool = False
    illegal: frozenset[str] = frozenset()
    delay_s: float = 0.0


@dataclass(frozen=True)
class Scene:
    """A named course of events that ends after ``duration_s``."""

    name: str
    duration_s: float
    effect: Callable[[float], Effect]


def ramp(elapsed_s: float, rise_s: float, hold_s: float, fall_s: float) -> float:
    """Return 0 … 1: an eased rise, a plateau and an eased fall."""
    if elapsed_s <= 0 or elapsed_s >= rise_s + hold_s + fall_s:
        return 0.0
    if elapsed_s < rise_s:
        share = elapsed_s / rise_s
    elif elapsed_s <= rise_s + hold_s:
        return 1.0
    else:
        share = (rise_s + hold_s + fall_s - elapsed_s) / fall_s
    return share * share * (3 - 2 * share)


def _cod_spill(elapsed_s: float) -> Effect:
    weight = ramp(elapsed_s, rise_s=60, hold_s=25, fall_s=30)
    return Effect(
        pull={
            "cod": (93.0, weight),
            "tss": (17.0, weight * 0.9),
            "do": (1.9, weight * 0.8),
            "nh4_n": (1.2, weight * 0.7),
        }
    )


def _nox_rise(elapsed_s: float) -> Effect:
    weight = ramp(elapsed_s, rise_s=50, hold_s=30, fall_s=40)
    return Effect(
        pull={
            "nox": (905.0, weight),
            "temp": (121.0, weight),
            "o2": (9.1, weight),
            "co": (180.0, weight * 0.8),
        }
    )


def _analyser_fault(elapsed_s: float) -> Effect:
    # The number freezes a few seconds before the analyser admits to the fault, as many do.
    if elapsed_s < 3:
        return Effect(frozen=frozenset({"cod"}))
    return Effect(frozen=frozenset({"cod"}), states={"cod": State.FAULT})


def _calibration(elapsed_s: float) -> Effect:
    zero = ramp(elapsed_s, rise_s=4, hold_s=17, fall_s=4)
    span = ramp(elapsed_s - 24, rise_s=4, hold_s=22, fall_s=4)
    target, weight = (0.3, zero) if zero >= span else (100.0, span)
    return Effect(pull={"cod": (target, weight)}, states={"cod": State.CALIBRATING})


def _maintenance(elapsed_s: float) -> Effect:
    return Effect(states={"*": State.MAINTENANCE})


def _silence(elapsed_s: float) -> Effect:
    return Effect(silent=True)


def _wrong_registers(elapsed_s: float) -> Effect:
    return Effect(illegal=frozenset({"flow_in", "flow_out", "flow"}))


def _slow_device(elapsed_s: float) -> Effect:
    return Effect(delay_s=0.4)


SCENES: dict[str, Scene] = {
    scene.name: scene
    for scene in (
        Scene("cod_spill", 115.0, _cod_spill),
        Scene("nox_rise", 120.0, _nox_rise),
        Scene("analyser_fault", 45.0, _analyser_fault),
        Scene("calibration", 60.0, _calibration),
        Scene("maintenance", 60.0, _maintenance),
        Scene("silence", 25.0, _silence),
        Scene("wrong_registers", 40.0, _wrong_registers),
        Scene("slow_device", 30.0, _slow_device),
    )
}
