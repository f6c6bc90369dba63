"""A model on disk: its files, its identity, and what its metadata says."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

import yaml

from vision.detection.errors import ModelRefused, one_line

SUFFIXES = (".xml", ".onnx", ".tflite", ".pt")
METADATA = "metadata.yaml"
GOLDEN_FOLDER = "golden"
_MAX_METADATA_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where a model lies.

    Args:
        main: the file that a runtime opens.
        parts: every file that decides what the model answers, ``main`` first.
    """

    main: Path
    parts: tuple[Path, ...]

    @property
    def folder(self) -> Path:
        return self.main.parent

    @property
    def name(self) -> str:
        """Short name for status pages: the file's, without its ending."""
        return self.main.stem


def find_model(path: Path) -> ModelFiles:
    """Return the files of the model at ``path``, a file or a folder with exactly one model.

    Raises:
        ModelRefused: nothing there, nothing known, several, or a weights file is missing.
    """
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)
        if len(found) != 1:
            names = ", ".join(file.name for file in found[:5]) or "none"
            raise ModelRefused(
                path,
                f"a model folder holds exactly one model file, found {names}",
                f"name the file itself ({', '.join(SUFFIXES)})",
            )
        path = found[0]
    if not path.is_file():
        raise ModelRefused(path, "no such model", "check model.path, or export a model there")
    if path.suffix not in SUFFIXES:
        raise ModelRefused(path, "not a model file", f"use one of {', '.join(SUFFIXES)}")
    parts = [path]
    if path.suffix == ".xml":
        weights = path.with_suffix(".bin")
        if not weights.is_file():
            raise ModelRefused(path, f"{weights.name} is missing beside it", "copy both files")
        parts.append(weights)
    if (metadata := path.parent / METADATA).is_file():
        parts.append(metadata)
    return ModelFiles(path, tuple(parts))


def check_xml(path: Path) -> None:
    """Refuse an ``.xml`` file that is no XML or only its beginning; others are not looked at.

    OpenVINO would take it for a model of every other kind it knows, and complain about all of them.

    Raises:
        ModelRefused: the file is damaged.
    """
    if path.suffix != ".xml":
        return
    parser = expat.ParserCreate()
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        raise ModelRefused(
            path, f"the file is damaged: {error}", "copy it again, or export it anew"
        ) from error


def identity(files: ModelFiles) -> str:
    """Return the SHA-256 (hexadecimal) that names a model: over the hashes of its parts.

    Raises:
        ModelRefused: a part cannot be read.
    """
    whole = hashlib.sha256()
    try:
        for part in files.parts:
            with part.open("rb") as source:
                whole.update(hashlib.file_digest(source, "sha256").digest())
    except OSError as error:
        raise ModelRefused(part, error.strerror or "unreadable", "check its permissions") from error
    return whole.hexdigest()


def read_metadata(files: ModelFiles) -> Mapping[str, Any]:
    """Return the metadata beside the model (as ultralytics writes it); empty without any.

    Raises:
        ModelRefused: it is there but not a YAML mapping.
    """
    path = files.folder / METADATA
    return read_mapping(path) if path.is_file() else {}


def read_mapping(path: Path) -> Mapping[str, Any]:
    """Return the YAML mapping in a small file that belongs to a model.

    Raises:
        ModelRefused: unreadable, too large or not a mapping.
    """
    try:
        with path.open("rb") as source:
            content = source.read(_MAX_METADATA_BYTES + 1)
        document = yaml.safe_load(content) if len(content) <= _MAX_METADATA_BYTES else None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ModelRefused(path, one_line(str(error), 120), "write it anew") from error
    if not isinstance(document, dict):
        raise ModelRefused(path, "not a mapping of keys to values", "write it anew")
    return document


def labels_of(names: object) -> tuple[str, ...]:
    """Return class names in the model's order from metadata (``{0: person, …}`` or a list).

    Empty when it is neither, or has holes.
    """
    if isinstance(names, Mapping):
        try:
            numbered = {int(number): str(name) for number, name in names.items()}
        except (TypeError, ValueError):
            return ()
        if sorted(numbered) != list(range(len(numbered))):
            return ()
        return tuple(numbered[number] for number in range(len(numbered)))
    if isinstance(names, list | tuple):
        return tuple(str(name) for name in names)
    return ()


def wanted_numbers(path: Path, labels: tuple[str, ...], classes: tuple[str, ...]) -> frozenset[int]:
    """Return the numbers of the wanted ``classes``; all if none are named.

    Raises:
        ModelRefused: a class that the model does not know.
    """
    unknown = [name for name in classes if name not in labels]
    if unknown:
        raise ModelRefused(
            path,
            f"the model has no class {', '.join(map(repr, unknown))}",
            f"choose model.classes from: {one_line(', '.join(labels), 900)}",
        )
    return frozenset(labels.index(name) for name in classes or labels)
