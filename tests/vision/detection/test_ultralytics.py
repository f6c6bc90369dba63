"""`.pt` models as a backend and their export, with the real ultralytics and random weights.

Run this file in an environment that has it: ``pytest -m ultralytics FILE``.
"""

from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from tests.vision.detection.test_model_command import run
from vision.detection.errors import ModelRefused
from vision.detection.opening import open_detector, open_unproven
from vision.detection.settings import ModelSettings

ultralytics = pytest.importorskip(
    "ultralytics", reason="ultralytics is not installed here; it has an environment of its own"
)
pytestmark = pytest.mark.ultralytics
SIDE = 128


def picture(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    image = np.full((SIDE, SIDE, 3), 60, np.uint8)
    for _ in range(6):
        x, y, w, h = random.integers(5, 70, 4).tolist()
        cv2.rectangle(image, (x, y), (x + w, y + h), random.integers(0, 255, 3).tolist(), -1)
    return image


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    """Random weights that are sure of seeing class 0 in every cell."""
    import torch

    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(3)
    yolo = ultralytics.YOLO("yolo11n.yaml")
    for branch in yolo.model.model[-1].cv3:
        torch.nn.init.zeros_(branch[-1].weight)
        torch.nn.init.constant_(branch[-1].bias, -8.0)
        branch[-1].bias.data[0] = 1.0
    yolo.model.names = {0: "person"} | {number: f"thing{number}" for number in range(1, 80)}
    yolo.save(str(folder / "sure.pt"))
    return folder / "sure.pt"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(6):
        cv2.imwrite(str(folder / f"{number}.png"), picture(number))
    return folder


def settings(path: Path, **more: object) -> ModelSettings:
    document = {"backend": "ultralytics", "path": path, "input_px": SIDE, **more}
    return ModelSettings.model_validate(document)


def test_a_pt_model_is_a_backend_like_any_other(weights: Path) -> None:
    detector = open_unproven(settings(weights, self_test=False))
    try:
        assert detector.input_size == (SIDE, SIDE)
        assert "person" in detector.labels
        futures = [detector.submit(f"v{number}", picture(number)) for number in range(4)]
        answers = [future.result(60) for future in futures]
        examined = detector.examine(picture(0), 0.1)
    finally:
        detector.close()
    assert all(answers)
    for number, found in enumerate(answers):
        assert {one.view for one in found} == {f"v{number}"}
        assert {one.label for one in found} == {"person"}
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    expected = ultralytics.YOLO(str(weights)).predict(
        picture(0), conf=0.1, iou=0.6, imgsz=SIDE, verbose=False
    )[0]
    theirs = np.array(expected.boxes.xyxy.tolist())
    assert len(examined) == len(theirs)
    ours = np.array([one.box for one in examined])
    distances = np.abs(ours[:, None] - theirs[None]).max(axis=2)
    assert distances.min(axis=1).max() < 0.01


def test_classes_are_those_of_the_model(weights: Path) -> None:
    with pytest.raises(ModelRefused, match="has no class 'lorry'"):
        open_unproven(settings(weights, classes=("lorry",)))


@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_an_export_sees_what_its_weights_see(
    weights: Path, pictures: Path, tmp_path: Path, precision: str, capsys
) -> None:
    target = tmp_path / "exported"
    arguments = ["--weights", weights, "--precision", precision, "--input-px", SIDE]
    golden = ["--golden", pictures / "0.png"]
    calibration = ["--calibration", pictures] if precision == "int8" else []
    before = sorted(pictures.iterdir())
    assert run("export", *arguments, *golden, *calibration, "--out", target) == 0
    assert "self-test passed" in capsys.readouterr().out
    record = yaml.safe_load((target / "model.yaml").read_text())
    assert record["precision"] == precision
    assert record["calibration_pictures"] == (6 if precision == "int8" else 0)
    assert len(record["weights_sha256"]) == 64
    detector = open_detector(ModelSettings(path=target))
    assert detector.info.sha256 == record["sha256"]
    assert detector.input_size == (SIDE, SIDE)
    detector.close()
    assert run("verify", "--model", target) == 0
    assert sorted(pictures.iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["exported"]


def test_an_export_without_anything_in_its_golden_picture_leaves_nothing(
    tmp_path: Path, pictures: Path, capsys
) -> None:
    ultralytics.YOLO("yolo11n.yaml").save(str(tmp_path / "unsure.pt"))
    target = tmp_path / "exported"
    arguments = ["--weights", tmp_path / "unsure.pt", "--input-px", SIDE, "--out", target]
    assert run("export", *arguments, "--golden", pictures / "0.png") == 1
    assert "sees nothing with a score of 0.5 in 1 pictures" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["unsure.pt"]


def test_weights_that_are_none_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "noise.pt").write_bytes(b"no weights at all")
    with pytest.raises(ModelRefused, match=r"noise\.pt: ultralytics cannot load it") as refused:
        open_unproven(settings(tmp_path / "noise.pt"))
    assert "\n" not in str(refused.value)


def test_a_model_of_another_task_is_refused(tmp_path: Path) -> None:
    ultralytics.YOLO("yolo11n-cls.yaml").save(str(tmp_path / "classes.pt"))
    with pytest.raises(ModelRefused, match="its task is classify; use a detection model"):
        open_unproven(settings(tmp_path / "classes.pt"))


def test_weights_that_nobody_published_are_refused(tmp_path: Path, capsys) -> None:
    assert run("export", "--weights", "yolo99z.pt", "--out", tmp_path / "out") == 1
    assert "yolo99z.pt: " in capsys.readouterr().err
    assert run("export", "--weights", tmp_path / "none.pt", "--out", tmp_path / "out") == 1
    assert "no such weights" in capsys.readouterr().err
