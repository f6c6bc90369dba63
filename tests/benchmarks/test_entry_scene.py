"""The scene of entries is a loop without a seam, and its entries come evenly."""

from itertools import pairwise

import pytest

from benchmarks.entry_scene import FAR_M, ZONE_EDGE_M, entry_scene, entry_times_s
from benchmarks.quiet_yard import FPS, visit_times_s
from demo.street.motion import pose_at


def test_somebody_enters_as_often_as_was_asked_for() -> None:
    script = entry_scene(12, 2.5)
    times = entry_times_s(script)
    assert len(times) == 12
    assert all(after - before == pytest.approx(2.5, abs=0.03) for before, after in pairwise(times))


def test_the_end_of_the_loop_goes_on_at_its_beginning() -> None:
    script = entry_scene(12, 2.5)

    def places(at_s: float) -> list[tuple[float, float]]:
        poses = [pose_at(mover, at_s) for mover in script.movers]
        return sorted((round(it.east, 3), it.north) for it in poses if it is not None)

    on_the_way = [place for place in places(0.0) if abs(place[0]) < FAR_M]
    assert on_the_way == places(script.duration_s)
    assert any(abs(east) < ZONE_EDGE_M for east, _ in on_the_way)


def test_visits_fall_into_every_phase_of_a_group_of_pictures_at_whole_pictures() -> None:
    times = visit_times_s(8, 14.0, 2.0)
    phases = sorted((at_s - 5.0) % 2.0 for at_s in times)
    assert all(0.2 < after - before < 0.3 for before, after in pairwise(phases))
    assert all(round(at_s * FPS, 6).is_integer() for at_s in times)
