"""What every backend offers: pictures are submitted, detections come back as futures."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from vision.scene.detection import Detection
from vision.scene.frame import Image


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model runs, for status and evidence.

    Args:
        name: file or folder name of the model.
        sha256: identity over its files, see `vision.detection.model_files.identity`.
        device: where it runs, for example ``CPU``.
        plan: how it runs, in words, for example ``2 streams, 3 requests``.
    """

    name: str
    sha256: str
    device: str
    plan: str


class Detector(Protocol):
    """A model that is shared by all cameras; every method may be called from any thread."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that it reports."""
        ...

    @property
    def input_size(self) -> tuple[int, int]:
        """Width and height in pixels at which a view needs no resizing."""
        ...

    @property
    def info(self) -> ModelInfo:
        """Which model it is."""
        ...

    def submit(self, view: str, image: Image) -> Future[list[Detection]]:
        """Queue one view (height × width × 3, BGR); waits while the bounded queue is full.

        Boxes are in pixels of ``image``, best score first. ``image`` must not be written to
        before the future is done. The future ends with `InferenceFailed` if the device failed.

        Raises:
            DetectorClosed: after `close`.
            InferenceFailed: the device took no picture from the queue for half a minute.
        """
        ...

    def examine(self, image: Image, min_score: float) -> Sequence[Detection]:
        """Return everything the model sees, without classes and filters; waits for the result.

        Raises:
            InferenceFailed: the device failed.
        """
        ...

    def close(self) -> None:
        """Cancel what is queued, finish what is running, release the device; idempotent."""
        ...
