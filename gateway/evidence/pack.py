"""The evidence pack: a zip with every file of an event and all that is needed to check it."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from gateway.database.custody import CustodyRecord

BLOCK_BYTES: Final = 1 << 20
_SEAL: Final = (
    "hash = SHA-256 in hexadecimal of: previous, a line feed, and the JSON (UTF-8, keys sorted, "
    "no spaces, no ASCII escapes) of action, at_ms, by, detail, event, number. Lines of other "
    "events lie between these."
)


@dataclass(slots=True, frozen=True)
class PackContent:
    """What goes in: files by name (as the event announces them) and documents by name."""

    made_at: datetime
    files: dict[str, Path]
    documents: dict[str, bytes]


def write_pack(content: PackContent) -> Iterator[bytes]:
    """Yield the zip, block by block; nothing of it is kept on disk or in memory.

    Raises:
        OSError: a file has gone or cannot be read; what was sent is no valid zip then.
    """
    sink = _Sink()
    with ZipFile(sink, "w") as pack:
        for name, document in content.documents.items():
            pack.writestr(_entry(name, content.made_at, ZIP_DEFLATED), document)
        yield sink.take()
        for name, path in content.files.items():
            entry = _entry(name, content.made_at, ZIP_STORED)
            with path.open("rb") as source, pack.open(entry, "w", force_zip64=True) as target:
                while block := source.read(BLOCK_BYTES):
                    target.write(block)
                    yield sink.take()
    yield sink.take()


def verifier() -> bytes:
    """Return the program that checks a pack with nothing but Python."""
    return files("quantrac_core.contracts").joinpath("pack_verifier.py").read_bytes()


def custody_document(lines: Sequence[CustodyRecord], intact: bool) -> bytes:
    """Return the event's lines of the custody log with what is needed to check their seals."""
    entries = [
        {
            "number": line.number,
            "at_ms": line.at_ms,
            "event": line.event,
            "action": line.action,
            "by": line.person,
            "detail": line.detail,
            "previous": line.previous,
            "hash": line.hash,
        }
        for line in lines
    ]
    return readable({"how": _SEAL, "whole_log_intact": intact, "entries": entries})


def readable(document: Any) -> bytes:
    """Return JSON for people: indented, UTF-8."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def read_me(event: str, camera: str, key: str, absent: Sequence[str], made_at: datetime) -> bytes:
    """Return the explanation in Vietnamese and English.

    Args:
        key: the camera's public key as the centre knows it, or empty.
        absent: announced files that are not in the pack.
    """
    shown_key = key or "(trung tâm chưa biết / not known to the centre)"
    checked = f"python3 verify.py . --key {key}" if key else "python3 verify.py ."
    missing = ", ".join(absent) or "không có / none"
    return f"""GÓI CHỨNG CỨ / EVIDENCE PACK

Sự kiện / Event:   {event}
Camera:            {camera}
Lập lúc / Made at: {made_at.isoformat(timespec="seconds")}
Khóa công khai của thiết bị / Public key of the device (Ed25519):
  {shown_key}
Tệp chưa có trong gói / Files that are not in the pack: {missing}

Cách kiểm tra (chỉ cần Python 3.8, không cần mạng):
  {checked}
Chương trình so từng tệp với mã SHA-256 trong manifest.json và kiểm tra chữ ký của thiết bị.
Hãy hỏi trung tâm khóa công khai bằng một đường khác rồi so với khóa ở trên.
event.json là nội dung sự kiện, custody.json là nhật ký: ai đã xem, xuất, khóa, kết luận.

How to check (Python 3.8 is enough, no network):
  {checked}
The program compares every file with its SHA-256 in manifest.json and checks the device's signature.
Ask the centre for the public key by another way and compare it with the one above.
event.json is what was reported, custody.json the log: who opened, exported, locked and judged it.
""".encode()


class _Sink(io.RawIOBase):
    """What the zip writes to; it cannot be sought in, so sizes follow the files."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        self._parts.append(bytes(block))
        return len(block)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _entry(name: str, made_at: datetime, compression: int) -> ZipInfo:
    entry = ZipInfo(name, made_at.timetuple()[:6])
    entry.compress_type = compression
    entry.external_attr = 0o444 << 16
    return entry
