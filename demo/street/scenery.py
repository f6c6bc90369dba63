"""Houses, fences, trees and furniture as faces small enough to be sorted by distance."""

import math
from itertools import pairwise

import numpy as np

from demo.street.fisheye import Floats
from demo.street.light import LAMP_HEIGHT_M, Colour
from demo.street.solids import Capsule, Part, PartBuilder, Solid, place
from demo.street.town import Fence, House, Thing, Town, Tree

PANEL_M = 2.0
FLOOR_M = 3.2
WINDOW: Colour = (112, 92, 72)
LIT_WINDOW: Colour = (120, 176, 206)
WOOD: Colour = (52, 74, 98)


def scenery(town: Town) -> list[Solid]:
    """Return everything that stands still, vehicles excepted."""
    random = np.random.default_rng(town.seed)
    solids = [_house(house) for house in town.houses]
    solids += [_fence(fence) for fence in town.fences]
    solids += [_tree(tree, random) for tree in town.trees]
    solids += [_thing(thing) for thing in town.things]
    solids += [_lamp(east, north) for east, north in town.lamps]
    return solids


def shadow_outlines(town: Town) -> list[Floats]:
    """Return convex outlines (n × 3) of all that casts a shadow."""
    outlines: list[Floats] = []
    for house in town.houses:
        length, width = house.size
        corners = [(x, y, z) for x in (-length / 2, length / 2) for y in (-width / 2, width / 2)
                   for z in (0.0, house.height_m)]  # fmt: skip
        outlines.append(place(np.array(corners), *house.centre, house.heading_deg))
    for fence in town.fences:
        if fence.kind == "wall":
            (a, b), (c, d) = fence.line
            top = fence.height_m
            outlines.append(np.array([(a, b, 0), (a, b, top), (c, d, 0), (c, d, top)]))
        else:
            outlines += [_bar(*point, fence.height_m) for point in _posts(fence, 0.5)]
    for tree in town.trees:
        outlines.append(_ball(*tree.at, tree.height_m - tree.crown_m, tree.crown_m))
        outlines.append(_bar(*tree.at, tree.height_m - tree.crown_m))
    outlines += [_bar(east, north, LAMP_HEIGHT_M) for east, north in town.lamps]
    outlines += [_outline(_thing(thing)) for thing in town.things]
    return outlines


def _outline(solid: Solid) -> Floats:
    return solid.points()


def _bar(east: float, north: float, height: float) -> Floats:
    spread = [(east + x, north + y) for x, y in ((-0.06, 0), (0.06, 0), (0, 0.06), (0, -0.06))]
    return np.array([(x, y, z) for x, y in spread for z in (0.0, height)])


def _ball(east: float, north: float, up: float, radius: float) -> Floats:
    turn = np.linspace(0, 2 * math.pi, 12, endpoint=False)
    ring = [(math.cos(a), math.sin(a), s) for s in (-0.5, 0.0, 0.5) for a in turn]
    scaled = [(x * math.cos(s), y * math.cos(s), s) for x, y, s in ring]
    return np.asarray(np.array(scaled) * radius + np.array([east, north, up]))


def _house(house: House) -> Solid:
    length, width = house.size
    half_x, half_y = length / 2, width / 2
    build = PartBuilder()
    for x0, y0, x1, y1 in (
        (half_x, -half_y, half_x, half_y),
        (half_x, half_y, -half_x, half_y),
        (-half_x, half_y, -half_x, -half_y),
        (-half_x, -half_y, half_x, -half_y),
    ):
        _wall(build, (x0, y0), (x1, y1), 0.0, house.height_m, house.wall)
        if house.windows:
            _windows(build, (x0, y0), (x1, y1), house.height_m)
    xs = np.linspace(-half_x, half_x, max(2, math.ceil(length / PANEL_M) + 1))
    ys = np.linspace(-half_y, half_y, max(2, math.ceil(width / PANEL_M) + 1))
    top = house.height_m
    for a, b in pairwise(xs):
        for c, d in pairwise(ys):
            build.quad([(a, c, top), (b, c, top), (b, d, top), (a, d, top)], house.roof)
    return Solid([build.build().moved(*house.centre, house.heading_deg)])


def _wall(
    build: PartBuilder,
    start: tuple[float, float],
    end: tuple[float, float],
    low: float,
    high: float,
    colour: Colour,
) -> None:
    """Add a wall whose outside is to the right of ``start`` → ``end``."""
    steps = max(1, math.ceil(math.dist(start, end) / PANEL_M))
    rises = max(1, math.ceil((high - low) / PANEL_M))
    for i in range(steps):
        a, b = _between(start, end, i / steps), _between(start, end, (i + 1) / steps)
        for j in range(rises):
            z0 = low + (high - low) * j / rises
            z1 = low + (high - low) * (j + 1) / rises
            build.quad([(*a, z0), (*b, z0), (*b, z1), (*a, z1)], colour)


def _windows(
    build: PartBuilder, start: tuple[float, float], end: tuple[float, float], height: float
) -> None:
    length = math.dist(start, end)
    count = int(length // 2.4)
    out = ((end[1] - start[1]) / length * 0.06, -(end[0] - start[0]) / length * 0.06)
    for floor in range(max(1, int(height // FLOOR_M))):
        low = floor * FLOOR_M + (0.9 if floor else 0.15)
        high = low + (1.4 if floor else 2.1)
        if high > height - 0.3:
            continue
        for i in range(count):
            middle = (i + 0.5) / count
            half = 0.6 / length
            a, b = _between(start, end, middle - half), _between(start, end, middle + half)
            a, b = (a[0] + out[0], a[1] + out[1]), (b[0] + out[0], b[1] + out[1])
            is_home = (floor * 7 + i * 5 + int(length * 3)) % 11 < 3
            colour, glow = (LIT_WINDOW, 0.6) if is_home else (WINDOW, 0.0)
            build.quad([(*a, low), (*b, low), (*b, high), (*a, high)], colour, glow)


def _between(
    start: tuple[float, float], end: tuple[float, float], share: float
) -> tuple[float, float]:
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def _posts(fence: Fence, step_m: float) -> list[tuple[float, float]]:
    start, end = fence.line
    count = max(2, round(math.dist(start, end) / step_m) + 1)
    return [_between(start, end, share) for share in np.linspace(0, 1, count)]


def _fence(fence: Fence) -> Solid:
    start, end = fence.line
    if fence.kind == "wall":
        build = PartBuilder()
        across = (end[1] - start[1], start[0] - end[0])
        length = math.hypot(*across)
        dx, dy = across[0] / length * 0.1, across[1] / length * 0.1
        a, b = (start[0] + dx, start[1] + dy), (end[0] + dx, end[1] + dy)
        c, d = (start[0] - dx, start[1] - dy), (end[0] - dx, end[1] - dy)
        _wall(build, a, b, 0, fence.height_m, fence.colour)
        _wall(build, d, c, 0, fence.height_m, fence.colour)
        top = fence.height_m
        steps = math.ceil(length / PANEL_M)
        for i in range(steps):
            first, last = i / steps, (i + 1) / steps
            ring = [_between(c, d, first), _between(a, b, first)]
            ring += [_between(a, b, last), _between(c, d, last)]
            build.quad([(*point, top) for point in ring], fence.colour)
        return Solid([build.build()])
    rods = [
        Capsule(np.array([*at, 0.0]), np.array([*at, fence.height_m]), r, r, fence.colour)
        for step, r in ((2.0, 0.04), (0.22, 0.012))
        for at in _posts(fence, step)
    ]
    points = _posts(fence, 1.0)
    for up in (0.25, fence.height_m - 0.1):
        rods += [
            Capsule(np.array([*a, up]), np.array([*b, up]), 0.025, 0.025, fence.colour)
            for a, b in pairwise(points)
        ]
    return Solid(capsules=rods)


def _tree(tree: Tree, random: np.random.Generator) -> Solid:
    east, north = tree.at
    middle = tree.height_m - tree.crown_m
    foot, top = np.array([east, north, 0.0]), np.array([east, north, middle])
    rods = [Capsule(foot, top, 0.14, 0.09, WOOD)]
    for _ in range(110):
        ray = random.standard_normal(3)
        ray /= np.linalg.norm(ray)
        out = tree.crown_m * (0.45 + 0.5 * random.random())
        at = np.array([east, north, middle]) + ray * out * np.array([1, 1, 0.8])
        tone = 0.62 + 0.32 * random.random() + 0.22 * max(0.0, ray[2])
        blue, green, red = (part * tone for part in tree.colour)
        size = tree.crown_m * (0.16 + 0.14 * random.random())
        rods.append(Capsule(at, at, size, size, (blue, green, red)))
    return Solid(capsules=rods)


def _lamp(east: float, north: float) -> Solid:
    grey: Colour = (120, 122, 124)
    top = np.array([east, north, LAMP_HEIGHT_M])
    arm = top + np.array([0.0, 0.9 if north > 0 else -0.9, 0.1])
    return Solid(
        capsules=[
            Capsule(np.array([east, north, 0.0]), top, 0.08, 0.05, grey),
            Capsule(top, arm, 0.05, 0.05, grey),
            Capsule(arm, arm + np.array([0.0, 0.2, 0.0]), 0.1, 0.1, (200, 236, 250)),
        ]
    )


def _thing(thing: Thing) -> Solid:
    east, north = thing.at
    foot = np.array([east, north, 0.0])

    def upright(low: float, high: float, radius: float, last: float, colour: Colour) -> Capsule:
        up = np.array([0.0, 0.0, 1.0])
        return Capsule(foot + low * up, foot + high * up, radius, last, colour)

    if thing.kind == "umbrella":
        stall = block((0.9, 0.6, 0.75), thing, (70, 110, 150))
        return Solid([stall, _canopy(thing)], [upright(0, 2.2, 0.03, 0.03, (150, 150, 150))])
    if thing.kind == "drum":
        return Solid(capsules=[upright(0.2, 0.7, 0.3, 0.3, thing.colour)])
    if thing.kind == "pillar":
        return Solid(capsules=[upright(0.1, 1.0, 0.13, 0.13, thing.colour)])
    sizes = {"bin": (0.6, 0.6, 1.05), "box": (2.4, 1.6, 1.9), "bench": (1.6, 0.45, 0.45),
             "bag": (0.5, 0.3, 0.36)}  # fmt: skip
    return Solid([block(sizes[thing.kind], thing, thing.colour)])


def block(size: tuple[float, float, float], thing: Thing, colour: Colour) -> Part:
    length, width, height = size
    build = PartBuilder()
    rectangle = (-length / 2, length / 2, -width / 2, width / 2)
    build.frustum((*rectangle, 0.0), (*rectangle, height), colour)
    return build.build().moved(*thing.at, thing.heading_deg)


def _canopy(thing: Thing, radius: float = 1.15) -> Part:
    build = PartBuilder()
    rim = [(radius * math.cos(a), radius * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 9)]
    pale = tuple(min(255.0, part * 0.6 + 100) for part in thing.colour)
    for number, ((ax, ay), (bx, by)) in enumerate(pairwise(rim)):
        colour = thing.colour if number % 2 else (pale[0], pale[1], pale[2])
        build.quad([(ax, ay, 2.0), (bx, by, 2.0), (0, 0, 2.5), (0, 0, 2.5)], colour)
    return build.build().moved(*thing.at, thing.heading_deg)
