"""Turns a mover's pose into solids, and says which of a vehicle's lights shine where."""

import math
import random
from functools import lru_cache

import numpy as np

from demo.street.fisheye import Floats
from demo.street.light import Colour
from demo.street.motion import Pose
from demo.street.people import STRAW, WalkerLook, walking
from demo.street.scenery import block
from demo.street.script import MoverScript
from demo.street.solids import Capsule, Solid, place
from demo.street.town import Parked, Thing
from demo.street.vehicles import VEHICLE_COLOURS, car_parts, motorbike, truck_parts

STRIDE_M = 1.45
SHIRTS: dict[str, Colour] = {
    "white": (222, 222, 220),
    "red": (52, 48, 186),
    "blue": (168, 96, 48),
    "navy": (92, 54, 34),
    "green": (84, 132, 60),
    "yellow": (70, 186, 220),
    "pink": (176, 140, 222),
    "violet": (150, 80, 110),
    "black": (44, 42, 42),
    "grey": (132, 130, 128),
    "orange": (40, 122, 226),
    "teal": (140, 140, 40),
}
TROUSERS: tuple[Colour, ...] = (
    (70, 48, 36), (44, 42, 42), (96, 88, 82), (120, 76, 44), (110, 130, 148), (190, 190, 188),
)  # fmt: skip
HATS: tuple[Colour, ...] = ((60, 60, 190), (190, 110, 50), (220, 220, 220), (46, 46, 46))
FOOTPRINTS = {
    "car": (4.4, 1.85),
    "truck": (6.6, 2.3),
    "motorcycle": (1.8, 0.6),
    "walker": (0.5, 0.5),
    "bag": (0.55, 0.35),
}
"""Length and width on the ground, metres."""


@lru_cache(maxsize=1024)
def look_of(
    key: str, shirt: str | None, hat: str | None, carries: str | None, height_m: float
) -> WalkerLook:
    """Return how a person looks: what is not given follows from ``key``."""
    pick = random.Random(key)
    colour = SHIRTS[shirt] if shirt is not None else pick.choice(list(SHIRTS.values()))
    trousers = pick.choice(TROUSERS)
    chosen = hat or pick.choices(("none", "conical", "cap"), (5, 2, 2))[0]
    tone = pick.uniform(0.8, 1.08)
    return WalkerLook(
        height_m=height_m,
        shirt=colour,
        trousers=trousers,
        skin=(122 * tone, 158 * tone, 205 * tone),
        hat=None if chosen == "none" else chosen,
        hat_colour=STRAW if chosen == "conical" else pick.choice(HATS),
        carries=carries,
        bag_colour=pick.choice(HATS),
    )


def solid_of(mover: MoverScript, pose: Pose) -> Solid:
    """Return the mover's body at its pose."""
    if mover.kind == "walker":
        look = look_of(mover.id, mover.colour, mover.hat, mover.carries, mover.height_m)
        phase = 2 * math.pi * pose.way_m / STRIDE_M
        rods = walking(look, pose.east, pose.north, pose.heading_deg, phase, pose.speed_m_s)
        return Solid(capsules=rods)
    if mover.kind == "bag":
        return bag(mover.colour, pose.east, pose.north, pose.heading_deg)
    return vehicle(
        mover.kind, mover.id, mover.colour, pose.east, pose.north, pose.heading_deg, mover.rider
    )


def parked_solid(parked: Parked) -> Solid:
    """Return the body of a vehicle that never moves."""
    return vehicle(
        parked.kind, str(parked.at), parked.colour, *parked.at, parked.heading_deg, rider=False
    )


def vehicle(
    kind: str,
    key: str,
    colour: str | None,
    east: float,
    north: float,
    heading_deg: float,
    rider: bool,
) -> Solid:
    """Return a car, truck or motorbike; what is not given follows from ``key``."""
    pick = random.Random(key)
    name = colour or pick.choice(list(VEHICLE_COLOURS))
    paint = VEHICLE_COLOURS[name]
    if kind == "motorcycle":
        look = look_of(key, None, "helmet", None, 1.66) if rider else None
        return motorbike(paint, look, east, north, heading_deg)
    if kind == "truck":
        cargo = pick.choice(((196, 198, 200), (168, 140, 96), (110, 132, 150), (214, 214, 210)))
        parts = truck_parts(paint, cargo, pick.uniform(5.6, 7.4), pick.uniform(2.6, 3.2))
    else:
        length = pick.uniform(3.8, 4.8)
        parts = car_parts(paint, length, pick.choice((1.46, 1.5, 1.7)))
    return Solid([part.moved(east, north, heading_deg) for part in parts])


def bag(colour: str | None, east: float, north: float, heading_deg: float) -> Solid:
    """Return a travelling bag that stands on the ground."""
    paint = SHIRTS[colour or "navy"]
    body = block((0.52, 0.32, 0.34), Thing("bag", (east, north), heading_deg), paint)
    ends = place(np.array([[-0.12, 0, 0.36], [0.12, 0, 0.36]]), east, north, heading_deg)
    return Solid([body], [Capsule(ends[0], ends[1], 0.05, 0.05, (50, 50, 52))])


def footprint(kind: str, pose: Pose, grow: float = 1.0) -> Floats:
    """Return the corners (8 × 3) of the rounded patch of ground under a mover."""
    length, width = (side * grow / 2 for side in FOOTPRINTS[kind])
    local = np.array(
        [(length, 0.7 * width), (0.8 * length, width), (-0.8 * length, width),
         (-length, 0.7 * width), (-length, -0.7 * width), (-0.8 * length, -width),
         (0.8 * length, -width), (length, -0.7 * width)]
    )  # fmt: skip
    flat = np.column_stack([local, np.zeros(len(local))])
    return place(flat, pose.east, pose.north, pose.heading_deg)


def beam(kind: str, pose: Pose) -> Floats:
    """Return the corners (n × 3) of the ground that a vehicle's headlights brighten."""
    nose = FOOTPRINTS[kind][0] / 2
    half = FOOTPRINTS[kind][1] / 2
    local = np.array(
        [(nose + 0.3, half * 0.8), (nose + 3, half + 0.7), (nose + 6, half + 1.2),
         (nose + 8, half * 0.8), (nose + 8, -half * 0.8), (nose + 6, -half - 1.2),
         (nose + 3, -half - 0.7), (nose + 0.3, -half * 0.8), (nose + 0.3, 0.0)]
    )  # fmt: skip
    flat = np.column_stack([local, np.zeros(len(local))])
    return place(flat, pose.east, pose.north, pose.heading_deg)
