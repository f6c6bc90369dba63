"""An eye: a lens and where it looks. The camera is one, and so is every view cut from it."""

from dataclasses import dataclass

import numpy as np

from vision.optics.arrays import Flags, Floats
from vision.optics.lenses import Lens


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """A lens and its rotation (3 × 3) from camera axes to east, north, up."""

    lens: Lens
    rotation: Floats

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of its picture."""
        return self.lens.width_px, self.lens.height_px

    def directions(self, pixels: Floats) -> Floats:
        """Return unit vectors (…, 3), east, north, up, of pixels (…, 2)."""
        rays = self.lens.unproject(np.asarray(pixels, dtype=np.float64))
        turned: Floats = rays @ self.rotation.T
        return turned

    def pixels(self, directions: Floats) -> Floats:
        """Return pixels (…, 2) of directions (…, 3); NaN where the lens cannot image them."""
        return self.lens.project(np.asarray(directions, dtype=np.float64) @ self.rotation)

    def near(self, pixels: Floats, around: Floats) -> Floats:
        """Return ``pixels`` (…, n, 2) of one thing, moved by full turns next to ``around`` (…, 2).

        Of something that lies across a panorama's seam, one part would else be at either end.
        """
        period = self.lens.period_px
        if period is None:
            return pixels
        turns = np.round((pixels[..., 0] - around[..., None, 0]) / period)
        return np.stack((pixels[..., 0] - turns * period, pixels[..., 1]), -1)

    def sees(self, directions: Floats) -> Flags:
        """Tell for each direction (…, 3) whether it falls on the picture."""
        rays = np.asarray(directions, dtype=np.float64) @ self.rotation
        pixels = self.lens.project(rays)
        x, y = pixels[..., 0], pixels[..., 1]
        inside = (x >= 0) & (y >= 0) & (x <= self.lens.width_px) & (y <= self.lens.height_px)
        return np.asarray(inside & self.lens.reaches(rays))
