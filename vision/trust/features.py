"""What of a picture tells covered, turned and defocused apart: structure, sharpness, edges."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.scene.frame import Image

Grey = NDArray[np.float32]

FIRST_SIDE = 960
LONGER_SIDE = 480
BLOCKS = 12
"""The picture is judged in BLOCKS × BLOCKS parts: burnt-in text spoils only a few of them."""
EDGE_SIDE = 112
DARK_LEVEL = 12.0
NOISE_IN_FINE = 0.92
"""Share of white noise's power that the fine band keeps."""


@dataclass(slots=True, frozen=True)
class Features:
    """Of one picture.

    Args:
        grey: the reduced picture.
        means: BLOCKS × BLOCKS mean brightness.
        structure: BLOCKS × BLOCKS medium detail relative to brightness: indifferent to dusk.
        detail: BLOCKS × BLOCKS medium detail in levels of brightness.
        sharpness: BLOCKS × BLOCKS fine detail as a share of medium detail, noise taken out.
        noise: the noise's standard deviation in levels of brightness.
        edges: gradient of a still smaller picture, relative to brightness.
    """

    grey: Grey
    means: Grey
    structure: Grey
    detail: Grey
    sharpness: Grey
    noise: float
    edges: Grey


def reduced(image: Image) -> Grey:
    """Return a grey picture of at most 480 px on its longer side."""
    # Green carries most of the brightness; whole strides are many times faster than any resize.
    stride = max(max(image.shape[:2]) // FIRST_SIDE, 1)
    green = np.ascontiguousarray(image[::stride, ::stride, 1])
    factor = math.ceil(max(green.shape) / LONGER_SIDE)
    size = max(green.shape[1] // factor, BLOCKS), max(green.shape[0] // factor, BLOCKS)
    small = cv2.resize(green, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32)


def features_of(grey: Grey, previous: Grey | None) -> Features:
    """Return the features of a reduced picture; ``previous`` serves to measure its noise."""
    soft = _blurred(grey, 1.0)
    softer = _blurred(soft, 1.7)
    coarse = _blurred(softer, 4.0)
    means = _blocks(grey)
    fine = _blocks((grey - soft) ** 2)
    medium = _blocks((softer - coarse) ** 2)
    noise = np.float32(0 if previous is None else _noise_power(grey, previous))
    clean = np.sqrt(np.maximum(fine - noise * np.float32(NOISE_IN_FINE), 0))
    detail = np.sqrt(medium)
    level = means + np.float32(DARK_LEVEL)
    return Features(
        grey=grey,
        means=means,
        structure=np.asarray(detail / level, dtype=np.float32),
        detail=detail,
        noise=math.sqrt(float(noise)),
        sharpness=np.asarray(clean / (detail + np.float32(0.5)), dtype=np.float32),
        edges=_edges(softer),
    )


def likeness(one: Grey, other: Grey) -> float:
    """Return the correlation of two pictures, -1 … 1; 0 where one has no structure."""
    a, b = one - one.mean(), other - other.mean()
    power = float(np.sqrt(float((a * a).sum()) * float((b * b).sum())))
    return float((a * b).sum()) / power if power > 1e-6 else 0.0


def shift_between(reference: Grey, edges: Grey) -> tuple[float, float]:
    """Return how far ``edges`` are shifted (share of the longer side) and how sure that is."""
    (dx, dy), response = cv2.phaseCorrelate(reference, edges, _window(edges.shape))
    return float(np.hypot(dx, dy)) / max(edges.shape), float(response)


def _noise_power(grey: Grey, previous: Grey) -> float:
    """Return the noise's variance; the median leaves moving objects out."""
    difference = np.abs(grey - previous)[::3, ::3]
    return float(np.median(difference) / 0.954) ** 2


def _edges(softer: Grey) -> Grey:
    height, width = softer.shape
    scale = EDGE_SIDE / max(height, width)
    size = max(round(width * scale), 8), max(round(height * scale), 8)
    small = np.asarray(cv2.resize(softer, size, interpolation=cv2.INTER_AREA), np.float32)
    across = cv2.Sobel(small, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(small, cv2.CV_32F, 0, 1)
    steep = np.asarray(cv2.magnitude(across, down), np.float32)
    # The root keeps one lamp at night from outweighing everything else.
    return np.asarray(np.sqrt(steep / (_blurred(small, 6.0) + np.float32(DARK_LEVEL))), np.float32)


def _blocks(picture: Grey) -> Grey:
    return np.asarray(
        cv2.resize(picture, (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA), np.float32
    )


def _blurred(picture: Grey, sigma: float) -> Grey:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


_windows: dict[tuple[int, ...], Grey] = {}


def _window(shape: tuple[int, ...]) -> Grey:
    if shape not in _windows:
        _windows.clear()
        window = cv2.createHanningWindow((shape[1], shape[0]), cv2.CV_32F)
        _windows[shape] = np.asarray(window, np.float32)
    return _windows[shape]
