"""How many pixels a thing has where the detector looks: the worse of view and camera."""

from collections.abc import Sequence

import numpy as np

from vision.optics.arrays import Floats
from vision.optics.eye import Eye
from vision.optics.object_sizes import HALF, corners_from_mast, pixels_in, size_of

WHOLE = 0.95
FILLS_A_VIEW = 0.5
"""A thing that fills more than this share of a view's side may be cut by its edge."""


def found_in_camera(
    camera: Eye, label: str, bearing_deg: Floats, distance_m: Floats, height_m: float
) -> Floats:
    """Return the longer side (…) in the camera's own picture, 0 where it is not seen."""
    pixels = [
        _where_shown(*pixels_in(camera, corners), HALF)
        for corners in _poses(label, bearing_deg, distance_m, height_m)
    ]
    worst: Floats = np.minimum.reduce(pixels)
    return worst


def found_in_view(
    view: Eye, label: str, bearing_deg: Floats, distance_m: Floats, height_m: float
) -> Floats:
    """Return the longer side (…) in one view, 0 where the view does not hold the thing whole.

    Of a thing that is too large for that, half must be there.
    """
    side_px = min(view.size_px)
    pixels = []
    for corners in _poses(label, bearing_deg, distance_m, height_m):
        longer, share = pixels_in(view, corners)
        least = np.where(longer > FILLS_A_VIEW * side_px, HALF, WHOLE)
        pixels.append(_where_shown(longer, share, least))
    worst: Floats = np.minimum.reduce(pixels)
    return worst


def _where_shown(longer: Floats, share: Floats, least: Floats | float) -> Floats:
    return np.where(share >= least, longer, 0.0)


def _poses(
    label: str, bearing_deg: Floats, distance_m: Floats, height_m: float
) -> Sequence[Floats]:
    size = size_of(label)
    sides = (False, True) if size.length_m > 0 else (False,)
    return [
        corners_from_mast(size, bearing_deg, distance_m, height_m, side_on=side) for side in sides
    ]
