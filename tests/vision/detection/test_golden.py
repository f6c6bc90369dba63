"""The self-test at start: a model that sees passes, a blind one is refused with what it saw."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from tests.vision.detection import tiny_models
from vision.detection.errors import ModelRefused
from vision.detection.golden import GoldenExpectations, record, shortfall
from vision.detection.model_files import find_model, identity
from vision.detection.model_record import write_record
from vision.detection.opening import open_detector, open_unproven
from vision.detection.settings import ModelSettings
from vision.scene.detection import Box, Detection

WHITE = np.full((64, 64, 3), 255, np.uint8)
PERSON = Detection("", "person", 0.9, Box(*tiny_models.BOX))


@pytest.fixture
def proven(tmp_path: Path) -> Path:
    """A model whose golden picture it sees."""
    folder = tiny_models.write_model(tmp_path / "seeing", tiny_models.bright_dense())
    record(folder / "golden", WHITE, [PERSON])
    return folder


def test_a_model_that_sees_is_opened(proven: Path) -> None:
    detector = open_detector(ModelSettings(path=proven))
    try:
        assert detector.submit("v", WHITE).result(10)[0].label == "person"
    finally:
        detector.close()


def test_the_self_test_does_not_depend_on_the_configured_classes(proven: Path) -> None:
    open_detector(ModelSettings(path=proven, classes=("car",))).close()


def test_a_model_that_loads_but_sees_nothing_is_refused(tmp_path: Path, proven: Path) -> None:
    blind = tiny_models.write_model(tmp_path / "blind", tiny_models.of_output_shape((1, 6, 84)))
    with pytest.raises(ModelRefused) as refused:
        open_detector(ModelSettings(path=blind, golden=proven / "golden"))
    line = str(refused.value)
    assert "self-test failed on CPU" in line
    assert "1 person should be seen" in line
    assert "it saw nothing" in line
    assert "use another export, precision or device" in line
    assert "\n" not in line


def test_without_a_golden_picture_the_start_is_refused_unless_it_is_switched_off(
    tmp_path: Path,
) -> None:
    folder = tiny_models.write_model(tmp_path, tiny_models.bright_dense())
    with pytest.raises(ModelRefused, match=r"no self-test .*model golden.*self_test: false"):
        open_detector(ModelSettings(path=folder))
    open_detector(ModelSettings(path=folder, self_test=False)).close()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("objects: []", "at least one entry under objects or min_counts"),
        ("objects: [{label: person, box: [5, 5, 5, 9]}]", "x1 < x2"),
        ("objects: 7", "objects: "),
        ("- a list", "not a mapping"),
        ("{", "golden.yaml: "),
    ],
)
def test_faults_of_the_expectations_are_one_line(proven: Path, text: str, told: str) -> None:
    (proven / "golden/golden.yaml").write_text(text)
    with pytest.raises(ModelRefused) as refused:
        open_detector(ModelSettings(path=proven))
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_golden_picture_that_is_none_is_refused(proven: Path) -> None:
    (proven / "golden/golden.jpg").write_bytes(b"no picture")
    with pytest.raises(ModelRefused, match=r"golden\.jpg: not a picture"):
        open_detector(ModelSettings(path=proven))


def test_only_clear_objects_are_recorded(tmp_path: Path) -> None:
    faint = Detection("", "car", 0.3, Box(1, 1, 9, 9))
    record(tmp_path, WHITE, [PERSON, faint])
    written = yaml.safe_load((tmp_path / "golden.yaml").read_text())
    assert [thing["label"] for thing in written["objects"]] == ["person"]
    with pytest.raises(ModelRefused, match=r"nothing with a score of 0\.5"):
        record(tmp_path / "other", WHITE, [faint])


def at(left: float, label: str = "person") -> Detection:
    return Detection("", label, 0.8, Box(left, 0, left + 10, 10))


EXPECTED = GoldenExpectations.model_validate(
    {
        "min_share": 0.5,
        "max_objects": 6,
        "objects": [{"label": "person", "box": [left, 0, left + 10, 10]} for left in (0, 50, 90)],
    }
)


@pytest.mark.parametrize(
    ("seen", "is_enough"),
    [
        ([at(0), at(50), at(90)], True),
        ([at(1), at(52)], True),
        ([at(0), at(1), at(2)], False),
        ([at(0), at(57)], False),
        ([at(0, "car"), at(50, "car")], False),
        ([], False),
        ([at(0), at(50), *[at(200 + 20 * i) for i in range(6)]], False),
    ],
    ids=["all", "most", "one thrice", "beside", "wrong label", "nothing", "noise"],
)
def test_enough_objects_must_be_in_their_place(seen: list[Detection], is_enough: bool) -> None:
    assert (shortfall(seen, EXPECTED) is None) is is_enough


def test_counts_may_be_expected_without_boxes() -> None:
    expected = GoldenExpectations(min_counts={"person": 2})
    assert shortfall([at(0), at(50)], expected) is None
    assert shortfall([at(0), at(50, "car")], expected) == (
        "at least 2 person should be seen, it saw 1 person, 1 car"
    )


def test_files_that_changed_since_the_export_are_refused(proven: Path) -> None:
    write_record(proven, {"sha256": identity(find_model(proven))})
    open_detector(ModelSettings(path=proven)).close()
    weights = bytearray((proven / "tiny.bin").read_bytes())
    weights[0] ^= 1
    (proven / "tiny.bin").write_bytes(weights)
    with pytest.raises(ModelRefused, match="its files are not those that were exported"):
        open_detector(ModelSettings(path=proven))


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], "exactly one model file, found none"),
        (["a.xml", "a.bin", "b.onnx"], "exactly one model file, found a.xml, b.onnx"),
        (["a.xml"], "a.bin is missing beside it"),
    ],
)
def test_a_folder_that_is_no_model_is_refused(tmp_path: Path, names: list[str], told: str) -> None:
    for name in names:
        (tmp_path / name).write_text("")
    with pytest.raises(ModelRefused) as refused:
        open_unproven(ModelSettings(path=tmp_path))
    assert told in str(refused.value)


def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match=r"no such model; check model\.path"):
        open_unproven(ModelSettings(path=tmp_path / "none.xml"))
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(ModelRefused, match="not a model file"):
        open_unproven(ModelSettings(path=tmp_path / "notes.txt"))
