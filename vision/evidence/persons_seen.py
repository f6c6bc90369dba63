"""Where persons were in the last seconds, so that the live picture can be blurred there."""

from collections import deque
from collections.abc import Sequence
from threading import Lock
from typing import Final, NamedTuple

from vision.scene.detection import Box
from vision.scene.frame import Frame
from vision.scene.sighting import Sighting

PERSON: Final = "person"
KEPT_MS: Final = 2_000
"""A live picture may be newer than what was analysed, and each view is looked at in its turn."""

Size = tuple[int, int]


class _Seen(NamedTuple):
    at_ms: int
    size_px: Size
    boxes: list[Box]


class PersonsSeen:
    """Safe from any thread: the camera's own thread notes, the preview asks.

    Somebody whom the detector does not find is not blurred; what nobody may ever see is for a
    mask.
    """

    def __init__(self) -> None:
        self._seen: deque[_Seen] = deque()
        self._lock = Lock()

    def note(self, frame: Frame, sightings: Sequence[Sighting]) -> None:
        """Keep the boxes of every person found in ``frame``, the unsure ones too."""
        boxes = [it.source_box for it in sightings if it.label == PERSON]
        size_px = (frame.image.shape[1], frame.image.shape[0])
        with self._lock:
            self._forget(frame.at_ms)
            if boxes:
                self._seen.append(_Seen(frame.at_ms, size_px, boxes))

    def boxes(self, at_ms: int, size_px: Size) -> list[Box]:
        """Return where persons were around ``at_ms``, in pixels of a picture of this size."""
        with self._lock:
            near = [seen for seen in self._seen if abs(seen.at_ms - at_ms) <= KEPT_MS]
        return [_scaled(box, seen.size_px, size_px) for seen in near for box in seen.boxes]

    def _forget(self, now_ms: int) -> None:
        # Not in order after a clock was set back: whatever is far from now goes.
        self._seen = deque(seen for seen in self._seen if abs(seen.at_ms - now_ms) <= KEPT_MS)


def _scaled(box: Box, drawn_on: Size, size_px: Size) -> Box:
    across, down = size_px[0] / drawn_on[0], size_px[1] / drawn_on[1]
    return Box(box.x1 * across, box.y1 * down, box.x2 * across, box.y2 * down)
