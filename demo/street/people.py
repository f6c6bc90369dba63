"""Walkers: a gait of capsules, dressed in a few colours."""

import math
from dataclasses import dataclass

import numpy as np

from demo.street.fisheye import Floats
from demo.street.light import Colour
from demo.street.solids import Capsule, place

SKIN: Colour = (122, 158, 205)
STRAW: Colour = (150, 205, 222)


@dataclass(frozen=True)
class WalkerLook:
    """How a person looks.

    Args:
        height_m: 1.0 … 1.95.
        hat: None, ``conical`` (nón lá), ``cap`` or ``helmet``.
        carries: None or ``bag``.
    """

    height_m: float = 1.66
    shirt: Colour = (60, 60, 190)
    trousers: Colour = (70, 50, 40)
    hair: Colour = (28, 26, 26)
    skin: Colour = SKIN
    hat: str | None = None
    hat_colour: Colour = STRAW
    carries: str | None = None
    bag_colour: Colour = (40, 60, 100)


def walking(
    look: WalkerLook,
    east: float,
    north: float,
    heading_deg: float,
    phase_rad: float,
    speed_m_s: float,
) -> list[Capsule]:
    """Return a person mid-stride; ``phase_rad`` runs 2π over two steps, speed 0 stands."""
    size = look.height_m / 1.7
    swing = min(0.62, 0.42 * speed_m_s / 1.3) if speed_m_s > 0.1 else 0.0
    lean = 0.05 * min(speed_m_s, 4.0)
    hip, shoulder = 0.88 * size, 1.40 * size
    points: list[Floats] = []
    rods: list[tuple[int, int, float, float, Colour]] = []

    def rod(
        start: tuple[float, float, float], end: tuple[float, float, float],
        first: float, last: float, colour: Colour,
    ) -> None:  # fmt: skip
        points.append(np.array([start, end]))
        rods.append((len(points) - 1, 0, first, last, colour))

    for side, turn in ((1, 0.0), (-1, math.pi)):
        angle = swing * math.sin(phase_rad + turn)
        bend = swing * max(0.0, math.cos(phase_rad + turn)) * 1.1
        knee = (0.43 * size * math.sin(angle), side * 0.1, hip - 0.43 * size * math.cos(angle))
        back = angle - bend
        foot = (
            knee[0] + 0.40 * size * math.sin(back),
            side * 0.1,
            max(0.06, knee[2] - 0.40 * size * math.cos(back)),
        )
        rod((0.0, side * 0.09, hip), knee, 0.095 * size, 0.07 * size, look.trousers)
        rod(knee, foot, 0.07 * size, 0.05 * size, look.trousers)
        rod(foot, (foot[0] + 0.13, foot[1], 0.05), 0.05, 0.045, (40, 40, 44))
        arm = -swing * 0.9 * math.sin(phase_rad + turn)
        top = (lean, side * 0.21 * size, shoulder - 0.02)
        elbow = (
            top[0] + 0.28 * size * math.sin(arm),
            side * 0.25 * size,
            top[2] - 0.28 * size * math.cos(arm),
        )
        hand = (
            elbow[0] + 0.25 * size * math.sin(arm + 0.35),
            side * 0.24 * size,
            elbow[2] - 0.25 * size * math.cos(arm + 0.35),
        )
        rod(top, elbow, 0.06 * size, 0.05 * size, look.shirt)
        rod(elbow, hand, 0.045 * size, 0.04 * size, look.skin)
        if look.carries == "bag" and side < 0:
            low = (hand[0], hand[1], hand[2] - 0.2)
            rod((hand[0] - 0.15, hand[1], low[2]), (hand[0] + 0.15, hand[1], low[2]),
                0.13, 0.13, look.bag_colour)  # fmt: skip
    rod((0.0, 0.0, hip), (lean, 0.0, shoulder - 0.1), 0.15 * size, 0.17 * size, look.shirt)
    rod((lean, -0.12, shoulder - 0.06), (lean, 0.12, shoulder - 0.06), 0.1, 0.1, look.shirt)
    head = (lean + 0.03, 0.0, 1.585 * size)
    rod((lean, 0.0, shoulder), head, 0.055, 0.06, look.skin)
    _head(rod, look, head, size)
    return _placed(points, rods, east, north, heading_deg)


def seated(look: WalkerLook, east: float, north: float, heading_deg: float) -> list[Capsule]:
    """Return a person who rides a scooter."""
    size = look.height_m / 1.7
    points: list[Floats] = []
    rods: list[tuple[int, int, float, float, Colour]] = []

    def rod(
        start: tuple[float, float, float], end: tuple[float, float, float],
        first: float, last: float, colour: Colour,
    ) -> None:  # fmt: skip
        points.append(np.array([start, end]))
        rods.append((len(points) - 1, 0, first, last, colour))

    hip, shoulder = 0.88, 0.88 + 0.52 * size
    for side in (1, -1):
        rod((-0.35, side * 0.12, hip), (0.1, side * 0.2, 0.8), 0.1, 0.08, look.trousers)
        rod((0.1, side * 0.2, 0.8), (0.12, side * 0.2, 0.42), 0.075, 0.055, look.trousers)
        rod((-0.22, side * 0.22, shoulder - 0.03), (0.02, side * 0.3, 1.1), 0.06, 0.05, look.shirt)
        rod((0.02, side * 0.3, 1.1), (0.28, side * 0.28, 1.05), 0.045, 0.04, look.skin)
    rod((-0.38, 0.0, hip + 0.05), (-0.24, 0.0, shoulder - 0.1), 0.16, 0.17, look.shirt)
    rod((-0.23, -0.12, shoulder - 0.05), (-0.23, 0.12, shoulder - 0.05), 0.1, 0.1, look.shirt)
    head = (-0.18, 0.0, shoulder + 0.2)
    _head(rod, look, head, size)
    return _placed(points, rods, east, north, heading_deg)


def _head(rod, look: WalkerLook, head: tuple[float, float, float], size: float) -> None:  # type: ignore[no-untyped-def]
    x, y, z = head
    rod(head, (x + 0.02, y, z + 0.02), 0.1 * size, 0.1 * size, look.skin)
    if look.hat == "conical":
        rod((x, y, z + 0.05), (x, y, z + 0.2), 0.23, 0.03, look.hat_colour)
    elif look.hat in ("cap", "helmet"):
        rod((x - 0.01, y, z + 0.05), (x + 0.02, y, z + 0.06), 0.125, 0.12, look.hat_colour)
    else:
        rod((x - 0.03, y, z + 0.04), (x - 0.01, y, z + 0.05), 0.105, 0.1, look.hair)


def _placed(
    points: list[Floats],
    rods: list[tuple[int, int, float, float, Colour]],
    east: float,
    north: float,
    heading_deg: float,
) -> list[Capsule]:
    world = place(np.concatenate(points), east, north, heading_deg)
    return [
        Capsule(world[2 * index], world[2 * index + 1], first, last, colour)
        for index, _, first, last, colour in rods
    ]
