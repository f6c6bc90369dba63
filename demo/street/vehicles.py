"""Cars, trucks and motorbikes as a few shaded faces each."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from demo.street.light import Colour
from demo.street.people import WalkerLook, seated
from demo.street.solids import Part, PartBuilder, Solid

GLASS: Colour = (62, 54, 46)
TYRE: Colour = (34, 33, 32)
LAMP_WHITE: Colour = (235, 250, 255)
LAMP_RED: Colour = (40, 40, 220)
VEHICLE_COLOURS: dict[str, Colour] = {
    "white": (226, 228, 228),
    "silver": (172, 170, 166),
    "black": (46, 44, 42),
    "grey": (104, 102, 100),
    "red": (44, 42, 172),
    "blue": (150, 88, 40),
    "green": (86, 118, 58),
    "yellow": (62, 178, 216),
    "orange": (44, 116, 214),
    "beige": (150, 180, 196),
}


def _wheels(builder: PartBuilder, xs: Sequence[float], half_width: float, radius: float) -> None:
    for x in xs:
        for side in (-1, 1):
            y = side * half_width
            for turn in (0.0, math.pi / 6, math.pi / 3):
                corners = [
                    (
                        x + radius * math.cos(turn + side * quarter * math.pi / 2),
                        y,
                        radius + radius * math.sin(turn + side * quarter * math.pi / 2),
                    )
                    for quarter in range(4)
                ]
                builder.quad(corners[::-1], TYRE)


def _lights(builder: PartBuilder, front: float, rear: float, half: float, z: float) -> None:
    for side in (-1, 1):
        inner, outer = side * (half - 0.5), side * (half - 0.12)
        low, high = min(inner, outer), max(inner, outer)
        x = front + 0.01
        builder.quad(
            [(x, low, z), (x, high, z), (x, high, z + 0.16), (x, low, z + 0.16)], LAMP_WHITE, 1.0
        )
        x = rear - 0.01
        builder.quad(
            [(x, high, z), (x, low, z), (x, low, z + 0.16), (x, high, z + 0.16)], LAMP_RED, 0.8
        )


@lru_cache(maxsize=256)
def car_parts(colour: Colour, length: float = 4.4, height: float = 1.48) -> tuple[Part, ...]:
    """Return the parts of a car of ``length`` and ``height`` in metres."""
    half, nose, tail = 0.89, length / 2, -length / 2
    belt = height * 0.58
    body = PartBuilder()
    body.frustum((tail, nose, -half, half, 0.24), (tail, nose, -half, half, 0.6), colour)
    body.frustum(
        (tail, nose, -half, half, 0.6),
        (tail + 0.12, nose - 0.25, -half + 0.06, half - 0.06, belt),
        colour,
    )
    _wheels(body, (nose - 0.8, tail + 0.8), half + 0.01, 0.32)
    _lights(body, nose, tail, half, 0.5)
    front, back = nose - length * 0.27, tail + length * 0.1
    low = (back, front, -half + 0.07, half - 0.07, belt)
    high = (back + 0.5, front - 0.75, -half + 0.2, half - 0.2, height)
    body.frustum(low, high, GLASS, top=colour)
    # Pillars, so that the glass house does not read as one black block.
    for side in (-1, 1):
        y_low, y_high = side * (half - 0.065), side * (half - 0.195)
        middle = (back + front) / 2 - 0.1
        corners = [
            (middle, y_low, belt), (middle + 0.09, y_low, belt),
            (middle + 0.09, y_high, height), (middle, y_high, height),
        ]  # fmt: skip
        body.quad(corners if side < 0 else corners[::-1], colour)
    return (body.build(),)


@lru_cache(maxsize=256)
def truck_parts(
    colour: Colour, cargo: Colour = (196, 198, 200), length: float = 6.6, height: float = 2.9
) -> tuple[Part, ...]:
    """Return the parts of a truck with a box body."""
    half, nose, tail = 1.1, length / 2, -length / 2
    cab_back = nose - 1.75
    cab = PartBuilder()
    cab.frustum((cab_back, nose, -half, half, 0.4), (cab_back, nose, -half, half, 1.25), colour)
    cab.frustum(
        (cab_back, nose, -half, half, 1.25),
        (cab_back, nose - 0.28, -half + 0.1, half - 0.1, 2.25),
        GLASS,
        top=colour,
    )
    _wheels(cab, (nose - 0.75,), half + 0.01, 0.45)
    _lights(cab, nose, cab_back, half, 0.6)
    box = PartBuilder()
    box.frustum(
        (tail, cab_back - 0.12, -half + 0.1, half - 0.1, 0.45),
        (tail, cab_back - 0.12, -half + 0.1, half - 0.1, 0.9),
        (70, 70, 72),
    )
    _wheels(box, (tail + 0.9, tail + 1.85), half - 0.05, 0.45)
    box.frustum(
        (tail, cab_back - 0.12, -half - 0.05, half + 0.05, 0.9),
        (tail, cab_back - 0.12, -half - 0.05, half + 0.05, height),
        cargo,
    )
    for share in (0.25, 0.5, 0.75):
        x = tail + (cab_back - tail) * share
        y = half + 0.06
        stripe = (x, x + 0.12)
        shade = (cargo[0] * 0.86, cargo[1] * 0.86, cargo[2] * 0.86)
        box.quad([(stripe[0], -y, 0.95), (stripe[1], -y, 0.95), (stripe[1], -y, height - 0.05),
                  (stripe[0], -y, height - 0.05)], shade)  # fmt: skip
        box.quad([(stripe[1], y, 0.95), (stripe[0], y, 0.95), (stripe[0], y, height - 0.05),
                  (stripe[1], y, height - 0.05)], shade)  # fmt: skip
    return (cab.build(), box.build())


@lru_cache(maxsize=256)
def motorbike_parts(colour: Colour) -> tuple[Part, ...]:
    """Return the parts of a scooter without its rider."""
    bike = PartBuilder()
    for x in (0.62, -0.6):
        for side in (-1, 1):
            ring = [
                (x + 0.29 * math.cos(a), side * 0.05, 0.29 + 0.29 * math.sin(a))
                for a in (np.arange(4) * math.pi / 2 + math.pi / 4)
            ]
            bike.quad(ring if side < 0 else ring[::-1], TYRE)
            turned = [
                (x + 0.29 * math.cos(a), side * 0.05, 0.29 + 0.29 * math.sin(a))
                for a in (np.arange(4) * math.pi / 2)
            ]
            bike.quad(turned if side < 0 else turned[::-1], TYRE)
    bike.frustum((-0.85, 0.4, -0.17, 0.17, 0.3), (-0.8, 0.35, -0.16, 0.16, 0.42), colour)
    bike.frustum((-0.85, -0.1, -0.16, 0.16, 0.42), (-0.9, -0.05, -0.15, 0.15, 0.8), colour,
                 top=(44, 42, 40))  # fmt: skip
    bike.frustum((0.32, 0.5, -0.2, 0.2, 0.4), (0.3, 0.42, -0.14, 0.14, 1.02), colour)
    bike.frustum((0.28, 0.36, -0.34, 0.34, 0.98), (0.28, 0.36, -0.34, 0.34, 1.05), (40, 40, 42))
    bike.quad([(0.47, -0.08, 0.86), (0.47, 0.08, 0.86), (0.45, 0.08, 0.98), (0.45, -0.08, 0.98)],
              LAMP_WHITE, 1.0)  # fmt: skip
    bike.quad([(-0.9, 0.1, 0.62), (-0.9, -0.1, 0.62), (-0.9, -0.1, 0.72), (-0.9, 0.1, 0.72)],
              LAMP_RED, 0.8)  # fmt: skip
    return (bike.build(),)


def motorbike(
    colour: Colour, rider: WalkerLook | None, east: float, north: float, heading_deg: float
) -> Solid:
    """Return a motorbike, with its rider unless ``rider`` is None."""
    solid = Solid([part.moved(east, north, heading_deg) for part in motorbike_parts(colour)])
    if rider is not None:
        solid.capsules = seated(rider, east, north, heading_deg)
    return solid
