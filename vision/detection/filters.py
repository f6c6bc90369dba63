"""Which detections count: minimum score, size and ratio per label and view."""

from collections.abc import Sequence

from vision.detection.settings import DetectionFilter
from vision.scene.detection import Box, Detection


class Filters:
    """The conditions of the configuration, ready to be asked.

    Args:
        min_score: of labels and views that no filter gives another.
        filters: see `DetectionFilter`.
    """

    def __init__(self, min_score: float, filters: Sequence[DetectionFilter]) -> None:
        self._min_score = min_score
        self._filters = tuple(filters)
        self.floor = min(
            [min_score, *(f.min_score for f in self._filters if f.min_score is not None)]
        )
        """The lowest score that any label or view may have: the decoder keeps from here."""

    def keeps(self, detection: Detection) -> bool:
        """Tell whether every filter that is about this label and view lets it through.

        Of several minimum scores the highest holds.
        """
        about = [f for f in self._filters if _is_about(f, detection)]
        scores = [f.min_score for f in about if f.min_score is not None]
        if detection.score < (max(scores) if scores else self._min_score):
            return False
        return all(_lets_through(f, detection.box) for f in about)


def _is_about(condition: DetectionFilter, detection: Detection) -> bool:
    return (not condition.labels or detection.label in condition.labels) and (
        not condition.views or detection.view in condition.views
    )


def _lets_through(condition: DetectionFilter, box: Box) -> bool:
    ratio = box.height / box.width if box.width > 0 else 0.0
    bounds = (
        (condition.min_height_px, box.height, condition.max_height_px),
        (condition.min_width_px, box.width, condition.max_width_px),
        (condition.min_ratio, ratio, condition.max_ratio),
    )
    return all(
        (least is None or value >= least) and (most is None or value <= most)
        for least, value, most in bounds
    )
