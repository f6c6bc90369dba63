"""Opens the configured detector and lets nothing pass that fails its self-test."""

from vision.detection.detector import Detector
from vision.detection.errors import ModelRefused
from vision.detection.golden import golden_folder, self_test
from vision.detection.model_files import find_model
from vision.detection.settings import ModelSettings


def open_detector(settings: ModelSettings) -> Detector:
    """Return a detector that has shown that it sees; the caller closes it.

    Raises:
        ModelRefused: see the message; the model, the device, or the self-test.
    """
    files = find_model(settings.path)
    detector = open_unproven(settings)
    if settings.self_test:
        try:
            self_test(detector, golden_folder(files.folder, settings.golden))
        except BaseException:
            detector.close()
            raise
    return detector


def open_unproven(settings: ModelSettings) -> Detector:
    """Return a detector that was not tested: for recording its test and for measuring it.

    Raises:
        ModelRefused: the backend is not installed, or refuses the model.
    """
    # Each backend is loaded only where it is used: ultralytics is not on a station's PC.
    try:
        if settings.backend == "ultralytics":
            from vision.detection.ultralytics_detector import open_ultralytics

            return open_ultralytics(settings)
        from vision.detection.openvino_detector import open_openvino

        return open_openvino(settings)
    except ModuleNotFoundError as error:
        if error.name not in ("openvino", "ultralytics"):
            raise
        extra = "vision" if error.name == "openvino" else "ultralytics"
        raise ModelRefused(
            settings.path,
            f"model.backend {settings.backend} is not installed",
            f"install quantrac[{extra}]",
        ) from error
