"""Which sighting belongs to which prediction: the cheapest pairing of all that are possible."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from vision.scene.sighting import Sighting
from vision.tracking.motion import Motion, plane_position, size_deg

GATE = 13.8
"""Squared distance in standard deviations that 1 in 1,000 true pairs exceeds (two axes)."""
NEAR_SIZES = 0.9
"""What is nearer than this share of the object's size stays possible after a sharp turn."""
SIZE_SPREAD = 0.5
MAX_SIZE_RATIO_LOG = 1.1
OTHER_CLASS_COST = 3.0
IMPOSSIBLE = 1e6

Floats = NDArray[np.float64]


def pairs(
    motions: Sequence[Motion],
    labels: Sequence[str],
    sightings: Sequence[Sighting],
    kin: Mapping[str, str],
) -> list[tuple[int, int]]:
    """Return pairs of indices: prediction, sighting.

    Args:
        motions: predictions at the moment of the sightings.
        labels: their classes.
        kin: class → the name of the family of classes that are taken for one another.
    """
    if not motions or not sightings:
        return []
    cost = _costs(motions, labels, sightings, kin)
    rows, columns = linear_sum_assignment(cost)
    return [
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if cost[row, column] < IMPOSSIBLE
    ]


def _costs(
    motions: Sequence[Motion],
    labels: Sequence[str],
    sightings: Sequence[Sighting],
    kin: Mapping[str, str],
) -> Floats:
    predicted = np.array([(motion.x, motion.y) for motion in motions])
    spread = np.array([motion.spread for motion in motions])
    sizes = np.array([motion.size for motion in motions])
    seen = np.array([plane_position(sighting) for sighting in sightings])
    seen_sizes = np.array([size_deg(sighting) for sighting in sightings])
    apart = ((predicted[:, None, :] - seen[None, :, :]) ** 2).sum(axis=2)
    squares = apart / spread[:, None]
    is_far = (squares > GATE) & (apart > (NEAR_SIZES * sizes[:, None]) ** 2)
    ratios = np.log(seen_sizes[None, :] / sizes[:, None])
    # The log of the spread makes a sure prediction win over a vague one at equal distance.
    cost: Floats = squares + (ratios / SIZE_SPREAD) ** 2 + 2 * np.log(spread)[:, None]
    cost -= cost.min()
    names = [sighting.label for sighting in sightings]
    other = np.array([[mine != theirs for theirs in names] for mine in labels])
    strange = np.array(
        [[kin.get(mine, mine) != kin.get(theirs, theirs) for theirs in names] for mine in labels]
    )
    cost[other] += OTHER_CLASS_COST
    cost[is_far | (np.abs(ratios) > MAX_SIZE_RATIO_LOG) | strange] = IMPOSSIBLE
    return cost
