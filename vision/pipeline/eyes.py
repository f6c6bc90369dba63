"""The views of one camera for the size of its pictures: rendering, and boxes to sightings."""

import logging
from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.optics.arrays import OpticsFault
from vision.optics.coverage import samples_in
from vision.optics.locator import Locator
from vision.optics.plan import ViewPlan, resized, views_for
from vision.optics.remap import RemapView
from vision.optics.settings import LensSettings, MastSettings, ViewsSettings
from vision.optics.views import View
from vision.rules.settings import ZoneSettings
from vision.scene.frame import Image

log = logging.getLogger(__name__)
MASK_CELLS: Final = 64
STEP_PX: Final = 8.0


class CameraEyes:
    """Lays the views out at the first picture and makes their maps anew for another size.

    Args:
        zone_views: names of the views in which zones are drawn.
        kin: see `Locator`.
    """

    def __init__(
        self,
        lens: LensSettings,
        mast: MastSettings,
        views: ViewsSettings,
        zone_views: Collection[str],
        kin: Mapping[str, str],
    ) -> None:
        self._lens = lens
        self._mast = mast
        self._views = views
        self._zone_views = zone_views
        self._kin = kin
        self._plan: ViewPlan | None = None
        self._locator: Locator | None = None
        self._remaps: dict[str, RemapView] = {}
        self.size_px = (0, 0)

    @property
    def plan(self) -> ViewPlan:
        """The views; only after `fit`."""
        assert self._plan is not None
        return self._plan

    @property
    def locator(self) -> Locator:
        """From boxes to sightings; only after `fit`."""
        assert self._locator is not None
        return self._locator

    def fit(self, size_px: tuple[int, int]) -> bool:
        """Make everything for pictures of this width and height; True where that was needed.

        Raises:
            OpticsFault: lens, views or zones do not go together with this picture.
        """
        if size_px == self.size_px:
            return False
        if self._plan is None:
            self._plan = views_for(self._lens, self._mast, self._views, *size_px)
            for note in self._plan.notes:
                log.info("%s", note)
        else:
            self._plan = resized(self._plan, self._lens, self._mast, size_px)
        self._locator = Locator(self._plan, self._mast, zone_views=self._zone_views, kin=self._kin)
        self._remaps = {view.name: RemapView(view, self._plan.camera) for view in self._plan.views}
        self.size_px = size_px
        return True

    def render(self, view: str, image: Image) -> Image:
        """Return one view of the camera's picture."""
        return self._remaps[view].render(image)

    def footprint(self, view: View) -> NDArray[np.bool_]:
        """Return where ``view`` shows the camera's picture, as a grid laid over all of it."""
        width, height = self.plan.camera.size_px
        x, y = np.meshgrid(
            (np.arange(MASK_CELLS) + 0.5) * width / MASK_CELLS,
            (np.arange(MASK_CELLS) + 0.5) * height / MASK_CELLS,
        )
        pixels = np.stack((x, y), -1).reshape(-1, 2)
        with np.errstate(invalid="ignore"):
            directions = self.plan.camera.directions(pixels)
            shown = view.eye.sees(directions) & self.plan.camera.sees(directions)
        return np.asarray(shown, dtype=np.bool_).reshape(MASK_CELLS, MASK_CELLS)

    def shows_some_of(self, view: View, zone: ZoneSettings) -> bool:
        """Tell whether some of a zone lies in ``view``."""
        places = samples_in(zone.space, zone.points, is_line=zone.shape == "line")
        with np.errstate(invalid="ignore"):
            directions = self.locator.spaces.directions(zone.space, places)
            return bool(view.eye.sees(directions).any())

    def camera_px(self, view: View, view_px: float) -> float:
        """Return the least pixels in the camera's picture of a thing of ``view_px`` in ``view``."""
        width, height = view.size_px
        x, y = np.meshgrid(np.linspace(0.15, 0.85, 5) * width, np.linspace(0.15, 0.85, 5) * height)
        at = np.stack((x, y), -1).reshape(-1, 2)
        with np.errstate(invalid="ignore"):
            here = self._on_camera(view, at)
            along = np.hypot(*(self._on_camera(view, at + np.array((0.0, STEP_PX))) - here).T)
            across = np.hypot(*(self._on_camera(view, at + np.array((STEP_PX, 0.0))) - here).T)
        scales = np.minimum(along, across)
        scales = scales[np.isfinite(scales) & (scales > 0)]
        if not len(scales):
            raise OpticsFault(f"the view {view.name} shows nothing of the camera's picture")
        return float(view_px * scales.min() / STEP_PX)

    def _on_camera(self, view: View, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        directions = view.eye.directions(pixels)
        seen = self.plan.camera.sees(directions)
        return np.where(seen[:, None], self.plan.camera.pixels(directions), np.nan)
