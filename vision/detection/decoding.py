"""From a model's raw output to boxes: best class, score floor, suppression of doubles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.detection.letterbox import Letterbox, restore
from vision.detection.output_shapes import OutputLayout
from vision.scene.detection import Box

MAX_CANDIDATES = 3_000
"""Strongest boxes that enter suppression; a sane picture has a few hundred."""
MAX_FOUND = 300
MAX_LABELS = 10_000


class Found(NamedTuple):
    """One object: its class by number, score 0 … 1, box in pixels of the picture."""

    label: int
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a picture.

    Args:
        floor: lowest score that is kept, 0 … 1.
        wanted: class numbers that are kept; None keeps all.
    """

    floor: float
    wanted: frozenset[int] | None = None


@dataclass(frozen=True)
class Decoder:
    """Reads one kind of output.

    Args:
        layout: what the output means.
        input_size: width and height of the model's input, px.
        nms_iou: of two boxes of one class that overlap more, the weaker goes (dense only).
        in_shares: coordinates are shares of the input (TFLite exports), not its pixels.
    """

    layout: OutputLayout
    input_size: tuple[int, int]
    nms_iou: float
    in_shares: bool = False

    def decode(
        self, output: NDArray[np.floating], place: Letterbox, question: Question
    ) -> list[Found]:
        """Return what is in ``output`` (1 × … as the layout says), best score first.

        Boxes come in pixels of the picture that ``place`` describes, clipped to it; boxes without
        area and rows that are not finite are dropped.
        """
        rows = np.asarray(output[0])
        read = self._dense if self.layout.kind == "dense" else self._end_to_end
        boxes, scores, labels = read(rows, question)
        if self.in_shares:
            boxes = boxes * np.array([*self.input_size, *self.input_size], np.float32)
        sound = np.isfinite(boxes).all(axis=1) & np.isfinite(scores)
        boxes, scores, labels = boxes[sound], scores[sound], labels[sound]
        if not len(scores):
            return []
        order = np.argsort(-scores, kind="stable")[:MAX_CANDIDATES]
        boxes, scores, labels = boxes[order], scores[order], labels[order]
        if self.layout.kind == "dense":
            kept = suppress(boxes, scores, labels, self.nms_iou)[:MAX_FOUND]
            boxes, scores, labels = boxes[kept], scores[kept], labels[kept]
        return [
            Found(label, score, box)
            for label, score, values in zip(
                labels.tolist(), scores.tolist(), restore(boxes, place).tolist(), strict=True
            )
            if (box := Box(*values)).width > 0 and box.height > 0
        ]

    def _dense(self, rows: NDArray[np.floating], question: Question) -> "_Candidates":
        wanted = None if question.wanted is None else sorted(question.wanted)
        # Only the wanted classes' rows are searched; a hit must still be the best of all classes,
        # or every lorry would be reported as a weak car.
        searched = rows[4:] if wanted is None else rows[[4 + label for label in wanted]]
        if not len(searched):
            return _none()
        columns = np.flatnonzero(searched.max(axis=0) >= question.floor)
        picked = np.ascontiguousarray(rows[:, columns].T, dtype=np.float32)
        labels = picked[:, 4:].argmax(axis=1)
        scores = picked[np.arange(len(picked)), 4 + labels] if len(picked) else picked[:, 4]
        if wanted is not None:
            kept = np.isin(labels, wanted)
            picked, scores, labels = picked[kept], scores[kept], labels[kept]
        centre, half = picked[:, :2], picked[:, 2:4] / 2
        return np.concatenate([centre - half, centre + half], axis=1), scores, labels

    def _end_to_end(self, rows: NDArray[np.floating], question: Question) -> "_Candidates":
        kept = rows[:, 4] >= question.floor
        labels = rows[:, 5].round()
        kept &= (labels >= 0) & (labels < MAX_LABELS)
        if question.wanted is not None:
            kept &= np.isin(labels, sorted(question.wanted))
        picked = rows[kept].astype(np.float32)
        return picked[:, :4], picked[:, 4], labels[kept].astype(np.intp)


_Candidates = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.intp]]


def _none() -> _Candidates:
    return np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.intp)


def suppress(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    labels: NDArray[np.intp],
    iou: float,
) -> NDArray[np.intp]:
    """Return indices of the boxes (N × 4, x1 y1 x2 y2) that survive per class, best score first."""
    sized = boxes.copy()
    sized[:, 2:] -= sized[:, :2]
    # Lists, because OpenCV's binding takes twice as long to walk through an array.
    kept: Sequence[int] = cv2.dnn.NMSBoxesBatched(
        sized.tolist(), scores.tolist(), labels.tolist(), 0.0, iou
    )
    survivors = np.asarray(kept, np.intp).reshape(-1)
    return survivors[np.argsort(-scores[survivors], kind="stable")]
