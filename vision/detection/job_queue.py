"""The bounded line of pictures in front of the device, first come, first served."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from vision.detection.decoding import Question
from vision.detection.errors import DetectorClosed, InferenceFailed
from vision.scene.detection import Detection
from vision.scene.frame import Image


@dataclass(slots=True)
class Job:
    """One picture on its way through the device.

    Args:
        view: name that its detections get.
        image: height × width × 3, BGR.
        question: classes and scores that are wanted.
        keeps: which detections count.
    """

    view: str
    image: Image
    question: Question
    keeps: Callable[[Detection], bool]
    future: "Future[list[Detection]]" = field(default_factory=Future)


class JobQueue:
    """Holds at most ``capacity`` jobs; closing cancels them and wakes everybody."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._is_closed = False

    def put(self, job: Job, patience_s: float) -> None:
        """Append ``job``, waiting for room.

        Raises:
            DetectorClosed: the queue is closed, or was closed while waiting.
            InferenceFailed: no room came within ``patience_s``.
        """
        with self._changed:
            has_room = self._changed.wait_for(
                lambda: self._is_closed or len(self._jobs) < self._capacity, patience_s
            )
            if self._is_closed:
                raise DetectorClosed("the detector is closed; open a new one")
            if not has_room:
                raise InferenceFailed(
                    f"the device took no picture for {patience_s:.0f} s; restart the program, and "
                    "the machine if it stays so"
                )
            self._jobs.append(job)
            self._changed.notify_all()

    def take(self) -> Job | None:
        """Return the oldest job that nobody cancelled, waiting for one; None once closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or bool(self._jobs))
                if self._is_closed:
                    return None
                job = self._jobs.popleft()
                self._changed.notify_all()
            if job.future.set_running_or_notify_cancel():
                return job

    def close(self) -> None:
        """Cancel every queued job; idempotent."""
        with self._changed:
            self._is_closed = True
            left = list(self._jobs)
            self._jobs.clear()
            self._changed.notify_all()
        for job in left:
            job.future.cancel()
            job.future.set_running_or_notify_cancel()
