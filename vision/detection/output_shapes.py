"""Recognises what a model's output means from its shape, and refuses what it does not know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vision.detection.errors import ModelRefused

STRIDE_SETS = ((8, 16, 32), (4, 8, 16, 32), (8, 16, 32, 64))
"""Steps of the grids of YOLO heads: usual, with P2 for small objects, with P6 for large input."""
KNOWN = "a YOLOv8/11 detection output 1x(4+classes)xN or an end-to-end output 1xNx6"
ADVICE = f"use a model with {KNOWN}: export it with `quantrac-vision model export`"


@dataclass(frozen=True, slots=True)
class OutputLayout:
    """How to read the output.

    ``dense``: 1 × (4 + classes) × N, centre x, y, width, height and one score per class.
    ``end_to_end``: 1 × N × 6, x1, y1, x2, y2, score, class; the model did its own suppression.
    """

    kind: Literal["dense", "end_to_end"]
    count: int


def recognise(
    path: str, outputs: Sequence[Sequence[int]], input_size: tuple[int, int], label_count: int
) -> OutputLayout:
    """Return the layout of a model's outputs.

    Args:
        path: the model, for the message.
        outputs: shape of each output; 0 or −1 for an open dimension.
        input_size: width and height of the input, px.
        label_count: how many classes the model's metadata or the configuration names.

    Raises:
        ModelRefused: a shape that is not known, or that contradicts the labels.
    """
    shown = " and ".join("x".join("?" if d < 1 else str(d) for d in shape) for shape in outputs)
    if len(outputs) != 1:
        raise ModelRefused(
            path, f"{len(outputs)} outputs ({shown}): not a plain detection model", ADVICE
        )
    shape = tuple(outputs[0])
    if len(shape) != 3 or shape[0] != 1 or min(shape) < 1:
        raise ModelRefused(path, f"unknown output shape {shown}", ADVICE)
    _, rows, columns = shape
    if columns in _grid_cells(input_size):
        if rows - 4 != label_count:
            raise ModelRefused(
                path,
                f"output {shown} has {rows - 4} classes but {label_count} labels are named",
                "give the labels of this very model, in its order (model.labels)",
            )
        return OutputLayout("dense", columns)
    if columns == 6 and rows <= 10_000 and rows not in _grid_cells(input_size):
        return OutputLayout("end_to_end", rows)
    raise ModelRefused(
        path,
        f"unknown output shape {shown} for an input of {input_size[0]}x{input_size[1]}",
        ADVICE,
    )


def _grid_cells(input_size: tuple[int, int]) -> set[int]:
    width, height = input_size
    return {
        sum((width // stride) * (height // stride) for stride in strides) for strides in STRIDE_SETS
    }
