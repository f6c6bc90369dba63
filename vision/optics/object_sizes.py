"""How large things are, and how many pixels of a picture they would cover on flat ground."""

from dataclasses import dataclass

import numpy as np

from vision.optics.arrays import Flags, Floats
from vision.optics.directions import direction
from vision.optics.eye import Eye

HALF = 0.5
_STEP = 0.01
_HAIR_PX = 0.01


@dataclass(frozen=True, slots=True)
class ObjectSize:
    """A box that stands on the ground, in metres.

    A person is taken as a flat figure that faces the mast; of a vehicle the worse of its side
    and its front counts.
    """

    length_m: float
    width_m: float
    height_m: float


PERSON = ObjectSize(0.0, 0.5, 1.7)
VEHICLE = ObjectSize(4.2, 1.8, 1.5)
SIZES = {
    "person": PERSON,
    "bicycle": ObjectSize(1.7, 0.5, 1.5),
    "motorcycle": ObjectSize(2.0, 0.7, 1.6),
    "car": VEHICLE,
    "van": ObjectSize(5.0, 1.9, 2.0),
    "bus": ObjectSize(10.0, 2.5, 3.0),
    "truck": ObjectSize(7.0, 2.3, 2.8),
    "boat": ObjectSize(5.0, 1.6, 1.2),
    "dog": ObjectSize(0.7, 0.3, 0.5),
}
"""Typical sizes; a label that is not here is judged like a person."""


def size_of(label: str) -> ObjectSize:
    """Return the typical size of a label."""
    return SIZES.get(label, PERSON)


def corners_from_mast(
    size: ObjectSize, bearing_deg: Floats, distance_m: Floats, height_m: float, *, side_on: bool
) -> Floats:
    """Return the corners (…, 8, 3) of a thing on the ground, metres east, north, up of the lens.

    Args:
        bearing_deg, distance_m: where it stands, arrays of one shape (…).
        height_m: of the lens above the ground.
        side_on: its length lies across the line to the mast, else along it.
    """
    across_m, along_m = (
        (size.length_m, size.width_m)
        if side_on and size.length_m > 0
        else (size.width_m, size.length_m)
    )
    bearing, distance = np.broadcast_arrays(np.asarray(bearing_deg), np.asarray(distance_m))
    outward = direction(bearing, 0.0)
    sideways = np.stack((outward[..., 1], -outward[..., 0], np.zeros_like(bearing)), -1)
    place = outward * distance[..., None]
    signs = np.array([(a, b, c) for a in (-0.5, 0.5) for b in (-0.5, 0.5) for c in (0.0, 1.0)])
    corners: Floats = (
        place[..., None, :]
        + sideways[..., None, :] * (signs[:, 0] * across_m)[:, None]
        + outward[..., None, :] * (signs[:, 1] * along_m)[:, None]
        + np.array([0.0, 0.0, 1.0]) * (signs[:, 2] * size.height_m - height_m)[:, None]
    )
    return corners


def pixels_in(eye: Eye, corners: Floats) -> tuple[Floats, Floats]:
    """Return the longer side in pixels (…) and the share of the thing in the picture (…).

    The sides are measured along the line to the nadir and across it, so that a thing counts
    the same however it lies in the picture. Where it cannot be seen at all both are 0.

    Args:
        corners: (…, 8, 3) as of `corners_from_mast`.
    """
    middle = corners.mean(-2)
    at = eye.pixels(middle)
    pixels = eye.near(eye.pixels(corners), at)
    # A step sideways tells how the thing lies in the picture, under the mast too.
    sideways = middle + (corners[..., 4, :] - corners[..., 0, :]) * _STEP
    across = eye.near(eye.pixels(sideways)[..., None, :], at)[..., 0, :] - at
    across = across / np.maximum(np.hypot(across[..., 0], across[..., 1]), 1e-12)[..., None]
    along = np.stack((-across[..., 1], across[..., 0]), -1)
    longer = np.maximum(_extent(pixels, along), _extent(pixels, across))
    share = _share_inside(eye, pixels)
    usable = np.isfinite(longer) & np.isfinite(share)
    usable &= _mostly_reached(eye, corners)
    return np.where(usable, longer, 0.0), np.where(usable, share, 0.0)


def _extent(pixels: Floats, axis: Floats) -> Floats:
    along = np.einsum("...ij,...j->...i", pixels, axis)
    extent: Floats = along.max(-1) - along.min(-1)
    return extent


def _share_inside(eye: Eye, pixels: Floats) -> Floats:
    """Share of the upright box around ``pixels`` (…, 8, 2) that lies in the picture."""
    share = np.ones(pixels.shape[:-2])
    for axis, side in enumerate(eye.size_px):
        # A flat figure right under the mast has no depth, but it is there.
        low, high = pixels[..., axis].min(-1) - _HAIR_PX, pixels[..., axis].max(-1) + _HAIR_PX
        inside = np.minimum(high, side + _HAIR_PX) - np.maximum(low, -_HAIR_PX)
        share = share * np.clip(inside / (high - low), 0.0, 1.0)
    return share


def _mostly_reached(eye: Eye, corners: Floats) -> Flags:
    reached = eye.lens.reaches(corners @ eye.rotation)
    return np.asarray(reached.mean(-1) >= HALF)
