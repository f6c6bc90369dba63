"""The pictures of one event: as it was, with the box, and with persons made unrecognisable."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from quantrac_core.contracts.camera_messages import EvidenceKind
from quantrac_core.contracts.errors import QuantracError
from vision.evidence.masks import burn_masks
from vision.evidence.settings import MaskSettings
from vision.scene.detection import Box
from vision.scene.frame import Image

BLOCKS_ACROSS, BLOCKS_DOWN = 4, 8
"""A person is cut into at most so many blocks: the face is one of them."""
BLUR_MARGIN = 0.15
VERMILION = (0, 83, 227)
WHITE = (255, 255, 255)


class SnapshotFailed(QuantracError):
    """A picture that cannot be encoded."""


class Marked(NamedTuple):
    """An object to be framed: its box in pixels of the picture, and what is written on it."""

    box: Box
    label: str


class Snapshot(NamedTuple):
    """One encoded picture, ready to be stored under ``name``."""

    name: str
    kind: EvidenceKind
    jpeg: bytes


def make_snapshots(
    image: Image,
    *,
    masks: Sequence[MaskSettings],
    marked: Sequence[Marked],
    persons: Sequence[Box] | None,
    jpeg_quality: int,
) -> list[Snapshot]:
    """Return the pictures of one event, masks burnt into all of them.

    Args:
        persons: boxes of every person in the picture, the unsure ones too; None for no third
            picture.
        jpeg_quality: 40 … 100.

    Raises:
        SnapshotFailed: if the picture cannot be encoded.
    """
    masked = burn_masks(image, masks)
    boxed = draw_boxes(masked, marked)
    snapshots = [
        Snapshot("snapshot.jpg", "snapshot", encode_jpeg(masked, jpeg_quality)),
        Snapshot("snapshot_boxed.jpg", "snapshot_boxed", encode_jpeg(boxed, jpeg_quality)),
    ]
    if persons is not None:
        blurred = draw_boxes(blur_boxes(masked, persons), marked)
        jpeg = encode_jpeg(blurred, jpeg_quality)
        snapshots.append(Snapshot("snapshot_blurred.jpg", "snapshot_blurred", jpeg))
    return snapshots


def encode_jpeg(image: Image, quality: int) -> bytes:
    """Return the picture as JPEG.

    Raises:
        SnapshotFailed: if OpenCV cannot encode it.
    """
    try:
        done, buffer = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    except cv2.error as error:
        raise SnapshotFailed(f"a picture of shape {image.shape}: {error.err}") from error
    if not done:
        raise SnapshotFailed(f"a picture of shape {image.shape} could not be encoded")
    return buffer.tobytes()


def draw_boxes(image: Image, marked: Sequence[Marked]) -> Image:
    """Return a copy with each object framed and named; labels are shown in ASCII."""
    drawn = image.copy()
    thick = max(2, round(max(image.shape[:2]) / 640))
    for box, label in marked:
        corners = _inside(box, image, 0.0)
        if corners is None:
            continue
        x1, y1, x2, y2 = corners
        cv2.rectangle(drawn, (x1, y1), (x2, y2), WHITE, thick + 2)
        cv2.rectangle(drawn, (x1, y1), (x2, y2), VERMILION, thick)
        text = label.encode("ascii", "ignore").decode()
        scale = thick * 0.35
        (_, height), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
        base = y1 - below if y1 > height + 2 * below else y2 + height + below
        for colour, width in ((WHITE, thick + 3), (VERMILION, thick)):
            cv2.putText(drawn, text, (x1, base), cv2.FONT_HERSHEY_SIMPLEX, scale, colour, width)
    return drawn


def blur_boxes(image: Image, boxes: Sequence[Box]) -> Image:
    """Return a copy in which each box holds no more than a few blurred blocks of colour.

    A box is widened a little and averaged over a grid so coarse that a face is one block, then
    smoothed: what the averaging has removed cannot be brought back.
    """
    blurred = image.copy()
    for box in boxes:
        corners = _inside(box, image, BLUR_MARGIN)
        if corners is None:
            continue
        x1, y1, x2, y2 = corners
        patch = image[y1:y2, x1:x2]
        height, width = patch.shape[:2]
        grid = (min(BLOCKS_ACROSS, width), min(BLOCKS_DOWN, height))
        coarse = cv2.resize(patch, grid, interpolation=cv2.INTER_AREA)
        blocks = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
        sigma = max(1.0, width / BLOCKS_ACROSS / 4)
        blurred[y1:y2, x1:x2] = cv2.GaussianBlur(blocks, (0, 0), sigma).astype(np.uint8)
    return blurred


def _inside(box: Box, image: Image, margin: float) -> tuple[int, int, int, int] | None:
    """Return the box in whole pixels within the picture, widened by ``margin`` of its size."""
    height, width = image.shape[:2]
    aside, above = box.width * margin, box.height * margin
    x1, x2 = max(0, int(box.x1 - aside)), min(width, int(np.ceil(box.x2 + aside)))
    y1, y2 = max(0, int(box.y1 - above)), min(height, int(np.ceil(box.y2 + above)))
    return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None
