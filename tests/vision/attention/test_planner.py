"""The planner on scripted seconds: full rate where needed, a sweep elsewhere, what to decode."""

from collections import defaultdict
from collections.abc import Collection
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.attention.overload import LADDER, NO_RELIEF, Relief
from vision.attention.planner import FramePlan, KeyFrames, Planner, Rate, ViewNeed
from vision.attention.settings import AttentionSettings

SETTINGS = AttentionSettings()
VIEWS = tuple(ViewNeed(f"v{number}") for number in range(6))


def run(
    planner: Planner,
    seconds: float,
    fps: float,
    *,
    began_s: float = 100.0,
    moving: Collection[str] = (),
    tracked: Collection[str] = (),
    relief: Relief = NO_RELIEF,
) -> list[tuple[float, FramePlan]]:
    plans = []
    for number in range(round(seconds * fps)):
        now_s = began_s + number / fps
        plans.append((now_s, planner.plan(now_s, moving, tracked, 1.0, relief)))
    return plans


def looks(plans: list[tuple[float, FramePlan]]) -> dict[str, list[float]]:
    found = defaultdict(list)
    for now_s, plan in plans:
        for name in plan.look:
            found[name].append(now_s)
    return found


def test_the_first_frame_is_looked_at_everywhere_and_so_is_a_new_scene() -> None:
    planner = Planner(SETTINGS, VIEWS)
    names = tuple(view.name for view in VIEWS)
    assert planner.plan(5.0, (), (), 1.0).look == names
    assert planner.plan(5.2, (), (), 1.0).look == ()
    planner.look_everywhere()
    assert planner.plan(5.4, (), (), 1.0).look == names


@given(
    count=st.integers(1, 20),
    sweep_s=st.floats(2, 60),
    fps=st.floats(0.5, 30),
    busy=st.sets(st.integers(0, 19)),
)
def test_every_idle_view_is_looked_at_within_the_sweep(
    count: int, sweep_s: float, fps: float, busy: set[int]
) -> None:
    views = [ViewNeed(f"v{number}") for number in range(count)]
    moving = {f"v{number}" for number in busy}
    planner = Planner(AttentionSettings(sweep_s=sweep_s), views)
    plans = run(planner, 3 * sweep_s, fps, moving=moving)
    found = looks(plans)
    end_s = plans[-1][0]
    for view in views:
        times = [*found[view.name], end_s]
        longest_s = max(b - a for a, b in pairwise(times))
        assert longest_s <= max(sweep_s, 1 / fps) + 1e-6


def test_the_sweep_is_spread_and_costs_little() -> None:
    plans = run(Planner(SETTINGS, VIEWS), 60, 1.0)
    assert max(len(plan.look) for _, plan in plans[1:]) <= 2
    assert sum(len(plan.look) for _, plan in plans[1:]) <= 1.2 * 60 / SETTINGS.sweep_s * len(VIEWS)


@pytest.mark.parametrize("fps", [5.0, 12.5, 25.0, 29.97])
def test_an_active_view_is_looked_at_at_the_active_rate_whatever_the_cameras(fps: float) -> None:
    plans = run(Planner(SETTINGS, VIEWS), 20, fps, moving=("v2",), tracked=("v2",))
    assert len(looks(plans)["v2"]) == pytest.approx(20 * SETTINGS.active_fps, rel=0.06)
    assert len(looks(plans)["v3"]) <= 4


def test_motion_is_looked_at_in_the_very_frame_that_shows_it() -> None:
    planner = Planner(SETTINGS, VIEWS)
    run(planner, 5, 1.0)
    plan = planner.plan(105.0, ("v4",), (), 1.0)
    assert "v4" in plan.look
    assert plan.active == {"v4"}
    assert plan.decode == Rate(SETTINGS.active_fps)


def test_a_view_stays_active_for_a_moment_after_its_last_motion() -> None:
    planner = Planner(SETTINGS, VIEWS)
    run(planner, 2, 5.0, moving=("v1",))
    assert planner.plan(104.5, (), (), 1.0).active == {"v1"}
    idle = planner.plan(105.5, (), (), 1.0)
    assert idle.active == frozenset()
    assert idle.decode == KeyFrames()


def test_a_track_that_stands_still_keeps_its_view_active() -> None:
    plans = run(Planner(SETTINGS, VIEWS), 30, 5.0, tracked=("v0",))
    assert len(looks(plans)["v0"]) >= 28 * SETTINGS.active_fps


def test_motion_without_any_object_is_soon_looked_at_only_as_often_as_an_idle_camera() -> None:
    planner = Planner(SETTINGS, VIEWS)
    plans = run(planner, 60, 5.0, moving=("v1",))
    late = [plan for now_s, plan in plans if now_s > 110]
    assert len(looks(plans)["v1"]) <= 5 * 8 + 55
    assert {plan.decode for plan in late} == {KeyFrames()}
    found = planner.plan(160.0, ("v1",), ("v1",), 1.0)
    assert found.decode == Rate(SETTINGS.active_fps)
    again = run(planner, 4, 5.0, began_s=160.2, moving=("v1",), tracked=("v1",))
    assert len(looks(again)["v1"]) == pytest.approx(20, abs=2)


@pytest.mark.parametrize(
    ("key_interval_s", "decode"),
    [(0.5, KeyFrames()), (1.0, KeyFrames()), (1.02, KeyFrames()), (2.0, Rate(1.0))],
)
def test_idle_decoding_is_cheap_only_where_it_keeps_the_promise(
    key_interval_s: float, decode: KeyFrames | Rate
) -> None:
    assert Planner(SETTINGS, VIEWS).plan(0.0, (), (), key_interval_s).decode == decode


def test_as_long_as_the_key_interval_is_unknown_everything_is_decoded() -> None:
    assert Planner(SETTINGS, VIEWS).plan(0.0, (), (), None).decode == Rate(1.0)


def test_a_shorter_promise_asks_for_more_pictures() -> None:
    settings = AttentionSettings(report_within_s=0.75, confirm_s=0.25)
    assert Planner(settings, VIEWS).plan(0.0, (), (), 1.0).decode == Rate(2.0)


def test_overload_slows_views_without_rules_and_the_sweep_and_says_so() -> None:
    views = (ViewNeed("gate"), ViewNeed("sky", has_rules=False), ViewNeed("yard"))
    moving = ("gate", "sky")
    plans = run(Planner(SETTINGS, views), 60, 5.0, moving=moving, tracked=moving, relief=LADDER[3])
    found = looks(plans)
    assert len(found["gate"]) == pytest.approx(300, rel=0.05)
    assert len(found["sky"]) == pytest.approx(60, rel=0.1)
    assert len(found["yard"]) <= 3
    skipped = {view for _, plan in plans[-5:] for view in plan.skipped}
    assert skipped == {"sky", "yard"}


def test_without_overload_nothing_is_skipped() -> None:
    plans = run(Planner(SETTINGS, VIEWS), 60, 5.0, moving=("v1",), tracked=("v1",))
    assert {plan.skipped for _, plan in plans} == {()}


def test_time_that_goes_back_counts_as_no_time() -> None:
    planner = Planner(SETTINGS, VIEWS)
    planner.plan(100.0, (), (), 1.0)
    assert planner.plan(50.0, (), (), 1.0).look == ()
    assert planner.plan(100.0, ("v1",), (), 1.0).active == {"v1"}


def test_views_need_names_of_their_own() -> None:
    with pytest.raises(ValueError, match="a name of its own"):
        Planner(SETTINGS, [ViewNeed("a"), ViewNeed("a")])
    with pytest.raises(ValueError, match="a name of its own"):
        Planner(SETTINGS, [])


def test_names_that_are_no_views_are_passed_over() -> None:
    assert Planner(SETTINGS, VIEWS).plan(0.0, ("elsewhere",), (), 1.0).active == frozenset()
