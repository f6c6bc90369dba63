"""The live picture of one camera for the wall: small, masked, people blurred, while one looks."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Final

import cv2
import numpy as np

from quantrac_core.contracts.messages import utc_from_ms
from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import Clock
from vision.delivery.centre_client import CentreClient, CentreUnavailable
from vision.evidence.persons_seen import PersonsSeen
from vision.evidence.picture_masks import MasksNotReady, PictureMasks
from vision.evidence.snapshots import SnapshotFailed, blur_boxes, encode_jpeg
from vision.scene.frame import Image
from vision.streams.camera_stream import CameraStream

log = logging.getLogger(__name__)
WIDTH_PX: Final = 960
QUALITY: Final = 70
WATCHED_WITHIN_S: Final = 2.0
PREVIEW_FPS: Final = 3.0
NOTHING_NEW_S: Final = 1.0
LONGEST_WAIT_S: Final = 60.0


class PreviewSender:
    """Sends the newest picture of a stream to the centre.

    Where there are masks, the picture is masked as it came, and made small afterwards.

    Args:
        persons: who is blurred; None for nobody.
        want: told how many pictures a second should be decoded because somebody looks.
    """

    def __init__(
        self,
        camera: str,
        stream: CameraStream,
        client: CentreClient,
        masks: PictureMasks,
        persons: PersonsSeen | None,
        want: Callable[[float], None],
        clock: Clock,
        threads: Executor,
    ) -> None:
        self._camera = camera
        self._stream = stream
        self._client = client
        self._masks = masks
        self._persons = persons
        self._want = want
        self._clock = clock
        self._threads = threads
        self._sent_ms = 0

    async def run(self) -> None:
        """Send until cancelled."""
        backoff = Backoff(first_s=1.0, most_s=LONGEST_WAIT_S)
        loop = asyncio.get_running_loop()
        while True:
            picture = await loop.run_in_executor(self._threads, self._picture)
            if picture is None:
                await self._clock.sleep(NOTHING_NEW_S)
                continue
            jpeg, at_ms = picture
            try:
                wait_s = await self._client.send_preview(self._camera, jpeg, utc_from_ms(at_ms))
            except CentreUnavailable as error:
                # The uploads have said it already; without a centre nobody looks.
                log.debug("no preview of %s: %s", self._camera, error)
                self._want(0.0)
                await self._clock.sleep(backoff.next_delay_s())
                continue
            backoff.reset()
            self._sent_ms = at_ms
            self._want(PREVIEW_FPS if wait_s <= WATCHED_WITHIN_S else 0.0)
            await self._clock.sleep(min(max(wait_s, 0.05), LONGEST_WAIT_S))

    def _picture(self) -> tuple[bytes, int] | None:
        frame = self._stream.peek(width_px=None if self._masks else WIDTH_PX)
        if frame is None or frame.at_ms == self._sent_ms:
            return None
        try:
            shown = _small(self._masks.burn(frame.image))
            if self._persons is not None:
                size_px = (shown.shape[1], shown.shape[0])
                shown = blur_boxes(shown, self._persons.boxes(frame.at_ms, size_px))
            return encode_jpeg(shown, QUALITY), frame.at_ms
        except MasksNotReady:
            return None
        except SnapshotFailed as error:
            log.warning("no preview of %s: %s", self._camera, error)
            return None


def _small(image: Image) -> Image:
    height, width = image.shape[:2]
    if width <= WIDTH_PX:
        return image
    size = (WIDTH_PX, max(1, round(height * WIDTH_PX / width)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
