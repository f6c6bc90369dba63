"""Types of the arrays that geometry passes around, and the fault it raises."""

import numpy as np
from numpy.typing import NDArray

from quantrac_core.contracts.errors import QuantracError

Floats = NDArray[np.float64]
"""Any shape; the last axis is 2 (pixels, bearing and depression) or 3 (directions)."""
Flags = NDArray[np.bool_]


class OpticsFault(QuantracError):
    """Lens, mast, view or picture that do not go together; one line that says what to do."""


class PictureResized(OpticsFault):
    """A picture of another size than the one the views were computed for.

    Args:
        expected: width and height in pixels.
        got: width and height in pixels.
    """

    def __init__(self, expected: tuple[int, int], got: tuple[int, int]) -> None:
        self.expected = expected
        self.got = got
        super().__init__(
            f"the picture has {got[0]}×{got[1]} px, the views were computed for "
            f"{expected[0]}×{expected[1]} px: compute them anew"
        )
