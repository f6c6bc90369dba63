"""Lines, words and panels on pictures, for people who look at them."""

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from vision.optics.arrays import Floats
from vision.scene.frame import Image

Colour = tuple[int, int, int]
"""Blue, green, red."""
WHITE: Colour = (255, 255, 255)
INK: Colour = (40, 40, 40)
PAPER: Colour = (244, 244, 244)
BLUE: Colour = (178, 114, 0)
AMBER: Colour = (0, 159, 230)
VERMILION: Colour = (0, 94, 213)
GREY: Colour = (190, 190, 190)
GREEN: Colour = (115, 158, 0)
LINE_HEIGHT_PX = 26


def plain(text: str) -> str:
    """Return ``text`` without what OpenCV's fonts cannot draw: accents go, signs become words."""
    for sign, word in (
        ("°", " deg"),
        ("đ", "d"),
        ("Đ", "D"),
        ("×", "x"),
        ("≥", ">="),
        ("…", "..."),
    ):
        text = text.replace(sign, word)
    letters = unicodedata.normalize("NFD", text)
    return letters.encode("ascii", "ignore").decode("ascii")


def write(
    image: Image, text: str, at: tuple[int, int], colour: Colour = INK, size: float = 0.6
) -> None:
    """Write one line; ``at`` is its lower left corner."""
    cv2.putText(image, plain(text), at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)


def label(image: Image, text: str, at: tuple[int, int], colour: Colour, size: float = 0.5) -> None:
    """Write one word on a box of its own, so that it can be read on any picture."""
    words = plain(text)
    (width, height), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    x = int(np.clip(at[0], 2, max(image.shape[1] - width - 8, 2)))
    y = int(np.clip(at[1], height + 6, max(image.shape[0] - 4, height + 6)))
    cv2.rectangle(image, (x - 3, y - height - 4), (x + width + 3, y + 4), colour, cv2.FILLED)
    write(image, words, (x, y), WHITE, size)


def polyline(image: Image, points: Floats, colour: Colour, thickness: int = 2) -> None:
    """Draw through ``points`` (n, 2); it breaks where they are NaN or jump across a seam."""
    jump_px = image.shape[1] / 3
    edge_px = 4 * max(image.shape[:2])
    for start, end in pairwise(points):
        ends = np.stack((start, end))
        if not np.isfinite(ends).all() or np.abs(ends).max() > edge_px:
            continue
        if np.hypot(*(end - start)) > jump_px:
            continue
        (x1, y1), (x2, y2) = np.rint(ends).astype(int).tolist()
        cv2.line(image, (x1, y1), (x2, y2), colour, thickness, cv2.LINE_AA)


def fit(image: Image, width_px: int, height_px: int) -> tuple[Image, float]:
    """Return ``image`` scaled to fit, and by how much."""
    scale = min(width_px / image.shape[1], height_px / image.shape[0])
    size = max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = np.asarray(cv2.resize(image, size, interpolation=how), dtype=np.uint8)
    return scaled, scale


def blank(width_px: int, height_px: int, colour: Colour = PAPER) -> Image:
    """Return an empty picture."""
    return np.full((height_px, width_px, 3), colour, dtype=np.uint8)


def paste(canvas: Image, picture: Image, at: tuple[int, int]) -> None:
    """Put ``picture`` onto ``canvas`` with its upper left corner at ``at``."""
    x, y = at
    height, width = picture.shape[:2]
    canvas[y : y + height, x : x + width] = picture


def stack(pictures: Sequence[Image], gap_px: int = 12) -> Image:
    """Return the pictures one below the other, left-aligned on paper."""
    width = max(picture.shape[1] for picture in pictures) + 2 * gap_px
    height = sum(picture.shape[0] + gap_px for picture in pictures) + gap_px
    canvas = blank(width, height)
    y = gap_px
    for picture in pictures:
        paste(canvas, picture, (gap_px, y))
        y += picture.shape[0] + gap_px
    return canvas
