"""The slots of a device, each served by a thread that takes pictures from one bounded queue."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from vision.detection.decoding import Found, Question
from vision.detection.errors import InferenceFailed, one_line
from vision.detection.job_queue import Job, JobQueue
from vision.scene.detection import Detection
from vision.scene.frame import Image

QUEUE_CAPACITY = 64
PATIENCE_S = 30.0


class InferenceSlot(Protocol):
    """One request of a device; used by one thread only."""

    def run(self, image: Image, question: Question) -> Sequence[Found]:
        """Return what is in ``image`` (height × width × 3, BGR), best score first; may raise."""
        ...


class RequestPool:
    """Serves the queue until it is closed.

    A thread a slot rather than callbacks: OpenVINO calls no callback for a request that failed,
    and the future of its picture would never end. Resizing and reading of one picture overlap
    with the inference of others.

    Args:
        slots: as many pictures are in work at once.
        labels: names of the classes, by number.
    """

    def __init__(self, slots: Sequence[InferenceSlot], labels: tuple[str, ...]) -> None:
        self._labels = labels
        self._queue = JobQueue(QUEUE_CAPACITY)
        self._threads = [
            threading.Thread(target=self._serve, args=(slot,), name=f"detector-{number}")
            for number, slot in enumerate(slots)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job) -> Future[list[Detection]]:
        """Queue ``job`` and return its future.

        Raises:
            DetectorClosed: after `close`.
            InferenceFailed: no room for half a minute.
        """
        self._queue.put(job, PATIENCE_S)
        return job.future

    def close(self) -> None:
        """Cancel what waits, finish what runs, join the threads; idempotent."""
        self._queue.close()
        for thread in self._threads:
            thread.join()

    def _serve(self, slot: InferenceSlot) -> None:
        while (job := self._queue.take()) is not None:
            try:
                job.future.set_result(self._named(job, slot.run(job.image, job.question)))
            except Exception as error:  # whatever it is belongs to this picture's future
                failure = InferenceFailed(f"a picture of {job.view!r}: {one_line(str(error), 200)}")
                failure.__cause__ = error
                job.future.set_exception(failure)
            # Else the last picture would be held until the next one comes.
            del job

    def _named(self, job: Job, found: Sequence[Found]) -> list[Detection]:
        known = len(self._labels)
        detections = (
            Detection(job.view, self._labels[thing.label], thing.score, thing.box)
            for thing in found
            if thing.label < known
        )
        return [detection for detection in detections if job.keeps(detection)]
