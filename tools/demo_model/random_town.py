"""Towns that never were: the variety on which the demo model is trained."""

import math
import random

from demo.street.demo_town import ROOFS, WALLS
from demo.street.light import Colour
from demo.street.town import Fence, House, Mark, Parked, Patch, Thing, Town, Tree, rectangle
from demo.street.vehicles import VEHICLE_COLOURS

SURFACES = ("asphalt", "pavement", "grass", "concrete", "earth")
THINGS = ("bin", "box", "bench", "pillar", "umbrella", "drum", "bag")


def random_town(pick: random.Random) -> Town:
    """Return a street, perhaps a side street, and whatever stands beside them."""
    south = pick.uniform(1.5, 14)
    north = south + pick.uniform(5.5, 10)
    wide = pick.uniform(1.5, 4)
    patches = [
        Patch("pavement", rectangle(-120, south - wide, 120, north + wide)),
        Patch("asphalt", rectangle(-240, south, 240, north)),
    ]
    middle = (south + north) / 2
    marks = [
        Mark("dashed", (-120, middle), (120, middle), 0.14, _paint(pick)),
        Mark("solid", (-120, south + 0.3), (120, south + 0.3), 0.12),
    ]
    if pick.random() < 0.6:
        west = pick.choice((-1, 1)) * pick.uniform(5, 22)
        patches.append(Patch("asphalt", rectangle(west, -240, west + 6, south + 0.1)))
        marks.append(Mark("dashed", (west + 3, -120), (west + 3, south - 2)))
    if pick.random() < 0.6:
        east = pick.uniform(-12, 12)
        marks.append(Mark("zebra", (east, south + 0.4), (east, north - 0.4), 3.2))
    for _ in range(pick.randint(1, 4)):
        left, low = pick.uniform(-30, 15), pick.uniform(-30, -2)
        ring = rectangle(left, low, left + pick.uniform(5, 24), min(low + 14, south - wide))
        patches.append(Patch(pick.choice(SURFACES), ring))
    houses = [
        House((-40 + 6.4 * number + pick.uniform(-0.4, 0.4), north + wide + 6.5),
              (6, 11), pick.uniform(3.5, 14), _tint(pick, WALLS), _tint(pick, ROOFS), 90.0)
        for number in range(14)
        if pick.random() < 0.8
    ]  # fmt: skip
    houses += [_lone_house(pick) for _ in range(pick.randint(1, 5))]
    fences = [_fence(pick) for _ in range(pick.randint(0, 4))]
    return Town(
        base=pick.choice(SURFACES),
        patches=patches,
        marks=marks,
        houses=houses,
        fences=fences,
        trees=[_tree(pick) for _ in range(pick.randint(2, 14))],
        things=[
            Thing(pick.choice(THINGS), _spot(pick, 2.5, 26), pick.uniform(0, 360), _any(pick))
            for _ in range(pick.randint(6, 26))
        ],
        lamps=[_spot(pick, 6, 25) for _ in range(pick.randint(4, 9))],
        parked=[
            Parked(
                pick.choice(("car", "car", "motorcycle", "motorcycle", "truck")),
                (pick.uniform(-30, 30), pick.choice((south + 1, north - 1, north + 1.2))),
                pick.choice((90, 270)) + pick.gauss(0, 4),
                pick.choice(list(VEHICLE_COLOURS)),
            )
            for _ in range(pick.randint(1, 7))
        ],
        seed=pick.randrange(1 << 30),
    )


def _spot(pick: random.Random, least_m: float, most_m: float) -> tuple[float, float]:
    turn, away = pick.uniform(0, 2 * math.pi), pick.uniform(least_m, most_m)
    return away * math.sin(turn), away * math.cos(turn)


def _tint(pick: random.Random, palette: tuple[Colour, ...]) -> Colour:
    blue, green, red = pick.choice(palette)
    tone = pick.uniform(0.6, 1.12)
    return blue * tone, green * tone, red * tone


def _any(pick: random.Random) -> Colour:
    return pick.uniform(40, 220), pick.uniform(40, 220), pick.uniform(40, 220)


def _paint(pick: random.Random) -> Colour:
    return pick.choice(((70, 190, 226), (224, 228, 228)))


def _lone_house(pick: random.Random) -> House:
    size = (pick.uniform(3, 14), pick.uniform(3, 10))
    turn, away = pick.uniform(math.pi * 0.6, math.pi * 1.4), pick.uniform(16, 34)
    centre = (away * math.sin(turn), away * math.cos(turn))
    return House(centre, size, pick.uniform(2.6, 10), _tint(pick, WALLS), _tint(pick, ROOFS),
                 pick.uniform(0, 180))  # fmt: skip


def _fence(pick: random.Random) -> Fence:
    start = _spot(pick, 3, 20)
    turn, length = pick.uniform(0, 2 * math.pi), pick.uniform(4, 16)
    end = (start[0] + length * math.sin(turn), start[1] + length * math.cos(turn))
    kind = pick.choice(("bars", "bars", "wall"))
    return Fence((start, end), pick.uniform(1.2, 2.2), kind, _any(pick))


def _tree(pick: random.Random) -> Tree:
    crown = pick.uniform(0.9, 2.3)
    green = (pick.uniform(40, 80), pick.uniform(85, 130), pick.uniform(45, 95))
    return Tree(_spot(pick, crown + 2.5, 28), crown + pick.uniform(2.2, 4), crown, green)
