"""Raw outputs to boxes: letterbox there and back, best class, suppression against brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vision.detection.decoding import Decoder, Question, suppress
from vision.detection.errors import ModelRefused
from vision.detection.golden import iou
from vision.detection.letterbox import BORDER_GREY, fit, paint, restore
from vision.detection.output_shapes import OutputLayout, recognise
from vision.scene.detection import Box

sizes = st.tuples(st.integers(1, 3000), st.integers(1, 3000))
canvases = st.sampled_from([(640, 640), (320, 320), (640, 384), (1280, 736)])


@given(source=sizes, canvas=canvases, corner=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_box_goes_into_the_letterbox_and_comes_back(
    source: tuple[int, int], canvas: tuple[int, int], corner: tuple[float, float]
) -> None:
    place = fit(source, canvas)
    x, y = corner[0] * source[0], corner[1] * source[1]
    inside = np.array(
        [
            [
                place.left_px,
                place.top_px,
                place.left_px + x * place.inner[0] / source[0],
                place.top_px + y * place.inner[1] / source[1],
            ]
        ],
        np.float32,
    )
    assert restore(inside, place)[0] == pytest.approx([0, 0, x, y], abs=0.05 + 1e-4 * max(source))


@given(source=sizes, canvas=canvases)
def test_the_letterbox_keeps_the_ratio_and_fills_one_side(
    source: tuple[int, int], canvas: tuple[int, int]
) -> None:
    place = fit(source, canvas)
    assert place.inner[0] == canvas[0] or place.inner[1] == canvas[1]
    assert place.left_px + place.inner[0] <= canvas[0]
    assert place.top_px + place.inner[1] <= canvas[1]
    scale = min(canvas[0] / source[0], canvas[1] / source[1])
    assert place.inner[0] == pytest.approx(max(1, source[0] * scale), abs=0.51)
    assert place.inner[1] == pytest.approx(max(1, source[1] * scale), abs=0.51)


@given(width=st.integers(1, 200), height=st.integers(1, 200))
def test_the_picture_is_painted_into_its_place_and_nowhere_else(width: int, height: int) -> None:
    place = fit((width, height), (96, 64))
    canvas = np.zeros((64, 96, 3), np.uint8)
    paint(np.full((height, width, 3), 200, np.uint8), place, canvas, borders=True)
    inner = np.zeros((64, 96), np.bool_)
    inner[
        place.top_px : place.top_px + place.inner[1], place.left_px : place.left_px + place.inner[0]
    ] = True
    assert (canvas[inner] == 200).all()
    assert (canvas[~inner] == BORDER_GREY).all()


def dense(*columns: tuple[float, ...], classes: int = 3) -> np.ndarray:
    output = np.zeros((1, 4 + classes, 84), np.float32)
    for number, column in enumerate(columns):
        output[0, :, 7 * number] = column
    return output


DENSE = Decoder(OutputLayout("dense", 84), (64, 64), 0.5)
SQUARE = fit((64, 64), (64, 64))


def test_the_best_of_all_classes_counts_even_if_only_others_are_wanted() -> None:
    lorry = dense((30, 30, 20, 20, 0.1, 0.5, 0.9))
    assert [found.label for found in DENSE.decode(lorry, SQUARE, Question(0.3))] == [2]
    assert DENSE.decode(lorry, SQUARE, Question(0.3, frozenset({1}))) == []
    wanted = DENSE.decode(lorry, SQUARE, Question(0.3, frozenset({1, 2})))
    assert [(found.label, round(found.score, 3)) for found in wanted] == [(2, 0.9)]


def test_doubles_go_per_class_and_the_best_comes_first() -> None:
    output = dense(
        (30, 30, 20, 20, 0.6, 0, 0),
        (31, 30, 20, 20, 0.8, 0, 0),
        (30, 30, 20, 20, 0, 0.7, 0),
        (10, 10, 8, 8, 0.5, 0, 0),
    )
    found = DENSE.decode(output, SQUARE, Question(0.3))
    assert [(one.label, round(one.score, 2)) for one in found] == [(0, 0.8), (1, 0.7), (0, 0.5)]


def test_garbage_in_an_output_is_dropped() -> None:
    output = dense(
        (np.nan, 30, 20, 20, 0.9, 0, 0),
        (30, np.inf, 20, 20, 0.9, 0, 0),
        (30, 30, 0, 20, 0.9, 0, 0),
        (200, 200, 10, 10, 0.9, 0, 0),
        (30, 30, 10, 10, 0.9, 0, 0),
    )
    (found,) = DENSE.decode(output, SQUARE, Question(0.3))
    assert found.box == Box(25, 25, 35, 35)


@given(
    hnp.arrays(np.float32, (1, 6, 84), elements=st.floats(-1e3, 1e3, width=32)),
    st.floats(0.01, 0.9),
)
def test_any_dense_output_gives_boxes_inside_the_picture(raw: np.ndarray, floor: float) -> None:
    place = fit((200, 100), (64, 64))
    for found in DENSE.decode(raw, place, Question(floor)):
        assert found.score >= floor * 0.999
        assert 0 <= found.box.x1 < found.box.x2 <= 200
        assert 0 <= found.box.y1 < found.box.y2 <= 100


@given(hnp.arrays(np.float32, (1, 20, 6), elements=st.floats(width=32, allow_nan=True)))
def test_any_end_to_end_output_gives_boxes_inside_the_picture(raw: np.ndarray) -> None:
    decoder = Decoder(OutputLayout("end_to_end", 20), (64, 64), 0.5)
    for found in decoder.decode(raw, SQUARE, Question(0.3)):
        assert found.label >= 0
        assert 0 <= found.box.x1 < found.box.x2 <= 64
        assert 0 <= found.box.y1 < found.box.y2 <= 64


def test_shares_of_the_input_become_pixels() -> None:
    raw = np.zeros((1, 300, 6), np.float32)
    raw[0, 5] = (0.25, 0.5, 0.5, 1.0, 0.9, 1)
    decoder = Decoder(OutputLayout("end_to_end", 300), (64, 64), 0.5, in_shares=True)
    (found,) = decoder.decode(raw, fit((128, 128), (64, 64)), Question(0.3))
    assert found == (1, pytest.approx(0.9), Box(32, 64, 64, 128))


boxes_strategy = st.lists(
    st.tuples(
        st.integers(0, 40), st.integers(0, 40), st.integers(1, 30), st.integers(1, 30),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


@given(boxes_strategy, st.sampled_from([0.31, 0.52, 0.73]))
def test_suppression_agrees_with_brute_force(
    raw: list[tuple[int, int, int, int, int]], limit: float
) -> None:
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h, _ in raw], np.float32)
    scores = np.linspace(0.9, 0.1, len(raw)).astype(np.float32)
    labels = np.array([label for *_, label in raw], np.intp)
    kept: list[int] = []
    for index in range(len(raw)):
        if all(
            labels[index] != labels[other] or iou(Box(*boxes[index]), Box(*boxes[other])) <= limit
            for other in kept
        ):
            kept.append(index)
    assert suppress(boxes, scores, labels, limit).tolist() == kept


@pytest.mark.parametrize(
    ("shape", "size", "labels", "kind", "count"),
    [
        ((1, 84, 8400), (640, 640), 80, "dense", 8400),
        ((1, 7, 8400), (640, 640), 3, "dense", 8400),
        ((1, 6, 8400), (640, 640), 2, "dense", 8400),
        ((1, 84, 34000), (640, 640), 80, "dense", 34000),
        ((1, 84, 5040), (640, 384), 80, "dense", 5040),
        ((1, 300, 6), (640, 640), 80, "end_to_end", 300),
        ((1, 100, 6), (320, 320), 2, "end_to_end", 100),
    ],
)
def test_known_output_shapes_are_recognised(
    shape: tuple[int, ...], size: tuple[int, int], labels: int, kind: str, count: int
) -> None:
    assert recognise("m", [shape], size, labels) == OutputLayout(kind, count)


@pytest.mark.parametrize(
    "shapes",
    [
        [(1, 8400, 84)],
        [(1, 25200, 85)],
        [(1, 56, 8400)],
        [(1, 84, -1)],
        [(2, 84, 8400)],
        [(84, 8400)],
        [(1, 3, 640, 640)],
        [(1, 8400, 6)],
        [(1, 84, 8400), (1, 84, 8400)],
        [],
    ],
)
def test_unknown_output_shapes_are_refused_in_one_line(shapes: list[tuple[int, ...]]) -> None:
    with pytest.raises(ModelRefused) as refused:
        recognise("models/x.xml", shapes, (640, 640), 80)
    assert str(refused.value).startswith("models/x.xml: ")
    assert "; " in str(refused.value)
    assert "\n" not in str(refused.value)
