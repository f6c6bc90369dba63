"""A street on whose pavement somebody enters a zone every few seconds, for ever, at known times."""

from collections.abc import Sequence
from typing import Any, Final

from demo.street.motion import pose_at
from demo.street.script import MoverScript, SceneScript

ZONE: Final = "khu-vuc"
ZONE_EDGE_M, FAR_M = 6.0, 13.0
"""The zone reaches from the west to the east by the first; walkers come and go at the second."""
SPEED_M_PER_S: Final = 1.6
LANES_M: Final = (3.4, 5.4, 4.2, 4.9)
COLOURS: Final = ("red", "white", "navy", "yellow", "green", "orange", "pink", "blue")
RULE: Final[dict[str, Any]] = {
    "id": "vao-khu-vuc",
    "kind": "intrusion",
    "zone": ZONE,
    "labels": ["person"],
    "cool_down_s": 0,
}
ZONE_SETTINGS: Final[dict[str, Any]] = {
    "name": ZONE,
    "space": "ground",
    "points": [
        [-ZONE_EDGE_M, 2.6],
        [ZONE_EDGE_M, 2.6],
        [ZONE_EDGE_M, 6.0],
        [-ZONE_EDGE_M, 6.0],
    ],
}


def entry_scene(entries: int, every_s: float) -> SceneScript:
    """Return a loop of ``entries`` walkers, by turns from the west and from the east.

    Whoever is still on the way at its end goes on at its beginning: the loop has no seam.
    """
    span_s = entries * every_s
    movers = []
    for number in range(entries):
        side = -1.0 if number % 2 == 0 else 1.0
        north = LANES_M[number % len(LANES_M)]
        takes_s = 2 * FAR_M / SPEED_M_PER_S
        for turn in (0, 1):
            begins_s = number * every_s - turn * span_s
            movers.append(
                MoverScript(
                    id=f"walker-{number}-{turn}",
                    kind="walker",
                    colour=COLOURS[number % len(COLOURS)],
                    path=[
                        (begins_s, side * FAR_M, north),
                        (begins_s + takes_s, -side * FAR_M, north),
                    ],
                )
            )
    return SceneScript(name="entries", duration_s=span_s, movers=movers)


def entry_times_s(script: SceneScript) -> list[float]:
    """Return when in the loop somebody's foot truly crosses into the zone, in order."""
    times = [time_s for mover in script.movers for time_s in _crossings_s(mover)]
    return sorted(time_s for time_s in times if 0 <= time_s < script.duration_s)


def _crossings_s(mover: MoverScript) -> Sequence[float]:
    first_s, last_s = mover.path[0][0], mover.path[-1][0]
    steps = [first_s + 0.01 * step for step in range(int((last_s - first_s) * 100) + 1)]
    inside = [(pose := pose_at(mover, at_s)) and abs(pose.east) <= ZONE_EDGE_M for at_s in steps]
    return [
        at_s for at_s, before, now in zip(steps[1:], inside, inside[1:], strict=False)
        if now and not before
    ]  # fmt: skip
