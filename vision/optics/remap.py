"""Rendering views from the camera's picture: maps computed once, then one `cv2.remap` each."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.optics.arrays import Flags, Floats, OpticsFault, PictureResized
from vision.optics.eye import Eye
from vision.optics.lenses import PanoramaLens
from vision.optics.views import View
from vision.scene.frame import Image

OUTSIDE = (114, 114, 114)
"""Colour (BGR) of what the lens does not show: the grey that detectors were trained to ignore."""
MAX_MAP_SIDE_PX = 32_000
_AWAY_PX = -16.0


class RemapView:
    """Renders one view from pictures of one size.

    Args:
        view: what to render.
        camera: the eye that took the picture.

    Raises:
        OpticsFault: if the camera's picture is larger than the fixed-point maps can address.
    """

    def __init__(self, view: View, camera: Eye) -> None:
        self.view = view
        self.source_size_px = camera.size_px
        self._wraps = _wraps_around(camera)
        self._shrink = 1
        self._outside: Flags | None = None
        if max(self.source_size_px) > MAX_MAP_SIDE_PX:
            raise OpticsFault(f"pictures of at most {MAX_MAP_SIDE_PX} px a side can be unwarped")
        if view.crop is None:
            self._prepare_maps(camera)

    def _prepare_maps(self, camera: Eye) -> None:
        width, height = self.view.size_px
        x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
        directions = self.view.eye.directions(np.stack((x, y), -1))
        pixels = camera.pixels(directions)
        inside = camera.sees(directions)
        self._shrink = _shrink_factor(pixels, inside)
        self._region = self._region_of(pixels, inside)
        left, top, _, _ = self._region
        # The continuous pixel 0.5 is the centre of the pixel that OpenCV counts as 0.
        at = (pixels - (left, top)) / self._shrink - 0.5
        at = np.where(inside[..., None], at, _AWAY_PX)
        if self._wraps and not inside.all():
            self._outside = ~inside
        self._places, self._weights = cv2.convertMaps(
            at[..., 0].astype(np.float32), at[..., 1].astype(np.float32), cv2.CV_16SC2
        )

    def _region_of(self, pixels: Floats, inside: Flags) -> tuple[int, int, int, int]:
        """The part of the picture that is needed, so that only this part is shrunk."""
        width, height = self.source_size_px
        if self._wraps or not inside.any():
            return 0, 0, width, height
        seen = pixels[inside]
        margin = 2 * self._shrink
        left, top = np.maximum(np.floor(seen.min(0)).astype(int) - margin, 0)
        right, bottom = np.ceil(seen.max(0)).astype(int) + margin
        return int(left), int(top), min(int(right), width), min(int(bottom), height)

    def render(self, image: Image) -> Image:
        """Return the view's picture (height × width × 3, BGR).

        A plain rectangle in its own size is a window onto ``image``, not a copy.

        Raises:
            PictureResized: if ``image`` has another size than the maps were computed for.
        """
        got = (image.shape[1], image.shape[0])
        if got != self.source_size_px:
            raise PictureResized(self.source_size_px, got)
        if self.view.crop is not None:
            return self._cut(image, self.view.crop)
        left, top, right, bottom = self._region
        source: NDArray[np.uint8] = image[top:bottom, left:right]
        if self._shrink > 1:
            source = cast(
                Image,
                cv2.resize(
                    source,
                    (
                        max(source.shape[1] // self._shrink, 1),
                        max(source.shape[0] // self._shrink, 1),
                    ),
                    interpolation=cv2.INTER_AREA,
                ),
            )
        rendered = cast(
            Image,
            cv2.remap(
                source,
                self._places,
                self._weights,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_WRAP if self._wraps else cv2.BORDER_CONSTANT,
                borderValue=OUTSIDE,
            ),
        )
        if self._outside is not None:
            rendered[self._outside] = OUTSIDE
        return rendered

    def _cut(self, image: Image, crop: tuple[int, int, int, int]) -> Image:
        x, y, width, height = crop
        part: Image = image[y : y + height, x : x + width]
        if (width, height) == self.view.size_px:
            return part
        shrinks = width > self.view.size_px[0]
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return cast(Image, cv2.resize(part, self.view.size_px, interpolation=how))


def _wraps_around(camera: Eye) -> bool:
    return isinstance(camera.lens, PanoramaLens) and camera.lens.span_deg >= 359.99


def _shrink_factor(pixels: Floats, inside: Flags) -> int:
    """How many picture pixels at least lie between neighbours of the view: linear
    interpolation alone would skip them, and thin things would flicker."""
    steps = np.hypot(*np.moveaxis(np.diff(pixels, axis=1), -1, 0))
    both = inside[:, 1:] & inside[:, :-1]
    if not both.any():
        return 1
    return int(np.clip(np.percentile(steps[both], 25), 1, 8))
