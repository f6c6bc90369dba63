"""Things left behind are found; walkers, clouds, shadows, lamps and noise are not."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from vision.background.settings import BackgroundSettings
from vision.background.still_finder import StillFinder, StillThing
from vision.scene.detection import Box
from vision.scene.frame import Image

START_MS = 1_790_000_000_000
WIDTH, HEIGHT = 320, 240
BAG = Box(200, 150, 224, 170)
Scene = Callable[[float, np.ndarray], np.ndarray]


def pavement() -> np.ndarray:
    """Return a textured floor as floats, height × width."""
    rng = np.random.default_rng(5)
    coarse = cv2.resize(rng.uniform(90, 150, (24, 32)), (WIDTH, HEIGHT))
    return coarse + cv2.GaussianBlur(rng.normal(0, 14, (HEIGHT, WIDTH)), (0, 0), 1)


def with_box(picture: np.ndarray, box: Box, level: float) -> np.ndarray:
    """Return the picture with a thing of that brightness in it."""
    result = picture.copy()
    result[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)] = level
    return result


def pictures(scene: Scene, seconds: int, noise: float = 2.0) -> Iterator[tuple[int, Image]]:
    """Give two pictures a second of a scene."""
    rng, floor = np.random.default_rng(7), pavement()
    for index in range(seconds * 2):
        at_s = index / 2
        grey = scene(at_s, floor) + rng.normal(0, noise, (HEIGHT, WIDTH))
        picture = np.clip(grey, 0, 255).astype(np.uint8)
        yield START_MS + round(at_s * 1000), np.repeat(picture[..., None], 3, axis=2)


def things_of(
    scene: Scene, seconds: int, noise: float = 2.0, busy: Callable[[float], list[Box]] | None = None
) -> list[tuple[float, list[StillThing]]]:
    """Return what a finder told, by second."""
    finder = StillFinder(BackgroundSettings(), (WIDTH, HEIGHT))
    told = []
    for at_ms, image in pictures(scene, seconds, noise):
        at_s = (at_ms - START_MS) / 1000
        told.append((at_s, finder.update(at_ms, image, busy(at_s) if busy else [])))
    return told


def test_a_bag_left_behind_is_found_once_with_its_place_and_time() -> None:
    told = things_of(lambda at_s, floor: with_box(floor, BAG, 30) if at_s >= 15 else floor, 40)
    ids = {thing.id for _, things in told for thing in things}
    assert len(ids) == 1
    first_s, (thing,) = next((at_s, things) for at_s, things in told if things)
    assert 15 + 8 <= first_s <= 15 + 14
    assert abs(thing.since_ms - START_MS - 15_000) <= 1_000
    assert abs(thing.box.x1 - BAG.x1) + abs(thing.box.x2 - BAG.x2) < 16
    assert abs(thing.box.y1 - BAG.y1) + abs(thing.box.y2 - BAG.y2) < 16
    assert told[-1][1], "it does not fade into the scene"


def test_a_bag_taken_away_is_over() -> None:
    def scene(at_s: float, floor: np.ndarray) -> np.ndarray:
        return with_box(floor, BAG, 30) if 15 <= at_s < 35 else floor

    told = things_of(scene, 50)
    assert any(things for at_s, things in told if at_s < 35)
    assert not any(things for at_s, things in told if at_s > 42)


def test_what_lies_there_from_the_start_belongs_to_the_scene() -> None:
    told = things_of(lambda _, floor: with_box(floor, BAG, 30), 30)
    assert not any(things for _, things in told)


def test_something_taken_from_the_scene_is_no_thing_left_behind() -> None:
    told = things_of(lambda at_s, floor: with_box(floor, BAG, 30) if at_s < 15 else floor, 40)
    assert not any(things for _, things in told)


def walker(at_s: float) -> Box:
    """Return somebody who walks along, stops for a while and walks on."""
    x = 20 + 20 * min(at_s, 6) + 20 * max(at_s - 14, 0)
    return Box(x, 80, x + 14, 120)


def test_somebody_who_walks_and_stops_for_a_moment_is_no_thing() -> None:
    told = things_of(
        lambda at_s, floor: with_box(floor, walker(at_s - 12), 40) if at_s > 12 else floor, 45
    )
    assert not any(things for _, things in told)


def test_what_a_tracked_person_explains_is_no_thing_however_long() -> None:
    stands = Box(100, 80, 116, 124)
    told = things_of(
        lambda at_s, floor: with_box(floor, stands, 40) if at_s > 12 else floor,
        60,
        busy=lambda at_s: [stands] if at_s > 12 else [],
    )
    assert not any(things for _, things in told)


def test_a_bag_hidden_by_somebody_for_a_while_stays_the_same_thing() -> None:
    front = Box(190, 120, 232, 180)

    def scene(at_s: float, floor: np.ndarray) -> np.ndarray:
        picture = with_box(floor, BAG, 30) if at_s >= 12 else floor
        return with_box(picture, front, 180) if 30 <= at_s < 40 else picture

    told = things_of(scene, 55, busy=lambda at_s: [front] if 30 <= at_s < 40 else [])
    assert len({thing.id for _, things in told for thing in things}) == 1
    assert told[-1][1]


@pytest.mark.parametrize(
    "light",
    [
        lambda at_s, x: 1 - 0.4 * min(max(at_s - 12, 0) / 10, 1),
        lambda at_s, x: 0.6 if at_s > 15 else 1.0,
        lambda at_s, x: 1.4 if at_s > 15 else 1.0,
        lambda at_s, x: 1 - 0.35 / (1 + np.exp(-(x - 320 + 16 * (at_s - 12)) / 30)),
    ],
    ids=["dusk", "a lamp goes out", "the sun comes out", "a cloud's shadow passes"],
)
def test_changes_of_light_are_no_things(light: Callable[[float, np.ndarray], np.ndarray]) -> None:
    across = np.arange(WIDTH)[None, :]
    told = things_of(lambda at_s, floor: floor * light(at_s, across), 50)
    assert not any(things for _, things in told)


def test_a_shadow_on_textured_ground_is_no_thing() -> None:
    def scene(at_s: float, floor: np.ndarray) -> np.ndarray:
        if at_s < 15:
            return floor
        shaded = floor.copy()
        shaded[100:140, 100:150] *= 0.7
        return shaded

    assert not any(things for _, things in things_of(scene, 40))


def test_rain_and_noise_at_night_are_no_things() -> None:
    rng = np.random.default_rng(3)

    def scene(at_s: float, floor: np.ndarray) -> np.ndarray:
        picture = floor * 0.25
        for _ in range(60):
            x, y = int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT - 16))
            picture[y : y + 16, x] += 30
        return picture

    assert not any(things for _, things in things_of(scene, 60, noise=6))


def test_only_the_regions_are_looked_at_and_boxes_are_in_the_whole_picture() -> None:
    region = [(180.0, 130.0), (260.0, 130.0), (260.0, 200.0), (180.0, 200.0)]
    finder = StillFinder(BackgroundSettings(), (WIDTH, HEIGHT), [region])
    other = Box(60, 60, 84, 80)

    def scene(at_s: float, floor: np.ndarray) -> np.ndarray:
        return with_box(with_box(floor, BAG, 30), other, 30) if at_s >= 15 else floor

    told = [finder.update(at_ms, image) for at_ms, image in pictures(scene, 40)]
    (thing,) = told[-1]
    assert abs(thing.box.x1 - BAG.x1) < 8
    assert abs(thing.box.y1 - BAG.y1) < 8


def test_the_number_of_things_is_bounded() -> None:
    finder = StillFinder(BackgroundSettings(max_things=3), (WIDTH, HEIGHT))

    def scene(at_s: float, floor: np.ndarray) -> np.ndarray:
        picture = floor
        for index in range(8 if at_s >= 15 else 0):
            x, y = 30 + 70 * (index % 4), 60 + 90 * (index // 4)
            picture = with_box(picture, Box(x, y, x + 24, y + 24), 25)
        return picture

    assert max(len(finder.update(at_ms, image)) for at_ms, image in pictures(scene, 40)) == 3


def test_a_clock_set_back_is_survived() -> None:
    finder = StillFinder(BackgroundSettings(), (WIDTH, HEIGHT))
    told: list[StillThing] = []
    for at_ms, image in pictures(
        lambda at_s, floor: with_box(floor, BAG, 30) if at_s >= 15 else floor, 40
    ):
        told = finder.update(at_ms - (3_600_000 if at_ms > START_MS + 20_000 else 0), image)
    assert len(told) == 1


def test_a_region_outside_the_picture_and_sides_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="no region of a picture of 320 × 240 px"):
        StillFinder(BackgroundSettings(), (WIDTH, HEIGHT), [[(400, 0), (500, 0), (500, 90)]])
    with pytest.raises(ValueError, match="no region of a picture of 320 × 240 px"):
        StillFinder(BackgroundSettings(), (WIDTH, HEIGHT), [[]])
    with pytest.raises(ValidationError, match="min_side_px below max_side_px"):
        BackgroundSettings(min_side_px=50, max_side_px=40)


def test_the_bag_of_the_real_footage_is_found_and_nothing_else() -> None:
    folder = os.environ.get("QUANTRAC_TEST_DATA", Path(__file__).parents[4] / "shared" / "data")
    film = Path(folder) / "footage" / "aboda_video4.avi"
    if not film.is_file():
        pytest.skip(f"{film} is not there; QUANTRAC_TEST_DATA may point to the test material")
    capture = cv2.VideoCapture(str(film))
    finder = StillFinder(BackgroundSettings(), (720, 480))
    told: dict[int, StillThing] = {}
    for index in range(1_169):
        assert capture.grab()
        if index % 15 == 0:
            _, image = capture.retrieve()
            for thing in finder.update(START_MS + index * 1000 // 30, image):
                told.setdefault(thing.id, thing)
    (bag,) = told.values()
    assert 440 < bag.box.x1 < bag.box.x2 < 520
    assert 355 < bag.box.y1 < bag.box.y2 < 425
    assert 11_000 <= bag.since_ms - START_MS <= 15_000
