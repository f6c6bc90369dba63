"""Solid things: convex parts with coloured faces, and capsules for limbs; in metres."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from demo.street.fisheye import Floats
from demo.street.light import Colour

BOX_FACES = ((0, 1, 2, 3), (7, 6, 5, 4), (4, 5, 1, 0), (5, 6, 2, 1), (6, 7, 3, 2), (7, 4, 0, 3))
"""Corners of top, bottom, front, left, back and right, counter-clockwise from outside."""


@dataclass(frozen=True)
class Part:
    """A convex body and what is painted on it, in the order in which it is painted.

    Args:
        vertices: n × 3.
        quads: faces, m × 4 indices, counter-clockwise from outside.
        colours: m × 3.
        glow: share of the colour that shines by itself, m.
    """

    vertices: Floats
    quads: NDArray[np.int32]
    colours: Floats
    glow: Floats

    def moved(self, east: float, north: float, heading_deg: float, up: float = 0.0) -> "Part":
        """Return the part turned so that its x axis heads along the compass bearing."""
        return Part(
            place(self.vertices, east, north, heading_deg, up), self.quads, self.colours, self.glow
        )


@dataclass(frozen=True)
class Capsule:
    """A rounded, tapering rod between two points."""

    start: Floats
    end: Floats
    start_radius: float
    end_radius: float
    colour: Colour


@dataclass
class Solid:
    """Everything of one object, in the street's coordinates."""

    parts: list[Part] = field(default_factory=list)
    capsules: list[Capsule] = field(default_factory=list)

    def points(self) -> Floats:
        """Return points whose hull holds the object (n × 3)."""
        groups = [part.vertices for part in self.parts]
        for rod in self.capsules:
            for point, radius in ((rod.start, rod.start_radius), (rod.end, rod.end_radius)):
                groups.append(point + radius * _STAR)
        return np.concatenate(groups)


_STAR = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1.0]]) * 1.15


def place(local: Floats, east: float, north: float, heading_deg: float, up: float = 0.0) -> Floats:
    """Turn local points (x ahead, y left, z up) to a compass heading and move them."""
    angle = math.radians(heading_deg)
    ahead = np.array([math.sin(angle), math.cos(angle), 0.0])
    left = np.array([-math.cos(angle), math.sin(angle), 0.0])
    turned = local[:, :1] * ahead + local[:, 1:2] * left
    turned[:, 2] = local[:, 2]
    return np.asarray(turned + np.array([east, north, up]))


class PartBuilder:
    """Collects faces of one part in local coordinates (x ahead, y left, z up)."""

    def __init__(self) -> None:
        self._vertices: list[tuple[float, float, float]] = []
        self._quads: list[tuple[int, int, int, int]] = []
        self._colours: list[Colour] = []
        self._glow: list[float] = []

    def quad(
        self, corners: list[tuple[float, float, float]], colour: Colour, glow: float = 0.0
    ) -> None:
        """Add one flat face; corners counter-clockwise from outside."""
        first = len(self._vertices)
        self._vertices += corners
        self._quads.append((first, first + 1, first + 2, first + 3))
        self._colours.append(colour)
        self._glow.append(glow)

    def frustum(
        self,
        low: tuple[float, float, float, float, float],
        high: tuple[float, float, float, float, float],
        colour: Colour,
        top: Colour | None = None,
    ) -> None:
        """Add a body between two level rectangles, each ``(x_from, x_to, y_from, y_to, z)``."""
        first = len(self._vertices)
        for x_from, x_to, y_from, y_to, z in (high, low):
            self._vertices += [(x_to, y_from, z), (x_to, y_to, z)]
            self._vertices += [(x_from, y_to, z), (x_from, y_from, z)]
        for number, (a, b, c, d) in enumerate(BOX_FACES):
            self._quads.append((first + a, first + b, first + c, first + d))
            self._colours.append(top if top is not None and number == 0 else colour)
            self._glow.append(0.0)

    def build(self) -> Part:
        """Return the part."""
        return Part(
            np.array(self._vertices, dtype=np.float64),
            np.array(self._quads, dtype=np.int32),
            np.array(self._colours, dtype=np.float64),
            np.array(self._glow, dtype=np.float64),
        )
