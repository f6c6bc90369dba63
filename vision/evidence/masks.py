"""Privacy masks: polygons that are blackened in a picture before anything else sees it."""

from collections.abc import Sequence

import cv2
import numpy as np

from vision.evidence.settings import MaskSettings
from vision.scene.frame import Image

SUB_PIXEL_BITS = 4
BLACK = (0, 0, 0)


def burn_masks(image: Image, masks: Sequence[MaskSettings]) -> Image:
    """Return a copy of ``image`` with every mask black; the picture itself without masks."""
    if not masks:
        return image
    burnt = image.copy()
    for mask in masks:
        points = np.asarray(mask.points, dtype=np.float64) * (1 << SUB_PIXEL_BITS)
        cv2.fillPoly(burnt, [np.rint(points).astype(np.int32)], BLACK, shift=SUB_PIXEL_BITS)
    return burnt


def masks_outside(masks: Sequence[MaskSettings], width_px: int, height_px: int) -> list[str]:
    """Return one line for each mask that lies wholly outside a picture of this size."""
    faults: list[str] = []
    for number, mask in enumerate(masks):
        xs, ys = zip(*mask.points, strict=True)
        if max(xs) < 0 or max(ys) < 0 or min(xs) >= width_px or min(ys) >= height_px:
            faults.append(
                f"masks.{number}: {mask.name or 'this mask'} lies outside the picture of "
                f"{width_px} × {height_px} pixels and would hide nothing"
            )
    return faults
