"""Judges whether a connection still makes progress; time comes in as an argument."""

from typing import Final

from vision.streams.faults import StreamFault, no_answer
from vision.streams.settings import StreamSettings

OPEN_GRACE_S: Final = 0.5
HEALTHY_AFTER_S: Final = 10.0


class Watch:
    """The watchdog of one connection, on the arrival of packets and of pictures.

    Args:
        started_s: monotonic seconds at which connecting began.
    """

    def __init__(self, settings: StreamSettings, started_s: float) -> None:
        self._settings = settings
        self._started_s = started_s
        self._first_picture_s: float | None = None
        self._last_picture_s: float | None = None
        self._keys = 0
        self._keys_without_picture = 0

    def saw_key(self) -> None:
        """A key picture's packet is about to be decoded."""
        self._keys += 1
        self._keys_without_picture += 1

    def saw_picture(self, now_s: float) -> None:
        """A picture was decoded."""
        if self._first_picture_s is None:
            self._first_picture_s = now_s
        self._last_picture_s = now_s
        self._keys_without_picture = 0

    def was_healthy(self, now_s: float) -> bool:
        """Tell whether pictures came for long enough to trust the camera again."""
        first_s = self._first_picture_s
        return first_s is not None and now_s - first_s >= HEALTHY_AFTER_S

    def check(self, now_s: float, opened_s: float | None, last_unit_s: float | None) -> None:
        """Look at the progress so far.

        Args:
            opened_s: when the camera had described its stream, or None.
            last_unit_s: when the last packet arrived, usable or not, or None.

        Raises:
            StreamFault: connecting takes too long, no packet has come for too long, or packets
                come of which no picture can be made.
        """
        limits = self._settings
        if opened_s is None:
            if now_s - self._started_s > limits.connect_timeout_s + OPEN_GRACE_S:
                raise no_answer(limits.connect_timeout_s, limits.transport)
            return
        if now_s - max(opened_s, last_unit_s or opened_s) > limits.stall_timeout_s:
            raise StreamFault("stalled", f"no packet for {limits.stall_timeout_s:g} s")
        since_s = max(opened_s, self._last_picture_s or opened_s)
        # While only key pictures are decoded, a long GOP is no fault.
        is_due = self._keys_without_picture > 0 or not self._keys
        if is_due and now_s - since_s > limits.picture_timeout_s:
            words = "packets come, but no picture can be made of them for"
            raise StreamFault("garbage", f"{words} {limits.picture_timeout_s:g} s")
