"""Persons found in overhead fisheye frames: views cut and merged, beside the raw frame.

CEPDOF's Lunch3 has rotated ground truth. A sighting counts as found when the rotated box that it
makes in the camera's picture (axis along the line from the nadir, size from its angles) overlaps
an unmatched true box with an IoU of at least 0.5, best score first, as RAPiD's evaluation does;
the looser 0.3 is shown beside it: an upright box of a slanting person, turned back into the
fisheye, is wider than the true one. The lens is taken as equidistant over 180°. One room, seven
people, ten frames: a figure of this room, not of all.
"""

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from vision.detection.detector import Detector
from vision.detection.opening import open_unproven
from vision.detection.settings import ModelSettings
from vision.optics.locator import Locator
from vision.optics.plan import ViewPlan, views_for
from vision.optics.remap import RemapView
from vision.optics.settings import AutoViews, FisheyeSettings, MastSettings
from vision.scene.detection import Detection
from vision.scene.frame import Image
from vision.scene.sighting import Sighting

DATA = Path(os.environ.get("QUANTRAC_TEST_DATA", Path(__file__).parents[1] / "../shared/data"))
FRAMES = DATA / "fisheye/cepdof_lunch3"
MODEL = DATA / "models/yolo11n_int8_openvino_model"
TARGET_RECALL, TARGET_PRECISION = 0.95, 0.85
SCORES = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
ROOM_HEIGHT_M, ROOM_REACH_M = 3.0, 7.0
FLOOR = 0.1
Rotated = tuple[tuple[float, float], tuple[float, float], float]
"""Centre, width and height in pixels, degrees clockwise: as OpenCV takes it."""


class Scored(NamedTuple):
    """A rotated box with its score."""

    score: float
    box: Rotated


def main() -> int:
    """Print recall and precision by score, and milliseconds a frame."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--max-views", type=int, default=24)
    parser.add_argument("--smallest-px", type=float, default=140.0)
    options = parser.parse_args()
    if not FRAMES.exists():
        print(f"{FRAMES} is absent; set QUANTRAC_TEST_DATA to the test data")
        return 0
    truth = _truth()
    images = {name: _picture(FRAMES / f"{name}.jpg") for name in truth}
    height, width = next(iter(images.values())).shape[:2]
    mast = MastSettings(lat=0.0, lon=0.0, height_m=ROOM_HEIGHT_M)
    views = AutoViews(
        smallest={"person": options.smallest_px},
        reach_m=ROOM_REACH_M,
        max_views=options.max_views,
    )
    plan = views_for(FisheyeSettings(kind="equidistant"), mast, views, width, height)
    print("\n".join(plan.notes))
    with tempfile.TemporaryDirectory() as cache:
        settings = ModelSettings(
            path=MODEL, classes=("person",), min_score=FLOOR, cache_dir=Path(cache)
        )
        detector = open_unproven(settings)
        try:
            _report("views cut and merged", _through_views(plan, mast, detector), images, truth)
            _report("raw frame", _raw(detector), images, truth)
        finally:
            detector.close()
    return 0


def _picture(path: Path) -> Image:
    picture = cv2.imread(str(path))
    if picture is None:
        sys.exit(f"{path}: no picture")
    return picture.astype(np.uint8, copy=False)


def _through_views(
    plan: ViewPlan, mast: MastSettings, detector: Detector
) -> Callable[[Image], list[Scored]]:
    renderers = [RemapView(view, plan.camera) for view in plan.views]
    locator = Locator(plan, mast)

    def look(image: Image) -> list[Scored]:
        futures = [detector.submit(one.view.name, one.render(image)) for one in renderers]
        found: list[Detection] = [thing for future in futures for thing in future.result(60)]
        return [Scored(one.score, _rotated(one, plan)) for one in locator.see(found)]

    return look


def _raw(detector: Detector) -> Callable[[Image], list[Scored]]:
    def look(image: Image) -> list[Scored]:
        return [
            Scored(
                one.score,
                (
                    ((one.box.x1 + one.box.x2) / 2, (one.box.y1 + one.box.y2) / 2),
                    (one.box.width, one.box.height),
                    0.0,
                ),
            )
            for one in detector.submit("raw", image).result(60)
        ]

    return look


def _rotated(sighting: Sighting, plan: ViewPlan) -> Rotated:
    """Return the box in the camera's picture whose axis points away from the nadir."""
    bearing, depression = math.radians(sighting.bearing_deg), math.radians(sighting.depression_deg)
    half = math.radians(sighting.height_deg) / 2
    ends = [
        _pixel(plan, bearing, min(depression + half, math.pi / 2)),
        _pixel(plan, bearing, depression - half),
    ]
    middle = (ends[0] + ends[1]) / 2
    along = ends[1] - ends[0]
    nadir = _pixel(plan, bearing, math.pi / 2)
    angle = math.pi / 2 - depression
    # An equidistant lens stretches across by angle / sin(angle).
    radius = float(np.linalg.norm(middle - nadir))
    across = math.radians(sighting.width_deg) * radius / max(math.sin(angle), 1e-3)
    turn = math.degrees(math.atan2(along[0], -along[1]))
    return (
        (float(middle[0]), float(middle[1])),
        (across, float(np.linalg.norm(along))),
        turn,
    )


def _pixel(plan: ViewPlan, bearing: float, depression: float) -> np.ndarray:
    level = math.cos(depression)
    direction = np.array(
        [math.sin(bearing) * level, math.cos(bearing) * level, -math.sin(depression)]
    )
    return np.asarray(plan.camera.pixels(direction))


def _truth() -> dict[str, list[Rotated]]:
    document = json.loads((FRAMES / "video_0.json").read_text())
    boxes: dict[str, list[Rotated]] = defaultdict(list)
    for one in document["annotations"]:
        x, y, width, height, turn = one["bbox"]
        boxes[one["image_id"]].append(((x, y), (width, height), turn))
    return boxes


def rotated_iou(one: Rotated, other: Rotated) -> float:
    """Return intersection over union of two rotated boxes."""
    _, corners = cv2.rotatedRectangleIntersection(one, other)
    if corners is None:
        return 0.0
    shared = cv2.contourArea(cv2.convexHull(corners))
    return float(shared / (math.prod(one[1]) + math.prod(other[1]) - shared))


def hits(found: Sequence[Scored], truth: Sequence[Rotated], min_iou: float) -> int:
    """Return how many true boxes are found; each detection and each truth is used once."""
    free = list(truth)
    count = 0
    for one in sorted(found, key=lambda scored: -scored.score):
        overlaps = [rotated_iou(one.box, box) for box in free]
        best = max(range(len(free)), key=overlaps.__getitem__, default=-1)
        if best >= 0 and overlaps[best] >= min_iou:
            free.pop(best)
            count += 1
    return count


def _report(
    name: str,
    look: Callable[[Image], list[Scored]],
    images: dict[str, Image],
    truth: dict[str, list[Rotated]],
) -> None:
    look(next(iter(images.values())))
    began_s = time.perf_counter()
    answers = {key: look(image) for key, image in images.items()}
    each_ms = (time.perf_counter() - began_s) / len(images) * 1e3
    total = sum(map(len, truth.values()))
    print(f"\n{name}: {total} persons in {len(images)} frames, {each_ms:.0f} ms a frame")
    print("score   recall  precision   (IoU 0.5)     recall  precision   (IoU 0.3)")
    best = (0.0, 0.0, 0.0)
    for score in SCORES:
        figures = []
        for min_iou in (0.5, 0.3):
            kept = {
                key: [one for one in found if one.score >= score] for key, found in answers.items()
            }
            right = sum(hits(kept[key], truth[key], min_iou) for key in truth)
            claimed = sum(map(len, kept.values()))
            figures.append((right / total, right / claimed if claimed else 0.0))
        (recall, precision), (loose_recall, loose_precision) = figures
        print(
            f"{score:.2f}    {recall:.3f}   {precision:.3f}                     "
            f"{loose_recall:.3f}   {loose_precision:.3f}"
        )
        if precision >= TARGET_PRECISION:
            best = max(best, (recall, precision, score))
    recall, precision, score = best
    word = "met" if recall >= TARGET_RECALL else f"MISSED by {TARGET_RECALL - recall:.3f}"
    print(
        f"best with precision >= {TARGET_PRECISION}: recall {recall:.3f}, precision "
        f"{precision:.3f} at score {score:.2f}; target {TARGET_RECALL}: {word}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
