"""How well detections match labelled pictures: average precision, precision, recall."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.detection.golden import iou
from vision.scene.detection import Box, Detection

EVALUATION_FLOOR = 0.001
"""Average precision needs the weak detections too."""


@dataclass(frozen=True, slots=True)
class LabelledBox:
    """What is truly there: label and box in pixels."""

    label: str
    box: Box


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The result over all pictures.

    Args:
        map50: mean over the labels that occur of the area under precision over recall, at an
            overlap of 0.5 (101 points of recall, as COCO's evaluation takes them).
        precision, recall: of all detections with at least the operating score.
        pictures, objects: how many were looked at.
    """

    map50: float
    precision: float
    recall: float
    pictures: int
    objects: int


def evaluate(
    pictures: Sequence[tuple[Sequence[Detection], Sequence[LabelledBox]]],
    operating_score: float,
    min_iou: float = 0.5,
) -> Accuracy:
    """Compare detections (from `EVALUATION_FLOOR` up) with the truth, picture by picture.

    Each true object is matched by at most one detection of its label, the best scored first.
    """
    scored: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    true_counts: dict[str, int] = defaultdict(int)
    for detections, truth in pictures:
        for thing in truth:
            true_counts[thing.label] += 1
        for detection, is_hit in match(detections, truth, min_iou):
            scored[detection.label].append((detection.score, is_hit))
    objects = sum(true_counts.values())
    precisions = [
        average_precision(scored.get(label, []), count) for label, count in true_counts.items()
    ]
    claimed = [hit for found in scored.values() for score, hit in found if score >= operating_score]
    return Accuracy(
        map50=float(np.mean(precisions)) if precisions else 0.0,
        precision=sum(claimed) / len(claimed) if claimed else 0.0,
        recall=sum(claimed) / objects if objects else 0.0,
        pictures=len(pictures),
        objects=objects,
    )


def match(
    detections: Sequence[Detection], truth: Sequence[LabelledBox], min_iou: float
) -> list[tuple[Detection, bool]]:
    """Return each detection, best score first, and whether it found an object of its own."""
    free: dict[str, list[Box]] = defaultdict(list)
    for thing in truth:
        free[thing.label].append(thing.box)
    judged = []
    for detection in sorted(detections, key=lambda one: -one.score):
        boxes = free[detection.label]
        overlaps = [iou(detection.box, box) for box in boxes]
        best = max(range(len(boxes)), key=overlaps.__getitem__, default=-1)
        is_hit = best >= 0 and overlaps[best] >= min_iou
        if is_hit:
            boxes.pop(best)
        judged.append((detection, is_hit))
    return judged


def average_precision(scored: Sequence[tuple[float, bool]], objects: int) -> float:
    """Return the area under precision over recall of one label.

    Args:
        scored: score of each detection, and whether it found an object.
        objects: how many there are.
    """
    if not scored or objects < 1:
        return 0.0
    hits: NDArray[np.bool_] = np.array([hit for _, hit in sorted(scored, key=lambda one: -one[0])])
    found = hits.cumsum()
    precision = found / np.arange(1, len(hits) + 1)
    # Precision at a recall is the best that is reached at that recall or a higher one.
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    reached = np.searchsorted(found / objects, np.linspace(0, 1, 101))
    return float(np.where(reached < len(envelope), np.append(envelope, 0.0)[reached], 0.0).mean())
