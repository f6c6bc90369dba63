"""Fits a picture into the model's input with grey borders, and maps boxes back."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.scene.frame import Image

BORDER_GREY = 114
"""The value that YOLO models were trained with."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies inside the input.

    Args:
        source: width and height of the picture, px.
        inner: width and height that it takes up inside the input, px.
        left_px, top_px: position of the inner part.
    """

    source: tuple[int, int]
    inner: tuple[int, int]
    left_px: int
    top_px: int


def fit(source: tuple[int, int], canvas: tuple[int, int]) -> Letterbox:
    """Return the largest centred placement of ``source`` in ``canvas`` (widths, heights, px).

    Raises:
        ValueError: an empty picture.
    """
    width, height = source
    if width < 1 or height < 1:
        raise ValueError(f"a picture of {width}x{height} px cannot be analysed")
    scale = min(canvas[0] / width, canvas[1] / height)
    inner = (
        min(canvas[0], max(1, round(width * scale))),
        min(canvas[1], max(1, round(height * scale))),
    )
    return Letterbox(
        source, inner, left_px=(canvas[0] - inner[0]) // 2, top_px=(canvas[1] - inner[1]) // 2
    )


def paint(image: Image, place: Letterbox, canvas: Image, *, borders: bool) -> None:
    """Resize ``image`` into its place on ``canvas`` (height × width × 3, written in place).

    Args:
        borders: also paint the borders; needless when the last picture had the same place.
    """
    if borders:
        canvas.fill(BORDER_GREY)
    width, height = place.inner
    target = canvas[place.top_px : place.top_px + height, place.left_px : place.left_px + width]
    if place.source == place.inner:
        np.copyto(target, image)
    else:
        painted = cv2.resize(image, place.inner, dst=target, interpolation=cv2.INTER_LINEAR)
        if painted is not target and not np.shares_memory(painted, target):
            np.copyto(target, painted)


def restore(boxes: NDArray[np.float32], place: Letterbox) -> NDArray[np.float32]:
    """Return boxes (N × 4: x1, y1, x2, y2 in input pixels) in pixels of the picture, clipped."""
    scale = np.array(
        [place.source[0] / place.inner[0], place.source[1] / place.inner[1]] * 2, np.float32
    )
    offset = np.array([place.left_px, place.top_px] * 2, np.float32)
    most = np.array([*place.source, *place.source], np.float32)
    restored: NDArray[np.float32] = np.clip((boxes - offset) * scale, 0, most)
    return restored
