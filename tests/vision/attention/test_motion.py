"""Motion on drawn pictures: the smallest person is seen, wind, light and noise are not."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from tests.vision.attention.street import (
    EAST,
    HEIGHT,
    PERSON_PX,
    SIZE,
    WEST,
    WIDTH,
    Luma,
    Street,
    Walker,
    footprint,
)
from vision.attention.motion import Motion, MotionWatch, ViewFootprint
from vision.attention.settings import MotionSettings

Scene = Callable[[Street, int], Luma]
QUIET = 12
"""Pictures, one a second, before anything happens."""


def watch_of(*views: ViewFootprint, ignore: np.ndarray | None = None) -> MotionWatch:
    return MotionWatch(MotionSettings(), SIZE, views or (WEST, EAST), ignore)


def look(scene: Scene, pictures: int, watch: MotionWatch | None = None) -> list[Motion]:
    street, watch = Street(), watch or watch_of()
    return [watch.look(scene(street, i), float(i)) for i in range(pictures)]


def walker_at(i: int, contrast: float = 45.0) -> tuple[Walker, ...]:
    """Nobody for a while; then somebody in the west who walks 20 px a second."""
    return (Walker(100 + 20 * (i - QUIET), 200, contrast),) if i >= QUIET else ()


def views_after_first(motions: list[Motion]) -> list[set[str]]:
    assert motions[0].is_new_scene
    assert not any(motion.is_new_scene for motion in motions[1:])
    return [set(motion.regions) for motion in motions[1:]]


@pytest.mark.parametrize(
    ("name", "scene"),
    [
        ("day", lambda s, i: s.picture(*walker_at(i))),
        ("faint clothes", lambda s, i: s.picture(*walker_at(i, 12))),
        ("darker than the ground", lambda s, i: s.picture(*walker_at(i, -30))),
        ("noisy sensor", lambda s, i: s.picture(*walker_at(i, 25), noise=8)),
        ("dusk", lambda s, i: s.picture(*walker_at(i), gain=0.35, noise=6)),
        ("wind", lambda s, i: s.picture(*walker_at(i), sway=_wind(i))),
        ("light goes on", lambda s, i: s.picture(*walker_at(i), gain=1 if i < QUIET else 1.3)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_person_of_40_px_is_seen_in_the_first_picture(name: str, scene: Scene) -> None:
    views = views_after_first(look(scene, QUIET + 6))
    before, after = views[: QUIET - 1], views[QUIET - 1 :]
    assert before == [set()] * len(before)
    assert after == [{"west"}] * len(after)


def _wind(i: int) -> tuple[float, float]:
    return 6 * math.sin(1.3 * i), 4 * math.cos(0.9 * i)


@pytest.mark.parametrize(
    ("name", "scene"),
    [
        ("no noise", lambda s, i: s.picture(noise=0)),
        ("strong noise", lambda s, i: s.picture(noise=20)),
        ("light steps", lambda s, i: s.picture(gain=(1.0, 0.7, 1.15)[i // 8])),
        ("exposure steps", lambda s, i: s.picture(offset=0 if i < 10 else 25)),
        ("sway", lambda s, i: s.picture(sway=_wind(i))),
        ("dusk falls", lambda s, i: s.picture(gain=1 - 0.03 * i, noise=2 + 0.2 * i)),
        ("lamp with soft edge", lambda s, i: _lit(s.picture(), i)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_object_moves_nothing(name: str, scene: Scene) -> None:
    views = views_after_first(look(scene, 24))
    assert views == [set()] * len(views)


def _lit(picture: Luma, i: int) -> Luma:
    if i < 10:
        return picture
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    cone = 40 * np.exp(-((x - 300) ** 2 + (y - 250) ** 2) / (2 * 150**2))
    return np.clip(picture + cone, 0, 255).astype(np.uint8)


def test_regions_lie_on_the_object_in_pixels_of_the_camera() -> None:
    moved = look(lambda s, i: s.picture(*walker_at(i)), QUIET + 1)[-1].regions["west"]
    assert len(moved) == 1
    box = moved[0]
    assert box.x1 <= 100 + 3
    assert box.x2 >= 116 - 3
    assert box.y1 <= 200 + 7
    assert box.y2 >= 240 - 7
    assert box.height <= PERSON_PX + 24


def test_one_object_in_two_overlapping_views_moves_in_both() -> None:
    watch = watch_of(footprint("left", 0, 600), footprint("right", 400, WIDTH), EAST)
    motion = look(lambda s, i: s.picture(*([Walker(430, 200)] * (i >= QUIET))), QUIET + 1, watch)
    assert set(motion[-1].regions) == {"left", "right"}


def test_a_view_with_larger_objects_ignores_small_ones_that_another_wants() -> None:
    watch = watch_of(footprint("people", 0, WIDTH, 40), footprint("lorries", 0, WIDTH, 160))
    motion = look(lambda s, i: s.picture(*walker_at(i)), QUIET + 1, watch)
    assert set(motion[-1].regions) == {"people"}


def test_day_to_infrared_is_a_new_scene_once() -> None:
    def scene(street: Street, i: int) -> Luma:
        picture = street.picture()
        return picture if i < 10 else 255 - picture

    motions = look(scene, 20)
    assert [i for i, motion in enumerate(motions) if motion.is_new_scene] == [0, 10]
    assert not any(motion.regions for motion in motions)


def test_a_burnt_in_clock_falls_silent_and_a_person_beside_it_does_not() -> None:
    random = np.random.default_rng(1)

    def scene(street: Street, i: int) -> Luma:
        people = (Walker(500 + 20 * (i - 170), 300),) if i >= 170 else ()
        picture = street.picture(*people)
        picture[10:40, 10:100] = np.where(random.random((30, 9)).repeat(10, 1) > 0.5, 255, 0)
        return picture

    views = views_after_first(look(scene, 175))
    assert "west" in views[1]
    assert views[140:169] == [set()] * 29
    assert views[169:] == [{"east"}] * 5


def test_a_busy_path_stays_sensitive() -> None:
    def scene(street: Street, i: int) -> Luma:
        return street.picture(*([Walker(300, 200, 60)] if i % 3 == 2 else []))

    views = views_after_first(look(scene, 90))
    assert [bool(view) for view in views] == [i % 3 == 2 for i in range(1, 90)]


def test_what_stays_becomes_background_and_is_missed_when_it_leaves() -> None:
    def scene(street: Street, i: int) -> Luma:
        return street.picture(*([Walker(300, 200, 60)] if 10 <= i < 70 else []))

    views = views_after_first(look(scene, 72))
    assert views[9:40] == [{"west"}] * 31
    assert views[60:69] == [set()] * 9
    assert views[69:] == [{"west"}] * 2


def test_an_ignored_part_never_moves() -> None:
    ignore = np.zeros((54, 96), np.bool_)
    ignore[:, :48] = True
    motions = look(lambda s, i: s.picture(*walker_at(i)), QUIET + 3, watch_of(ignore=ignore))
    assert views_after_first(motions) == [set()] * (QUIET + 2)


def test_a_colour_picture_is_judged_like_its_brightness() -> None:
    watch = watch_of()
    street = Street()
    for i in range(QUIET + 1):
        picture = street.picture(*walker_at(i))
        motion = watch.look(np.repeat(picture[:, :, None], 3, axis=2), float(i))
    assert set(motion.regions) == {"west"}


def test_time_that_goes_back_does_no_harm() -> None:
    watch, street = watch_of(), Street()
    for now_s in (10.0, 11.0, 4.0, 4.0, 5.0):
        motion = watch.look(street.picture(), now_s)
    assert not motion.regions
    assert set(watch.look(street.picture(Walker(100, 200)), 6.0).regions) == {"west"}


def test_another_size_of_picture_is_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match=r"a picture of 64x32 px, not 960x540"):
        watch_of().look(np.zeros((32, 64), np.uint8), 0.0)


def test_judged_small_but_never_below_the_smallest_objects_scale() -> None:
    assert watch_of().working_size == (144, 81)
    assert watch_of(footprint("far", 0, WIDTH, 6)).working_size == SIZE
    with pytest.raises(ValueError, match="at least one pixel"):
        watch_of(footprint("none", 0, WIDTH, 0.5))
