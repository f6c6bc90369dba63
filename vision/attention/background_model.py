"""What a still picture looks like, pixel by pixel, and how much each pixel restlessly varies."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.attention.settings import MotionSettings

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]
LIGHT_WINDOW_PX = 15
"""Change that is smooth over this many working pixels is light, not an object."""
NOISE_FACTOR = 6.0
"""Times the median deviation: four standard deviations of Gaussian noise."""
EDGE_TOLERANCE_PX = 0.35
"""Working pixels by which an edge may still be off after the sway was taken out."""
CALM_S = 20.0
"""Time in which a pixel's restlessness is learnt, by a factor of e."""
LEAST_DEVIATION = 0.3
OBJECT_CONTRAST = 15.0
LEAST_TEXTURE = 5.0
"""Grey levels: below it, texture is too weak to tell the strength of the light."""
SAMPLES = 6_000


class BackgroundModel:
    """Mean and median deviation of every pixel of a small grey picture.

    The deviation is a running median: leaves and a burnt-in clock, restless most of the time,
    raise it; people who pass, even often, do not.
    """

    def __init__(self, settings: MotionSettings, first: Grey) -> None:
        self._settings = settings
        self._mean = first.copy()
        self._deviation = np.zeros_like(first)
        self._has_deviation = False
        self._noise = 0.0
        self._strange_s = np.zeros_like(first)
        self._edges = _gradient(first)

    @property
    def mean(self) -> Grey:
        """The background, grey levels; not to be written to."""
        return self._mean

    @property
    def noise(self) -> float:
        """Median deviation of all pixels, grey levels."""
        return self._noise

    def change(self, picture: Grey) -> tuple[Grey, Mask]:
        """Return how far each pixel is off after light was taken out, and whether that is much."""
        gain, offset = light_change(self._mean, picture)
        # The whole scene is brighter or darker: the background follows at once.
        self._mean = self._mean * np.float32(gain) + np.float32(offset)
        residue = _unexplained(picture, self._mean)
        size = np.abs(residue)
        if not self._has_deviation:
            self._has_deviation = True
            self._noise = max(LEAST_DEVIATION, float(np.median(size)))
            self._deviation[:] = self._noise
        noise = np.maximum(self._deviation, 0.7 * self.noise)
        limit = np.maximum(self._settings.min_contrast, NOISE_FACTOR * noise)
        return size, size > limit + EDGE_TOLERANCE_PX * self._edges

    def learn(self, picture: Grey, size: Grey, changed: Mask, elapsed_s: float) -> None:
        """Let ``picture`` into the background; what ``changed`` only once it has stayed.

        Args:
            size: as `change` returned it.
            elapsed_s: since the picture before.
        """
        self._strange_s = np.where(
            changed,
            self._strange_s + np.float32(elapsed_s),
            np.maximum(self._strange_s - np.float32(elapsed_s), 0),
        )
        settled = self._strange_s >= self._settings.forget_s
        self._strange_s[settled] = 0
        # Bounded steps: the background is what is mostly there, not a mixture with who passes.
        most = np.maximum(self._deviation, self._settings.min_contrast)
        step = np.clip(picture - self._mean, -most, most)
        calm = np.float32(1 - np.exp(-elapsed_s / self._settings.learn_s))
        self._mean = np.where(settled, picture, self._mean + np.where(changed, 0, calm) * step)
        self._edges = _gradient(self._mean)
        pace = np.float32(min(0.3, elapsed_s / CALM_S))
        factor = np.where(size > self._deviation, 1 + pace, 1 - pace).astype(np.float32)
        restless = np.clip(self._deviation * factor, LEAST_DEVIATION, 255)
        self._deviation = np.where(settled, np.float32(self._noise), restless)
        self._noise = float(np.median(self._deviation))


def light_change(before: Grey, now: Grey) -> tuple[float, float]:
    """Return gain and offset that turn ``before`` into ``now`` where nothing else changed.

    The gain is how much stronger the texture is, so that a lamp that lights one corner is not
    taken for one. It is fitted to a sample of pixels twice, the second time without those far
    off, so that an object of up to a third of the picture does not bend it.
    """
    step = max(1, before.size // SAMPLES)
    x = (before - _smooth(before)).ravel()[::step]
    y = (now - _smooth(now)).ravel()[::step]
    gain = 1.0
    for _ in range(2):
        error = np.abs(y - gain * x)
        near = error <= max(2.0, 2.5 * float(np.median(error)))
        strength = float((x[near] ** 2).sum())
        if strength < 4.0 * max(16, int(near.sum())):
            return 1.0, float(np.median(now - before))
        gain = min(2.0, max(0.5, float((x[near] * y[near]).sum()) / strength))
    return gain, float(np.median(now - np.float32(gain) * before))


def _unexplained(now: Grey, before: Grey) -> Grey:
    """Return what is left of the difference after smooth light was taken out.

    Light adds (haze, a lamp's glow) and multiplies (a lamp on texture), both smoothly: the local
    mean and the local strength of the texture are taken out.
    """
    fine_now, fine_before = now - _smooth(now), before - _smooth(before)
    # An object must not be taken for stronger texture.
    near = np.clip(fine_now - fine_before, -OBJECT_CONTRAST, OBJECT_CONTRAST)
    gain = 1 + _smooth(fine_before * near) / (_smooth(fine_before**2) + LEAST_TEXTURE**2)
    return np.asarray(fine_now - np.clip(gain, 0.5, 2.0) * fine_before, np.float32)


def _smooth(picture: Grey) -> Grey:
    window = min(LIGHT_WINDOW_PX, *(side | 1 for side in picture.shape))
    smooth = cv2.blur(picture, (window, window), borderType=cv2.BORDER_REFLECT)
    return np.asarray(smooth, np.float32)


def _gradient(picture: Grey) -> Grey:
    """Return by how many grey levels the picture changes a pixel, in its steepest direction."""
    across = cv2.Sobel(picture, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(picture, cv2.CV_32F, 0, 1, scale=1 / 8)
    return cv2.magnitude(across, down).astype(np.float32, copy=False)
