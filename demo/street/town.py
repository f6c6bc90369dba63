"""What stands still around the mast, as data; metres east and north of the mast's foot."""

from dataclasses import dataclass, field

from demo.street.light import Colour

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Patch:
    """A piece of ground: ``asphalt``, ``pavement``, ``grass``, ``concrete`` or ``earth``."""

    kind: str
    ring: Ring


@dataclass(frozen=True)
class Mark:
    """Paint on the ground: ``solid``, ``dashed`` or ``zebra`` (bars across the line)."""

    kind: str
    start: tuple[float, float]
    end: tuple[float, float]
    width_m: float = 0.14
    colour: Colour = (222, 226, 226)


@dataclass(frozen=True)
class House:
    """An upright block; ``centre``, ``size`` along and across ``heading_deg``."""

    centre: tuple[float, float]
    size: tuple[float, float]
    height_m: float
    wall: Colour
    roof: Colour = (120, 118, 116)
    heading_deg: float = 0.0
    windows: bool = True


@dataclass(frozen=True)
class Fence:
    """A line of ``bars`` (seen through) or a ``wall``."""

    line: Ring
    height_m: float = 1.8
    kind: str = "bars"
    colour: Colour = (70, 74, 70)


@dataclass(frozen=True)
class Tree:
    """A trunk and a crown."""

    at: tuple[float, float]
    height_m: float = 5.0
    crown_m: float = 1.8
    colour: Colour = (52, 104, 66)


@dataclass(frozen=True)
class Thing:
    """Furniture that is no class of the detector: ``bin box bench pillar umbrella drum``."""

    kind: str
    at: tuple[float, float]
    heading_deg: float = 0.0
    colour: Colour = (90, 110, 90)


@dataclass(frozen=True)
class Parked:
    """A vehicle that never moves: ``car``, ``truck`` or ``motorcycle``."""

    kind: str
    at: tuple[float, float]
    heading_deg: float
    colour: str


@dataclass(frozen=True)
class Town:
    """Everything that stands still."""

    base: str = "grass"
    patches: list[Patch] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    houses: list[House] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)
    trees: list[Tree] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    lamps: list[tuple[float, float]] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    seed: int = 1


def rectangle(west: float, south: float, east: float, north: float) -> Ring:
    """Return the ring of an upright rectangle."""
    return ((west, south), (east, south), (east, north), (west, north))
