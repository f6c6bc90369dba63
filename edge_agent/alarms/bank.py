"""All alarms of a station: rules by channel, means shared between rules, one snapshot."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from edge_agent.alarms.machine import SUPPRESSING, AlarmMachine, Snapshot, restart_gap_s
from edge_agent.alarms.rolling_mean import RollingMean
from edge_agent.alarms.rules import AlarmRule, contradictions
from quantrac_core.contracts.messages import Level, Side, Transition
from quantrac_core.contracts.quality import Quality, State

Sample = tuple[float | None, State, Quality]
BankSnapshot = dict[str, dict[str, Snapshot] | dict[str, str] | float]
HOLD_INTERVALS = 3


class TransitionRecord(NamedTuple):
    """One transition; ``value`` is that of the basis (None only for a rule that was removed).

    ``since_ms`` is when the alarm was raised, also on return; ``at_ms`` never lies before
    it, even when the clock was set back in between.
    """

    alarm: str
    channel: str
    level: Level
    side: Side
    basis: str
    transition: Transition
    value: float | None
    limit: float
    at_ms: int
    since_ms: int


class AlarmBank:
    """Every alarm of one station.

    Args:
        rules: the station's rules.
        poll_interval_s: the scan interval; a value stands for at most three of them.

    Raises:
        ValueError: the rules contradict one another (all sentences, one per line).
    """

    def __init__(self, rules: Sequence[AlarmRule], poll_interval_s: float = 1.0) -> None:
        if sentences := contradictions(rules):
            raise ValueError("\n".join(sentences))
        max_hold_s = HOLD_INTERVALS * poll_interval_s
        self._machines: dict[str, AlarmMachine] = {}
        self._on_value: dict[str, list[AlarmMachine]] = {}
        self._on_mean: dict[str, list[tuple[RollingMean, list[AlarmMachine]]]] = {}
        self._means: dict[str, RollingMean] = {}
        self._last_at_ms = 0
        self._last_mono_s = 0.0
        by_mean: dict[str, list[AlarmMachine]] = {}
        for rule in rules:
            machine = AlarmMachine(rule, max_hold_s)
            self._machines[rule.alarm_name] = machine
            if rule.window_s is None:
                self._on_value.setdefault(rule.channel, []).append(machine)
                continue
            name = f"{rule.channel}.{rule.basis_name}"
            if name not in self._means:
                self._means[name] = RollingMean(rule.window_s, max_hold_s)
                by_mean[name] = []
                self._on_mean.setdefault(rule.channel, []).append(
                    (self._means[name], by_mean[name])
                )
            by_mean[name].append(machine)
        self._channels = tuple(dict.fromkeys(rule.channel for rule in rules))

    @property
    def raised(self) -> list[str]:
        """Names of the alarms that are raised now."""
        return [name for name, machine in self._machines.items() if machine.raised]

    def update(
        self, at_ms: int, mono_s: float, samples: Mapping[str, Sample]
    ) -> list[TransitionRecord]:
        """Take one live scan; late data must not come here.

        A channel missing from ``samples`` was not due in this scan and stays as it is; one
        that could not be read is present with None.
        """
        self._last_at_ms = at_ms
        self._last_mono_s = mono_s
        records: list[TransitionRecord] = []
        for channel in self._channels:
            sample = samples.get(channel)
            if sample is None:
                continue
            value, state, quality = sample
            for machine in self._on_value.get(channel, ()):
                transition = machine.update(at_ms, mono_s, value, state, quality)
                if transition is not None:
                    records.append(_record(machine, transition, value, at_ms))
            for mean, machines in self._on_mean.get(channel, ()):
                usable = state is State.MEASURING and quality is Quality.GOOD
                mean.update(mono_s, value if usable else None)
                records += _update_means(mean, machines, at_ms, mono_s, state)
        return records

    def snapshot(self) -> BankSnapshot:
        """Return the state of all alarms and means as plain JSON values."""
        return {
            "v": 1,
            "at_ms": self._last_at_ms,
            "alarms": {
                name: machine.snapshot() | _description(machine.rule)
                for name, machine in self._machines.items()
            },
            "means": {name: mean.snapshot(self._last_mono_s) for name, mean in self._means.items()},
        }

    def restore(self, snapshot: BankSnapshot, now_ms: int, mono_s: float) -> list[TransitionRecord]:
        """Continue from `snapshot`; return a ``returned`` for raised alarms without a rule.

        Rules that the snapshot does not know begin fresh.

        Raises:
            ValueError: this is no snapshot; the bank may then be half restored: make a new one.
        """
        alarms, means, at_ms = (snapshot.get(key) for key in ("alarms", "means", "at_ms"))
        if (
            snapshot.get("v") != 1
            or not isinstance(alarms, dict)
            or not isinstance(means, dict)
            or not isinstance(at_ms, int)
        ):
            raise ValueError("no snapshot of an alarm bank: v, at_ms, alarms or means is missing")
        gap_s = restart_gap_s(at_ms, now_ms)
        self._last_at_ms = at_ms
        self._last_mono_s = mono_s - gap_s
        orphans: list[TransitionRecord] = []
        for name, state in alarms.items():
            if not isinstance(state, dict):
                raise ValueError(f"no snapshot of {name}")
            if name in self._machines:
                self._machines[name].restore(state, now_ms, mono_s)
            elif state.get("raised"):
                orphans.append(_orphan(name, state, now_ms))
        for name, text in means.items():
            if not isinstance(text, str):
                raise ValueError(f"no snapshot of {name}")
            if name in self._means:
                self._means[name].restore(text, mono_s, gap_s)
        return orphans


def _update_means(
    mean: RollingMean, machines: list[AlarmMachine], at_ms: int, mono_s: float, state: State
) -> list[TransitionRecord]:
    # A lost or faulty device does not undo the mean of the minutes before; suppression does.
    standing = state if state in SUPPRESSING else State.MEASURING
    records: list[TransitionRecord] = []
    for machine in machines:
        value = mean.mean(machine.rule.min_coverage)
        transition = machine.update(at_ms, mono_s, value, standing, Quality.GOOD)
        if transition is not None:
            records.append(_record(machine, transition, value, at_ms))
    return records


def _record(
    machine: AlarmMachine, transition: Transition, value: float | None, at_ms: int
) -> TransitionRecord:
    rule = machine.rule
    assert machine.since_ms is not None
    return TransitionRecord(
        alarm=rule.alarm_name,
        channel=rule.channel,
        level=rule.level,
        side=rule.side,
        basis=rule.basis_name,
        transition=transition,
        value=value,
        limit=rule.threshold,
        at_ms=max(at_ms, machine.since_ms),
        since_ms=machine.since_ms,
    )


def _description(rule: AlarmRule) -> Snapshot:
    return {
        "channel": rule.channel,
        "level": rule.level,
        "side": rule.side,
        "basis": rule.basis_name,
        "limit": rule.threshold,
    }


def _orphan(name: str, state: Snapshot, now_ms: int) -> TransitionRecord:
    limit, since_ms = state.get("limit"), state.get("since_ms")
    level, side = state.get("level"), state.get("side")
    if not isinstance(limit, int | float) or not isinstance(since_ms, int | float):
        raise ValueError(f"no snapshot of {name}: limit or since_ms is missing")
    return TransitionRecord(
        alarm=name,
        channel=str(state.get("channel")),
        level="warn" if level == "warn" else "limit",
        side="low" if side == "low" else "high",
        basis=str(state.get("basis")),
        transition="returned",
        value=None,
        limit=float(limit),
        at_ms=max(now_ms, int(since_ms)),
        since_ms=int(since_ms),
    )
