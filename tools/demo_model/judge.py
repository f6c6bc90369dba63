"""Measures a model on streets it was not trained on: `python -m tools.demo_model.judge MODEL`."""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.demo_model.random_scene import VIEW_AT_S, random_scene, random_street
from tools.demo_model.render import random_view
from tools.demo_model.views import CLASSES, Picture, View, ViewBox, render_view
from vision.detection.golden import iou
from vision.detection.opening import open_unproven
from vision.detection.settings import ModelSettings
from vision.scene.detection import Box, Detection

SEED = 77_000_000
VIEWS_A_STREET = 6
LEAST_ASKED_PX = 12
"""Smaller objects are neither asked for nor held against the model."""
SIZE_CLASSES_PX = (12, 20, 32, 64, 10_000)
DEMO_VIEWS = [View(bearing, 40, 100, 640, 640) for bearing in (0, 90, 180, 270)]
DEMO_VIEWS.append(View(0, 0, 90, 640, 640))
"""What the vision program lays out for the demo's mast."""


@dataclass
class Tally:
    """Counts over many views, by label and by the size of what was asked for."""

    found: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    def recall(self, key: str) -> float:
        """Return the share of the asked objects that were found."""
        return self.found[key] / self.asked[key] if self.asked[key] else 1.0

    def precision(self, label: str) -> float:
        """Return the share of detections of a label that were right."""
        claimed = self.found[label] + self.wrong[label]
        return self.found[label] / claimed if claimed else 1.0


def main(argv: list[str] | None = None) -> int:
    """Print precision and recall as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--streets", type=int, default=40)
    parser.add_argument("--min-score", type=float, default=0.35)
    options = parser.parse_args(argv)
    settings = ModelSettings(path=options.model, min_score=options.min_score, self_test=False)
    detector = open_unproven(settings)
    try:
        for title, demo_share in (("invented streets", 0.0), ("the demo's street", 1.0)):
            views = held_out_views(options.streets, SEED, demo_share)
            tally = judge(lambda picture: detector.submit("view", picture).result(60), views)
            print(table(title, tally))
    finally:
        detector.close()
    return 0


def held_out_views(
    streets: int, seed: int, demo_share: float
) -> Iterator[tuple[Picture, list[ViewBox]]]:
    """Yield views of streets and movers that no training saw, with their objects."""
    for number in range(streets):
        pick = random.Random(seed + number)
        street = random_street(pick, demo_share)
        for _ in range(2):
            seen = street.recast(random_scene(pick, street.camera.height_m)).view(VIEW_AT_S)
            views = [random_view(pick, (640, 640)) for _ in range(VIEWS_A_STREET // 2)]
            if demo_share == 1.0:
                views = pick.sample(DEMO_VIEWS, VIEWS_A_STREET // 2)
            for view in views:
                yield render_view(seen, street.camera, view, LEAST_ASKED_PX)


def judge(
    detect: Callable[[Picture], list[Detection]], views: Iterator[tuple[Picture, list[ViewBox]]]
) -> Tally:
    """Compare detections with the truth at an overlap of one half."""
    tally = Tally()
    for picture, boxes in views:
        free = list(boxes)
        for found in sorted(detect(picture), key=lambda one: -one.score):
            overlaps = [(iou(_box(box), found.box), index) for index, box in enumerate(free)]
            same = [pair for pair in overlaps if CLASSES[free[pair[1]].label] == found.label]
            overlap, index = max(same, default=(0.0, -1))
            if overlap >= 0.5:
                box = free.pop(index)
                if box.is_clear:
                    tally.found.update((found.label, _size(box), "all"))
            elif not any(o > 0.2 and not free[i].is_clear for o, i in overlaps):
                tally.wrong.update((found.label, "all"))
        for box in boxes:
            if box.is_clear:
                tally.asked.update((CLASSES[box.label], _size(box), "all"))
    return tally


def table(title: str, tally: Tally) -> str:
    """Return the figures as Markdown."""
    lines = [f"| {title} | precision | recall | objects |", "|---|---|---|---|"]
    lines += [
        f"| {label} | {tally.precision(label):.3f} | {tally.recall(label):.3f} "
        f"| {tally.asked[label]} |"
        for label in (*CLASSES, "all")
    ]
    lines += [
        f"| longer side {size} |  | {tally.recall(size):.3f} | {tally.asked[size]} |"
        for size in map(_size_name, range(1, len(SIZE_CLASSES_PX)))
    ]
    return "\n".join(lines) + "\n"


def _box(box: ViewBox) -> Box:
    return Box(box.x1, box.y1, box.x2, box.y2)


def _size(box: ViewBox) -> str:
    longer = max(box.x2 - box.x1, box.y2 - box.y1)
    return _size_name(next(n for n, limit in enumerate(SIZE_CLASSES_PX) if longer < limit))


def _size_name(number: int) -> str:
    low, high = SIZE_CLASSES_PX[number - 1], SIZE_CLASSES_PX[number]
    return f"{low} … {high - 1} px" if high < 10_000 else f"from {low} px"


if __name__ == "__main__":
    sys.exit(main())
