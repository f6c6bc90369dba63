"""Walkers and riders: a gait of capsules, dressed in a few colours."""

import math
from dataclasses import dataclass

import numpy as np

from demo.street.light import Colour
from demo.street.solids import Capsule, place

SKIN: Colour = (122, 158, 205)
STRAW: Colour = (150, 205, 222)
SHOE: Colour = (40, 40, 44)
Spot = tuple[float, float, float]


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


class Figure:
    """Collects the rods of one person in local coordinates (x ahead, y left, z up)."""

    def __init__(self, look: WalkerLook) -> None:
        self.look = look
        self.size = look.height_m / 1.7
        self._ends: list[Spot] = []
        self._rods: list[tuple[float, float, Colour]] = []

    def rod(self, start: Spot, end: Spot, first: float, last: float, colour: Colour) -> None:
        """Add a rod whose radius goes from ``first`` to ``last`` (metres)."""
        self._ends += [start, end]
        self._rods.append((first, last, colour))

    def head(self, x: float, z: float) -> None:
        """Add the head, and what covers it."""
        look, size = self.look, self.size
        self.rod((x, 0, z), (x + 0.02, 0, z + 0.02), 0.1 * size, 0.1 * size, look.skin)
        if look.hat == "conical":
            self.rod((x, 0, z + 0.05), (x, 0, z + 0.2), 0.23, 0.03, look.hat_colour)
        elif look.hat is not None:
            self.rod((x - 0.01, 0, z + 0.05), (x + 0.02, 0, z + 0.06), 0.125, 0.12, look.hat_colour)
        else:
            self.rod((x - 0.03, 0, z + 0.04), (x - 0.01, 0, z + 0.05), 0.105, 0.1, look.hair)

    def placed(self, east: float, north: float, heading_deg: float) -> list[Capsule]:
        """Return the rods in the street's coordinates."""
        world = place(np.array(self._ends, dtype=np.float64), east, north, heading_deg)
        return [
            Capsule(world[2 * index], world[2 * index + 1], first, last, colour)
            for index, (first, last, colour) in enumerate(self._rods)
        ]


def walking(
    look: WalkerLook,
    east: float,
    north: float,
    heading_deg: float,
    phase_rad: float,
    speed_m_s: float,
) -> list[Capsule]:
    """Return a person mid-stride; ``phase_rad`` runs 2π over two steps, speed 0 stands."""
    figure = Figure(look)
    size = figure.size
    swing = min(0.62, 0.42 * speed_m_s / 1.3) if speed_m_s > 0.1 else 0.0
    lean = 0.05 * min(speed_m_s, 4.0)
    hip, shoulder = 0.88 * size, 1.40 * size
    for side, turn in ((1, 0.0), (-1, math.pi)):
        _leg(figure, side, swing, phase_rad + turn, hip)
        _arm(figure, side, -swing * 0.9 * math.sin(phase_rad + turn), lean, shoulder - 0.02)
    chest = (lean, 0.0, shoulder - 0.1)
    figure.rod((0.0, 0.0, hip), chest, 0.15 * size, 0.17 * size, look.shirt)
    _shoulders(figure, lean, shoulder)
    figure.rod((lean, 0.0, shoulder), (lean + 0.03, 0.0, 1.585 * size), 0.055, 0.06, look.skin)
    figure.head(lean + 0.03, 1.585 * size)
    return figure.placed(east, north, heading_deg)


def seated(look: WalkerLook, east: float, north: float, heading_deg: float) -> list[Capsule]:
    """Return a person who rides a scooter."""
    figure = Figure(look)
    hip, shoulder = 0.88, 0.88 + 0.52 * figure.size
    for side in (1, -1):
        knee, elbow = (0.1, side * 0.2, 0.8), (0.02, side * 0.3, 1.1)
        figure.rod((-0.35, side * 0.12, hip), knee, 0.1, 0.08, look.trousers)
        figure.rod(knee, (0.12, side * 0.2, 0.42), 0.075, 0.055, look.trousers)
        figure.rod((-0.22, side * 0.22, shoulder - 0.03), elbow, 0.06, 0.05, look.shirt)
        figure.rod(elbow, (0.28, side * 0.28, 1.05), 0.045, 0.04, look.skin)
    figure.rod((-0.38, 0.0, hip + 0.05), (-0.24, 0.0, shoulder - 0.1), 0.16, 0.17, look.shirt)
    _shoulders(figure, -0.23, shoulder)
    figure.head(-0.18, shoulder + 0.2)
    return figure.placed(east, north, heading_deg)


def _leg(figure: Figure, side: int, swing: float, phase_rad: float, hip: float) -> None:
    size, cloth = figure.size, figure.look.trousers
    angle = swing * math.sin(phase_rad)
    back = angle - swing * max(0.0, math.cos(phase_rad)) * 1.1
    y = side * 0.1
    knee = (0.43 * size * math.sin(angle), y, hip - 0.43 * size * math.cos(angle))
    ankle_x = knee[0] + 0.40 * size * math.sin(back)
    ankle = (ankle_x, y, max(0.06, knee[2] - 0.40 * size * math.cos(back)))
    figure.rod((0.0, side * 0.09, hip), knee, 0.095 * size, 0.07 * size, cloth)
    figure.rod(knee, ankle, 0.07 * size, 0.05 * size, cloth)
    figure.rod(ankle, (ankle_x + 0.13, y, 0.05), 0.05, 0.045, SHOE)


def _arm(figure: Figure, side: int, angle: float, x: float, top: float) -> None:
    size, look = figure.size, figure.look
    elbow_x = x + 0.28 * size * math.sin(angle)
    elbow = (elbow_x, side * 0.25 * size, top - 0.28 * size * math.cos(angle))
    hand_x = elbow_x + 0.25 * size * math.sin(angle + 0.35)
    hand = (hand_x, side * 0.24 * size, elbow[2] - 0.25 * size * math.cos(angle + 0.35))
    figure.rod((x, side * 0.21 * size, top), elbow, 0.06 * size, 0.05 * size, look.shirt)
    figure.rod(elbow, hand, 0.045 * size, 0.04 * size, look.skin)
    if look.carries == "bag" and side < 0:
        low = hand[2] - 0.2
        ends = (hand_x - 0.15, hand[1], low), (hand_x + 0.15, hand[1], low)
        figure.rod(*ends, 0.13, 0.13, look.bag_colour)


def _shoulders(figure: Figure, x: float, up: float) -> None:
    z = up - 0.06
    figure.rod((x, -0.12, z), (x, 0.12, z), 0.1, 0.1, figure.look.shirt)
