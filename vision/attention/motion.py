"""Motion at the scale of the smallest wanted object, cheap enough for every key frame."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.attention.background_model import BackgroundModel, Grey, Mask
from vision.attention.settings import MotionSettings
from vision.scene.detection import Box

OBJECT_PX = 6.0
"""Height of the smallest object in the picture in which motion is judged."""
MAX_REGIONS = 200
WIDTH_BY_HEIGHT = 0.4
"""Of the slimmest object, a standing person."""
VISIBLE_SHARE = 0.25
"""Share of the smallest object's area that must have changed."""
LEAST_SWAY_PX = 0.15
Luma = NDArray[np.uint8]


@dataclass(frozen=True)
class ViewFootprint:
    """Which part of the camera's picture a view shows.

    Args:
        name: of the view.
        mask: rows × columns of any number, laid over the whole picture; True where it shows.
        smallest_px: height of the smallest object wanted there, px of the camera's picture.
    """

    name: str
    mask: NDArray[np.bool_]
    smallest_px: float


@dataclass(frozen=True)
class Motion:
    """What moved between two pictures.

    Args:
        regions: boxes in pixels of the camera's picture, by view; views at rest are absent.
        is_new_scene: first picture, or so much changed that everything should be looked at.
        sway_px: how far the picture has moved to the right and down, px of the camera.
        noise: grey levels by which still pixels vary.
    """

    regions: Mapping[str, tuple[Box, ...]] = field(default_factory=dict)
    is_new_scene: bool = False
    sway_px: tuple[float, float] = (0.0, 0.0)
    noise: float = 0.0


class MotionWatch:
    """Compares each picture of one camera with what was there before.

    Args:
        size: width and height of the pictures, px.
        views: at least one.
        ignore: rows × columns as in `ViewFootprint.mask`; True where motion never counts.

    Raises:
        ValueError: no views, or a smallest object of less than a pixel.
    """

    def __init__(
        self,
        settings: MotionSettings,
        size: tuple[int, int],
        views: Sequence[ViewFootprint],
        ignore: NDArray[np.bool_] | None = None,
    ) -> None:
        if not views or min(view.smallest_px for view in views) < 1:
            raise ValueError("motion needs views with smallest objects of at least one pixel")
        self._settings = settings
        self._size = size
        self._scale = min(1.0, OBJECT_PX / min(view.smallest_px for view in views))
        self._working = (
            max(16, round(size[0] * self._scale)),
            max(16, round(size[1] * self._scale)),
        )
        self._masks = {view.name: self._fitted(view.mask) for view in views}
        self._least_area = {
            view.name: VISIBLE_SHARE * WIDTH_BY_HEIGHT * (view.smallest_px * self._scale) ** 2
            for view in views
        }
        seen = np.logical_or.reduce(list(self._masks.values()))
        self._seen: Mask = seen if ignore is None else seen & ~self._fitted(ignore)
        self._seen_px = max(1, int(self._seen.sum()))
        self._window = cv2.createHanningWindow(self._working, cv2.CV_32F)
        self._model: BackgroundModel | None = None
        self._last_s = 0.0

    @property
    def working_size(self) -> tuple[int, int]:
        """Width and height of the picture in which motion is judged."""
        return self._working

    def look(self, picture: Luma, now_s: float) -> Motion:
        """Return what moved in a picture.

        Args:
            picture: height × width, brightness (a decoder's Y plane as it is), or height × width
                × 3, BGR; of the size given at the start.
            now_s: when it was taken, monotonic seconds; going back counts as no time.

        Raises:
            ValueError: a picture of another size: make a new watch.
        """
        height, width = picture.shape[:2]
        if (width, height) != self._size:
            raise ValueError(
                f"a picture of {width}x{height} px, not {self._size[0]}x{self._size[1]}"
            )
        luma = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        small = self._reduced(luma)
        elapsed_s, self._last_s = max(0.0, now_s - self._last_s), now_s
        if self._model is None:
            self._model = BackgroundModel(self._settings, small)
            return Motion(is_new_scene=True)
        sway = (0.0, 0.0)
        size, changed = self._model.change(small)
        changed &= self._seen
        if changed.any():
            sway = self._sway(self._model.mean, small)
            if sway != (0.0, 0.0):
                small = _shifted(small, (-sway[0], -sway[1]))
                size, changed = self._model.change(small)
                changed &= self._seen & _inner(self._working, sway)
        noise = self._model.noise
        if changed.sum() > self._settings.scene_change_share * self._seen_px:
            self._model = BackgroundModel(self._settings, small)
            return Motion(is_new_scene=True, noise=noise)
        regions = self._regions(changed) if changed.any() else {}
        self._model.learn(small, size, changed, elapsed_s)
        return Motion(regions, sway_px=(sway[0] / self._scale, sway[1] / self._scale), noise=noise)

    def _reduced(self, luma: NDArray[np.integer[Any] | np.floating[Any]]) -> Grey:
        half = luma.shape[1] // 2, luma.shape[0] // 2
        if self._working[0] <= half[0] and self._working[1] <= half[1]:
            # Halving is many times faster than any other reduction, and is one that is on the way.
            luma = cv2.resize(luma, half, interpolation=cv2.INTER_AREA)
        small = cv2.resize(luma, self._working, interpolation=cv2.INTER_AREA)
        smooth = cv2.GaussianBlur(small.astype(np.float32), (3, 3), 0.8)
        return smooth.astype(np.float32, copy=False)

    def _fitted(self, mask: NDArray[np.bool_]) -> Mask:
        fitted = cv2.resize(
            np.ascontiguousarray(mask, dtype=np.uint8) * 255,
            self._working,
            interpolation=cv2.INTER_AREA,
        )
        # Also where only a part of a working pixel belongs to it.
        return np.asarray(fitted > 0)

    def _sway(self, before: Grey, now: Grey) -> tuple[float, float]:
        """Return how far the whole picture moved, working pixels; zero if that explains nothing."""
        # Copies: OpenCV multiplies the window into pictures whose size needs no padding.
        (right, down), _ = cv2.phaseCorrelate(before.copy(), now.copy(), self._window)
        distance = math.hypot(right, down)
        if not LEAST_SWAY_PX < distance <= self._settings.max_sway_px * self._scale:
            return (0.0, 0.0)
        still = np.abs(now - before)[self._seen].mean()
        moved = np.abs(_shifted(now, (-right, -down)) - before)[self._seen].mean()
        return (right, down) if moved < still else (0.0, 0.0)

    def _regions(self, changed: Mask) -> dict[str, tuple[Box, ...]]:
        joined = cv2.morphologyEx(
            changed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)
        )
        _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
        areas = stats[1:, cv2.CC_STAT_AREA]
        least = min(self._least_area.values())
        order = np.argsort(-areas, kind="stable")[:MAX_REGIONS]
        found: dict[str, list[Box]] = {}
        for index in order[areas[order] >= least]:
            left, top, width, height, area = (int(value) for value in stats[index + 1])
            part = np.s_[top : top + height, left : left + width]
            own = labels[part] == index + 1
            box = self._in_source(left, top, left + width, top + height)
            for name, mask in self._masks.items():
                if area >= self._least_area[name] and (mask[part] & own).any():
                    found.setdefault(name, []).append(box)
        return {name: tuple(boxes) for name, boxes in found.items()}

    def _in_source(self, left: int, top: int, right: int, bottom: int) -> Box:
        across = self._size[0] / self._working[0]
        down = self._size[1] / self._working[1]
        return Box(left * across, top * down, right * across, bottom * down)


def _shifted(picture: Grey, by: tuple[float, float]) -> Grey:
    matrix = np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float32)
    size = (picture.shape[1], picture.shape[0])
    moved = cv2.warpAffine(
        picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return moved.astype(np.float32, copy=False)


def _inner(size: tuple[int, int], sway: tuple[float, float]) -> Mask:
    """Return where the picture still shows what it showed before it moved."""
    across, down = (math.ceil(abs(part)) + 1 for part in sway)
    inner = np.zeros((size[1], size[0]), np.bool_)
    inner[down : size[1] - down, across : size[0] - across] = True
    return inner
