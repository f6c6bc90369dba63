"""Reads a folder of pictures with YOLO labels: one text file a picture, shares of its size."""

from collections.abc import Iterator
from pathlib import Path

from vision.detection.accuracy import LabelledBox
from vision.detection.errors import ModelRefused
from vision.detection.golden import read_picture
from vision.scene.detection import Box
from vision.scene.frame import Image

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")


def picture_files(folder: Path) -> list[Path]:
    """Return the pictures in ``folder`` (or its ``images``), by name.

    Raises:
        ModelRefused: there are none.
    """
    place = folder / "images" if (folder / "images").is_dir() else folder
    found = sorted(file for file in _files(place) if file.suffix.lower() in PICTURE_SUFFIXES)
    if not found:
        raise ModelRefused(
            place, "no pictures there", f"give a folder with {', '.join(PICTURE_SUFFIXES)} files"
        )
    return found


def labelled_pictures(
    folder: Path, labels: tuple[str, ...]
) -> Iterator[tuple[Image, list[LabelledBox]]]:
    """Yield each picture with its true boxes in pixels; a picture without a label file has none.

    Labels are sought in ``labels`` beside ``images``, or beside each picture.

    Raises:
        ModelRefused: no pictures, no labels at all, or a line that is no YOLO label.
    """
    files = picture_files(folder)
    texts = [_label_file(file) for file in files]
    if not any(text.is_file() for text in texts):
        raise ModelRefused(
            folder,
            "no YOLO label files there (class x y width height, shares of the picture)",
            "put them into a folder `labels` beside `images`",
        )
    for file, text in zip(files, texts, strict=True):
        image = read_picture(file)
        yield image, _read(text, labels, (image.shape[1], image.shape[0]))


def _files(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise ModelRefused(
            folder, error.strerror or "unreadable", "give a folder of pictures"
        ) from error


def _label_file(picture: Path) -> Path:
    name = picture.with_suffix(".txt").name
    if picture.parent.name == "images":
        return picture.parent.parent / "labels" / name
    return picture.parent / name


def _read(path: Path, labels: tuple[str, ...], size: tuple[int, int]) -> list[LabelledBox]:
    if not path.is_file():
        return []
    boxes = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            label, x, y, width, height = line.split()
            name = dict(enumerate(labels))[int(label)]
            centre = float(x) * size[0], float(y) * size[1]
            half = float(width) * size[0] / 2, float(height) * size[1] / 2
        except (ValueError, KeyError) as error:
            raise ModelRefused(
                path,
                f"line {number} is no label of this model: {line[:60]!r}",
                f"write: class (0 to {len(labels) - 1}) x y width height, shares of the picture",
            ) from error
        boxes.append(
            LabelledBox(
                name,
                Box(
                    centre[0] - half[0],
                    centre[1] - half[1],
                    centre[0] + half[0],
                    centre[1] + half[1],
                ),
            )
        )
    return boxes
