"""The birth record of evidence: a line for each file, written before the file has its name.

``files.jsonl`` in an event's folder holds camera, event, time, size and SHA-256 of every file,
so that neither a kill nor the loss of any database can part a file from its hash.
"""

import os
from pathlib import Path

import msgspec

from quantrac_core.contracts.camera_messages import EvidenceFile, EvidenceKind

RECORD_NAME = "files.jsonl"
_encoder = msgspec.json.Encoder()


class FileBirth(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was true of a file when it was made; ``note`` is one line for people."""

    camera: str
    event: str
    made_ms: int
    name: str
    kind: EvidenceKind
    media_type: str
    size_bytes: int
    sha256: str
    note: str = ""

    def as_file(self) -> EvidenceFile:
        """Return it as an event's message names it."""
        return EvidenceFile(self.name, self.kind, self.media_type, self.size_bytes, self.sha256)


_decoder = msgspec.json.Decoder(FileBirth)


def read_births(folder: Path) -> list[FileBirth]:
    """Return the records in an event's folder, the last one of each name.

    A line that a kill has cut off is left out.
    """
    try:
        lines = (folder / RECORD_NAME).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    births: dict[str, FileBirth] = {}
    for line in lines:
        try:
            birth = _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        births[birth.name] = birth
    return list(births.values())


def append_birth(folder: Path, birth: FileBirth) -> None:
    """Add one record and wait until the disk has it.

    Raises:
        OSError: if the disk refuses.
    """
    path = folder / RECORD_NAME
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        size = os.fstat(descriptor).st_size
        line = _encoder.encode(birth) + b"\n"
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line
        while line:
            line = line[os.write(descriptor, line) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
