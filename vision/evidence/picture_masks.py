"""Privacy masks for every picture of a camera, whatever the size of the stream it comes from."""

from collections.abc import Callable, Sequence
from threading import Lock

from quantrac_core.contracts.errors import QuantracError
from vision.evidence.masks import burn_masks, masks_outside
from vision.evidence.settings import MaskSettings
from vision.scene.frame import Image

Size = tuple[int, int]


class MasksNotReady(QuantracError):
    """Nobody knows yet in which size of picture the masks were drawn: show nothing."""


class PictureMasks:
    """Safe from any thread.

    A camera's main stream, its sub stream and the main stream after a change of its size show the
    same in other sizes: the masks are scaled with them.

    Args:
        masks: as configured.
        drawn_on: width and height of the picture in which their points count where they do not
            say it themselves; asked until it is known, None before.
    """

    def __init__(self, masks: Sequence[MaskSettings], drawn_on: Callable[[], Size | None]) -> None:
        self._masks = list(masks)
        self._ask = drawn_on
        self._drawn_on: Size | None = None
        self._lock = Lock()

    def __bool__(self) -> bool:
        return bool(self._masks)

    def burn(self, image: Image) -> Image:
        """Return a copy of ``image`` with every mask black; the picture itself without masks.

        Raises:
            MasksNotReady: the size in which they were drawn is not known yet.
        """
        return burn_masks(image, self.at((image.shape[1], image.shape[0])))

    def at(self, size_px: Size) -> list[MaskSettings]:
        """Return the masks in pixels of a picture of this width and height.

        Raises:
            MasksNotReady: the size in which they were drawn is not known yet.
        """
        return [
            _scaled(mask, mask.picture_px or self._reference(), size_px) for mask in self._masks
        ]

    def faults(self) -> list[str]:
        """Return one line for each mask that would hide nothing; none before the first picture."""
        try:
            size_px = self._reference()
        except MasksNotReady:
            return []
        return masks_outside(self.at(size_px), *size_px)

    def _reference(self) -> Size:
        with self._lock:
            if self._drawn_on is None:
                self._drawn_on = self._ask()
            if self._drawn_on is None:
                raise MasksNotReady
            return self._drawn_on


def _scaled(mask: MaskSettings, drawn_on: Size, size_px: Size) -> MaskSettings:
    across, down = size_px[0] / drawn_on[0], size_px[1] / drawn_on[1]
    if (across, down) == (1.0, 1.0):
        return mask
    points = [(x * across, y * down) for x, y in mask.points]
    return mask.model_copy(update={"points": points})
