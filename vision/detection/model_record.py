"""`model.yaml` beside an exported model: where it came from, and the hash that must still hold."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import yaml

from vision.detection.errors import ModelRefused
from vision.detection.model_files import ModelFiles, read_mapping

RECORD = "model.yaml"


def write_record(folder: Path, facts: Mapping[str, object]) -> None:
    """Write ``facts``, among them ``sha256`` as `vision.detection.model_files.identity` gives it.

    Raises:
        ModelRefused: the folder cannot be written.
    """
    text = yaml.safe_dump(dict(facts), sort_keys=False, allow_unicode=True)
    try:
        (folder / RECORD).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ModelRefused(
            folder, error.strerror or "not writable", "choose a folder that may be written"
        ) from error


def check_unchanged(files: ModelFiles, sha256: str) -> None:
    """Compare ``sha256`` with the recorded one, where the export left a record.

    Raises:
        ModelRefused: the files are not those that were exported.
    """
    path = files.folder / RECORD
    if not path.is_file():
        return
    recorded = str(read_mapping(path).get("sha256"))
    if recorded != sha256:
        raise ModelRefused(
            files.main,
            f"its files are not those that were exported ({RECORD} says {recorded[:12]}…, they "
            f"are {sha256[:12]}…)",
            "copy the whole folder again, or export the model anew",
        )


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of one file, hexadecimal.

    Raises:
        ModelRefused: it cannot be read.
    """
    try:
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise ModelRefused(path, error.strerror or "unreadable", "check its permissions") from error
