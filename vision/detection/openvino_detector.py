"""Detection with OpenVINO: one compiled model, a pool of asynchronous requests for all cameras."""

import hashlib
import logging
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from openvino.preprocess import ColorFormat, PrePostProcessor

from vision.detection.decoding import Decoder, Found, Question
from vision.detection.detector import ModelInfo
from vision.detection.errors import ModelRefused, in_plain_words
from vision.detection.filters import Filters
from vision.detection.job_queue import Job
from vision.detection.letterbox import Letterbox, fit, paint
from vision.detection.model_files import (
    check_xml,
    find_model,
    identity,
    labels_of,
    read_metadata,
    wanted_numbers,
)
from vision.detection.model_record import check_unchanged
from vision.detection.output_shapes import recognise
from vision.detection.request_pool import RequestPool
from vision.detection.settings import ModelSettings
from vision.detection.tuning import Plan, candidates, choose, remember_plan, remembered_plan
from vision.scene.detection import Detection
from vision.scene.frame import Image

log = logging.getLogger(__name__)
MEASURE_S = 0.3
"""How long each plan is tried in each of three rounds."""
MEASURE_BUDGET_S = 6.0
DEFAULT_INPUT_PX = 640


class OpenVinoDetector:
    """See `vision.detection.detector.Detector`; opened by `open_openvino`."""

    def __init__(self, model: "_Model", plan: Plan) -> None:
        self._model = model
        self._filters = Filters(model.settings.min_score, model.settings.filters)
        wanted = wanted_numbers(model.files.main, model.labels, model.settings.classes)
        self._question = Question(self._filters.floor, wanted)
        self._labels = tuple(model.labels[number] for number in sorted(wanted))
        self._info = ModelInfo(model.files.name, model.sha256, model.settings.device, str(plan))
        self._pool = RequestPool(model.slots(plan), model.labels)

    @property
    def labels(self) -> tuple[str, ...]:
        return self._labels

    @property
    def input_size(self) -> tuple[int, int]:
        return self._model.input_size

    @property
    def info(self) -> ModelInfo:
        return self._info

    def submit(self, view: str, image: Image) -> Future[list[Detection]]:
        return self._pool.submit(Job(view, image, self._question, self._filters.keeps))

    def examine(self, image: Image, min_score: float) -> Sequence[Detection]:
        return self._pool.submit(Job("", image, Question(min_score), lambda _: True)).result()

    def close(self) -> None:
        self._pool.close()


def open_openvino(settings: ModelSettings) -> OpenVinoDetector:
    """Load, compile and, the first time on a device, measure the model (`MEASURE_BUDGET_S`).

    Raises:
        ModelRefused: the model cannot be read, is not understood, or does not run on the device.
    """
    model = _Model(settings)
    # Before anything is measured: a class that is written wrong need not wait for it.
    wanted_numbers(model.files.main, model.labels, settings.classes)
    folder = settings.cache_dir or model.files.folder
    key = model.plan_key()
    plan = remembered_plan(folder, key)
    if plan is None:
        plan = _measured_plan(model)
        remember_plan(folder, key, plan)
    model.keep_only(plan)
    try:
        detector = OpenVinoDetector(model, plan)
    except RuntimeError as error:
        raise model.refusal(error) from error
    log.info("%s on %s: %s", detector.info.name, settings.device, plan)
    return detector


def _measured_plan(model: "_Model") -> Plan:
    failures: list[RuntimeError] = []

    def rate(plan: Plan) -> float:
        try:
            return _rate(model, plan, MEASURE_S)
        except RuntimeError as error:
            failures.append(error)
            return 0.0

    plans = candidates(model.settings.device, len(os.sched_getaffinity(0)))
    try:
        return choose(plans, rate, budget_s=MEASURE_BUDGET_S, clock=time.monotonic)
    except ValueError as error:
        raise model.refusal(failures[-1] if failures else error) from error


def _rate(model: "_Model", plan: Plan, measure_s: float) -> float:
    """Return pictures a second that come through the whole path, resizing and reading included."""
    image = np.random.default_rng(1).integers(0, 255, (720, 1280, 3), np.uint8)
    question = Question(0.5)
    pool = RequestPool(model.slots(plan), model.labels)
    try:
        pool.submit(Job("", image, question, lambda _: True)).result()
        began_s, done = time.monotonic(), 0
        flying = {
            pool.submit(Job("", image, question, lambda _: True)) for _ in range(plan.requests)
        }
        while (passed_s := time.monotonic() - began_s) < measure_s:
            finished, flying = wait(flying, return_when="FIRST_COMPLETED")
            done += len(finished)
            for _ in finished:
                flying.add(pool.submit(Job("", image, question, lambda _: True)))
        return done / passed_s
    finally:
        pool.close()


class _Slot:
    """One infer request, see `vision.detection.request_pool.InferenceSlot`."""

    def __init__(self, request: Any, decoder: Decoder) -> None:
        self._request = request
        self._decoder = decoder
        # A view on the request's own memory: pictures are resized straight into it.
        self._canvas: Image = request.get_input_tensor().data[0]
        self._last: Letterbox | None = None

    def run(self, image: Image, question: Question) -> Sequence[Found]:
        place = fit((image.shape[1], image.shape[0]), self._decoder.input_size)
        last, self._last = self._last, None
        paint(image, place, self._canvas, borders=place != last)
        self._last = place
        self._request.start_async()
        self._request.wait()
        return self._decoder.decode(self._request.get_output_tensor(0).data, place, question)


class _Model:
    """A model that was read and understood, with its pre-processing folded into the graph."""

    def __init__(self, settings: ModelSettings) -> None:
        self.settings = settings
        self.files = find_model(settings.path)
        self.sha256 = identity(self.files)
        check_unchanged(self.files, self.sha256)
        self._core = ov.Core()
        self._compiled: dict[tuple[int, int], Any] = {}
        self._check_device()
        graph = self._read()
        metadata = read_metadata(self.files)
        self.labels = settings.labels or labels_of(metadata.get("names")) or _rt_labels(graph)
        if not self.labels:
            raise ModelRefused(
                self.files.main,
                "nothing says which classes it knows",
                "name them in its order (model.labels), or put its metadata.yaml beside it",
            )
        is_channels_first = _fix_input(
            self.files.main, graph, settings.input_px or _metadata_px(metadata)
        )
        _, *sides = _shape(graph.inputs[0])
        height, width = sides[1:] if is_channels_first else sides[:2]
        self.input_size = (width, height)
        self.layout = recognise(
            str(self.files.main),
            [_shape(output) for output in graph.outputs],
            self.input_size,
            len(self.labels),
        )
        self._graph = _fold_in_preprocessing(graph, is_channels_first)

    def _check_device(self) -> None:
        there = self._core.available_devices
        known = {*there, *(name.partition(".")[0] for name in there), "AUTO"}
        if self.settings.device not in known:
            raise ModelRefused(
                self.files.main,
                f"OpenVINO finds no device {self.settings.device} here",
                f"choose model.device from {', '.join(sorted(known))}, or install its driver",
            )

    def _read(self) -> ov.Model:
        check_xml(self.files.main)
        try:
            return self._core.read_model(self.files.main)
        except RuntimeError as error:
            raise ModelRefused(
                self.files.main,
                f"OpenVINO cannot read it: {in_plain_words(error)}",
                "copy it again, or export it anew",
            ) from error

    def refusal(self, error: Exception) -> ModelRefused:
        """Return the error for a model that this device cannot run."""
        return ModelRefused(
            self.files.main,
            f"does not run on {self.settings.device}: {in_plain_words(error)}",
            "try another model.device or model.precision",
        )

    def slots(self, plan: Plan) -> list[_Slot]:
        """Return the plan's requests; the model is compiled once per streams and batch.

        Raises:
            RuntimeError: OpenVINO cannot compile it for the device.
        """
        key = (plan.streams, plan.batch)
        if key not in self._compiled:
            device = self.settings.device
            if plan.batch > 1:
                device = f"BATCH:{device}({plan.batch})"
            self._compiled[key] = self._core.compile_model(self._graph, device, self._options(plan))
        # TFLite exports give boxes as shares of the input, all others in its pixels.
        in_shares = self.files.main.suffix == ".tflite"
        decoder = Decoder(self.layout, self.input_size, self.settings.nms_iou, in_shares)
        compiled = self._compiled[key]
        return [_Slot(compiled.create_infer_request(), decoder) for _ in range(plan.requests)]

    def _options(self, plan: Plan) -> dict[str, Any]:
        options: dict[str, Any] = {"PERFORMANCE_HINT": "THROUGHPUT"}
        if plan.streams:
            options["NUM_STREAMS"] = plan.streams
        if self.settings.precision != "auto":
            options["INFERENCE_PRECISION_HINT"] = self.settings.precision
        elif self.settings.device == "CPU":
            # A CPU with bf16 would use it for the boxes: steps of 4 px at 640 px, for no speed
            # that could be measured with an INT8 model.
            options["INFERENCE_PRECISION_HINT"] = "f32"
        if self.settings.device != "CPU" and self.settings.cache_dir is not None:
            # A GPU or NPU compiles for minutes, a CPU for less than a second.
            options["CACHE_DIR"] = str(self.settings.cache_dir)
        return options

    def keep_only(self, plan: Plan) -> None:
        """Release what was compiled for other plans."""
        key = (plan.streams, plan.batch)
        self._compiled = {known: model for known, model in self._compiled.items() if known == key}

    def plan_key(self) -> str:
        """Return everything a measured plan depends on as a short name for a file."""
        device = self.settings.device
        name = device if device == "AUTO" else self._core.get_property(device, "FULL_DEVICE_NAME")
        cores = sorted(os.sched_getaffinity(0))
        facts = (self.sha256, device, name, self.settings.precision, self.input_size, cores)
        return hashlib.sha256(repr((facts, ov.__version__)).encode()).hexdigest()[:16]


def _shape(port: Any) -> list[int]:
    return [side.get_length() if side.is_static else -1 for side in port.partial_shape]


def _fix_input(path: Path, graph: ov.Model, open_px: int) -> bool:
    """Give an open input its size; return whether it is channels first.

    Raises:
        ModelRefused: not one picture of three channels as floats.
    """
    shapes = [_shape(port) for port in graph.inputs]
    shown = " and ".join("x".join("?" if d < 0 else str(d) for d in shape) for shape in shapes)
    kind = graph.inputs[0].element_type if graph.inputs else None
    is_picture = len(shapes) == 1 and len(shapes[0]) == 4 and 3 in (shapes[0][1], shapes[0][3])
    if not is_picture or kind not in (ov.Type.f32, ov.Type.f16):
        name = kind.get_type_name() if kind is not None else "none"
        raise ModelRefused(
            path,
            f"unknown input {shown or 'none'} of {name}",
            "use a model with one input 1x3xHxW or 1xHxWx3 of f32 or f16",
        )
    shape = shapes[0]
    is_channels_first = shape[1] == 3
    fixed = [1] + [3 if side == 3 else open_px if side < 0 else side for side in shape[1:]]
    if fixed != shape:
        try:
            graph.reshape(fixed)
        except RuntimeError as error:
            raise ModelRefused(
                path,
                f"input {shown} cannot be made {'x'.join(map(str, fixed))}",
                "export it with a batch of 1 and a fixed input size",
            ) from error
    return is_channels_first


def _fold_in_preprocessing(graph: ov.Model, is_channels_first: bool) -> ov.Model:
    """Let the model take 8-bit BGR pictures; the conversion then runs inside its own threads."""
    steps = PrePostProcessor(graph)
    picture = steps.input()
    picture.tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC")).set_color_format(
        ColorFormat.BGR
    )
    picture.preprocess().convert_element_type(ov.Type.f32).convert_color(ColorFormat.RGB).scale(
        255.0
    )
    picture.model().set_layout(ov.Layout("NCHW" if is_channels_first else "NHWC"))
    steps.output().tensor().set_element_type(ov.Type.f32)
    return steps.build()


def _rt_labels(graph: ov.Model) -> tuple[str, ...]:
    """Return the labels that an export wrote into the model itself; empty without any."""
    path = ["model_info", "labels"]
    if not graph.has_rt_info(path):
        return ()
    value = graph.get_rt_info(path).value
    return tuple(value.split()) if isinstance(value, str) else labels_of(value)


def _metadata_px(metadata: Mapping[str, Any]) -> int:
    size = metadata.get("imgsz")
    side = max(size, default=0) if isinstance(size, list) else size
    if isinstance(side, int) and 64 <= side <= 4096 and side % 32 == 0:
        return side
    return DEFAULT_INPUT_PX
