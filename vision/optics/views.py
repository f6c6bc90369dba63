"""Views: what the detector looks at, each an eye of its own cut from the camera's picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.optics import settings
from vision.optics.arrays import Floats, OpticsFault
from vision.optics.directions import look_rotation
from vision.optics.eye import Eye
from vision.optics.lenses import CroppedLens, PanoramaLens, PerspectiveLens
from vision.optics.settings import ViewRequest
from vision.scene.sighting import PICTURE

LEAST_SEEN_SHARE = 0.05
_PROBES = 24


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One picture for the detector.

    Args:
        name: unique within the camera.
        eye: from its pixels to the world and back.
        crop: x, y, width and height in the camera's picture where it is a plain rectangle of
            it; None where it is warped.
    """

    name: str
    eye: Eye
    crop: tuple[int, int, int, int] | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return self.eye.size_px


def build_views(
    requests: Sequence[ViewRequest], camera: Eye, *, least_share: float = LEAST_SEEN_SHARE
) -> tuple[View, ...]:
    """Return the views in the order of their requests.

    Args:
        least_share: of a view's pixels that the lens has to show.

    Raises:
        OpticsFault: if a view lies outside the lens; one line for each.
    """
    views = tuple(_build(request, camera) for request in requests)
    faults = [
        f"views.{view.name}: {seen_share(view, camera):.0%} of it lies within the lens; "
        f"turn it to what the camera sees, or leave it out"
        for view in views
        if view.crop is None and seen_share(view, camera) < least_share
    ]
    if faults:
        raise OpticsFault("\n".join(faults))
    return views


def whole_picture(camera: Eye) -> View:
    """Return the camera's own picture as a view."""
    return View(PICTURE, camera, (0, 0, *camera.size_px))


def seen_share(view: View, camera: Eye) -> float:
    """Return the share (0 … 1) of the view's pixels that the camera's lens shows."""
    return float(np.mean(camera.sees(view.eye.directions(probe_pixels(view.eye)))))


def probe_pixels(eye: Eye, count: int = _PROBES) -> Floats:
    """Return a grid of pixels (count, count, 2) over an eye's picture."""
    width, height = eye.size_px
    steps = (np.arange(count) + 0.5) / count
    x, y = np.meshgrid(steps * width, steps * height)
    return np.stack((x, y), -1)


def _build(request: ViewRequest, camera: Eye) -> View:
    if isinstance(request, settings.PerspectiveView):
        lens = PerspectiveLens.of_view(*request.size_px, request.hfov_deg)
        looks = look_rotation(request.bearing_deg, request.depression_deg)
        return View(request.name, Eye(lens, looks))
    if isinstance(request, settings.StripView):
        strip = PanoramaLens(
            *request.size_px, request.span_deg, request.top_deg, request.bottom_deg
        )
        middle_deg = request.from_bearing_deg + request.span_deg / 2
        return View(request.name, Eye(strip, look_rotation(middle_deg, 0.0)))
    width, height = camera.size_px
    box = request.box if isinstance(request, settings.TileView) else (0.0, 0.0, 1.0, 1.0)
    x1, y1 = round(box[0] * width), round(box[1] * height)
    x2, y2 = max(round(box[2] * width), x1 + 1), max(round(box[3] * height), y1 + 1)
    size = request.size_px or (x2 - x1, y2 - y1)
    cropped = CroppedLens(*size, camera.lens, x1, y1, size[0] / (x2 - x1), size[1] / (y2 - y1))
    return View(request.name, Eye(cropped, camera.rotation), (x1, y1, x2 - x1, y2 - y1))
