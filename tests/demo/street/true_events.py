"""What the rules must report, worked out from the true positions alone."""

import math
from dataclasses import dataclass
from typing import Any

from demo.street.library import zones_and_rules
from demo.street.motion import pose_at
from demo.street.script import LABELS, MoverScript, SceneScript

STEP_S = 0.05
SIGHT_M = 45.0
LOITERING_GRACE_S = 5.0
Path = list[tuple[float, float, float]]


@dataclass(frozen=True)
class TrueEvent:
    """An event that follows from the truth."""

    rule: str
    mover: str | None
    begins_s: float
    due_s: float


def true_events(script: SceneScript) -> list[TrueEvent]:
    """Return what every rule of the scene must report."""
    zones, rules = zones_and_rules(script.rules)
    shapes = {zone["name"]: zone["points"] for zone in zones}
    paths = {mover.id: (mover, _path(mover, script.duration_s)) for mover in script.movers}
    events: list[TrueEvent] = []
    for rule in rules:
        shape = shapes.get(rule.get("zone"), [])
        if rule["kind"] == "tamper":
            events += [TrueEvent(rule["id"], None, act.from_s, act.from_s) for act in script.tamper]
        elif rule["kind"] == "crowd":
            events += _crowd(rule, shape, paths)
        elif rule["kind"] == "abandoned_object":
            events += _abandoned(rule, shape, paths, script.duration_s)
        else:
            for mover, path in paths.values():
                if LABELS[mover.kind] in rule["labels"]:
                    events += _single(rule, shape, mover.id, path)
    return events


def inside(point: tuple[float, float], ring: list[Any]) -> bool:
    """Return whether a point lies in a polygon."""
    x, y = point
    odd = False
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            odd = not odd
    return odd


def _path(mover: MoverScript, duration_s: float) -> Path:
    points = []
    for number in range(round(duration_s / STEP_S)):
        pose = pose_at(mover, number * STEP_S)
        if pose is not None and math.hypot(pose.east, pose.north) < SIGHT_M:
            points.append((number * STEP_S, pose.east, pose.north))
    return points


def _single(rule: dict[str, Any], shape: list[Any], mover: str, path: Path) -> list[TrueEvent]:
    found: TrueEvent | None = None
    if rule["kind"] == "line_crossing":
        (ax, ay), (bx, by) = shape
        left = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0 for _, x, y in path]
        for (at, x, _), was, now in zip(path[1:], left, left[1:], strict=False):
            if was and not now and ax <= x <= bx:
                return [TrueEvent(rule["id"], mover, at, at)]
        return []
    stay = [(at, x, y) for at, x, y in path if inside((x, y), shape)]
    if not stay:
        return []
    first = stay[0][0]
    if rule["kind"] == "intrusion":
        found = TrueEvent(rule["id"], mover, first, first + rule["inside_s"])
    elif rule["kind"] == "loitering":
        for (before, *_), (at, *_) in zip([stay[0], *stay], stay, strict=False):
            first = at if at - before > LOITERING_GRACE_S else first
            if at - first >= rule["dwell_s"]:
                return [TrueEvent(rule["id"], mover, first, first + rule["dwell_s"])]
    elif rule["kind"] == "wrong_way" and stay[-1][1] < stay[0][1]:
        found = TrueEvent(rule["id"], mover, first, first + 1.0)
    elif rule["kind"] == "stopped_vehicle":
        for number, (at, x, y) in enumerate(stay):
            later = [p for p in stay[number:] if p[0] <= at + rule["for_s"] + STEP_S]
            if all(math.dist(p[1:], (x, y)) <= 1.5 for p in later) and (
                later[-1][0] - at >= rule["for_s"]
            ):
                found = TrueEvent(rule["id"], mover, at, at + rule["for_s"])
                break
    return [] if found is None else [found]


def _crowd(rule: dict[str, Any], shape: list[Any], paths: dict[str, Any]) -> list[TrueEvent]:
    counts: dict[int, list[str]] = {}
    for mover, path in paths.values():
        if LABELS[mover.kind] == "person":
            for at, x, y in path:
                if inside((x, y), shape):
                    counts.setdefault(round(at / STEP_S), []).append(mover.id)
    full = sorted(step for step, who in counts.items() if len(who) >= rule["at_least"])
    if len(full) * STEP_S < rule["for_s"]:
        return []
    last_come = set(counts[full[0]]) - set(counts.get(full[0] - 1, []))
    begins = full[0] * STEP_S
    return [TrueEvent(rule["id"], min(last_come), begins, begins + rule["for_s"])]


def _abandoned(
    rule: dict[str, Any], shape: list[Any], paths: dict[str, Any], duration_s: float
) -> list[TrueEvent]:
    walkers = [path for mover, path in paths.values() if mover.kind == "walker"]
    events = []
    for mover, path in paths.values():
        if mover.kind != "bag" or not path or not inside(path[0][1:], shape):
            continue
        alone_since = path[0][0]
        for at, x, y in path:
            near = any(
                math.dist(point[1:], (x, y)) < 3.0
                for walk in walkers
                for point in walk
                if abs(point[0] - at) < STEP_S / 2
            )
            alone_since = at if near else alone_since
            if at - alone_since >= rule["for_s"]:
                events.append(TrueEvent(rule["id"], mover.id, path[0][0], at))
                break
    return events
