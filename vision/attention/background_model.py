"""What a still picture looks like, pixel by pixel, and how much each pixel restlessly varies."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.attention.settings import MotionSettings

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]
LIGHT_WINDOW_PX = 25
"""Change that is smooth over this many working pixels is light, not an object."""
NOISE_FACTOR = 6.0
"""Times the median deviation: four standard deviations of Gaussian noise."""
EDGE_TOLERANCE_PX = 0.35
"""Working pixels by which an edge may still be off after the sway was taken out."""
CALM_S = 10.0
"""Time in which a pixel's restlessness is learnt, by a factor of e."""
LEAST_DEVIATION = 0.3
SAMPLES = 6_000


class BackgroundModel:
    """Mean and median deviation of every pixel of a small grey picture.

    The deviation is a running median: leaves and a burnt-in clock, restless most of the time,
    raise it; people who pass, even often, do not.
    """

    def __init__(self, settings: MotionSettings, first: Grey) -> None:
        self._settings = settings
        self._mean = first.copy()
        self._deviation: Grey | None = None
        self._edges = _gradient(first)

    @property
    def mean(self) -> Grey:
        """The background, grey levels; not to be written to."""
        return self._mean

    @property
    def noise(self) -> float:
        """Median deviation of all pixels, grey levels."""
        return 0.0 if self._deviation is None else float(np.median(self._deviation))

    def change(self, picture: Grey) -> tuple[Grey, Mask]:
        """Return how far each pixel is off after light was taken out, and whether that is much."""
        gain, offset = light_change(self._mean, picture)
        if (gain, offset) != (1.0, 0.0):
            # The whole scene is brighter or darker: the background follows at once.
            self._mean = self._mean * np.float32(gain) + np.float32(offset)
        residue = picture - self._mean
        window = min(LIGHT_WINDOW_PX, *(side | 1 for side in picture.shape))
        residue -= cv2.blur(residue, (window, window), borderType=cv2.BORDER_REFLECT)
        size = np.abs(residue)
        if self._deviation is None:
            start = max(LEAST_DEVIATION, float(np.median(size)))
            self._deviation = np.full_like(size, start)
        noise = np.maximum(self._deviation, 0.7 * self.noise)
        limit = np.maximum(self._settings.min_contrast, NOISE_FACTOR * noise)
        return size, size > limit + EDGE_TOLERANCE_PX * self._edges

    def learn(self, picture: Grey, size: Grey, changed: Mask, elapsed_s: float) -> None:
        """Let ``picture`` into the background, what ``changed`` much more slowly than the rest.

        Args:
            size: as `change` returned it.
            elapsed_s: since the picture before.
        """
        calm = 1 - np.exp(-elapsed_s / self._settings.learn_s)
        moved = 1 - np.exp(-elapsed_s / self._settings.forget_s)
        rate = np.where(changed, np.float32(moved), np.float32(calm))
        self._mean = self._mean + rate * (picture - self._mean)
        self._edges = _gradient(self._mean)
        if self._deviation is not None:
            step = np.float32(min(0.3, elapsed_s / CALM_S))
            factor = np.where(size > self._deviation, 1 + step, 1 - step).astype(np.float32)
            self._deviation = np.clip(self._deviation * factor, LEAST_DEVIATION, 255)


def light_change(before: Grey, now: Grey) -> tuple[float, float]:
    """Return gain and offset that turn ``before`` into ``now`` where nothing else changed.

    A line is fitted to a sample of pixels twice, the second time without those far off it, so
    that an object of up to a third of the picture does not bend it.
    """
    step = max(1, before.size // SAMPLES)
    x, y = before.ravel()[::step], now.ravel()[::step]
    gain, offset = 1.0, float(np.median(y - x))
    for _ in range(2):
        error = np.abs(y - gain * x - offset)
        near = error <= max(2.0, 2.5 * float(np.median(error)))
        x, y = x[near], y[near]
        spread = float(x.var())
        if len(x) < 16 or spread < 4.0:
            break
        gain = float(((x - x.mean()) * (y - y.mean())).mean()) / spread
        gain = min(2.0, max(0.5, gain))
        offset = float(y.mean() - gain * x.mean())
    return gain, offset


def _gradient(picture: Grey) -> Grey:
    """Return by how many grey levels the picture changes a pixel, in its steepest direction."""
    across = cv2.Sobel(picture, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(picture, cv2.CV_32F, 0, 1, scale=1 / 8)
    return cv2.magnitude(across, down).astype(np.float32, copy=False)
