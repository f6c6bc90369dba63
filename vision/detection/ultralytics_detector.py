"""Everything done with ultralytics: `.pt` models as a backend, and the export of a model."""

import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import yaml

from vision.detection.decoding import Found, Question
from vision.detection.detector import ModelInfo
from vision.detection.errors import ModelRefused, one_line
from vision.detection.filters import Filters
from vision.detection.job_queue import Job
from vision.detection.model_files import find_model, identity, wanted_numbers
from vision.detection.model_record import check_unchanged
from vision.detection.request_pool import RequestPool
from vision.detection.settings import ModelSettings
from vision.scene.detection import Box, Detection
from vision.scene.frame import Image

# It would else install packages by itself, in the middle of a night's watch.
os.environ.setdefault("YOLO_AUTOINSTALL", "false")
os.environ.setdefault("YOLO_VERBOSE", "false")

import ultralytics

# A security post sends no usage statistics; this must be said before its models are imported.
ultralytics.settings.update({"sync": False})
# One line for each of a hundred operations tells nobody anything.
for _name in ("nncf", "ultralytics"):
    logging.getLogger(_name).setLevel(logging.WARNING)
VERSION: str = ultralytics.__version__
_TORCH_DEVICES = {"CPU": "cpu", "GPU": "0", "AUTO": None}


class UltralyticsDetector:
    """See `vision.detection.detector.Detector`; opened by `open_ultralytics`.

    One thread runs the model, which is not made for several.
    """

    def __init__(self, settings: ModelSettings, yolo: Any, name: str, sha256: str) -> None:
        labels = tuple(str(yolo.names[number]) for number in sorted(yolo.names))
        self._filters = Filters(settings.min_score, settings.filters)
        wanted = wanted_numbers(settings.path, labels, settings.classes)
        self._question = Question(self._filters.floor, wanted)
        self._labels = tuple(labels[number] for number in sorted(wanted))
        self._info = ModelInfo(name, sha256, settings.device, "ultralytics, one at a time")
        side = settings.input_px or _trained_px(yolo)
        self._input_size = (side, side)
        self._pool = RequestPool([_Slot(yolo, settings, side)], labels)

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    @property
    def input_size(self) -> tuple[int, int]:
        return self._input_size

    @property
    def info(self) -> ModelInfo:
        return self._info

    def submit(self, view: str, image: Image) -> Future[list[Detection]]:
        return self._pool.submit(Job(view, image, self._question, self._filters.keeps))

    def examine(self, image: Image, min_score: float) -> Sequence[Detection]:
        return self._pool.submit(Job("", image, Question(min_score), lambda _: True)).result()

    def close(self) -> None:
        self._pool.close()


def open_ultralytics(settings: ModelSettings) -> UltralyticsDetector:
    """Load a model that ultralytics can run. A `.pt` file may contain code: load only your own.

    Raises:
        ModelRefused: it cannot be read, or it is not a detection model.
    """
    files = find_model(settings.path)
    sha256 = identity(files)
    check_unchanged(files, sha256)
    is_export = files.main.suffix == ".xml"
    yolo = _load(files.folder if is_export else files.main)
    return UltralyticsDetector(settings, yolo, files.name, sha256)


def fetch_weights(weights: str, folder: Path) -> Path:
    """Return the file ``weights``; a bare published name (yolo11n.pt) is downloaded to ``folder``.

    Raises:
        ModelRefused: it is not there and cannot be downloaded.
    """
    path = Path(weights)
    if path.is_file():
        return path
    advice = "check the name and the network, or copy the file here yourself"
    if path.name != weights or path.suffix != ".pt":
        raise ModelRefused(path, "no such weights", "name a .pt file, or a published yolo11n.pt")
    from ultralytics.utils.downloads import attempt_download_asset

    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = Path(attempt_download_asset(str(folder / path.name)))
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelRefused(path, f"not downloaded: {one_line(str(error), 160)}", advice) from error
    if not found.is_file():
        raise ModelRefused(path, "neither here nor to be downloaded", advice)
    return found


def export_openvino(
    weights: Path, target: Path, *, is_int8: bool, pictures: Sequence[Path], input_px: int | None
) -> None:
    """Export ``weights`` to OpenVINO files in the folder ``target``, which must not exist.

    Args:
        is_int8: quantise with ``pictures`` as calibration; else 16-bit floats.
        input_px: side of the input; by default what the model was trained with.

    Raises:
        ModelRefused: ultralytics cannot load or export it.
    """
    # ultralytics writes beside the weights, and a cache beside the pictures.
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / weights.name
        shutil.copyfile(weights, copy)
        yolo = _load(copy)
        options: dict[str, Any] = {
            "format": "openvino",
            "imgsz": input_px or _trained_px(yolo),
            "batch": 1,
            "device": "cpu",
            "verbose": False,
        }
        if is_int8:
            data = _calibration_set(Path(scratch), pictures, yolo.names)
            options |= _precision(8) | {"data": str(data), "fraction": 1.0}
        else:
            options |= _precision(16)
        try:
            made = Path(yolo.export(**options))
        except Exception as error:  # it raises whatever its exporters raise
            raise ModelRefused(
                weights,
                f"ultralytics {VERSION} cannot export it: {one_line(str(error), 200)}",
                "install quantrac[ultralytics] with openvino and nncf, or use other weights",
            ) from error
        shutil.copytree(made, target)


def sample_pictures() -> list[Path]:
    """Return the pictures that come with ultralytics: people, a bus."""
    return sorted((Path(ultralytics.__file__).parent / "assets").glob("*.jpg"))


class _Slot:
    def __init__(self, yolo: Any, settings: ModelSettings, side_px: int) -> None:
        self._yolo = yolo
        self._options = {
            "imgsz": side_px,
            "iou": settings.nms_iou,
            "device": _TORCH_DEVICES.get(settings.device, settings.device.removeprefix("GPU.")),
            "verbose": False,
        } | (_precision(16) if settings.precision == "f16" else {})

    def run(self, image: Image, question: Question) -> Sequence[Found]:
        wanted = None if question.wanted is None else sorted(question.wanted)
        result = self._yolo.predict(image, conf=question.floor, classes=wanted, **self._options)[0]
        rows = result.boxes.data.cpu().numpy().tolist()
        found = [Found(int(row[5]), row[4], Box(*row[:4])) for row in rows]
        return sorted(found, key=lambda thing: -thing.score)


def _load(path: Path) -> Any:
    try:
        yolo = ultralytics.YOLO(str(path), task=None if path.suffix == ".pt" else "detect")
        task = yolo.task
        names = yolo.names
    except Exception as error:  # it raises whatever pickle and torch raise
        raise ModelRefused(
            path,
            f"ultralytics cannot load it: {one_line(str(error), 160)}",
            "use a .pt file that this version of ultralytics can read",
        ) from error
    if task != "detect" or not names:
        raise ModelRefused(path, f"its task is {task}", "use a detection model")
    return yolo


def _precision(bits: int) -> dict[str, Any]:
    """Return the export option; releases before 8.4 call it otherwise."""
    if "quantize" in ultralytics.utils.DEFAULT_CFG_DICT:
        return {"quantize": bits}
    return {"int8" if bits == 8 else "half": True}


def _trained_px(yolo: Any) -> int:
    overrides = getattr(yolo, "overrides", {})
    side = overrides.get("imgsz", 640)
    side = max(side) if isinstance(side, list | tuple) else side
    return int(side)


def _calibration_set(scratch: Path, pictures: Sequence[Path], names: dict[int, str]) -> Path:
    folder = scratch / "calibration" / "images"
    folder.mkdir(parents=True)
    for number, picture in enumerate(pictures):
        with _as_refusal(picture):
            shutil.copyfile(picture, folder / f"{number:06d}{picture.suffix.lower()}")
    data = folder.parent / "data.yaml"
    content = {"path": str(folder.parent), "train": "images", "val": "images", "names": dict(names)}
    data.write_text(yaml.safe_dump(content), encoding="utf-8")
    return data


@contextlib.contextmanager
def _as_refusal(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ModelRefused(path, error.strerror or "unreadable", "check the file") from error
