"""The OpenVINO backend with real models of a few nodes."""

from concurrent.futures import Future, wait
from pathlib import Path

import numpy as np
import openvino as ov
import pytest

from tests.vision.detection import tiny_models
from vision.detection.errors import DetectorClosed, InferenceFailed, ModelRefused
from vision.detection.openvino_detector import OpenVinoDetector, open_openvino
from vision.detection.settings import DetectionFilter, ModelSettings
from vision.scene.detection import Box, Detection

WHITE = np.full((64, 64, 3), 255, np.uint8)


@pytest.fixture
def opened(tmp_path):
    detectors: list[OpenVinoDetector] = []

    def open_it(graph: ov.Model | None = None, labels=tiny_models.LABELS, **settings):
        folder = tmp_path / f"model-{len(detectors)}"
        tiny_models.write_model(folder, graph or tiny_models.bright_dense(), labels)
        detector = open_openvino(ModelSettings(path=folder, **settings))
        detectors.append(detector)
        return detector

    yield open_it
    for detector in detectors:
        detector.close()


def only(future: "Future[list[Detection]]") -> Detection:
    (found,) = future.result(10)
    return found


def test_finds_what_is_there_with_label_view_score_and_box(opened) -> None:
    found = only(opened().submit("north", WHITE))
    assert (found.view, found.label) == ("north", "person")
    assert found.score == pytest.approx(1.0, abs=0.01)
    assert found.box == pytest.approx(tiny_models.BOX, abs=0.01)


def test_brightness_is_scaled_to_one(opened) -> None:
    found = only(opened().submit("v", np.full((64, 64, 3), 128, np.uint8)))
    assert found.score == pytest.approx(128 / 255, abs=0.01)


def test_pictures_are_bgr_and_the_model_gets_rgb(opened) -> None:
    detector = opened(tiny_models.blue_dense())
    blue = np.zeros((64, 64, 3), np.uint8)
    blue[:, :, 0] = 255
    assert only(detector.submit("v", blue)).score == pytest.approx(1.0, abs=0.01)
    assert detector.submit("v", blue[:, :, ::-1]).result(10) == []


def test_boxes_come_in_pixels_of_any_size_of_picture(opened) -> None:
    detector = opened()
    wide = np.full((64, 256, 3), 255, np.uint8)
    x1, _, x2, _ = tiny_models.BOX
    for _ in range(3):
        # Alternating sizes: the grey borders of one must not stay in the other.
        found = only(detector.submit("v", wide))
        assert found.box == pytest.approx(Box(4 * x1, 0, 4 * x2, 64), abs=0.1)
        assert found.score == pytest.approx(0.25 + 0.75 * 114 / 255, abs=0.01)
        assert only(detector.submit("v", WHITE)).score == pytest.approx(1.0, abs=0.01)


def test_an_end_to_end_model_with_channels_last_is_understood(opened) -> None:
    found = only(opened(tiny_models.bright_end_to_end()).submit("v", WHITE))
    assert found.label == "person"
    assert found.box == pytest.approx(tiny_models.BOX, abs=0.01)


def test_an_open_input_size_is_taken_from_the_metadata(opened) -> None:
    graph = tiny_models.bright_dense(shape=[-1, 3, -1, -1])
    detector = opened(graph)
    assert detector.input_size == (64, 64)
    assert only(detector.submit("v", WHITE)).label == "person"


def test_classes_and_filters_decide_what_is_reported_but_not_what_is_examined(opened) -> None:
    cars = opened(classes=("car",))
    assert cars.labels == ("car",)
    assert cars.submit("v", WHITE).result(10) == []
    assert [found.label for found in cars.examine(WHITE, 0.5)] == ["person"]
    picky = opened(filters=(DetectionFilter(views=("far",), min_height_px=40),))
    assert len(picky.submit("near", WHITE).result(10)) == 1
    assert picky.submit("far", WHITE).result(10) == []


def test_many_pictures_from_many_views_each_get_their_own_answer(opened) -> None:
    detector = opened(min_score=0.05)
    levels = [40 + 2 * number for number in range(100)]
    futures = [
        detector.submit(f"v{level}", np.full((64, 64, 3), level, np.uint8)) for level in levels
    ]
    for level, future in zip(levels, futures, strict=True):
        found = only(future)
        assert found.view == f"v{level}"
        assert found.score == pytest.approx(level / 255, abs=0.01)


def test_a_picture_that_cannot_be_read_fails_alone(opened) -> None:
    detector = opened()
    broken = detector.submit("gate", np.zeros((0, 10, 3), np.uint8))
    with pytest.raises(InferenceFailed, match=r"a picture of 'gate': .*10x0 px"):
        broken.result(10)
    assert only(detector.submit("v", WHITE)).label == "person"


def test_closing_ends_every_future_and_refuses_new_pictures(opened) -> None:
    detector = opened()
    futures = [detector.submit("v", WHITE) for _ in range(30)]
    detector.close()
    detector.close()
    done, pending = wait(futures, timeout=10)
    assert not pending
    assert all(future.cancelled() or future.result() for future in done)
    with pytest.raises(DetectorClosed):
        detector.submit("v", WHITE)


def test_the_measured_plan_is_remembered_beside_the_model_and_used_again(tmp_path: Path) -> None:
    folder = tiny_models.write_model(tmp_path / "m", tiny_models.bright_dense())
    first = open_openvino(ModelSettings(path=folder))
    first.close()
    (plan,) = folder.glob("plan-*.json")
    plan.write_text('{"streams": 1, "requests": 5, "batch": 1}')
    again = open_openvino(ModelSettings(path=folder))
    again.close()
    assert again.info.plan == "1 streams, 5 requests"
    assert again.info.sha256 == first.info.sha256
    plan.write_text("not a plan")
    third = open_openvino(ModelSettings(path=folder))
    third.close()
    assert third.info.plan != "1 streams, 5 requests"


def test_another_cache_folder_may_be_named(tmp_path: Path) -> None:
    folder = tiny_models.write_model(tmp_path / "m", tiny_models.bright_dense())
    cache = tmp_path / "state" / "plans"
    open_openvino(ModelSettings(path=folder, cache_dir=cache)).close()
    assert len(list(cache.glob("plan-*.json"))) == 1
    assert not list(folder.glob("plan-*"))


@pytest.mark.parametrize(
    ("graph", "labels", "settings", "told"),
    [
        (
            tiny_models.of_output_shape((1, 5, 7)),
            tiny_models.LABELS,
            {},
            "output shape 1x5x7",
        ),
        (
            tiny_models.of_output_shape((1, 6, 84), (1, 32, 16, 16)),
            tiny_models.LABELS,
            {},
            "2 outputs (1x6x84 and 1x32x16x16): not a plain detection model",
        ),
        (tiny_models.bright_dense(), ("a", "b", "c"), {}, "has 2 classes but 3 labels are named"),
        (tiny_models.bright_dense(), None, {}, "nothing says which classes it knows"),
        (tiny_models.bright_dense(), tiny_models.LABELS, {"device": "NPU"}, "no device NPU here"),
        (
            tiny_models.bright_dense(),
            tiny_models.LABELS,
            {"classes": ("bus",)},
            "has no class 'bus'; choose model.classes from: person, car",
        ),
        (
            ov.Model([ov.opset13.relu(p := ov.opset13.parameter([1, 8], np.float32))], [p]),
            tiny_models.LABELS,
            {},
            "unknown input 1x8 of f32",
        ),
    ],
    ids=["shape", "segmentation", "labels", "no labels", "device", "class", "input"],
)
def test_what_cannot_be_trusted_is_refused_in_one_line(
    tmp_path: Path, graph: ov.Model, labels: tuple[str, ...] | None, settings: dict, told: str
) -> None:
    folder = tiny_models.write_model(tmp_path, graph, labels)
    with pytest.raises(ModelRefused) as refused:
        open_openvino(ModelSettings(path=folder, **settings))
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path) -> None:
    folder = tiny_models.write_model(tmp_path, tiny_models.bright_dense())
    weights, graph = folder / "tiny.bin", folder / "tiny.xml"
    weights.write_bytes(weights.read_bytes()[:8])
    words = r"tiny\.xml: OpenVINO cannot read it: Incorrect weights in bin file!; .*export it anew"
    with pytest.raises(ModelRefused, match=words):
        open_openvino(ModelSettings(path=folder))
    graph.write_text(graph.read_text()[:900])
    words = r"tiny\.xml: the file is damaged: .* line \d+, column \d+; .*export it anew"
    with pytest.raises(ModelRefused, match=words):
        open_openvino(ModelSettings(path=folder))


def test_labels_of_the_configuration_serve_a_model_without_metadata(tmp_path: Path) -> None:
    folder = tiny_models.write_model(tmp_path, tiny_models.bright_dense(), None)
    detector = open_openvino(ModelSettings(path=folder, labels=("man", "lorry")))
    try:
        assert only(detector.submit("v", WHITE)).label == "man"
    finally:
        detector.close()


def test_labels_inside_the_model_are_found(tmp_path: Path) -> None:
    graph = tiny_models.bright_dense()
    graph.set_rt_info("traffic_light sheep", ["model_info", "labels"])
    folder = tiny_models.write_model(tmp_path, graph, None)
    detector = open_openvino(ModelSettings(path=folder))
    detector.close()
    assert detector.labels == ("traffic_light", "sheep")
