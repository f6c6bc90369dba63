"""One decoded picture with its times."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""Height × width × 3, BGR."""
FloatArray = NDArray[np.floating[Any]]


@dataclass(slots=True, frozen=True)
class Frame:
    """A picture of one camera.

    Args:
        image: height × width × 3, BGR; read-only by convention.
        at_ms: milliseconds since 1970 UTC at which it was taken, from the stream's own
            timestamps; the same clock that clips and events use.
        media_s: seconds on the stream's clock; never goes back within one connection.
        received_s: monotonic seconds at which its packet arrived.
        is_key: decoded from a key frame.
        connection: counts up with each reconnect; tracks may not assume continuity across it.
    """

    image: Image
    at_ms: int
    media_s: float
    received_s: float
    is_key: bool
    connection: int = 0
