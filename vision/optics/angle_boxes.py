"""Boxes of all views in one angle space: where they point, how large they are, where they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vision.optics.arrays import Flags, Floats
from vision.optics.directions import bearing_depression, direction, from_nadir_plane, nadir_plane
from vision.optics.eye import Eye
from vision.optics.views import View
from vision.scene.detection import Box, Detection

EDGE_SHARE = 0.004
"""A box this near to a view's edge, as a share of its side, is taken as cut by it."""
_OUTLINE = np.array([(0, 0), (0.5, 0), (1, 0), (1, 0.5), (1, 1), (0.5, 1), (0, 1), (0, 0.5)])


@dataclass(frozen=True, slots=True, eq=False)
class AngleBoxes:
    """Detections of one picture, whichever view they come from, one row each.

    Args:
        detections: as they came.
        outlines: (n, 8, 3) directions of corners and middles of sides, around the box.
        centres: (n, 3) directions of the middles.
        is_cut: (n) the view ends there and the thing may go on.
    """

    detections: Sequence[Detection]
    outlines: Floats
    centres: Floats
    is_cut: Flags

    def plane_outlines(self) -> Floats:
        """Return the outlines (n, 8, 2) in the `nadir_plane`, which knows no seam."""
        return nadir_plane(self.outlines)

    def sizes_deg(self) -> Floats:
        """Return (n, 2): angular width across the line to the nadir, and height along it."""
        bearing, depression = np.moveaxis(bearing_depression(self.centres), -1, 0)
        axes = np.stack((direction(bearing + 90.0, 0.0), direction(bearing, depression + 90.0)), 1)
        ahead = np.einsum("nkc,nc->nk", self.outlines, self.centres)
        aside = np.einsum("nkc,nac->nak", self.outlines, axes)
        angles = np.degrees(np.arctan2(aside, ahead[:, None, :]))
        sizes: Floats = angles.max(-1) - angles.min(-1)
        return sizes

    def feet(self) -> Floats:
        """Return directions (n, 3) of the points where the things touch the ground.

        That is where the line from the box's middle to the nadir leaves the box: the bottom's
        middle of an upright picture, the inner end of a radius in a fisheye, and the nadir
        itself where the box holds it.
        """
        outlines = self.plane_outlines()
        centres = nadir_plane(self.centres)[:, None, :]
        along = -centres
        starts, sides = outlines, np.roll(outlines, -1, axis=1) - outlines
        cross = _cross(along, sides)
        safe = np.where(np.abs(cross) < 1e-12, np.nan, cross)
        on_line = _cross(starts - centres, sides) / safe
        on_side = _cross(starts - centres, along) / safe
        meets = (on_side >= -1e-9) & (on_side <= 1 + 1e-9) & (on_line >= 0.0)
        leaves = np.where(meets, on_line, 1.0).min(1)
        return from_nadir_plane(centres[:, 0, :] * (1.0 - np.minimum(leaves, 1.0))[:, None])

    def source_boxes(self, camera: Eye) -> list[Box]:
        """Return upright boxes around the things in the camera's own picture.

        Of a thing across a panorama's seam, the part on the side of its middle.
        """
        if not len(self.detections):
            return []
        middles = camera.pixels(self.centres)
        pixels = camera.near(camera.pixels(self.outlines), middles)
        pixels = np.where(np.isfinite(pixels), pixels, middles[:, None, :])
        size = np.array(camera.size_px, dtype=np.float64)
        low = np.clip(np.nan_to_num(pixels.min(1)), 0.0, size - 1.0)
        high = np.clip(np.nan_to_num(pixels.max(1)), low + 1.0, size)
        return [Box(*row) for row in np.concatenate((low, high), 1).tolist()]


def to_angles(
    detections: Sequence[Detection], views: Mapping[str, View], camera: Eye
) -> AngleBoxes:
    """Return the detections in angle space.

    Raises:
        KeyError: if a detection names a view that is not in ``views``.
    """
    boxes = np.array([detection.box for detection in detections], dtype=np.float64).reshape(-1, 4)
    corner, size = boxes[:, None, :2], (boxes[:, 2:] - boxes[:, :2])[:, None, :]
    pixels = corner + size * np.concatenate((_OUTLINE, [(0.5, 0.5)]))
    directions = np.empty((len(boxes), 9, 3))
    is_cut = np.zeros(len(boxes), dtype=bool)
    by_view: dict[str, list[int]] = {}
    for row, detection in enumerate(detections):
        by_view.setdefault(detection.view, []).append(row)
    for name, rows in by_view.items():
        view = views[name]
        directions[rows] = view.eye.directions(pixels[rows])
        is_cut[rows] = _cut_by_edge(boxes[rows], view, camera)
    return AngleBoxes(detections, directions[:, :8], directions[:, 8], is_cut)


def _cut_by_edge(boxes: Floats, view: View, camera: Eye) -> Flags:
    width, height = view.size_px
    margin_x, margin_y = width * EDGE_SHARE, height * EDGE_SHARE
    near = np.stack(
        (
            boxes[:, 0] <= margin_x,
            boxes[:, 1] <= margin_y,
            boxes[:, 2] >= width - margin_x,
            boxes[:, 3] >= height - margin_y,
        ),
        1,
    )
    if view.crop is not None:
        # Behind the camera's own border no other view sees more.
        x, y, across, down = view.crop
        open_sides = (x > 0, y > 0, x + across < camera.size_px[0], y + down < camera.size_px[1])
        near &= np.array(open_sides)
    return np.asarray(near.any(1))


def _cross(a: Floats, b: Floats) -> Floats:
    product: Floats = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return product
