"""How many streams and requests a device runs best with: measured once, remembered beside it."""

import json
import logging
import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

log = logging.getLogger(__name__)
PLAN_FILE = "plan-{key}.json"
TIE = 0.97
"""A plan with fewer pictures in flight wins unless it is slower than this share of the best: the
answer to a single picture comes sooner."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model runs on a device.

    Args:
        streams: inferences that the device runs side by side; 0 leaves it to the device.
        requests: pictures in flight.
        batch: pictures that the device joins into one inference, 1 for none.
    """

    streams: int
    requests: int
    batch: int = 1

    def __str__(self) -> str:
        streams = f"{self.streams} streams, " if self.streams else ""
        batch = f", batches of {self.batch}" if self.batch > 1 else ""
        return f"{streams}{self.requests} requests{batch}"


def candidates(device: str, cores: int) -> list[Plan]:
    """Return the plans worth measuring, those with the shortest answer first.

    On a CPU one picture a core (or two) is best, and joining pictures only adds waiting; a GPU
    likes batches; an NPU a few requests.
    """
    if device == "CPU":
        streams = sorted({1, max(1, cores // 4), max(1, cores // 2), max(1, cores)})
        # One more than the streams lets resizing and decoding overlap with inference.
        return [Plan(count, count + 1) for count in streams]
    if device.startswith("GPU"):
        return [Plan(1, 2), Plan(2, 4), Plan(0, 8, batch=4), Plan(0, 16, batch=8)]
    return [Plan(0, 2), Plan(0, 4), Plan(0, 8)]


def choose(
    plans: Sequence[Plan],
    measure: Callable[[Plan], float],
    *,
    budget_s: float,
    clock: Callable[[], float],
    rounds: int = 3,
) -> Plan:
    """Return the best plan, measuring all of them in turn so that a busy moment hits each alike.

    Args:
        plans: in order of preference.
        measure: runs a plan for a moment and returns pictures a second, 0 if it does not work.
        budget_s: no new measurement begins after it; the first always runs.
        clock: monotonic seconds.

    Raises:
        ValueError: no plan works.
    """
    deadline = clock() + budget_s
    rates: dict[Plan, list[float]] = {}
    for turn in range(rounds):
        for plan in plans:
            if turn > 0 and rates.get(plan) == [0.0]:
                continue
            if rates and clock() >= deadline:
                break
            rates.setdefault(plan, []).append(measure(plan))
    medians = {plan: statistics.median(found) for plan, found in rates.items()}
    best = max(medians.values(), default=0.0)
    if best <= 0:
        raise ValueError("none of the plans runs")
    log.info("plans: %s", "; ".join(f"{plan}: {rate:.1f}/s" for plan, rate in medians.items()))
    return next(plan for plan in plans if medians.get(plan, 0.0) >= TIE * best)


def remembered_plan(folder: Path, key: str) -> Plan | None:
    """Return the plan that was measured for ``key`` earlier; None if there is none to trust."""
    try:
        found = json.loads((folder / PLAN_FILE.format(key=key)).read_text(encoding="utf-8"))
        plan = Plan(**found)
    except (OSError, ValueError, TypeError):
        return None
    numbers = (plan.streams, plan.requests, plan.batch)
    if not all(type(number) is int for number in numbers):
        return None
    sane = 0 <= plan.streams <= 512 and 1 <= plan.requests <= 512 and 1 <= plan.batch <= 64
    return plan if sane else None


def remember_plan(folder: Path, key: str, plan: Plan) -> None:
    """Keep ``plan`` for the next start; a folder that may not be written is no fault."""
    target = folder / PLAN_FILE.format(key=key)
    partial = target.with_suffix(f".{os.getpid()}.partial")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(asdict(plan)), encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        log.warning(
            "%s: %s; the device is measured again at each start (model.cache_dir)",
            folder,
            error.strerror,
        )
