"""Whether one camera's picture can be believed, judged against what it usually looks like."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quantrac_core.contracts.camera_messages import Distrust
from vision.scene.distrust import DistrustFinding
from vision.scene.frame import Image
from vision.trust.features import (
    DARK_LEVEL,
    Features,
    Grey,
    features_of,
    likeness,
    reduced,
    shift_between,
)
from vision.trust.frozen import FrozenWatch
from vision.trust.settings import TrustSettings

STRUCTURED = 0.02
"""Medium detail relative to brightness from which on a part of the picture counts."""
LEAST_STRUCTURED_SHARE = 0.08
VANISHED = 0.3
SAME_LAYOUT = 0.6
SAME_CONTRAST = 0.5
SURE_SHIFT = 0.12
OTHER_EDGES = 0.35
OTHER_EDGES_AT_MOST = 0.3
DEFOCUSED_SHARE = 0.7
NOISE_TO_DROWN = 1.0
MAX_STEP_S = 5.0

Mask = NDArray[np.bool_]


@dataclass(slots=True)
class _Cause:
    """One cause with its delays; ``since_ms`` is when it began to hold."""

    on_delay_s: float
    off_delay_s: float
    since_ms: int = 0
    held_s: float = 0.0
    clear_s: float = 0.0
    is_told: bool = False
    severity: float = 0.0

    def judge(self, severity: float, at_ms: int, step_s: float) -> None:
        """Take a severity of 0 … 1; 0 means that the cause does not hold."""
        if severity > 0:
            if self.held_s == 0 and not self.is_told:
                self.since_ms = at_ms
            self.held_s += step_s if self.held_s or self.is_told else 1e-9
            self.clear_s = 0.0
            self.severity = severity
            self.is_told = self.is_told or self.held_s >= self.on_delay_s
            return
        self.clear_s += step_s
        if not self.is_told:
            self.held_s = 0.0
        elif self.clear_s >= self.off_delay_s:
            self.is_told, self.held_s = False, 0.0


@dataclass(slots=True)
class _Usual:
    """What the picture usually looks like."""

    means: Grey
    structure: Grey
    sharpness: Grey
    edges: Grey
    edge_likeness: float = 0.8

    @classmethod
    def begun(cls, now: Features) -> "_Usual":
        return cls(now.means, now.structure, now.sharpness, now.edges)

    def shows_sharpness(self, now: Features) -> Mask:
        """Return in which parts the usual fine detail would stand out of the noise."""
        shows: Mask = self.sharpness * now.detail > NOISE_TO_DROWN * now.noise
        return shows

    def adapt(self, now: Features, edge_likeness: float, share: float) -> None:
        keep = np.float32(1 - share)
        take = np.float32(share)
        self.means = self.means * keep + now.means * take
        self.structure = self.structure * keep + now.structure * take
        shows = self.shows_sharpness(now)
        mixed = self.sharpness * keep + now.sharpness * take
        self.sharpness = np.where(shows, mixed, self.sharpness)
        self.edges = self.edges * keep + now.edges * take
        self.edge_likeness += share * (edge_likeness - self.edge_likeness)


class TrustWatch:
    """Watches over the picture of one camera; pure, its time is the argument.

    What changes over minutes (dusk, rain, shadows) is taken into the usual picture; what changes
    within seconds is judged. To be kept over reconnects: a camera that comes back turned is
    noticed.
    """

    def __init__(self, settings: TrustSettings) -> None:
        self._settings = settings
        delays = settings.on_delay_s, settings.off_delay_s
        self._causes: dict[Distrust, _Cause] = {
            "covered": _Cause(*delays),
            "turned": _Cause(*delays),
            "defocused": _Cause(*delays),
        }
        self._frozen = FrozenWatch()
        self._usual: _Usual | None = None
        self._previous: Grey | None = None
        self._last_at_ms: int | None = None
        self._age_s = 0.0
        self._strange_s = 0.0

    def update(self, at_ms: int, image: Image) -> list[DistrustFinding]:
        """Return every cause that holds at ``at_ms`` (wall clock of the picture).

        Between the pictures that ``max_fps`` allows the last answer is given again.

        Args:
            image: the camera's whole picture, height × width × 3.
        """
        step_s = 0.0
        if self._last_at_ms is not None:
            elapsed_ms = at_ms - self._last_at_ms
            if 0 <= elapsed_ms < 900 / self._settings.max_fps:
                return self._findings()
            step_s = min(max(elapsed_ms, 0) / 1000, MAX_STEP_S)
        self._last_at_ms = at_ms
        grey = reduced(image)
        if self._previous is not None and self._previous.shape != grey.shape:
            self._usual = self._previous = None
        is_same = self._previous is not None and bool(np.array_equal(grey, self._previous))
        self._frozen.update(at_ms, grey)
        if not is_same:
            now = features_of(grey, self._previous)
            self._judge(now, at_ms, step_s)
        self._previous = grey
        return self._findings()

    def _judge(self, now: Features, at_ms: int, step_s: float) -> None:
        usual = self._usual
        if usual is None:
            self._usual, self._age_s = _Usual.begun(now), 0.0
            return
        self._age_s += step_s
        edge_likeness = likeness(usual.edges, now.edges)
        if self._age_s < self._settings.learn_s:
            usual.adapt(now, edge_likeness, 0.3)
            return
        structured = usual.structure > STRUCTURED
        covered = turned = defocused = 0.0
        if structured.mean() >= LEAST_STRUCTURED_SHARE:
            covered, defocused = self._vanished(now, usual, structured)
            if not covered and not defocused:
                turned = self._turned(now, usual, edge_likeness)
                defocused = 0.0 if turned else self._softened(now, usual, structured)
        self._causes["covered"].judge(covered, at_ms, step_s)
        self._causes["turned"].judge(turned, at_ms, step_s)
        self._causes["defocused"].judge(defocused, at_ms, step_s)
        if not (covered or turned or defocused):
            self._strange_s = 0.0
            usual.adapt(now, edge_likeness, 1 - math.exp(-step_s / self._settings.adapt_s))
            return
        self._strange_s += step_s
        if self._strange_s >= self._settings.accept_s:
            self._usual, self._age_s, self._strange_s = _Usual.begun(now), 0.0, 0.0

    def _vanished(self, now: Features, usual: _Usual, structured: Mask) -> tuple[float, float]:
        """Return severities of covered and defocused where the detail has vanished."""
        gone = now.structure[structured] < VANISHED * usual.structure[structured]
        share = float(gone.mean())
        if share < self._settings.covered_share:
            return 0.0, 0.0
        # Far out of focus the large light and dark places stay where they were.
        is_same = likeness(usual.means, now.means) >= SAME_LAYOUT
        if is_same and _contrast(now.means) >= SAME_CONTRAST * _contrast(usual.means):
            return 0.0, share
        return share, 0.0

    def _turned(self, now: Features, usual: _Usual, edge_likeness: float) -> float:
        shift, sureness = shift_between(usual.edges, now.edges)
        if shift >= self._settings.turned_shift and sureness >= SURE_SHIFT:
            return min(0.5 + shift, 1.0)
        limit = min(OTHER_EDGES * usual.edge_likeness, OTHER_EDGES_AT_MOST)
        return 1.0 - max(edge_likeness, 0.0) if edge_likeness < limit else 0.0

    def _softened(self, now: Features, usual: _Usual, structured: Mask) -> float:
        """In the dark fine detail drowns in noise: only parts where it would show are judged."""
        judged = structured & usual.shows_sharpness(now)
        if judged.mean() < LEAST_STRUCTURED_SHARE:
            return 0.0
        left = now.sharpness[judged] / (usual.sharpness[judged] + 1e-3)
        softened = float((left < self._settings.defocused_ratio).mean())
        return softened if softened >= DEFOCUSED_SHARE else 0.0

    def _findings(self) -> list[DistrustFinding]:
        found = [
            DistrustFinding(name, cause.since_ms, cause.severity)
            for name, cause in self._causes.items()
            if cause.is_told
        ]
        since_ms, now_ms = self._frozen.since_ms, self._last_at_ms
        # A covered picture has nothing that could move: that is one cause, not two.
        if since_ms is None or now_ms is None or self._causes["covered"].is_told:
            return found
        if now_ms - since_ms >= self._settings.frozen_s * 1000:
            found.append(DistrustFinding("frozen", since_ms, 1.0))
        return found


def _contrast(means: Grey) -> float:
    """Return how much the parts of a picture differ, relative to its brightness."""
    return float(means.std()) / (float(means.mean()) + DARK_LEVEL)
