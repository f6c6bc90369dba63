"""Paints solids as seen through the fisheye: far faces first, soft edges by sub-pixels."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.street.fisheye import Fisheye, Floats
from demo.street.light import Light, face_light
from demo.street.solids import Capsule, Part, Solid

Picture = NDArray[np.uint8]
SHIFT = 4
FINE_BELOW_PX = 110


@dataclass(frozen=True)
class Sprite:
    """A painted object: its upper left pixel, colour times opacity, opacity, metres away."""

    column: int
    row: int
    colour: Picture
    opacity: Picture
    distance_m: float


@dataclass(frozen=True)
class Canvas:
    """A picture that is painted at ``scale`` sub-pixels a pixel, from an upper left pixel on."""

    colour: Picture
    mask: Picture | NDArray[np.float32]
    scale: int
    column: int = 0
    row: int = 0

    def fixed(self, pixels: Floats) -> NDArray[np.int32]:
        """Return whole-picture pixels as the canvas's own, in OpenCV's fixed point."""
        local = (pixels - (self.column, self.row) + 0.5) * self.scale - 0.5
        return np.rint(local * (1 << SHIFT)).astype(np.int32)


def paint_sprite(
    camera: Fisheye, light: Light, solid: Solid, lit: float = 1.0, lamp: float = 0.0
) -> Sprite | None:
    """Paint one object by itself; None where it falls outside the picture.

    Args:
        lit: share of the sun that reaches it.
        lamp: share of the street lamps that reaches it.
    """
    outline, distances = camera.project(solid.points())
    low = np.floor(outline.min(axis=0)).astype(int) - 2
    high = np.ceil(outline.max(axis=0)).astype(int) + 3
    low, high = np.maximum(low, 0), np.minimum(high, camera.size_px)
    width, height = (high - low).tolist()
    if width < 2 or height < 2:
        return None
    scale = 3 if max(width, height) < FINE_BELOW_PX else 2
    canvas = Canvas(
        np.zeros((height * scale, width * scale, 3), np.uint8),
        np.zeros((height * scale, width * scale), np.uint8),
        scale,
        int(low[0]),
        int(low[1]),
    )
    items: list[tuple[float, Part | Capsule]] = []
    for part in solid.parts:
        items.append((_distance(camera, part.vertices.mean(axis=0)), part))
    for rod in solid.capsules:
        items.append((_distance(camera, (rod.start + rod.end) / 2), rod))
    for _, item in sorted(items, key=lambda pair: -pair[0]):
        if isinstance(item, Part):
            paint_part(canvas, camera, light, item, lit, lamp, 255)
        else:
            paint_capsule(canvas, camera, light, item, lit, lamp, 255)
    size = (width, height)
    colour = cv2.resize(canvas.colour, size, interpolation=cv2.INTER_AREA)
    opacity = cv2.resize(canvas.mask, size, interpolation=cv2.INTER_AREA)
    return Sprite(
        canvas.column,
        canvas.row,
        np.asarray(colour, np.uint8),
        np.asarray(opacity, np.uint8),
        float(np.median(distances)),
    )


def shade(
    light: Light, normals: Floats, colours: Floats, glow: Floats, lit: float, lamp: float
) -> Floats:
    """Return the colours (n × 3, 0 … 255) of faces as the camera sees them."""
    shine = glow[:, None] if light.headlights else glow[:, None] * 0.3
    seen = colours * face_light(light, normals, lit, lamp)
    return np.clip(seen * (1 - shine) + colours * shine, 0, 255)


def normals_of(part: Part) -> tuple[Floats, Floats]:
    """Return the unit normals and the centres of a part's faces."""
    corners = part.vertices[part.quads]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return normals / np.maximum(length, 1e-9), corners.mean(axis=1)


def paint_part(
    canvas: Canvas,
    camera: Fisheye,
    light: Light,
    part: Part,
    lit: float,
    lamp: float,
    mark: float,
) -> None:
    """Paint those faces of a convex part that look at the camera."""
    normals, centres = normals_of(part)
    eye = np.array([0.0, 0.0, camera.height_m])
    facing = np.einsum("ij,ij->i", normals, eye - centres) > 0
    pixels, _ = camera.project(part.vertices)
    points = canvas.fixed(pixels)
    colours = shade(light, normals, part.colours, part.glow, lit, lamp)
    for number in np.flatnonzero(facing):
        corners = points[part.quads[number]]
        cv2.fillConvexPoly(canvas.colour, corners, colours[number].tolist(), shift=SHIFT)
        cv2.fillConvexPoly(canvas.mask, corners, mark, shift=SHIFT)


def paint_capsule(
    canvas: Canvas,
    camera: Fisheye,
    light: Light,
    rod: Capsule,
    lit: float,
    lamp: float,
    mark: float,
) -> None:
    """Paint a capsule in two tones, the brighter towards the light."""
    towards = light.sun_vector if light.has_sun and lit > 0.3 else np.array([0.0, 0.0, 1.0])
    radii = np.array([rod.start_radius, rod.end_radius])
    ends = np.stack([rod.start, rod.end])
    base = np.array([rod.colour])
    dull = np.zeros(1)
    dark = shade(light, np.array([[0.0, 0.0, 0.1]]), base, dull, lit * 0.5, lamp)[0]
    bright = shade(light, towards[None, :], base, dull, lit, lamp)[0]
    tones = (
        (ends, radii, dark),
        (ends + towards * radii[:, None] * 0.3, radii * 0.68, bright),
    )
    for number, (points, spread, colour) in enumerate(tones):
        pixels, distances = camera.project(points)
        flat = pixels - camera.centre_px
        angle = np.hypot(flat[:, 0], flat[:, 1]) / camera.px_per_rad
        stretch = np.where(angle > 0.05, angle / np.sin(np.clip(angle, 0.05, 1.7)), 1.0)
        sizes = spread / distances * camera.px_per_rad * stretch * canvas.scale
        fixed = canvas.fixed(pixels)
        _paint_rod(canvas.colour, fixed, sizes, colour.tolist())
        if number == 0:
            _paint_rod(canvas.mask, fixed, sizes, mark)


def _paint_rod(
    picture: Picture | NDArray[np.float32],
    ends: NDArray[np.int32],
    sizes: Floats,
    colour: float | list[float],
) -> None:
    unit = 1 << SHIFT
    for end, size in zip(ends.tolist(), sizes.tolist(), strict=True):
        cv2.circle(picture, end, max(1, round(size * unit)), colour, -1, shift=SHIFT)
    along = (ends[1] - ends[0]).astype(np.float64)
    length = float(np.hypot(*along))
    if length < unit:
        return
    across = np.array([-along[1], along[0]]) / length * unit
    corners = np.array(
        [
            ends[0] + across * sizes[0],
            ends[1] + across * sizes[1],
            ends[1] - across * sizes[1],
            ends[0] - across * sizes[0],
        ]
    )
    cv2.fillConvexPoly(picture, np.rint(corners).astype(np.int32), colour, shift=SHIFT)


def _distance(camera: Fisheye, point: Floats) -> float:
    return float(np.linalg.norm(point - (0.0, 0.0, camera.height_m)))
