"""The newest preview picture of each camera, in memory, and how soon the next one is wanted."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

WATCHED_FOR_S: Final = 5.0
NEXT_WATCHED_S: Final = 0.4
NEXT_IDLE_S: Final = 10.0
MAX_PREVIEW_BYTES: Final = 512 * 1024
MAX_KEPT: Final = 500
_BEGIN: Final = b"\xff\xd8\xff"
_END: Final = b"\xff\xd9"


@dataclass(slots=True, frozen=True)
class Preview:
    """One JPEG; ``taken_at_ms`` in milliseconds since 1970, ``tag`` names its content."""

    jpeg: bytes
    taken_at_ms: int
    tag: str


def is_jpeg(content: bytes) -> bool:
    """Tell whether ``content`` begins and ends as a JPEG does."""
    return content.startswith(_BEGIN) and content.rstrip(b"\x00").endswith(_END)


class Previews:
    """One picture a camera, of the `MAX_KEPT` cameras that sent last."""

    def __init__(self) -> None:
        self._newest: dict[str, Preview] = {}
        self._asked_s: dict[str, float] = {}

    def put(self, camera: str, jpeg: bytes, taken_at_ms: int, now_s: float) -> float:
        """Keep the newest picture; return in how many seconds the next one is wanted."""
        known = self._newest.get(camera)
        # Two transfers may overtake each other; a clock that was set back may not freeze the wall.
        if known is None or not -10_000 < taken_at_ms - known.taken_at_ms < 0:
            self._newest.pop(camera, None)
            self._newest[camera] = Preview(jpeg, taken_at_ms, sha256(jpeg).hexdigest()[:16])
            if len(self._newest) > MAX_KEPT:
                del self._newest[next(iter(self._newest))]
        asked_s = self._asked_s.get(camera, float("-inf"))
        return NEXT_WATCHED_S if now_s - asked_s <= WATCHED_FOR_S else NEXT_IDLE_S

    def get(self, camera: str) -> Preview | None:
        """Return the newest picture, or None."""
        return self._newest.get(camera)

    def ask(self, camera: str, now_s: float) -> Preview | None:
        """Return the newest picture for somebody who looks, which makes the next come sooner."""
        self._asked_s.pop(camera, None)
        self._asked_s[camera] = now_s
        if len(self._asked_s) > MAX_KEPT:
            del self._asked_s[next(iter(self._asked_s))]
        return self._newest.get(camera)
