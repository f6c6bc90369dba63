"""A drawn street as a camera's luma: texture, walkers, noise, dusk, sway, light."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.attention.motion import ViewFootprint

WIDTH, HEIGHT = 960, 540
SIZE = (WIDTH, HEIGHT)
PERSON_PX = 40
Luma = NDArray[np.uint8]


@dataclass(frozen=True)
class Walker:
    """Left upper corner, px, and how much brighter than the ground (grey levels)."""

    left: float
    top: float
    contrast: float = 45.0
    height: int = PERSON_PX


def footprint(name: str, left: int, right: int, smallest_px: float = PERSON_PX) -> ViewFootprint:
    """Return a view that shows the columns from ``left`` to ``right`` (px)."""
    mask = np.zeros((HEIGHT // 4, WIDTH // 4), np.bool_)
    mask[:, left // 4 : right // 4] = True
    return ViewFootprint(name, mask, smallest_px)


WEST, EAST = footprint("west", 0, WIDTH // 2), footprint("east", WIDTH // 2, WIDTH)


class Street:
    """Draws pictures; ``noise`` is the standard deviation in grey levels, ``gain`` the light."""

    def __init__(self, seed: int = 7) -> None:
        self._random = np.random.default_rng(seed)
        coarse = self._random.normal(0, 1, (HEIGHT // 30, WIDTH // 30)).astype(np.float32)
        ground = 110 + 22 * cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC)
        for _ in range(60):
            x, y = self._random.integers(0, [WIDTH, HEIGHT])
            w, h = self._random.integers(10, 120, 2)
            ground[y : y + h, x : x + w] += float(self._random.normal(0, 25))
        self.ground = ground.clip(10, 245).astype(np.float32)

    def picture(
        self,
        *walkers: Walker,
        noise: float = 2.0,
        gain: float = 1.0,
        offset: float = 0.0,
        sway: tuple[float, float] = (0.0, 0.0),
    ) -> Luma:
        scene = self.ground.copy()
        for one in walkers:
            x, y, w = round(one.left), round(one.top), round(one.height * 0.4)
            scene[max(0, y) : y + one.height, max(0, x) : max(0, x + w)] += one.contrast
        if sway != (0.0, 0.0):
            moved = np.array([[1, 0, sway[0]], [0, 1, sway[1]]], np.float32)
            scene = cv2.warpAffine(scene, moved, SIZE, borderMode=cv2.BORDER_REFLECT)
        scene = gain * scene + offset
        if noise:
            scene = scene + self._random.normal(0, noise, scene.shape)
        return np.clip(scene, 0, 255).astype(np.uint8)

    def streaks(self, picture: Luma, count: int) -> Luma:
        """Return ``picture`` with rain: short bright strokes, elsewhere in each picture."""
        wet = picture.copy()
        for _ in range(count):
            x, y = (int(v) for v in self._random.integers(0, [WIDTH, HEIGHT]))
            length = int(self._random.integers(12, 30))
            cv2.line(wet, (x, y), (x + 2, y + length), 190, 1)
        return wet
