"""The configuration of the model: which, where it runs, and what counts as found."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from quantrac_core.config.strict import StrictModel

Name = Annotated[str, Field(min_length=1, max_length=60)]
Pixels = Annotated[float, Field(ge=0, le=20_000)]
Score = Annotated[float, Field(ge=0.01, le=0.99)]
_DEVICE = re.compile(r"CPU|AUTO|NPU|GPU(\.\d)?")


def _device(text: str) -> str:
    if _DEVICE.fullmatch(text) is None:
        raise ValueError("CPU, GPU (GPU.0, GPU.1, …), NPU or AUTO")
    return text


class DetectionFilter(StrictModel):
    """Further conditions for some labels in some views; all of it that is given must hold.

    ``labels`` and ``views`` name whom it is about; empty means all. Sizes are pixels of the view;
    the ratio is height by width. ``min_score`` takes the place of the model's, and may be lower.
    """

    labels: tuple[Name, ...] = ()
    views: tuple[Name, ...] = ()
    min_score: Score | None = None
    min_height_px: Pixels | None = None
    max_height_px: Pixels | None = None
    min_width_px: Pixels | None = None
    max_width_px: Pixels | None = None
    min_ratio: float | None = Field(default=None, gt=0, le=100)
    max_ratio: float | None = Field(default=None, gt=0, le=100)

    @model_validator(mode="after")
    def _limits_in_order(self) -> "DetectionFilter":
        for name in ("height_px", "width_px", "ratio"):
            least, most = getattr(self, f"min_{name}"), getattr(self, f"max_{name}")
            if least is not None and most is not None and least > most:
                raise ValueError(f"min_{name} not above max_{name}")
        return self


class ModelSettings(StrictModel):
    """Section ``model``.

    Args:
        path: a model file (.xml, .onnx, .tflite, .pt) or the folder that holds exactly one.
        precision: the device's arithmetic; ``auto`` is f32 on a CPU and else the device's choice.
        classes: the labels that are reported; empty means all that the model knows.
        labels: names of the model's classes in its own order, for a model without metadata.
        min_score: detections below it are dropped.
        nms_iou: of two boxes of one label that overlap more than this, the weaker is dropped.
        input_px: side of the input of a model that leaves it open (a multiple of 32).
        filters: further conditions for some labels and views.
        golden: folder of the self-test; by default ``golden`` beside the model.
        self_test: switch it off only for a model that has no golden picture yet.
        cache_dir: where the measured plan is kept; by default beside the model.
    """

    backend: Literal["openvino", "ultralytics"] = "openvino"
    path: Path
    device: Annotated[str, AfterValidator(_device)] = "CPU"
    precision: Literal["auto", "f32", "f16", "bf16"] = "auto"
    classes: tuple[Name, ...] = ()
    labels: tuple[Name, ...] = ()
    min_score: Score = 0.35
    nms_iou: float = Field(default=0.6, gt=0, lt=1)
    input_px: int | None = Field(default=None, ge=64, le=4096, multiple_of=32)
    filters: tuple[DetectionFilter, ...] = ()
    golden: Path | None = None
    self_test: bool = True
    cache_dir: Path | None = None

    @model_validator(mode="after")
    def _backend_can(self) -> "ModelSettings":
        if self.backend == "openvino" and self.path.suffix == ".pt":
            raise ValueError(
                "backend: ultralytics for a .pt model, or an export of it to OpenVINO "
                "(quantrac-vision model export)"
            )
        if self.backend == "ultralytics" and self.device == "NPU":
            raise ValueError("device CPU, GPU or AUTO with backend: ultralytics")
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("labels without repetition")
        return self
