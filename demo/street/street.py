"""The street at an instant: a pure function of the scene and the time to picture and truth."""

from copy import copy
from dataclasses import dataclass, replace

import cv2
import numpy as np

from demo.street import weather as spoil
from demo.street.backdrop import paint_backdrop
from demo.street.demo_town import demo_town
from demo.street.fisheye import Fisheye, Floats
from demo.street.light import LIGHTS, Light
from demo.street.motion import Pose, pose_at
from demo.street.movers import beam, footprint, parked_solid, solid_of
from demo.street.painter import Picture, Sprite, paint_sprite
from demo.street.script import LABELS, MoverScript, SceneScript
from demo.street.solids import Solid
from demo.street.town import Town

HALF = 96
"""Opacity (0 … 255) from which a pixel counts as the object's."""
LEAST_VISIBLE_PX = 6


@dataclass(frozen=True)
class Truth:
    """What is truly where at an instant.

    Args:
        id: of the mover, or ``parked-<n>``.
        label: class, or ``bag``.
        east_m, north_m: of the middle of its foot, from the mast's foot.
        heading_deg: compass.
        box_px: x1, y1, x2, y2 around its visible pixels; None where nothing of it is seen.
        visible: share of its pixels that nothing hides, 0 … 1.
    """

    id: str
    label: str
    east_m: float
    north_m: float
    heading_deg: float
    speed_m_s: float
    box_px: tuple[int, int, int, int] | None
    visible: float


@dataclass(frozen=True)
class StreetView:
    """One picture (BGR), its truths, and for each pixel the number of its truth plus one."""

    picture: Picture
    truths: list[Truth]
    ids: Picture


@dataclass(frozen=True)
class _Placed:
    id: str
    label: str
    kind: str
    pose: Pose
    solid: Solid
    sprite: Sprite


class Street:
    """Renders one scene.

    Args:
        script: what happens.
        camera: None: the demo's camera at the script's height.
        town: None: the demo's.
        light: None: the one that the script names.
        casts_shadows: whether movers throw shadows.
    """

    def __init__(
        self,
        script: SceneScript,
        camera: Fisheye | None = None,
        town: Town | None = None,
        light: Light | None = None,
        casts_shadows: bool = True,
    ) -> None:
        self.script = script
        self.camera = camera or Fisheye(script.height_m)
        self.town = town or demo_town()
        self.light = light or LIGHTS[script.light]
        self._casts_shadows = casts_shadows
        self._backdrop = paint_backdrop(self.town, self.camera, self.light)
        self._sway = spoil.Sway(self.camera) if script.weather.sway_deg else None
        self._base_ids = np.zeros((self.camera.size_px,) * 2, np.uint8)
        self._base, self._parked = self._bake()

    def view(self, at_s: float) -> StreetView:
        """Return picture and truth at ``at_s`` seconds of the scene."""
        at_s = spoil.frozen_at(self.script.tamper, at_s)
        picture, ids = self._base.copy(), self._base_ids.copy()
        placed = [
            item for item in (self._place(mover, at_s) for mover in self.script.movers) if item
        ]
        for item in placed:
            self._ground_effects(picture, item)
        first = len(self._parked) + 1
        order = sorted(range(len(placed)), key=lambda i: -placed[i].sprite.distance_m)
        whole = [0] * len(placed)
        for index in order:
            whole[index] = self._stamp(picture, ids, placed[index].sprite, first + index)
        random = np.random.default_rng([self.script.seed, round(at_s * 1000)])
        self._spoil(picture, ids, at_s, random)
        spoilt = spoil.add_noise(
            picture,
            float(np.hypot(self.light.noise, self.script.weather.noise)),
            spoil.exposure_gain(self.script.weather, at_s),
            random,
        )
        shown = spoil.tampered(spoilt, self.camera, self.script.tamper, at_s)
        truths = [self._truth(item, ids, n, total) for n, (item, total) in
                  enumerate([*self._parked, *zip(placed, whole, strict=True)], 1)]  # fmt: skip
        return StreetView(shown, truths, ids)

    def recast(self, script: SceneScript) -> "Street":
        """Return the same place and light with other movers and weather."""
        other = copy(self)
        other.script = script
        other._sway = spoil.Sway(self.camera) if script.weather.sway_deg else None
        return other

    def _bake(self) -> tuple[Picture, list[tuple[_Placed, int]]]:
        """Paint the parked vehicles into the backdrop."""
        picture = self._backdrop.colour.copy()
        placed: list[_Placed] = []
        for number, parked in enumerate(self.town.parked):
            pose = Pose(*parked.at, parked.heading_deg, 0.0, 0.0)
            solid = parked_solid(parked)
            item = self._paint(f"parked-{number}", parked.kind, solid, pose, lights_on=False)
            if item is not None:
                placed.append(item)
        placed.sort(key=lambda item: -item.sprite.distance_m)
        for item in placed:
            self._ground_effects(picture, item, shines=False)
        totals = [
            self._stamp(picture, self._base_ids, item.sprite, number, bake=True)
            for number, item in enumerate(placed, 1)
        ]
        return picture, list(zip(placed, totals, strict=True))

    def _place(self, mover: MoverScript, at_s: float) -> _Placed | None:
        pose = pose_at(mover, at_s)
        if pose is None:
            return None
        return self._paint(mover.id, mover.kind, solid_of(mover, pose), pose)

    def _paint(
        self, name: str, kind: str, solid: Solid, pose: Pose, lights_on: bool = True
    ) -> _Placed | None:
        light = self.light if lights_on else replace(self.light, headlights=False)
        lit = self._backdrop.lit_at(pose.east, pose.north)
        lamp = self._backdrop.lamp_at(pose.east, pose.north)
        sprite = paint_sprite(self.camera, light, solid, lit, lamp)
        if sprite is None:
            return None
        return _Placed(name, LABELS[kind], kind, pose, solid, sprite)

    def _ground_effects(self, picture: Picture, item: _Placed, shines: bool = True) -> None:
        if not self._casts_shadows:
            return
        light, pose = self.light, item.pose
        if shines and light.headlights and item.kind in ("car", "truck", "motorcycle"):
            self._tint(picture, [beam(item.kind, pose)], 1.0, (22.0, 36.0, 44.0), 9.0)
        self._tint(picture, [footprint(item.kind, pose, 1.12)], 0.55, (0.0, 0.0, 0.0), 1.2)
        if light.has_sun and self._backdrop.lit_at(pose.east, pose.north) > 0.5:
            full = np.array(light.sky) + 1.25 * light.sun_vector[2] * np.array(light.sun)
            keep = float(np.mean(np.array(light.sky) / full))
            self._tint(picture, self._shadows(item.solid), keep, (0.0, 0.0, 0.0), 0.9)

    def _shadows(self, solid: Solid) -> list[Floats]:
        sun = self.light.sun_vector
        rings: list[Floats] = []
        groups = [part.vertices for part in solid.parts]
        groups += [Solid(capsules=[rod]).points() for rod in solid.capsules]
        for points in groups:
            flat = points[:, :2] - sun[:2] * (np.maximum(points[:, 2:3], 0) / max(sun[2], 0.15))
            hull = cv2.convexHull(flat.astype(np.float32))[:, 0]
            rings.append(np.column_stack([hull, np.zeros(len(hull))]).astype(np.float64))
        return rings

    def _tint(
        self,
        picture: Picture,
        rings: list[Floats],
        keep: float,
        add: tuple[float, float, float],
        blur_px: float,
    ) -> None:
        """Darken the ground inside the rings to ``keep`` and add light, with soft edges."""
        pixels = [self.camera.project(ring)[0] for ring in rings]
        outline = np.concatenate(pixels)
        margin = int(3 * blur_px) + 1
        left, top = np.maximum(np.floor(outline.min(axis=0)).astype(int) - margin, 0).tolist()
        right, low = np.minimum(
            np.ceil(outline.max(axis=0)).astype(int) + margin, self.camera.size_px
        ).tolist()
        if right - left < 2 or low - top < 2:
            return
        mask = np.zeros((low - top, right - left), np.uint8)
        for ring in pixels:
            fixed = np.rint((ring - (left, top)) * 16).astype(np.int32)
            cv2.fillConvexPoly(mask, fixed, 255, cv2.LINE_AA, shift=4)
        soft = cv2.GaussianBlur(mask, (0, 0), blur_px).astype(np.float32) / 255
        soft *= self._backdrop.is_ground[top:low, left:right]
        window = picture[top:low, left:right]
        tinted = window * (1 - soft[:, :, None] * (1 - keep))
        tinted += soft[:, :, None] * np.array(add, np.float32)
        window[:] = np.clip(tinted, 0, 255)

    def _stamp(
        self, picture: Picture, ids: Picture, sprite: Sprite, number: int, bake: bool = False
    ) -> int:
        """Lay a sprite over the picture where nothing nearer stands; return its whole size."""
        height, width = sprite.opacity.shape
        area = (
            slice(sprite.row, sprite.row + height),
            slice(sprite.column, sprite.column + width),
        )
        away = self._backdrop.distance_m[area]
        front = (away > sprite.distance_m - 0.7) | self._backdrop.is_ground[area]
        opacity = np.where(front, sprite.opacity, 0)
        share = (opacity.astype(np.float32) / 255)[:, :, None]
        window = picture[area]
        colour = sprite.colour * front[:, :, None]
        window[:] = np.clip(window * (1 - share) + colour, 0, 255)
        ids[area][opacity >= HALF] = number
        if bake:
            away[opacity >= HALF] = sprite.distance_m
            self._backdrop.is_ground[area][opacity >= HALF] = False
        return int(np.count_nonzero(sprite.opacity >= HALF))

    def _spoil(
        self, picture: Picture, ids: Picture, at_s: float, random: np.random.Generator
    ) -> None:
        conditions = self.script.weather
        if self._sway is not None:
            self._sway.apply(picture, ids, *spoil.Sway.angles(conditions, at_s))
        if conditions.rain:
            spoil.add_rain(picture, conditions.rain, self.camera, random)

    def _truth(self, item: _Placed, ids: Picture, number: int, whole: int) -> Truth:
        # Sway moves a sprite by a few pixels at most.
        sprite, margin = item.sprite, 40 if self._sway is not None else 0
        top, left = max(sprite.row - margin, 0), max(sprite.column - margin, 0)
        height, width = sprite.opacity.shape
        own = ids[top : sprite.row + height + margin, left : sprite.column + width + margin]
        rows, columns = np.nonzero(own == number)
        box = None
        if len(rows) >= LEAST_VISIBLE_PX:
            box = (
                int(left + columns.min()),
                int(top + rows.min()),
                int(left + columns.max() + 1),
                int(top + rows.max() + 1),
            )
        visible = min(1.0, len(rows) / whole) if whole else 0.0
        pose = item.pose
        return Truth(item.id, item.label, pose.east, pose.north, pose.heading_deg,
                     pose.speed_m_s, box, visible)  # fmt: skip
