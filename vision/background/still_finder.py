"""Things that came into the picture and stay, found by their difference to the scene."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.background.settings import BackgroundSettings
from vision.background.two_backgrounds import Grey, Mask, TwoBackgrounds
from vision.scene.detection import Box
from vision.scene.frame import Image
from vision.scene.sighting import Point

LARGEST_SIDE = 360
SMALLEST_THING = 5
BUSY_MARGIN = 0.1
HIDDEN_SHARE = 0.3
OVERLAP_TO_STAY = 0.25
GONE_S = 3.0
MIN_FILL = 0.3
MAX_ASPECT = 6.0
SAME_TEXTURE = 0.8


@dataclass(slots=True, frozen=True)
class StillThing:
    """A thing that stands still.

    Args:
        id: positive, never reused within one run of the program.
        box: in the camera's own picture, in pixels.
        since_ms: wall clock since which it lies there.
        contrast: mean difference to the scene as a share of 255.
    """

    id: int
    box: Box
    since_ms: int
    contrast: float


@dataclass(slots=True, frozen=True)
class _Blob:
    box: Box
    contrast: float
    strange_s: float


@dataclass(slots=True)
class _Candidate:
    id: int
    box: Box
    since_ms: int
    contrast: float
    still_s: float = 0.0
    missed_s: float = 0.0
    is_told: bool = False


class StillFinder:
    """Looks for things in regions of one camera's picture; pure, its time is the argument.

    Args:
        picture_px: width and height of the camera's picture.
        regions: polygons in that picture; none: all of it.

    Raises:
        ValueError: no region is large enough to look at (8 px).
    """

    def __init__(
        self,
        settings: BackgroundSettings,
        picture_px: tuple[int, int],
        regions: Sequence[Sequence[Point]] = (),
    ) -> None:
        self._settings = settings
        width, height = picture_px
        whole = [(0.0, 0.0), (width, 0.0), (float(width), float(height)), (0.0, height)]
        polygons = [polygon for polygon in regions if len(polygon) >= 3] if regions else [whole]
        xs = [x for polygon in polygons for x, _ in polygon] or [0.0]
        ys = [y for polygon in polygons for _, y in polygon] or [0.0]
        self._left, self._top = max(int(min(xs)), 0), max(int(min(ys)), 0)
        self._right, self._bottom = min(math.ceil(max(xs)), width), min(math.ceil(max(ys)), height)
        if self._right - self._left < 8 or self._bottom - self._top < 8:
            raise ValueError(f"no region of a picture of {width} × {height} px to look at")
        longest = max(self._right - self._left, self._bottom - self._top)
        wanted = SMALLEST_THING / settings.min_side_px
        self._scale = min(1.0, max(wanted, 0.1), LARGEST_SIDE / longest)
        self._small = (
            max(round((self._right - self._left) * self._scale), 4),
            max(round((self._bottom - self._top) * self._scale), 4),
        )
        seen = np.zeros((self._small[1], self._small[0]), np.uint8)
        for polygon in polygons:
            corners = [(self._to_small(x, y)) for x, y in polygon]
            cv2.fillPoly(seen, [np.array(corners, np.int32)], 1)
        self._memory = TwoBackgrounds(
            seen.astype(bool), settings.contrast, settings.learn_s, settings.fade_s
        )
        self._candidates: list[_Candidate] = []
        self._next_id = 1
        self._last_at_ms: int | None = None

    @property
    def is_learning(self) -> bool:
        """True while the scene is not known yet."""
        return self._memory.is_learning

    def update(self, at_ms: int, image: Image, busy: Sequence[Box] = ()) -> list[StillThing]:
        """Return what stands still at ``at_ms`` (wall clock of the picture).

        Between the pictures that ``max_fps`` allows the last answer is given again.

        Args:
            image: the camera's whole picture, height × width × 3.
            busy: boxes of tracked persons and vehicles in it; what they explain is no thing.
        """
        if self._last_at_ms is not None:
            elapsed_ms = at_ms - self._last_at_ms
            if 0 <= elapsed_ms < 900 / self._settings.max_fps:
                return self._told()
        step_s = 0.0 if self._last_at_ms is None else max(at_ms - self._last_at_ms, 0) / 1000
        self._last_at_ms = at_ms
        grey = self._reduced(image)
        busy_mask = self._mask_of(busy)
        was_learning = self._memory.is_learning
        still = self._memory.update(grey, busy_mask, step_s)
        if self._memory.is_learning and not was_learning:
            self._candidates.clear()
        self._follow(self._blobs(still), busy_mask, at_ms, step_s)
        return self._told()

    def _reduced(self, image: Image) -> Grey:
        cut = image[self._top : self._bottom, self._left : self._right]
        # Green carries most of the brightness; whole strides are many times faster than a resize.
        stride = max(int(0.5 / self._scale), 1)
        green = np.ascontiguousarray(cut[::stride, ::stride, 1])
        small = cv2.resize(green, self._small, interpolation=cv2.INTER_AREA)
        return np.asarray(small, dtype=np.float32)

    def _to_small(self, x: float, y: float) -> tuple[int, int]:
        return round((x - self._left) * self._scale), round((y - self._top) * self._scale)

    def _mask_of(self, boxes: Sequence[Box]) -> Mask:
        mask = np.zeros((self._small[1], self._small[0]), bool)
        for box in boxes:
            margin = BUSY_MARGIN * max(box.width, box.height)
            x1, y1 = self._to_small(box.x1 - margin, box.y1 - margin)
            x2, y2 = self._to_small(box.x2 + margin, box.y2 + margin)
            mask[max(y1, 0) : max(y2 + 1, 0), max(x1, 0) : max(x2 + 1, 0)] = True
        return mask

    def _blobs(self, still: Mask) -> list[_Blob]:
        kernel = np.ones((3, 3), np.uint8)
        mask = cv2.morphologyEx(still.astype(np.uint8), cv2.MORPH_CLOSE, kernel, iterations=2)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        found: list[_Blob] = []
        for index in range(1, count):
            x, y, width, height, pixels = (int(value) for value in stats[index])
            box = Box(
                self._left + x / self._scale,
                self._top + y / self._scale,
                self._left + (x + width) / self._scale,
                self._top + (y + height) / self._scale,
            )
            shorter, longer = sorted((box.width, box.height))
            if longer < self._settings.min_side_px or longer > self._settings.max_side_px:
                continue
            if pixels < MIN_FILL * width * height or longer > MAX_ASPECT * shorter:
                continue
            inside: Mask = labels == index
            if self._is_something_added(inside):
                difference = np.abs(self._memory.fast - self._memory.slow)[inside].mean()
                strange_s = self._memory.strange_for_s(inside)
                found.append(_Blob(box, float(difference) / 255, strange_s))
        found.sort(key=lambda blob: -blob.contrast)
        return found[: 2 * self._settings.max_things]

    def _is_something_added(self, inside: Mask) -> bool:
        """Tell a thing from a shadow (same texture) and from a hole where a thing was.

        What was added has an outline now that the scene has not.
        """
        fast, slow = self._memory.fast, self._memory.slow
        kernel = np.ones((3, 3), np.uint8)
        body = inside.astype(np.uint8)
        outline = (cv2.dilate(body, kernel) - cv2.erode(body, kernel)).astype(bool)
        now = _steepness(fast)[outline].mean()
        before = _steepness(slow)[outline].mean()
        if now <= before:
            return False
        return _likeness(fast[inside], slow[inside]) < SAME_TEXTURE

    def _follow(self, blobs: list[_Blob], busy: Mask, at_ms: int, step_s: float) -> None:
        left = list(blobs)
        for candidate in self._candidates:
            best = _most_alike(candidate.box, left)
            if best is not None:
                left.remove(best)
                candidate.box, candidate.contrast = best.box, best.contrast
                candidate.still_s += step_s
                candidate.missed_s = 0.0
            elif not self._is_hidden(candidate.box, busy):
                candidate.missed_s += step_s
            if candidate.still_s >= self._settings.still_s:
                candidate.is_told = True
        self._candidates = [each for each in self._candidates if each.missed_s < GONE_S]
        for blob in left:
            is_full = len(self._candidates) >= self._settings.max_things
            if is_full or self._is_hidden(blob.box, busy):
                continue
            since_ms = at_ms - round(blob.strange_s * 1000)
            self._candidates.append(_Candidate(self._next_id, blob.box, since_ms, blob.contrast))
            self._next_id += 1

    def _is_hidden(self, box: Box, busy: Mask) -> bool:
        x1, y1 = self._to_small(box.x1, box.y1)
        x2, y2 = self._to_small(box.x2, box.y2)
        part = busy[max(y1, 0) : y2 + 1, max(x1, 0) : x2 + 1]
        return bool(part.size and part.mean() > HIDDEN_SHARE)

    def _told(self) -> list[StillThing]:
        return [
            StillThing(each.id, each.box, each.since_ms, each.contrast)
            for each in self._candidates
            if each.is_told
        ]


def _most_alike(box: Box, blobs: Sequence[_Blob]) -> _Blob | None:
    best = max(blobs, key=lambda blob: _overlap(box, blob.box), default=None)
    return best if best is not None and _overlap(box, best.box) >= OVERLAP_TO_STAY else None


def _steepness(grey: Grey) -> NDArray[np.float32]:
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), dtype=np.float32)


def _likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the correlation of two textures, -1 … 1; 0 where one of them has none."""
    a, b = one - one.mean(), other - other.mean()
    power = float(np.sqrt((a * a).sum() * (b * b).sum()))
    # A flat patch correlates with whatever noise lies over it.
    if power < 4.0 * one.size:
        return 0.0
    return float((a * b).sum()) / power


def _overlap(one: Box, other: Box) -> float:
    """Return intersection over union, 0 … 1."""
    width = min(one.x2, other.x2) - max(one.x1, other.x1)
    height = min(one.y2, other.y2) - max(one.y1, other.y1)
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / (one.width * one.height + other.width * other.height - both)
