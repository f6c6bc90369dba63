"""Sends the queue's files to the centre, piece by piece, for as long as it takes."""

import asyncio
import contextlib
import hashlib
import logging
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import Clock
from vision.delivery.centre_client import Answer, CentreClient, CentreUnavailable
from vision.delivery.settings import DeliverySettings
from vision.delivery.upload_queue import UploadQueue
from vision.delivery.uploads import Upload

log = logging.getLogger(__name__)
LEAST_PIECE_BYTES: Final = 16 * 1024
MOST_RESTARTS: Final = 3
MOST_STALLS: Final = 5
MOST_FAILURES: Final = 3
IDLE_WAIT_S: Final = 5.0
DAMAGED_SUFFIX: Final = ".damaged"


@dataclass(slots=True)
class UploadStats:
    """Counters since the program's start; ``trouble`` is why everything waits, or empty."""

    delivered: int = 0
    sent_bytes: int = 0
    damaged: int = 0
    set_aside: int = 0
    restarts: int = 0
    retries: int = 0
    trouble: str = ""


class Uploader:
    """One file at a time, one piece at a time: between pieces a more urgent file may go first.

    Args:
        folder: what the queue's paths are relative to.
    """

    def __init__(
        self,
        queue: UploadQueue,
        client: CentreClient,
        folder: Path,
        settings: DeliverySettings,
        clock: Clock,
    ) -> None:
        self._queue = queue
        self._client = client
        self._folder = folder
        self._clock = clock
        self._retry_most_s = settings.retry_most_s
        self._patience = Backoff(first_s=min(0.5, settings.retry_most_s))
        self._patience.most_s = settings.retry_most_s
        self._most_bytes_per_s = settings.upload_most_kbit_per_s * 125.0
        self._most_piece_bytes = settings.piece_kib * 1024
        if self._most_bytes_per_s:
            # A second's worth: longer pieces would let newer files wait behind older ones.
            second = max(LEAST_PIECE_BYTES, int(self._most_bytes_per_s))
            self._most_piece_bytes = min(self._most_piece_bytes, second)
        self._piece_bytes = self._most_piece_bytes
        self.stats = UploadStats()

    async def run(self) -> None:
        """Send what waits, until cancelled."""
        while True:
            now_s = self._clock.monotonic()
            upload = self._queue.order.next(self._clock.now_ms(), now_s)
            if upload is None:
                await self._wait_for_work(now_s)
                continue
            try:
                sent_bytes = await self._step(upload)
            except CentreUnavailable as error:
                await self._wait_for_centre(upload, error)
                continue
            self._patience.reset()
            self.stats.trouble = ""
            if self._most_bytes_per_s:
                due_s = now_s + sent_bytes / self._most_bytes_per_s
                await self._clock.sleep(max(0.0, due_s - self._clock.monotonic()))

    async def _wait_for_work(self, now_s: float) -> None:
        self._queue.wake.clear()
        due_s = self._queue.order.due_s()
        wait_s = IDLE_WAIT_S if due_s is None else min(IDLE_WAIT_S, max(0.01, due_s - now_s))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._queue.wake.wait()

    async def _wait_for_centre(self, upload: Upload, error: CentreUnavailable) -> None:
        self.stats.retries += 1
        self.stats.trouble = str(error)
        upload.offset = None
        if error.is_network:
            self._piece_bytes = max(LEAST_PIECE_BYTES, self._piece_bytes // 2)
        log.warning("evidence waits for the centre: %s", error)
        upload.stalls += 1
        if upload.stalls >= MOST_FAILURES:
            # Perhaps it is this file that the centre stumbles over: let another one try.
            upload.stalls = 0
            self._delay(upload, str(error))
        delay_s = max(self._patience.next_delay_s(), error.retry_after_s)
        await self._clock.sleep(delay_s)

    async def _step(self, upload: Upload) -> int:
        """Bring one upload a step forward; return the bytes sent."""
        if not upload.is_checked and not await self._check(upload):
            return 0
        if upload.offset is None:
            answer = await self._client.look(upload.file)
            if answer.outcome == "taken" and answer.offset == upload.file.size_bytes:
                answer = Answer("elsewhere", answer.offset, "all is there, but not called whole")
            if answer.outcome != "taken":
                await self._take(upload, answer)
                return 0
            upload.offset = answer.offset
        piece = await self._read(upload, upload.offset)
        if piece is None:
            return 0
        answer = await self._client.send(upload.file, upload.offset, piece)
        self.stats.sent_bytes += len(piece)
        if answer.outcome == "taken":
            self._piece_bytes = min(self._most_piece_bytes, self._piece_bytes * 2)
        await self._take(upload, answer)
        return len(piece)

    async def _check(self, upload: Upload) -> bool:
        """Tell whether the file still has its hash of birth; else take it out of the queue."""
        path = self._folder / upload.file.path
        try:
            sha256 = await self._queue.on_thread(partial(_sha256_of, path))
        except FileNotFoundError:
            await self._give_up(upload, "the file is not on the disk any more")
            return False
        except OSError as error:
            self._delay(upload, f"cannot be read: {error.strerror}")
            return False
        if sha256 != upload.file.sha256:
            self.stats.damaged += 1
            aside = await self._queue.on_thread(partial(_put_aside, path))
            await self._give_up(upload, f"it has not the hash of its birth any more; see {aside}")
            return False
        upload.is_checked = True
        return True

    async def _read(self, upload: Upload, offset: int) -> bytes | None:
        path = self._folder / upload.file.path
        read = partial(_read_piece, path, offset, self._piece_bytes)
        try:
            piece = await self._queue.on_thread(read)
        except OSError as error:
            upload.is_checked = False
            self._delay(upload, f"cannot be read: {error.strerror}")
            return None
        if not piece:
            upload.is_checked = False
            upload.offset = None
            self._delay(upload, "is shorter than it was")
            return None
        return piece

    async def _take(self, upload: Upload, answer: Answer) -> None:
        """Act on what the centre said."""
        if answer.outcome == "whole":
            await self._queue.delivered(upload)
            self.stats.delivered += 1
        elif answer.outcome in ("taken", "elsewhere"):
            self._go_on(upload, answer)
        elif answer.outcome == "mismatch":
            await self._begin_anew(upload, answer)
        elif answer.outcome == "refused":
            await self._give_up(upload, answer.detail)
        else:
            upload.offset = None
            self._delay(upload, answer.detail)

    def _go_on(self, upload: Upload, answer: Answer) -> None:
        is_forward = answer.outcome == "taken" and answer.offset > (upload.offset or 0)
        upload.stalls = 0 if is_forward else upload.stalls + 1
        # At its end without having been called whole: look what the centre thinks of it.
        upload.offset = answer.offset if answer.offset < upload.file.size_bytes else None
        if upload.stalls >= MOST_STALLS:
            upload.stalls = 0
            self._delay(upload, f"does not come forward: {answer.detail}")

    async def _begin_anew(self, upload: Upload, answer: Answer) -> None:
        upload.restarts += 1
        upload.offset = 0
        upload.is_checked = False
        self.stats.restarts += 1
        if upload.restarts > MOST_RESTARTS:
            await self._give_up(upload, f"{upload.restarts} times another hash: {answer.detail}")
            return
        await self._queue.restarted(upload)
        self._delay(upload, answer.detail)

    async def _give_up(self, upload: Upload, reason: str) -> None:
        await self._queue.set_aside(upload, reason)
        self.stats.set_aside += 1

    def _delay(self, upload: Upload, reason: str) -> None:
        upload.patience.most_s = self._retry_most_s
        delay_s = min(upload.patience.next_delay_s(), self._retry_most_s)
        log.warning("%s waits: %s", upload.file.path, reason)
        self._queue.order.delay(upload, self._clock.monotonic() + delay_s)


def _sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _read_piece(path: Path, offset: int, size_bytes: int) -> bytes:
    with path.open("rb") as file:
        return os.pread(file.fileno(), size_bytes, offset)


def _put_aside(path: Path) -> str:
    aside = path.with_name(path.name + DAMAGED_SUFFIX)
    try:
        path.rename(aside)
    except OSError as error:
        return f"{path.name}, which could not be renamed ({error.strerror})"
    return aside.name
