"""The demo's place: a street, a side street, houses, and a fenced yard south of the mast."""

from demo.street.light import Colour
from demo.street.town import Fence, House, Mark, Parked, Patch, Thing, Town, Tree, rectangle

YARD = rectangle(-13.0, -16.0, 9.0, -2.5)
"""The fenced yard; its gate is the gap in the fence."""
GATE = ((-1.0, -2.5), (3.0, -2.5))
PAVEMENT_SOUTH = rectangle(-60.0, 3.5, 13.5, 6.0)
ROAD_SOUTH_M, ROAD_NORTH_M = 6.0, 14.0
SIDE_WEST_M, SIDE_EAST_M = 16.0, 22.0
LAMPS = (
    (-22.0, 5.4),
    (-9.5, 5.4),
    (5.5, 5.4),
    (13.0, 5.0),
    (-4.0, 14.8),
    (22.8, -8.0),
    (-12.0, -9.0),
    (8.2, -9.0),
)
WALLS: tuple[Colour, ...] = (
    (196, 214, 222),
    (150, 196, 226),
    (178, 200, 168),
    (210, 206, 200),
    (140, 170, 212),
    (206, 190, 150),
    (176, 176, 206),
)
ROOFS: tuple[Colour, ...] = ((70, 84, 150), (128, 126, 122), (92, 96, 100), (66, 74, 128))


def demo_town() -> Town:
    """Return the town of the demo and of the evaluation scenes."""
    return Town(
        patches=_patches(),
        marks=_marks(),
        houses=_houses(),
        fences=_fences(),
        trees=_trees(),
        things=_things(),
        lamps=list(LAMPS),
        parked=_parked(),
        seed=11,
    )


def _patches() -> list[Patch]:
    return [
        Patch("pavement", PAVEMENT_SOUTH),
        Patch("pavement", rectangle(-120, 14, 120, 17.5)),
        Patch("pavement", rectangle(13.5, -120, 16, 6)),
        Patch("pavement", rectangle(22, -120, 24.5, 6)),
        Patch("asphalt", rectangle(-240, ROAD_SOUTH_M, 240, ROAD_NORTH_M)),
        Patch("asphalt", rectangle(SIDE_WEST_M, -240, SIDE_EAST_M, ROAD_SOUTH_M + 0.1)),
        Patch("concrete", YARD),
        Patch("concrete", rectangle(-1.0, -2.5, 3.0, 3.5)),
        Patch("earth", rectangle(-17.0, -40.0, -13.4, 2.5)),
        Patch("pavement", rectangle(24.5, -120, 60, 6)),
    ]


def _marks() -> list[Mark]:
    white, yellow = (224, 228, 228), (70, 190, 226)
    return [
        Mark("dashed", (-120, 10), (-9.5, 10), 0.14, yellow),
        Mark("dashed", (-3.5, 10), (120, 10), 0.14, yellow),
        Mark("solid", (-120, 6.3), (16, 6.3), 0.12, white),
        Mark("solid", (-120, 13.7), (120, 13.7), 0.12, white),
        Mark("dashed", (19, -120), (19, 4), 0.12, white),
        Mark("zebra", (-6.5, 6.5), (-6.5, 13.5), 3.2, white),
        Mark("solid", (16.2, 5.4), (18.9, 5.4), 0.3, white),
        Mark("solid", (-12.7, -2.8), (-1.2, -2.8), 0.12, yellow),
    ]


def _houses() -> list[House]:
    houses = [House((-2.0, -20.5), (22.0, 8.6), 5.6, (188, 178, 164), (150, 132, 110), 90.0)]
    heights = (9.5, 6.8, 12.0, 8.4, 5.2, 10.5, 7.2, 13.0, 6.2, 9.0, 11.0, 7.8, 6.0, 9.6)
    for number, height in enumerate(heights):
        east = -36.0 + number * 5.6
        houses.append(
            House((east, 23.2), (5.4, 10.6), height, WALLS[number % 7], ROOFS[number % 4], 90.0)
        )
    houses += [
        House((31.0, -4.0), (12.0, 9.0), 7.0, WALLS[1], ROOFS[0], 0.0),
        House((31.0, -20.0), (14.0, 9.0), 10.0, WALLS[3], ROOFS[2], 0.0),
        House((-27.0, -10.0), (13.0, 11.0), 4.6, WALLS[2], ROOFS[0], 90.0),
        House((-6.0, -36.0), (26.0, 10.0), 9.0, WALLS[5], ROOFS[1], 90.0),
        House((-11.0, -5.2), (2.6, 2.6), 2.6, (176, 190, 196), (110, 112, 116), 0.0),
    ]
    return houses


def _fences() -> list[Fence]:
    west, south, east, north = -13.0, -16.0, 9.0, -2.5
    wall: Colour = (168, 172, 176)
    return [
        Fence(((west, north), GATE[0])),
        Fence((GATE[1], (east, north))),
        Fence(((east, north), (east, south)), 1.8, "wall", wall),
        Fence(((west, south), (west, north)), 1.8, "wall", wall),
        # The wings of the gate stand open.
        Fence((GATE[0], (-1.0, -4.3)), 1.7, "bars", (150, 90, 40)),
        Fence((GATE[1], (3.0, -4.3)), 1.7, "bars", (150, 90, 40)),
    ]


def _trees() -> list[Tree]:
    return [
        Tree((-7.5, 1.4), 4.2, 1.35),
        Tree((9.6, 1.2), 4.6, 1.5, (58, 116, 84)),
        Tree((-13.6, 1.6), 5.2, 1.9),
        Tree((-19.5, 1.2), 6.0, 2.2, (50, 96, 70)),
        Tree((-17.0, -8.0), 6.4, 2.3),
        Tree((-18.5, -15.0), 6.0, 2.2, (56, 112, 62)),
        Tree((11.4, -6.0), 4.6, 1.3),
        Tree((11.4, -13.5), 5.0, 1.5, (50, 100, 60)),
        Tree((8.5, 15.4), 4.4, 1.3),
        Tree((-14.5, 15.6), 4.6, 1.4, (54, 110, 76)),
        Tree((-25.0, 15.5), 5.0, 1.5),
        Tree((23.6, -13.0), 4.6, 1.4),
    ]


def _things() -> list[Thing]:
    return [
        Thing("box", (6.9, -6.0), 0.0, (150, 96, 52)),
        Thing("box", (6.9, -8.4), 0.0, (60, 96, 176)),
        Thing("box", (6.4, -13.6), 20.0, (90, 128, 96)),
        Thing("drum", (-11.6, -13.2), 0.0, (160, 100, 40)),
        Thing("drum", (-10.8, -13.6), 0.0, (60, 60, 170)),
        Thing("drum", (-11.5, -14.4), 0.0, (160, 100, 40)),
        Thing("bin", (10.4, 5.5), 0.0, (70, 120, 60)),
        Thing("bin", (-16.0, 14.5), 0.0, (70, 120, 60)),
        Thing("bench", (-10.8, 3.9), 90.0, (70, 96, 130)),
        Thing("umbrella", (0.5, 16.2), 0.0, (60, 80, 206)),
        Thing("umbrella", (3.6, 16.4), 0.0, (206, 150, 60)),
        Thing("pillar", (13.9, 3.0), 0.0, (90, 92, 96)),
    ]


def _parked() -> list[Parked]:
    return [
        Parked("car", (-13.5, 13.0), 270.0, "silver"),
        Parked("car", (11.0, 13.0), 270.0, "red"),
        Parked("truck", (-7.8, -12.4), 90.0, "blue"),
        Parked("motorcycle", (-3.9, 15.0), 10.0, "black"),
        Parked("motorcycle", (-1.8, 15.0), 6.0, "red"),
        Parked("motorcycle", (6.2, 15.1), 350.0, "blue"),
        Parked("car", (26.5, 2.0), 5.0, "white"),
    ]
