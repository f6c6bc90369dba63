"""`quantrac-vision model`: export weights to OpenVINO, verify a model, record its self-test."""

import argparse
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from quantrac_core.config.load import validate
from quantrac_core.runtime.program import report_errors
from vision.detection.accuracy import EVALUATION_FLOOR, Accuracy, evaluate
from vision.detection.detector import Detector
from vision.detection.errors import ModelRefused
from vision.detection.golden import (
    RECORDING_SCORE,
    golden_folder,
    read_picture,
    record,
    self_test,
)
from vision.detection.labelled_images import labelled_pictures, picture_files
from vision.detection.model_files import GOLDEN_FOLDER, find_model, identity
from vision.detection.model_record import sha256_of_file, write_record
from vision.detection.opening import open_unproven
from vision.detection.settings import ModelSettings

FEW_CALIBRATION_PICTURES = 100


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``model export``, ``model verify`` and ``model golden``; each sets ``run``."""
    parser = subparsers.add_parser("model", help="export, verify, or record the self-test of one")
    commands = parser.add_subparsers(dest="model_command", required=True, metavar="COMMAND")
    export = commands.add_parser("export", help="turn .pt weights into an OpenVINO model")
    export.add_argument("--weights", required=True, help="a .pt file, or a published yolo11n.pt")
    export.add_argument("--format", choices=["openvino"], default="openvino")
    export.add_argument("--precision", choices=["fp16", "int8"], default="fp16")
    export.add_argument("--calibration", type=Path, help="folder of typical pictures, for int8")
    export.add_argument("--golden", type=Path, help="picture of the self-test, with clear objects")
    export.add_argument("--input-px", type=int, help="side of the input, a multiple of 32")
    export.add_argument("--out", type=Path, required=True, help="folder to make")
    export.set_defaults(run=lambda options: report_errors(lambda: _export(options)))
    verify = commands.add_parser("verify", help="run the self-test; measure on labelled pictures")
    verify.add_argument("--images", type=Path, help="folder with images and YOLO labels")
    verify.add_argument("--min-score", type=float, default=0.35, help="for precision and recall")
    verify.set_defaults(run=lambda options: report_errors(lambda: _verify(options)))
    golden = commands.add_parser("golden", help="record the self-test of a model that sees well")
    golden.add_argument("--picture", type=Path, required=True, help="with clearly visible objects")
    golden.set_defaults(run=lambda options: report_errors(lambda: _record_golden(options)))
    for command in (verify, golden):
        command.add_argument("--model", type=Path, required=True, help="model file or folder")
        command.add_argument("--device", default="CPU", help="CPU, GPU, NPU or AUTO")
        command.add_argument(
            "--labels", nargs="+", default=[], help="class names of a model without metadata"
        )


def _export(options: argparse.Namespace) -> None:
    if options.out.exists():
        raise ModelRefused(options.out, "is already there", "name a folder that is not")
    pictures = _calibration_pictures(options)
    # Imported here because only a machine that exports has it.
    try:
        from vision.detection import ultralytics_detector as tool
    except ModuleNotFoundError as error:
        raise ModelRefused(
            options.weights, f"{error.name} is not installed", "install quantrac[ultralytics]"
        ) from error
    weights = tool.fetch_weights(options.weights, options.out.parent)
    partial = options.out.with_name(options.out.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        tool.export_openvino(
            weights,
            partial,
            is_int8=options.precision == "int8",
            pictures=pictures,
            input_px=options.input_px,
        )
        candidates = [options.golden] if options.golden else [*pictures, *tool.sample_pictures()]
        _record_reference(weights, options.input_px, partial / GOLDEN_FOLDER, candidates)
        sha256 = identity(find_model(partial))
        write_record(
            partial,
            {
                "weights": weights.name,
                "weights_sha256": sha256_of_file(weights),
                "format": options.format,
                "precision": options.precision,
                "calibration_pictures": len(pictures),
                "tool": f"ultralytics {tool.VERSION}",
                "made_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "sha256": sha256,
            },
        )
        with _opened(_settings(partial, "CPU", [])) as detector:
            self_test(detector, partial / GOLDEN_FOLDER)
        partial.rename(options.out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    print(f"{options.out}: {options.precision}, self-test passed, sha256 {sha256}")


def _calibration_pictures(options: argparse.Namespace) -> list[Path]:
    if options.precision != "int8":
        return []
    if options.calibration is None:
        raise ModelRefused(
            options.weights,
            "int8 needs pictures to calibrate with",
            "give --calibration a folder of a few hundred typical pictures, or use fp16",
        )
    pictures = picture_files(options.calibration)
    if len(pictures) < FEW_CALIBRATION_PICTURES:
        print(f"only {len(pictures)} calibration pictures; a few hundred give a better model")
    return pictures


def _record_reference(
    weights: Path, input_px: int | None, folder: Path, candidates: Sequence[Path]
) -> None:
    """Record what the weights themselves see, so that the export is judged by its source."""
    document = {"backend": "ultralytics", "path": str(weights), "input_px": input_px}
    settings = validate(document, ModelSettings, "(command line)")
    with _opened(settings) as reference:
        for picture in candidates:
            image = read_picture(picture)
            seen = reference.examine(image, RECORDING_SCORE / 2)
            if any(one.score >= RECORDING_SCORE for one in seen):
                record(folder, image, seen)
                return
    raise ModelRefused(
        weights,
        f"sees nothing with a score of {RECORDING_SCORE} in {len(candidates)} pictures",
        "give --golden a picture with clearly visible objects of its classes",
    )


def _verify(options: argparse.Namespace) -> None:
    settings = _settings(options.model, options.device, options.labels)
    folder = golden_folder(find_model(options.model).folder, None)
    with _opened(settings) as detector:
        info = detector.info
        print(f"{info.name} on {info.device}, {info.plan}, sha256 {info.sha256}")
        if options.images is not None:
            print(_measured(detector, options.images, options.min_score))
        self_test(detector, folder)
    print("self-test passed")


def _measured(detector: Detector, images: Path, min_score: float) -> str:
    """Return the figures on a labelled folder in one line."""
    result: Accuracy = evaluate(
        [
            (detector.examine(image, EVALUATION_FLOOR), truth)
            for image, truth in labelled_pictures(images, detector.labels)
        ],
        min_score,
    )
    return (
        f"mAP50 {result.map50:.3f}, at score {min_score:g} precision {result.precision:.3f} "
        f"recall {result.recall:.3f} ({result.pictures} pictures, {result.objects} objects)"
    )


def _record_golden(options: argparse.Namespace) -> None:
    settings = _settings(options.model, options.device, options.labels)
    folder = golden_folder(find_model(options.model).folder, None)
    image = read_picture(options.picture)
    with _opened(settings) as detector:
        expected = record(folder, image, detector.examine(image, RECORDING_SCORE / 2))
    print(f"{folder}: look whether this is true of {options.picture.name}:")
    for thing in expected.objects:
        print(f"  {thing.label} at {', '.join(f'{value:g}' for value in thing.box)}")


def _settings(path: Path, device: str, labels: list[str]) -> ModelSettings:
    backend = "ultralytics" if path.suffix == ".pt" else "openvino"
    document = {"path": str(path), "device": device, "backend": backend, "labels": labels}
    return validate(document, ModelSettings, "(command line)")


@contextmanager
def _opened(settings: ModelSettings) -> Iterator[Detector]:
    detector = open_unproven(settings)
    try:
        yield detector
    finally:
        detector.close()
