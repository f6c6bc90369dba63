"""Which boxes of overlapping views are one object: suppression in angle space, never fusion.

Fusing boxes blurs a crowd into one; so the best box stays as it is and takes the names and the
score of those it stands for. A box that its view's edge cuts yields to one that holds the
object whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.optics.arrays import Flags, Floats

OVER_SMALLER = 0.5
"""Intersection over the smaller area from which boxes of two views may be one object."""
CROSS_VIEW_IOU = 0.3
"""…and over the union, unless the smaller one is cut: else a person would swallow another
who stands half behind."""
SAME_FOOT = 0.2
"""Distance of two feet, as a share of the smaller thing's size, up to which overlapping boxes are
one object that a view shows in part: two bodies never stand on one spot."""
PART_OF_KIN = 0.85
"""Share of a box inside a surer one of a class that detectors take for its own, from which on it
is a part of that: the cab of a truck is a car to many."""
SAME_VIEW_IOU = 0.7
"""Within a view the detector has already told objects apart; only doubles go."""
NO_KIN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One box in angle space.

    Args:
        outline: (k, 2) points around it, degrees in the `nadir_plane`.
        foot: (2) where it touches the ground, in the same plane.
        is_cut: its view ends there and the object may go on.
        views: names of the views whose boxes it stands for, its own first.
        order: breaks ties, so that the outcome does not depend on the order of arrival.
    """

    label: str
    score: float
    views: tuple[str, ...]
    outline: Floats
    foot: Floats
    is_cut: bool = False
    order: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """A survivor.

    Args:
        index: of the candidate whose box stays.
        score: the best among those it stands for.
        views: all that found it, the one of the box first.
    """

    index: int
    score: float
    views: tuple[str, ...]


def merge(candidates: Sequence[Candidate], kin: Mapping[str, str] = NO_KIN) -> list[Merged]:
    """Return one survivor for each object, best first.

    Args:
        kin: class → name of the family of classes that detectors take for one another.
    """
    if not candidates:
        return []
    ranks = sorted(range(len(candidates)), key=lambda index: _rank(candidates[index]))
    hulls = [_hull(candidate.outline) for candidate in candidates]
    areas = [cv2.contourArea(hull) for hull in hulls]
    touching = _touching(candidates, kin)
    found_by: dict[int, tuple[float, list[str]]] = {}
    for index in ranks:
        mine = candidates[index]
        # The best first: whose it is may not depend on the order of arrival.
        for other in [one for one in found_by if touching[index, one]]:
            shared, _ = cv2.intersectConvexConvex(hulls[index], hulls[other])
            if _is_same(mine, candidates[other], float(shared), areas[index], areas[other]):
                score, views = found_by[other]
                views.extend(view for view in mine.views if view not in views)
                found_by[other] = max(score, mine.score), views
                break
        else:
            found_by[index] = mine.score, list(mine.views)
    # A dictionary keeps the order of its entries, which is the order of the ranks.
    return [Merged(index, score, tuple(views)) for index, (score, views) in found_by.items()]


def _rank(candidate: Candidate) -> tuple[bool, float, str, str, tuple[float, ...]]:
    return (
        candidate.is_cut,
        -candidate.score,
        candidate.label,
        candidate.views[0],
        candidate.order or tuple(candidate.outline.ravel().tolist()),
    )


def _touching(candidates: Sequence[Candidate], kin: Mapping[str, str]) -> Flags:
    """Return flags (n, n): same family, and the upright boxes around the outlines overlap."""
    low = np.array([candidate.outline.min(0) for candidate in candidates])
    high = np.array([candidate.outline.max(0) for candidate in candidates])
    families = [kin.get(candidate.label, candidate.label) for candidate in candidates]
    numbers = np.unique(families, return_inverse=True)[1]
    below = (low[:, None, :] < high[None, :, :]).all(-1)
    return np.asarray(below & below.T & (numbers[:, None] == numbers[None, :]))


def _hull(outline: Floats) -> NDArray[np.float32]:
    return np.asarray(cv2.convexHull(outline.astype(np.float32)))


def _is_same(
    mine: Candidate, theirs: Candidate, shared: float, my_area: float, area: float
) -> bool:
    smaller = min(my_area, area)
    if smaller <= 0.0:
        return False
    over_union = shared / max(my_area + area - shared, 1e-12)
    overlaps = shared / smaller >= OVER_SMALLER
    if overlaps and _stand_together(mine, theirs, smaller):
        return True
    if mine.label != theirs.label and my_area < area and shared / my_area >= PART_OF_KIN:
        return True
    if mine.views[0] == theirs.views[0]:
        return over_union >= SAME_VIEW_IOU
    if not overlaps:
        return False
    smaller_is_cut = mine.is_cut if my_area <= area else theirs.is_cut
    return smaller_is_cut or over_union >= CROSS_VIEW_IOU


def _stand_together(mine: Candidate, theirs: Candidate, smaller_area: float) -> bool:
    apart = float(np.hypot(*(mine.foot - theirs.foot)))
    return apart <= SAME_FOOT * float(np.sqrt(smaller_area))
