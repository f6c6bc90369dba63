"""The real YOLO11n on real pictures, and the real model that loads but sees nothing."""

import shutil
from pathlib import Path

import av
import cv2
import pytest

from tests.vision.detection.real_data import BROKEN, DATA, YOLO11N, needs_data
from vision.detection.accuracy import EVALUATION_FLOOR, evaluate
from vision.detection.detector import Detector
from vision.detection.errors import ModelRefused
from vision.detection.golden import record
from vision.detection.labelled_images import labelled_pictures
from vision.detection.opening import open_detector, open_unproven
from vision.detection.settings import ModelSettings

pytestmark = needs_data
GOLDEN_PICTURE = DATA / "coco/val128/images"


@pytest.fixture(scope="module")
def yolo(tmp_path_factory) -> Path:
    """A copy of the model with a golden picture from COCO, recorded from its own sight."""
    folder = tmp_path_factory.mktemp("models") / "yolo11n"
    shutil.copytree(YOLO11N, folder)
    detector = open_unproven(ModelSettings(path=folder))
    try:
        for picture in sorted(GOLDEN_PICTURE.iterdir()):
            image = cv2.imread(str(picture))
            seen = detector.examine(image, 0.25)
            if sum(one.score >= 0.7 for one in seen) >= 4:
                record(folder / "golden", image, seen)
                return folder
    finally:
        detector.close()
    raise AssertionError("no picture with four clear objects")


@pytest.fixture(scope="module")
def detector(yolo: Path):
    opened = open_detector(ModelSettings(path=yolo))
    yield opened
    opened.close()


def test_its_accuracy_on_coco_is_what_was_published(detector: Detector) -> None:
    pictures = [
        (detector.examine(image, EVALUATION_FLOOR), truth)
        for image, truth in labelled_pictures(DATA / "coco/val128", detector.labels)
    ]
    result = evaluate(pictures, 0.35)
    assert result.pictures == 128
    assert result.map50 > 0.55
    assert result.precision > 0.75
    assert result.recall > 0.42


@pytest.mark.parametrize(
    ("film", "least"), [("intel_one-by-one-person.mp4", 0.5), ("town_centre_1080p.mp4", 8)]
)
def test_footage_shows_the_people_in_it(detector: Detector, film: str, least: float) -> None:
    persons, pictures = 0, 0
    with av.open(str(DATA / "footage" / film)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % 50:
                continue
            pictures += 1
            found = detector.submit("film", frame.to_ndarray(format="bgr24")).result(60)
            persons += sum(one.label == "person" for one in found)
    assert persons >= least * pictures


def test_the_broken_model_is_refused_with_what_it_saw(yolo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(BROKEN, folder)
    shutil.copy(YOLO11N / "metadata.yaml", folder)
    with pytest.raises(ModelRefused) as refused:
        open_detector(ModelSettings(path=folder, golden=yolo / "golden"))
    assert "self-test failed on CPU" in str(refused.value)
    assert "should be seen" in str(refused.value)
    assert "\n" not in str(refused.value)
