"""The self-test at start: one picture with known objects that the model must see on this device."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import cv2
import yaml
from pydantic import Field, ValidationError, model_validator

from quantrac_core.config.strict import StrictModel
from vision.detection.detector import Detector
from vision.detection.errors import ModelRefused, one_line
from vision.detection.model_files import GOLDEN_FOLDER, read_mapping
from vision.scene.detection import Box, Detection
from vision.scene.frame import Image

PICTURE = "golden.jpg"
EXPECTATIONS = "golden.yaml"
RECORDING_SCORE = 0.5
"""Only objects that are clear to the reference model are recorded."""
Pixel = Annotated[float, Field(ge=0, le=20_000)]


class ExpectedObject(StrictModel):
    """An object in the golden picture: label, and its box in pixels (x1, y1, x2, y2)."""

    label: str = Field(min_length=1, max_length=60)
    box: tuple[Pixel, Pixel, Pixel, Pixel]

    @model_validator(mode="after")
    def _box_has_area(self) -> "ExpectedObject":
        if self.box[0] >= self.box[2] or self.box[1] >= self.box[3]:
            raise ValueError("box as x1, y1, x2, y2 with x1 < x2 and y1 < y2")
        return self


class GoldenExpectations(StrictModel):
    """What ``golden.yaml`` says.

    Args:
        min_score: score from which a detection counts in the self-test.
        min_iou: overlap from which a detection is the expected object.
        min_share: share of the expected objects that must be seen.
        min_counts: fewest detections per label, wherever they are.
        max_objects: more detections than this are noise.
        objects: with boxes.
    """

    min_score: float = Field(default=0.25, ge=0.01, le=0.99)
    min_iou: float = Field(default=0.5, gt=0, lt=1)
    min_share: float = Field(default=0.75, gt=0, le=1)
    min_counts: dict[str, Annotated[int, Field(ge=1, le=1000)]] = Field(default_factory=dict)
    max_objects: int = Field(default=300, ge=1, le=10_000)
    objects: tuple[ExpectedObject, ...] = ()

    @model_validator(mode="after")
    def _expects_something(self) -> "GoldenExpectations":
        if not self.objects and not self.min_counts:
            raise ValueError("at least one entry under objects or min_counts")
        return self


def golden_folder(model_folder: Path, configured: Path | None) -> Path:
    """Return where the self-test of a model lies."""
    return configured if configured is not None else model_folder / GOLDEN_FOLDER


def self_test(detector: Detector, folder: Path) -> None:
    """Let ``detector`` look at the golden picture in ``folder``.

    Raises:
        ModelRefused: there is no usable golden picture, or the detector does not see in it what
            it should.
    """
    image, expected = _load(folder)
    seen = list(detector.examine(image, expected.min_score))
    problem = shortfall(seen, expected)
    if problem is not None:
        info = detector.info
        raise ModelRefused(
            info.name,
            f"self-test failed on {info.device} ({info.plan}): {problem}",
            "use another export, precision or device (model.precision, model.device), or check "
            f"that {folder} belongs to this model",
        )


def shortfall(seen: Sequence[Detection], expected: GoldenExpectations) -> str | None:
    """Return in one clause what should have been seen and what was; None if all is well.

    Args:
        seen: detections of at least ``expected.min_score``.
    """
    counts = Counter(detection.label for detection in seen)
    saw = ", ".join(f"{count} {label}" for label, count in counts.most_common(5)) or "nothing"
    if len(seen) > expected.max_objects:
        return f"at most {expected.max_objects} objects are there, it saw {len(seen)} ({saw})"
    for label, least in expected.min_counts.items():
        if counts[label] < least:
            return f"at least {least} {label} should be seen, it saw {saw}"
    matched = matched_objects(seen, expected)
    least = max(1, round(expected.min_share * len(expected.objects)))
    if expected.objects and matched < least:
        wanted = Counter(thing.label for thing in expected.objects)
        should = ", ".join(f"{count} {label}" for label, count in wanted.most_common(5))
        return (
            f"{should} should be seen, at least {least} of {len(expected.objects)} in their place; "
            f"{matched} were, it saw {saw}"
        )
    return None


def matched_objects(seen: Sequence[Detection], expected: GoldenExpectations) -> int:
    """Return how many expected objects a detection of their label covers; each is used once."""
    free = sorted(seen, key=lambda detection: -detection.score)
    matched = 0
    for thing in expected.objects:
        box = Box(*thing.box)
        overlaps = [
            (iou(box, detection.box), index)
            for index, detection in enumerate(free)
            if detection.label == thing.label
        ]
        best, index = max(overlaps, default=(0.0, -1))
        if best >= expected.min_iou:
            matched += 1
            free.pop(index)
    return matched


def iou(one: Box, other: Box) -> float:
    """Return intersection over union of two boxes, 0 … 1."""
    width = min(one.x2, other.x2) - max(one.x1, other.x1)
    height = min(one.y2, other.y2) - max(one.y1, other.y1)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.width * one.height + other.width * other.height - shared)


def record(folder: Path, image: Image, seen: Sequence[Detection]) -> GoldenExpectations:
    """Write picture and expectations of a reference model that is known to see well.

    Args:
        image: height × width × 3, BGR.
        seen: what the reference saw; only what is clear (`RECORDING_SCORE`) is recorded.

    Raises:
        ModelRefused: nothing clear is in the picture, or the folder cannot be written.
    """
    clear = [detection for detection in seen if detection.score >= RECORDING_SCORE]
    if not clear:
        raise ModelRefused(
            folder,
            f"nothing with a score of {RECORDING_SCORE} in the golden picture",
            "choose a picture with clearly visible objects of the model's classes",
        )
    expected = GoldenExpectations(
        max_objects=3 * len(seen) + 10,
        objects=tuple(
            ExpectedObject(
                label=detection.label,
                box=_rounded(detection.box),
            )
            for detection in clear
        ),
    )
    text = yaml.safe_dump(expected.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    encoded, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])
    assert encoded
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PICTURE).write_bytes(jpeg.tobytes())
        (folder / EXPECTATIONS).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ModelRefused(
            folder, error.strerror or "not writable", "choose a folder that may be written"
        ) from error
    return expected


def _rounded(box: Box) -> tuple[float, float, float, float]:
    return round(box.x1, 1), round(box.y1, 1), round(box.x2, 1), round(box.y2, 1)


def _load(folder: Path) -> tuple[Image, GoldenExpectations]:
    picture, expectations = folder / PICTURE, folder / EXPECTATIONS
    if not picture.is_file() or not expectations.is_file():
        raise ModelRefused(
            folder,
            f"no self-test ({PICTURE} and {EXPECTATIONS}), so a model that loads but sees nothing "
            "would go unnoticed",
            "record one with `quantrac-vision model golden`, or set model.self_test: false",
        )
    try:
        expected = GoldenExpectations.model_validate(read_mapping(expectations))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "(file)"
        raise ModelRefused(
            expectations,
            f"{key}: {one_line(first['msg'].removeprefix('Value error, '), 120)}",
            "correct it, or record it anew with `quantrac-vision model golden`",
        ) from error
    return read_picture(picture), expected


def read_picture(path: Path) -> Image:
    """Return the picture in a file, BGR.

    Raises:
        ModelRefused: it is no picture.
    """
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise ModelRefused(path, "not a picture that can be read", "use a JPEG or PNG file")
    return image.astype("uint8", copy=False)
