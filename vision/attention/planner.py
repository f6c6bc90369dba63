"""Decides for each frame which views are looked at, and what the decoder should do next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from vision.attention.overload import NO_RELIEF, Relief
from vision.attention.settings import AttentionSettings

EARLY_SHARE = 0.25
"""Part of its period by which a view may be looked at early: cameras do not keep time."""
KEY_TOLERANCE = 1.05


@dataclass(frozen=True, slots=True)
class KeyFrames:
    """Decode key frames only: a hundredth of a core for 1080p."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Decode every frame, but convert and hand on only ``fps`` of them a second."""

    fps: float


DecodeMode = KeyFrames | Rate


@dataclass(frozen=True, slots=True)
class ViewNeed:
    """A view as the planner knows it; ``has_rules``: some rule's zone lies in it."""

    name: str
    has_rules: bool = True


@dataclass(frozen=True, slots=True)
class FramePlan:
    """What to do with one frame.

    Args:
        look: views to analyse in it, in the order of their need.
        decode: what the decoder should do from now on.
        active: views in which something moves or is tracked, or did so a moment ago.
        skipped: views that would have been looked at, were it not for the overload.
    """

    look: tuple[str, ...]
    decode: DecodeMode
    active: frozenset[str]
    skipped: tuple[str, ...] = ()


class _ViewState:
    def __init__(self, need: ViewNeed) -> None:
        self.need = need
        self.looked_s: float | None = None
        self.due_s = 0.0
        self.stirred_s: float | None = None
        self.fruitful_s = 0.0


class Planner:
    """Keeps what each view of one camera needs.

    Time is monotonic seconds at which frames were received; going back counts as no time.

    Raises:
        ValueError: no views, or two of one name.
    """

    def __init__(self, settings: AttentionSettings, views: Sequence[ViewNeed]) -> None:
        self._views = {view.name: _ViewState(view) for view in views}
        if not views or len(self._views) != len(views):
            raise ValueError("a planner needs views, each with a name of its own")
        self._settings = settings
        self._now_s: float | None = None
        self._credit = 0.0
        self._all_due = True

    def look_everywhere(self) -> None:
        """Make every view due with the next frame: a new connection, or another scene."""
        self._all_due = True

    def plan(
        self,
        now_s: float,
        moving: Collection[str],
        tracked: Collection[str],
        key_interval_s: float | None,
        relief: Relief = NO_RELIEF,
    ) -> FramePlan:
        """Return what to do with the frame received at ``now_s``.

        Args:
            moving: views in which this frame shows motion.
            tracked: views in which tracks are, unconfirmed ones too.
            key_interval_s: longest time between key frames lately; None while unknown.
            relief: what the overload gives up.
        """
        last_s = self._now_s if self._now_s is not None else now_s
        now_s = max(now_s, last_s)
        self._now_s = now_s
        for name in {*moving, *tracked} & self._views.keys():
            self._stir(self._views[name], now_s, is_tracked=name in tracked)
        active = [view for view in self._views.values() if self._is_active(view, now_s)]
        idle = [view for view in self._views.values() if not self._is_active(view, now_s)]
        if self._all_due:
            self._all_due = False
            look, skipped = [*active, *idle], list[_ViewState]()
        else:
            look, skipped = self._due_active(active, now_s, relief)
            turn = self._due_idle(idle, now_s, now_s - last_s, relief)
            look += turn
            skipped += [view for view in idle if view not in turn and self._is_late(view, now_s)]
        for view in look:
            self._note_look(view, now_s, self._period_s(view, now_s, relief))
        return FramePlan(
            tuple(view.need.name for view in look),
            self._decode_mode(
                any(not self._is_barren(view, now_s) for view in active), key_interval_s
            ),
            frozenset(view.need.name for view in active),
            tuple(view.need.name for view in skipped),
        )

    def _stir(self, view: _ViewState, now_s: float, *, is_tracked: bool) -> None:
        if is_tracked or not self._is_active(view, now_s):
            view.fruitful_s = now_s
        view.stirred_s = now_s

    def _is_barren(self, view: _ViewState, now_s: float) -> bool:
        return now_s - view.fruitful_s > self._settings.barren_after_s

    def _is_active(self, view: _ViewState, now_s: float) -> bool:
        return view.stirred_s is not None and now_s - view.stirred_s <= self._settings.hold_s

    def _period_s(self, view: _ViewState, now_s: float, relief: Relief) -> float:
        share = 1.0 if view.need.has_rules else relief.fps_share_without_rules
        period_s = 1 / (self._settings.active_fps * share)
        if self._is_barren(view, now_s):
            return max(period_s, self._settings.idle_interval_s)
        return period_s

    def _due_active(
        self, active: list[_ViewState], now_s: float, relief: Relief
    ) -> tuple[list[_ViewState], list[_ViewState]]:
        early_s = EARLY_SHARE / self._settings.active_fps
        due: list[_ViewState] = []
        skipped: list[_ViewState] = []
        for view in active:
            usual_s = self._period_s(view, now_s, NO_RELIEF)
            if view.looked_s is None or now_s >= view.due_s - early_s:
                due.append(view)
            elif (
                self._period_s(view, now_s, relief) > usual_s
                and now_s >= view.looked_s + usual_s - early_s
            ):
                skipped.append(view)
        return due, skipped

    def _due_idle(
        self, idle: list[_ViewState], now_s: float, gap_s: float, relief: Relief
    ) -> list[_ViewState]:
        """Return the idle views whose turn it is, spread evenly over the sweep."""
        sweep_s = self._settings.sweep_s * relief.sweep_factor
        self._credit = min(len(idle), self._credit + len(idle) * gap_s / sweep_s)
        oldest_first = sorted(idle, key=lambda view: view.looked_s or 0.0)
        turn = int(self._credit)
        overdue = [
            view
            for view in oldest_first[turn:]
            # The next frame would be too late.
            if view.looked_s is None or now_s + gap_s - view.looked_s > sweep_s
        ]
        due = [*oldest_first[:turn], *overdue]
        self._credit = max(0.0, self._credit - len(due))
        return due

    def _is_late(self, view: _ViewState, now_s: float) -> bool:
        return view.looked_s is not None and now_s - view.looked_s > self._settings.sweep_s

    def _note_look(self, view: _ViewState, now_s: float, period_s: float) -> None:
        view.looked_s = now_s
        # From the time at which it was due, so that early and late frames even out.
        view.due_s = max(view.due_s, now_s - period_s) + period_s

    def _decode_mode(self, is_active: bool, key_interval_s: float | None) -> DecodeMode:
        settings = self._settings
        if is_active:
            return Rate(settings.active_fps)
        interval_s = settings.idle_interval_s
        if key_interval_s is not None and key_interval_s <= interval_s * KEY_TOLERANCE:
            return KeyFrames()
        # Key frames alone would come too late: the dearer way keeps the promise.
        return Rate(1 / interval_s)
