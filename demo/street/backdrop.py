"""The street without its movers: painted once, kept with its distances."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.street.fisheye import Fisheye, Floats
from demo.street.ground import GroundMap, ground_map, shadow_map
from demo.street.light import LAMP_COLOUR, Light, lamp_light
from demo.street.painter import Canvas, Picture, normals_of, paint_capsule, shade
from demo.street.scenery import scenery, shadow_outlines
from demo.street.solids import Capsule, Solid
from demo.street.town import Town

FINE = 2
NEAR_REACH_M, NEAR_PX_PER_M = 34.0, 30.0
FAR_REACH_M, FAR_PX_PER_M = 240.0, 4.0
HAZE_M = 170.0
LAST_GROUND_RAD = np.deg2rad(89.2)


@dataclass(frozen=True)
class Backdrop:
    """What the camera sees of all that stands still.

    Args:
        colour: size × size × 3, BGR.
        distance_m: size × size, from the lens to what is seen.
        is_ground: size × size.
        lit: share of sun (0 … 255) on the ground around the mast, as a map.
    """

    colour: Picture
    distance_m: NDArray[np.float32]
    is_ground: NDArray[np.bool_]
    lit: GroundMap
    lamps: list[tuple[float, float]]

    def lit_at(self, east: float, north: float) -> float:
        """Return the share of sun (0 … 1) that reaches a spot of the ground."""
        column, row = self.lit.columns_rows(np.array(east), np.array(north))
        side = self.lit.colour.shape[0]
        if not (0 <= column < side and 0 <= row < side):
            return 1.0
        return float(self.lit.colour[int(row), int(column)]) / 255

    def lamp_at(self, east: float, north: float) -> float:
        """Return the share of lamp light that reaches a spot of the ground."""
        return float(lamp_light(np.array(east), np.array(north), self.lamps))


def paint_backdrop(town: Town, camera: Fisheye, light: Light) -> Backdrop:
    """Paint the town."""
    sun = light.sun_vector
    outlines = shadow_outlines(town) if light.has_sun else []
    lit = GroundMap(
        shadow_map(outlines, sun, NEAR_REACH_M, 12.0) if outlines else _all_lit(12.0),
        NEAR_REACH_M,
        12.0,
    )
    colour = _paint_ground(town, camera, light, lit)
    angle, _, _ = camera.rays()
    ground_m = camera.height_m / np.cos(np.minimum(angle, LAST_GROUND_RAD))
    fine = np.repeat(np.repeat(ground_m.astype(np.float32), FINE, 0), FINE, 1)
    canvas = Canvas(colour, fine, FINE)
    _paint_scenery(canvas, camera, light, scenery(town), town)
    distance = np.ascontiguousarray(fine[::FINE, ::FINE])
    small = cv2.resize(colour, None, fx=1 / FINE, fy=1 / FINE, interpolation=cv2.INTER_AREA)
    return Backdrop(
        _through_lens(np.asarray(small, np.uint8), camera, angle),
        distance,
        distance >= ground_m - 0.01,
        lit,
        town.lamps,
    )


def _all_lit(px_per_m: float) -> NDArray[np.uint8]:
    side = round(2 * NEAR_REACH_M * px_per_m)
    return np.full((side, side), 255, np.uint8)


def _paint_ground(town: Town, camera: Fisheye, light: Light, lit: GroundMap) -> Picture:
    angle, sine, cosine = (part.astype(np.float32) for part in camera.rays(FINE))
    across = camera.height_m * np.tan(np.minimum(angle, LAST_GROUND_RAD))
    east, north = across * sine, across * cosine
    near_map = ground_map(town, NEAR_REACH_M, NEAR_PX_PER_M)
    far_map = ground_map(town, FAR_REACH_M, FAR_PX_PER_M)
    near, far = _look_up(near_map, east, north), _look_up(far_map, east, north)
    is_near = np.maximum(np.abs(east), np.abs(north)) < NEAR_REACH_M - 0.1
    albedo = np.where(is_near[:, :, None], near, far)
    factor = _ground_light(camera, light, lit, town)
    shown = albedo * cv2.resize(factor, (angle.shape[1], angle.shape[0]))
    haze = (1 - np.exp(-across / HAZE_M))[:, :, None]
    mixed = shown * (1 - haze) + np.array(light.haze, np.float32) * haze
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)


def _ground_light(camera: Fisheye, light: Light, lit: GroundMap, town: Town) -> NDArray[np.float32]:
    angle, sine, cosine = camera.rays()
    across = camera.height_m * np.tan(np.minimum(angle, LAST_GROUND_RAD))
    east, north = across * sine, across * cosine
    factor = np.broadcast_to(np.array(light.sky), (*angle.shape, 3)).astype(np.float32)
    if light.has_sun:
        column, row = lit.columns_rows(east, north)
        share = cv2.remap(
            lit.colour, column.astype(np.float32), row.astype(np.float32),
            cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=255,
        )  # fmt: skip
        strength = 1.25 * light.sun_vector[2] * np.array(light.sun)
        factor += (share.astype(np.float32) / 255)[:, :, None] * strength.astype(np.float32)
    if light.lamps > 0:
        shine = lamp_light(east, north, town.lamps)[:, :, None] * light.lamps * LAMP_COLOUR
        factor += shine.astype(np.float32)
    return factor


def _look_up(ground: GroundMap, east: Floats, north: Floats) -> Picture:
    columns, rows = ground.columns_rows(east, north)
    return np.asarray(
        cv2.remap(
            ground.colour,
            columns.astype(np.float32),
            rows.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )


def _paint_scenery(
    canvas: Canvas, camera: Fisheye, light: Light, solids: list[Solid], town: Town
) -> None:
    """Paint all faces of all solids, the farthest first."""
    eye = np.array([0.0, 0.0, camera.height_m])
    faces: list[tuple[float, NDArray[np.int32], list[float]]] = []
    for part in (part for solid in solids for part in solid.parts):
        normals, centres = normals_of(part)
        facing = np.einsum("ij,ij->i", normals, eye - centres) > 0
        points = canvas.fixed(camera.project(part.vertices)[0])
        lamps = lamp_light(centres[:, 0], centres[:, 1], town.lamps) * _fade(centres[:, 2])
        away = np.linalg.norm(centres - eye, axis=1)
        for number in np.flatnonzero(facing):
            one = slice(number, number + 1)
            colour = shade(
                light, normals[one], part.colours[one], part.glow[one], 1.0, float(lamps[number])
            )[0]
            haze = 1 - np.exp(-away[number] / HAZE_M)
            mixed = colour * (1 - haze) + np.array(light.haze) * haze
            faces.append((float(away[number]), points[part.quads[number]], mixed.tolist()))
    items: list[tuple[float, tuple[NDArray[np.int32], list[float]] | Capsule]] = [
        (away, (points, colour)) for away, points, colour in faces
    ]
    for rod in (rod for solid in solids for rod in solid.capsules):
        items.append((float(np.linalg.norm((rod.start + rod.end) / 2 - eye)), rod))
    for distance, item in sorted(items, key=lambda pair: -pair[0]):
        if isinstance(item, Capsule):
            middle = (item.start + item.end) / 2
            lamp = float(lamp_light(middle[0:1], middle[1:2], town.lamps)[0])
            lamp *= float(_fade(middle[2:3])[0])
            paint_capsule(canvas, camera, light, item, 1.0, lamp, distance)
        else:
            cv2.fillConvexPoly(canvas.colour, item[0], item[1], shift=4)
            cv2.fillConvexPoly(canvas.mask, item[0], distance, shift=4)


def _fade(up: Floats) -> Floats:
    """Lamps shine downwards: what stands above them gets little."""
    return np.asarray(1 / (1 + np.exp(np.clip((up - 5.5) * 1.5, -30, 30))) + 0.08)


def _through_lens(colour: Picture, camera: Fisheye, angle: Floats) -> Picture:
    share = angle / (np.pi / 2)
    fall_off = (1 - 0.28 * np.clip(share, 0, 1) ** 4) * np.clip(
        (camera.radius_px * (1 - share) + 2.0) / 2, 0, 1
    )
    seen = cv2.GaussianBlur(colour, (0, 0), 0.55) * fall_off[:, :, None]
    return np.asarray(np.clip(seen + 4, 0, 255), np.uint8)
