"""Holds the newest picture only; whoever is slower than the camera misses the ones between."""

import threading
from typing import Final

import av.video.reformatter
import numpy as np

from vision.scene.frame import Frame, Image
from vision.streams.decoder import Picture
from vision.streams.media_clock import Ascending

LEAST_WIDTH_PX: Final = 16


class FrameSlot:
    """Hands the newest picture to takers on other threads and converts it only then."""

    def __init__(self) -> None:
        self.dropped = 0
        self.offered = 0
        self._changed = threading.Condition()
        self._picture: Picture | None = None
        self._times: tuple[int, float] = (0, 0.0)
        self._is_taken = True
        self._is_closed = False
        self._ascending = Ascending()
        self._reformatter = av.video.reformatter.VideoReformatter()
        self._converting = threading.Lock()

    def offer(self, picture: Picture) -> None:
        """Put a picture in; the one before counts as dropped if nobody took it."""
        packet = picture.packet
        with self._changed:
            if not self._is_taken:
                self.dropped += 1
            self.offered += 1
            self._times = self._ascending.next(packet.at_ms, packet.media_s, packet.connection)
            self._picture, self._is_taken = picture, False
            self._changed.notify_all()

    def take(self, timeout_s: float, width_px: int | None = None) -> Frame | None:
        """Return the newest picture nobody has taken, or None after ``timeout_s``."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or not self._is_taken, timeout_s)
            if self._is_taken or self._picture is None:
                return None
            self._is_taken = True
            picture, times = self._picture, self._times
        return self._convert(picture, times, width_px)

    def peek(self, width_px: int | None = None) -> Frame | None:
        """Return the newest picture, taken or not, or None before the first."""
        with self._changed:
            if self._picture is None:
                return None
            picture, times = self._picture, self._times
        return self._convert(picture, times, width_px)

    def close(self) -> None:
        """Wake every taker; nothing will come any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def expire(self) -> None:
        """Let nobody take the picture any more: the connection it came from has ended."""
        with self._changed:
            self._is_taken = True

    def _convert(self, picture: Picture, times: tuple[int, float], width_px: int | None) -> Frame:
        packet = picture.packet
        return Frame(
            image=self._pixels(picture.frame, width_px),
            at_ms=times[0],
            media_s=times[1],
            received_s=packet.received_s,
            is_key=packet.is_key,
            connection=packet.connection,
        )

    def _pixels(self, frame: av.VideoFrame, width_px: int | None) -> Image:
        width, height = frame.width, frame.height
        if width_px is not None and width_px < width:
            height = max(1, round(height * max(LEAST_WIDTH_PX, width_px) / width))
            width = max(LEAST_WIDTH_PX, width_px)
        with self._converting:
            bgr = self._reformatter.reformat(
                frame, width, height, format="bgr24", interpolation="AREA", threads=1
            )
        return np.asarray(bgr.to_ndarray(), dtype=np.uint8)
