"""A fast and a slow memory of a grey picture: what only the fast one has came and stays."""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]

FAST_S = 2.5
FULL_CHANGE_SHARE = 0.35
FULL_CHANGE_S = 3.0
LIGHT_KERNEL_SHARE = 3
MAX_STEP_S = 5.0


class TwoBackgrounds:
    """Keeps both memories of one small picture.

    The slow one is not updated where something differs or moves, so that what was left behind
    does not fade into it; light that changes as a whole or in large patches is taken out first.

    Args:
        seen: height × width, True where the picture is looked at.
    """

    def __init__(self, seen: Mask, contrast: float, learn_s: float, fade_s: float) -> None:
        self._seen = seen
        self._contrast = contrast
        self._learn_s = learn_s
        self._fade_s = fade_s
        self._slow: Grey | None = None
        self._fast: Grey | None = None
        self._age_s = 0.0
        self._changed_s = 0.0
        self._strange_s = np.zeros(seen.shape, np.float32)
        side = max(min(seen.shape) // LIGHT_KERNEL_SHARE, 8)
        self._kernel = (side, side)

    @property
    def is_learning(self) -> bool:
        """True while the scene is not known well enough to tell anything."""
        return self._age_s < self._learn_s

    @property
    def slow(self) -> Grey:
        """The scene without what came; only after the first picture."""
        assert self._slow is not None
        return self._slow

    @property
    def fast(self) -> Grey:
        """What has been there for some seconds, moving things left out."""
        assert self._fast is not None
        return self._fast

    def update(self, grey: Grey, busy: Mask, step_s: float) -> Mask:
        """Take a picture; return where something stands still that was not there before.

        Args:
            grey: height × width, 0 … 255.
            busy: where known objects are; there nothing is learnt.
            step_s: seconds since the last picture.
        """
        smooth: Grey = np.asarray(cv2.GaussianBlur(grey, (5, 5), 0), dtype=np.float32)
        if self._slow is None or self._fast is None:
            self._slow, self._fast = smooth.copy(), smooth.copy()
            return np.zeros_like(self._seen)
        step_s = min(step_s, MAX_STEP_S)
        self._age_s += step_s
        even = self._without_light(smooth, self._slow, busy)
        moving = np.abs(even - self._fast) > self._contrast
        free = ~busy
        _blend(self._fast, even, free, 1 - math.exp(-step_s / FAST_S))
        strange = np.abs(even - self._slow) > self._contrast
        self._judge_whole(strange & free, smooth, step_s)
        if self.is_learning:
            _blend(self._slow, even, free, min(step_s / max(self._age_s, step_s), 0.5))
            return np.zeros_like(self._seen)
        self._strange_s = np.where(strange, self._strange_s + np.float32(step_s), np.float32(0))
        still: Mask = (np.abs(self._fast - self._slow) > self._contrast) & ~moving & self._seen
        _blend(self._slow, even, free & ~strange & ~still, 1 - math.exp(-step_s / self._fade_s))
        return still

    def strange_for_s(self, where: Mask) -> float:
        """Return for how long most of ``where`` has differed from the scene, in seconds."""
        return float(np.percentile(self._strange_s[where], 30))

    def _judge_whole(self, strange: Mask, smooth: Grey, step_s: float) -> None:
        share = float(strange[self._seen].mean()) if self._seen.any() else 0.0
        self._changed_s = self._changed_s + step_s if share > FULL_CHANGE_SHARE else 0.0
        if self._changed_s >= FULL_CHANGE_S:
            self._slow, self._fast = smooth.copy(), smooth.copy()
            self._age_s = self._changed_s = 0.0

    def _without_light(self, smooth: Grey, slow: Grey, busy: Mask) -> Grey:
        """Return the picture with the scene's brightness: as a whole, then patch by patch."""
        usable = self._seen & ~busy
        if not usable.any():
            return smooth
        gain = float(np.median(smooth[usable] + 1)) / float(np.median(slow[usable] + 1))
        even: Grey = (smooth + 1) / np.float32(gain) - 1
        difference = even - slow
        calm = (usable & (np.abs(difference) <= 2 * self._contrast)).astype(np.float32)
        weight = _box_blur(calm, self._kernel) + np.float32(1e-3)
        patches = _box_blur(difference * calm, self._kernel) / weight
        result: Grey = even - patches
        return result


def _box_blur(picture: NDArray[np.float32], kernel: tuple[int, int]) -> Grey:
    return np.asarray(cv2.blur(picture, kernel), dtype=np.float32)


def _blend(memory: Grey, picture: Grey, where: Mask, share: float) -> None:
    mask: Any = where.astype(np.uint8)
    cv2.accumulateWeighted(picture, memory, share, mask)
