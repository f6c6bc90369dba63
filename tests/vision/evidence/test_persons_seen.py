"""The live picture is blurred where persons were in the last seconds, in whatever size it comes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vision.evidence.persons_seen import KEPT_MS, PersonsSeen
from vision.evidence.snapshots import blur_boxes
from vision.scene.detection import Box
from vision.scene.frame import Frame, Image
from vision.scene.sighting import Sighting

WIDTH, HEIGHT = 640, 480


def frame(at_ms: int) -> Frame:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    return Frame(image, at_ms, at_ms / 1000, at_ms / 1000, is_key=True, connection=1)


def sighting(label: str, box: Box, score: float = 0.9) -> Sighting:
    return Sighting(label, score, 0.0, 30.0, 2.0, 5.0, box)


WALKER = Box(100, 100, 140, 200)


@given(width=st.integers(160, 1920), height=st.integers(120, 1080))
def test_boxes_are_in_the_pixels_of_the_picture_that_is_shown(width: int, height: int) -> None:
    seen = PersonsSeen()
    seen.note(frame(5_000), [sighting("person", WALKER), sighting("car", Box(1, 1, 9, 9))])
    (box,) = seen.boxes(5_100, (width, height))
    shares = (box.x1 / width, box.y1 / height, box.x2 / width, box.y2 / height)
    wanted = (100 / WIDTH, 100 / HEIGHT, 140 / WIDTH, 200 / HEIGHT)
    assert np.allclose(shares, wanted)


def test_where_somebody_walked_is_blurred_for_two_seconds_and_then_forgotten() -> None:
    seen = PersonsSeen()
    for at_ms in (0, 500, 1_000):
        seen.note(frame(at_ms), [sighting("person", WALKER, score=0.1)])
    assert len(seen.boxes(1_000, (WIDTH, HEIGHT))) == 3
    assert len(seen.boxes(KEPT_MS + 600, (WIDTH, HEIGHT))) == 1
    seen.note(frame(10_000), [])
    assert seen.boxes(1_000, (WIDTH, HEIGHT)) == []


def test_a_clock_that_was_set_back_leaves_nobody_unblurred() -> None:
    seen = PersonsSeen()
    seen.note(frame(1_000_000), [sighting("person", WALKER)])
    seen.note(frame(5_000), [sighting("person", WALKER)])
    assert len(seen.boxes(5_200, (WIDTH, HEIGHT))) == 1


def test_the_fine_pattern_of_a_person_is_gone_and_the_street_is_not() -> None:
    chance = np.random.default_rng(1)
    picture: Image = chance.integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    seen = PersonsSeen()
    seen.note(frame(0), [sighting("person", WALKER)])
    shown = blur_boxes(picture, seen.boxes(0, (WIDTH, HEIGHT)))
    assert shown[100:200, 100:140].std() < picture[100:200, 100:140].std() / 4
    assert (shown[:, 200:] == picture[:, 200:]).all()
