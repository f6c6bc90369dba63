"""A picture that comes back: what a frozen camera sends, and a live one never does.

A frozen camera goes on encoding, so its pictures differ by the encoder's rounding; but a group of
pictures later each comes back almost as it was. A live picture never does: its noise is new,
even where nothing moves.
"""

from collections import deque
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.trust.features import BLOCKS, Grey

LEAST_BACK_S: Final = 4.0
"""Further back than a group of pictures lasts: within one, a live still scene repeats itself."""
MOST_BACK_S: Final = 20.0
MOST_KEPT: Final = 300
KNOWN_MEAN, KNOWN_BLOCK = 0.3, 0.75
"""Grey levels by which a picture that came back differs at most, on average and in any part.
Footage of quiet yards and car parks never fell below 1.0 and 1.9."""
NEW_MEAN, NEW_BLOCK = 0.45, 0.9
"""Grey levels from which on it is certainly another; between the two nothing is decided."""

Small = NDArray[np.uint8]


class FrozenWatch:
    """Compares each picture with those of some seconds before; pure, its time is the argument.

    Encoders that change their rounding from group to group, as at a bit rate far too low for the
    picture, hide a frozen picture from it.
    """

    def __init__(self) -> None:
        self._kept: deque[tuple[int, Small]] = deque(maxlen=MOST_KEPT)
        self.since_ms: int | None = None

    def update(self, at_ms: int, grey: Grey) -> None:
        """Take the next picture; ``since_ms`` then is when it froze, None for a live one."""
        now = grey.astype(np.uint8)
        if self._kept and (at_ms < self._kept[-1][0] or now.shape != self._kept[-1][1].shape):
            self._kept.clear()
            self.since_ms = None
        while self._kept and at_ms - self._kept[0][0] > MOST_BACK_S * 1000:
            self._kept.popleft()
        self._judge(at_ms, now)
        self._kept.append((at_ms, now))

    def _judge(self, at_ms: int, now: Small) -> None:
        is_new = True
        for taken_ms, other in self._kept:
            if at_ms - taken_ms < LEAST_BACK_S * 1000:
                break
            difference = np.asarray(cv2.absdiff(now, other), np.uint8)
            mean = float(difference.mean())
            if mean >= NEW_MEAN:
                continue
            part = _largest_part(difference)
            if mean <= KNOWN_MEAN and part <= KNOWN_BLOCK:
                self.since_ms = taken_ms if self.since_ms is None else self.since_ms
                return
            is_new = is_new and part >= NEW_BLOCK
        if is_new:
            self.since_ms = None


def _largest_part(difference: Small) -> float:
    parts = cv2.resize(
        difference.astype(np.float32), (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA
    )
    return float(parts.max())
