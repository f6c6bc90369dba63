"""No stored picture shows what a mask covers; blurred persons hold no more than a few blocks."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from vision.evidence.masks import burn_masks, masks_outside
from vision.evidence.settings import EvidenceSettings, MaskSettings
from vision.evidence.snapshots import (
    BLOCKS_ACROSS,
    BLOCKS_DOWN,
    Marked,
    SnapshotFailed,
    blur_boxes,
    encode_jpeg,
    make_snapshots,
)
from vision.scene.detection import Box
from vision.scene.frame import Image

HEIGHT, WIDTH = 120, 200


def noise(seed: int = 0) -> Image:
    random = np.random.default_rng(seed)
    return random.integers(1, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def mask(*points: tuple[float, float]) -> MaskSettings:
    return MaskSettings(points=list(points))


def decoded(jpeg: bytes) -> Image:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


def test_what_a_mask_covers_is_black_and_the_rest_and_the_input_are_untouched() -> None:
    picture = noise()
    before = picture.copy()
    burnt = burn_masks(picture, [mask((10, 10), (50, 10), (50, 40), (10, 40))])
    assert not burnt[10:41, 10:51].any()
    outside = np.ones((HEIGHT, WIDTH), bool)
    outside[9:42, 9:52] = False
    assert np.array_equal(burnt[outside], picture[outside])
    assert np.array_equal(picture, before)


coordinates = st.tuples(st.floats(-300, 500), st.floats(-300, 500))


@settings(max_examples=60, deadline=None)
@given(a=coordinates, b=coordinates, c=coordinates)
def test_every_pixel_inside_a_mask_is_black_wherever_its_corners_lie(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]
) -> None:
    try:
        triangle = mask(a, b, c)
    except ValidationError:
        return
    burnt = burn_masks(noise(), [triangle])
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH]
    sides = [
        (x2 - x1) * (ys - y1) - (y2 - y1) * (xs - x1)
        for (x1, y1), (x2, y2) in pairwise([a, b, c, a])
    ]
    lengths = [
        max(1.0, float(np.hypot(x2 - x1, y2 - y1))) for (x1, y1), (x2, y2) in pairwise([a, b, c, a])
    ]
    depths = [side / length for side, length in zip(sides, lengths, strict=True)]
    inside = np.all([d >= 1.0 for d in depths], axis=0) | np.all(
        [d <= -1.0 for d in depths], axis=0
    )
    assert not burnt[inside].any()


def test_masks_are_burnt_into_every_picture_of_an_event() -> None:
    hidden = [mask((100, 0), (200, 0), (200, 120), (100, 120))]
    shots = make_snapshots(
        noise(),
        masks=hidden,
        marked=[Marked(Box(20, 20, 60, 100), "p")],
        persons=[Box(20, 20, 60, 100), Box(120, 20, 160, 100)],
        jpeg_quality=95,
    )
    names = [shot.name for shot in shots]
    assert names == ["snapshot.jpg", "snapshot_boxed.jpg", "snapshot_blurred.jpg"]
    for shot in shots:
        assert decoded(shot.jpeg)[:, 112:].max() < 40


def test_the_box_is_drawn_on_the_boxed_picture_only() -> None:
    flat = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    shots = make_snapshots(
        flat,
        masks=[],
        marked=[Marked(Box(30, 40, 90, 110), "người 0.9")],
        persons=None,
        jpeg_quality=95,
    )
    plain, boxed = (decoded(shot.jpeg).astype(int) for shot in shots)
    assert abs(plain - 90).max() < 12
    assert boxed[75, 30, 2] - boxed[75, 30, 0] > 100


def test_two_persons_who_differ_in_detail_look_the_same_once_blurred() -> None:
    box = Box(40, 20, 100, 110)
    patches = []
    for seed in (1, 2):
        picture = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
        picture[20:110, 40:100] = noise(seed)[20:110, 40:100]
        blurred = blur_boxes(picture, [box]).astype(int)
        patches.append(blurred[20:110, 40:100])
    assert abs(patches[0] - patches[1]).mean() < 10, "before: about 85"


@given(
    x=st.floats(-50, 250), y=st.floats(-50, 150), width=st.floats(1, 300), height=st.floats(1, 300)
)
@settings(max_examples=60, deadline=None)
def test_a_blurred_box_keeps_less_than_its_grid_and_changes_nothing_far_away(
    x: float, y: float, width: float, height: float
) -> None:
    picture = noise()
    box = Box(x, y, x + width, y + height)
    blurred = blur_boxes(picture, [box])
    x1, x2 = max(0, int(np.ceil(x))), min(WIDTH, int(x + width))
    y1, y2 = max(0, int(np.ceil(y))), min(HEIGHT, int(y + height))
    if x2 - x1 >= 2 * BLOCKS_ACROSS and y2 - y1 >= 2 * BLOCKS_DOWN:
        patch = blurred[y1:y2, x1:x2, 0].astype(float)
        steps = abs(np.diff(patch, axis=1))
        raw_steps = abs(np.diff(picture[y1:y2, x1:x2, 0].astype(float), axis=1))
        assert steps.mean() < raw_steps.mean() / 4
    far = np.ones((HEIGHT, WIDTH), bool)
    aside, above = width * 0.15 + 2, height * 0.15 + 2
    far[
        max(0, int(y - above)) : max(0, int(y + height + above) + 1),
        max(0, int(x - aside)) : max(0, int(x + width + aside) + 1),
    ] = False
    assert np.array_equal(blurred[far], picture[far])


def test_a_picture_that_cannot_be_encoded_is_one_clear_error() -> None:
    with pytest.raises(SnapshotFailed, match="shape"):
        encode_jpeg(np.zeros((0, 10, 3), np.uint8), 90)


def test_a_mask_outside_the_picture_is_told_with_its_name() -> None:
    away = MaskSettings(name="nhà dân", points=[(500, 10), (600, 10), (600, 90)])
    over_the_edge = mask((150, 10), (600, 10), (600, 90))
    assert masks_outside([over_the_edge, away], WIDTH, HEIGHT) == [
        "masks.1: nhà dân lies outside the picture of 200 × 120 pixels and would hide nothing"
    ]


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([(0, 0), (10, 0)], "at least 3 items"),
        ([(0, 0), (10, 0), (20, 0)], "an area of at least one pixel"),
        ([(0, 0), (1e9, 0), (20, 20)], "less than or equal to 20000"),
        ([(0, 0), (float("nan"), 0), (20, 20)], "finite number"),
    ],
)
def test_a_mask_that_hides_nothing_is_refused(
    points: list[tuple[float, float]], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        MaskSettings(points=points)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"free_low_mb": 10, "free_high_mb": 5}, "free_low_mb below free_high_mb"),
        ({"keep_days_by_kind": {"film": 3}}, "'clip'"),
        ({"disk_share": 1.5}, "0.95"),
        ({"keep_days": 0}, "greater than 0"),
        ({"jpeg": 3}, "Extra inputs"),
    ],
)
def test_settings_that_make_no_sense_are_refused(document: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        EvidenceSettings.model_validate(document)
