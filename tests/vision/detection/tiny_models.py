"""Real OpenVINO models of a few nodes, which see a thing where the picture is bright."""

from pathlib import Path

import numpy as np
import openvino as ov
import yaml
from openvino import opset13 as ops

SIDE = 64
CELLS = 84
"""8 × 8 + 4 × 4 + 2 × 2 grid cells."""
BOX = (10.0, 20.0, 30.0, 50.0)
"""Where the thing is, in pixels of the input."""
LABELS = ("person", "car")


def write_model(folder: Path, graph: ov.Model, labels: tuple[str, ...] | None = LABELS) -> Path:
    """Save ``graph`` as an export of ultralytics looks; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    ov.save_model(graph, folder / "tiny.xml")
    if labels is not None:
        metadata = {"imgsz": [SIDE, SIDE], "names": dict(enumerate(labels))}
        (folder / "metadata.yaml").write_text(yaml.safe_dump(metadata))
    return folder


def bright_dense(side: int = SIDE, shape: list[int] | None = None) -> ov.Model:
    """One person at `BOX`; its score is the mean brightness of the input, 0 … 1."""
    picture = ops.parameter(shape or [1, 3, side, side], np.float32, name="images")
    pattern = np.zeros((1, 4 + len(LABELS), CELLS), np.float32)
    x1, y1, x2, y2 = BOX
    pattern[0, :4, 40] = (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1
    lit = np.zeros_like(pattern)
    lit[0, 4, 40] = 1.0
    mean = ops.reduce_mean(picture, ops.constant(np.array([1, 2, 3])), keep_dims=False)
    score = ops.multiply(ops.constant(lit), ops.unsqueeze(ops.unsqueeze(mean, 1), 2))
    return ov.Model([ops.add(score, ops.constant(pattern))], [picture], "bright")


def bright_end_to_end() -> ov.Model:
    """The same as a model that needs no suppression; channels last."""
    picture = ops.parameter([1, SIDE, SIDE, 3], np.float32, name="images")
    rows = np.zeros((1, 300, 6), np.float32)
    rows[0, 0, :4] = BOX
    lit = np.zeros_like(rows)
    lit[0, 0, 4] = 1.0
    mean = ops.reduce_mean(picture, ops.constant(np.array([1, 2, 3])), keep_dims=False)
    score = ops.multiply(ops.constant(lit), ops.unsqueeze(ops.unsqueeze(mean, 1), 2))
    return ov.Model([ops.add(score, ops.constant(rows))], [picture], "bright")


def blue_dense() -> ov.Model:
    """As `bright_dense`, but only blue counts, the third of the model's RGB channels."""
    model = bright_dense()
    picture = model.get_parameters()[0]
    blue = ops.constant(np.array([0, 0, 3], np.float32).reshape(1, 3, 1, 1))
    only = ops.multiply(ops.parameter(picture.shape, np.float32, name="images"), blue)
    for target in list(picture.output(0).get_target_inputs()):
        target.replace_source_output(only.output(0))
    return ov.Model(model.get_results(), [only.input_value(0).get_node()], "blue")


def of_output_shape(*shapes: tuple[int, ...]) -> ov.Model:
    """A model with outputs of these shapes."""
    picture = ops.parameter([1, 3, SIDE, SIDE], np.float32, name="images")
    mean = ops.reduce_mean(picture, ops.constant(np.array([0, 1, 2, 3])), keep_dims=False)
    outputs = [ops.multiply(mean, ops.constant(np.zeros(shape, np.float32))) for shape in shapes]
    return ov.Model(outputs, [picture], "odd")
