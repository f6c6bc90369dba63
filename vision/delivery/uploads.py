"""Files on their way to the centre, and which of them goes next. Pure; time is an argument.

Three lanes: small files of this minute, newest first; large ones of this minute, oldest first;
then all that was left behind, oldest first.
"""

import heapq
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from quantrac_core.runtime.backoff import Backoff

SMALL_BYTES: Final = 1 << 20
LIVE_MS: Final = 600_000


class FileToSend(NamedTuple):
    """A file of an event: ``path`` is relative to the evidence folder."""

    camera: str
    event: str
    name: str
    path: str
    media_type: str
    size_bytes: int
    sha256: str
    made_ms: int


@dataclass(slots=True)
class Upload:
    """A file that the centre does not hold yet.

    Args:
        restarts: how often the centre has found another hash.
        offset: bytes the centre holds; None before it was asked.
        is_checked: the local file has still its hash of birth, as far as this run knows.
        stalls: answers in a row that brought nothing forward.
    """

    number: int
    file: FileToSend
    restarts: int = 0
    offset: int | None = None
    is_checked: bool = False
    stalls: int = 0
    patience: Backoff = field(default_factory=Backoff)


class UploadOrder:
    """Picks the next upload; one that must wait is passed over until its time."""

    def __init__(self) -> None:
        self._all: dict[int, Upload] = {}
        self._live: dict[int, Upload] = {}
        self._backlog: list[tuple[int, int]] = []
        self._delayed: list[tuple[float, int]] = []
        self._waits: set[int] = set()

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, number: int) -> bool:
        return number in self._all

    def add(self, upload: Upload, *, is_live: bool) -> None:
        """Take an upload in; ``is_live`` for a file that was made just now."""
        self._all[upload.number] = upload
        if is_live:
            self._live[upload.number] = upload
        else:
            heapq.heappush(self._backlog, (upload.file.made_ms, upload.number))

    def drop(self, number: int) -> None:
        """Forget an upload: it is there, set aside or gone."""
        self._all.pop(number, None)
        self._live.pop(number, None)
        self._waits.discard(number)

    def delay(self, upload: Upload, until_s: float) -> None:
        """Pass an upload over until ``until_s`` (monotonic); then it is back-fill."""
        self._live.pop(upload.number, None)
        self._waits.add(upload.number)
        heapq.heappush(self._delayed, (until_s, upload.number))

    def next(self, now_ms: int, now_s: float) -> Upload | None:
        """Return the upload to go on with, or None; it stays in the order until dropped."""
        self._wake(now_s)
        for number, upload in list(self._live.items()):
            if now_ms - upload.file.made_ms > LIVE_MS:
                del self._live[number]
                heapq.heappush(self._backlog, (upload.file.made_ms, number))
        if self._live:
            return min(self._live.values(), key=_urgency)
        while self._backlog:
            number = self._backlog[0][1]
            if number in self._all and number not in self._waits:
                return self._all[number]
            heapq.heappop(self._backlog)
        return None

    def due_s(self) -> float | None:
        """Return when the first delayed upload may go on (monotonic), or None."""
        return self._delayed[0][0] if self._delayed else None

    def uploads(self) -> list[Upload]:
        """Return every upload, in no order."""
        return list(self._all.values())

    def _wake(self, now_s: float) -> None:
        while self._delayed and self._delayed[0][0] <= now_s:
            _, number = heapq.heappop(self._delayed)
            self._waits.discard(number)
            if number in self._all:
                heapq.heappush(self._backlog, (self._all[number].file.made_ms, number))


def _urgency(upload: Upload) -> tuple[int, int, int]:
    if upload.file.size_bytes <= SMALL_BYTES:
        return 0, -upload.file.made_ms, -upload.number
    return 1, upload.file.made_ms, upload.number
