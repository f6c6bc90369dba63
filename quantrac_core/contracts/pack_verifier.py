"""Checks an evidence pack with nothing but Python 3.8: `python3 verify.py FOLDER [--key HEX]`.

This one file travels inside every pack. It needs no other file of the product: Ed25519 is
verified as RFC 8032, section 5.1.7, describes, SHA-256 comes from the standard library.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
from typing import Any, NamedTuple

MANIFEST = "manifest.json"
COMPANIONS = frozenset({MANIFEST, "verify.py", "README.txt", "event.json", "custody.json"})
"""Files of a pack that the device could not sign: the operations centre adds them."""
MAX_MANIFEST_BYTES = 1 << 20
INTACT, CHANGED, MISSING, UNLISTED, REFUSED = "intact", "changed", "missing", "unlisted", "refused"
GOOD, FORGED, FOREIGN = "good", "forged", "foreign"
_VIETNAMESE = {
    INTACT: "nguyên vẹn",
    CHANGED: "ĐÃ BỊ SỬA",
    MISSING: "THIẾU",
    UNLISTED: "KHÔNG CÓ TRONG BẢN KÊ",
    REFUSED: "TÊN KHÔNG HỢP LỆ",
    GOOD: "chữ ký đúng",
    FORGED: "CHỮ KÝ SAI",
    FOREIGN: "CHỮ KÝ CỦA KHÓA KHÁC",
}
_ENGLISH = {
    INTACT: "intact",
    CHANGED: "CHANGED",
    MISSING: "MISSING",
    UNLISTED: "NOT IN THE MANIFEST",
    REFUSED: "NAME REFUSED",
    GOOD: "signature good",
    FORGED: "SIGNATURE WRONG",
    FOREIGN: "SIGNED BY ANOTHER KEY",
}
_HEX = re.compile(r"[0-9a-f]+")
_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,40}\.[a-z0-9]{1,8}")

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_SQRT_MINUS_1 = pow(2, (_P - 1) // 4, _P)


class ManifestUnreadable(Exception):
    """The pack has no manifest that could be checked; says why."""


class FileWord(NamedTuple):
    """What is to be said of one file: ``word`` is intact, changed, missing, unlisted, refused."""

    name: str
    word: str


class PackReport(NamedTuple):
    """What was found: ``signature`` is good, forged or foreign; ``key`` hexadecimal."""

    signature: str
    key: str
    event: str
    files: list[FileWord]

    @property
    def is_sound(self) -> bool:
        """Whether the signature is good and every file is what it was when it was made."""
        return self.signature == GOOD and all(file.word == INTACT for file in self.files)


def canonical_json(payload: object) -> bytes:
    """Return the bytes that are signed: keys sorted, no spaces, UTF-8 without escapes.

    Raises:
        ValueError: for NaN and infinities, which JSON does not know.
    """
    text = json.dumps(
        payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def verify_ed25519(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether ``signature`` (64 bytes) of ``message`` is the key's (32 bytes)."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key = _decompress(public_key)
    s = int.from_bytes(signature[32:], "little")
    if key is None or s >= _ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    h = int.from_bytes(digest, "little") % _ORDER
    x, y, z, t = key
    expected = _add(_multiply(s, _base()), _multiply(h, (-x % _P, y, z, -t % _P)))
    return _compress(expected) == signature[:32]


def _recover_x(y: int, sign: int) -> int | None:
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _SQRT_MINUS_1 % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    return x if x & 1 == sign else -x % _P


def _base() -> tuple[int, int, int, int]:
    y = 4 * pow(5, _P - 2, _P) % _P
    x = _recover_x(y, 0)
    assert x is not None
    return x, y, 1, x * y % _P


def _decompress(data: bytes) -> tuple[int, int, int, int] | None:
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    x = _recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % _P)


def _compress(point: tuple[int, int, int, int]) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _add(p: tuple[int, int, int, int], q: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    a = (p[1] - p[0]) * (q[1] - q[0]) % _P
    b = (p[1] + p[0]) * (q[1] + q[0]) % _P
    c = 2 * p[3] * q[3] * _D % _P
    d = 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(factor: int, point: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    result = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = _add(result, point)
        point = _add(point, point)
        factor >>= 1
    return result


def read_manifest(content: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """Return payload, public key and signature of a manifest's text.

    Raises:
        ManifestUnreadable: if it is no manifest of this kind, or a key stands in it twice.
    """
    if len(content) > MAX_MANIFEST_BYTES:
        raise ManifestUnreadable("the manifest is larger than 1 MiB")
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_without_repeats)
        payload, signature = document["payload"], document["signature"]
        names = [(file["name"], file["sha256"], file["size_bytes"]) for file in payload["files"]]
        algorithm = signature["algorithm"]
        key, value = str(signature["public_key"]), str(signature["value"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ManifestUnreadable(f"{MANIFEST} is no evidence manifest ({error!r})") from error
    if not all(
        isinstance(name, str) and isinstance(digest, str) and isinstance(size, int)
        for name, digest, size in names
    ):
        raise ManifestUnreadable(f"{MANIFEST} lists a file without name, hash and size")
    if len({name for name, _, _ in names}) != len(names):
        raise ManifestUnreadable(f"{MANIFEST} lists a file twice")
    if algorithm != "ed25519" or not _HEX.fullmatch(key) or not _HEX.fullmatch(value):
        raise ManifestUnreadable(f"{MANIFEST} is not signed with Ed25519")
    if len(key) != 64 or len(value) != 128:
        raise ManifestUnreadable(f"{MANIFEST} has a key or a signature of a wrong length")
    return payload, bytes.fromhex(key), bytes.fromhex(value)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def verify_folder(folder: str, trusted_key: str | None = None) -> PackReport:
    """Check the pack in ``folder``.

    Args:
        trusted_key: the device's public key in hexadecimal, known from elsewhere. Without it
            only the pack's consistency is shown: whoever changes a file could sign anew.

    Raises:
        ManifestUnreadable: if there is no manifest to check against.
    """
    try:
        with open(os.path.join(folder, MANIFEST), "rb") as file:
            content = file.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise ManifestUnreadable(f"{MANIFEST} cannot be read: {error.strerror}") from error
    payload, key, signature = read_manifest(content)
    try:
        is_signed = verify_ed25519(key, canonical_json(payload), signature)
    except ValueError:
        is_signed = False
    word = GOOD if is_signed else FORGED
    if is_signed and trusted_key is not None and trusted_key.strip().lower() != key.hex():
        word = FOREIGN
    listed = {file["name"]: (file["sha256"], file["size_bytes"]) for file in payload["files"]}
    words = [FileWord(name, _judge(folder, name, *listed[name])) for name in listed]
    unlisted = sorted(set(os.listdir(folder)) - listed.keys() - COMPANIONS)
    words += [FileWord(name, UNLISTED) for name in unlisted]
    return PackReport(word, key.hex(), str(payload.get("event", "")), words)


def _judge(folder: str, name: str, sha256: str, size_bytes: int) -> str:
    if _NAME.fullmatch(name) is None or name in COMPANIONS:
        return REFUSED
    path = os.path.join(folder, name)
    if not os.path.lexists(path):
        return MISSING
    if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) != size_bytes:
        return CHANGED
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return INTACT if digest.hexdigest() == sha256 else CHANGED


def main(arguments: list[str] | None = None) -> int:
    """Print one line for each file; return 0 (sound), 1 (not sound) or 2 (cannot be checked)."""
    parser = argparse.ArgumentParser(
        prog="verify.py",
        description="Kiểm tra gói chứng cứ: chữ ký và từng tệp. "
        "Checks an evidence pack: its signature and every file.",
    )
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--key", help="public key of the device, hexadecimal, from the centre")
    options = parser.parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        report = verify_folder(options.folder, options.key)
    except ManifestUnreadable as error:
        print(f"KHÔNG KIỂM TRA ĐƯỢC / CANNOT BE CHECKED: {error}")
        return 2
    _print_report(report, options.key is not None)
    return 0 if report.is_sound else 1


def _print_report(report: PackReport, key_is_trusted: bool) -> None:
    print(f"Sự kiện / event: {report.event}")
    for name, word in [(MANIFEST, report.signature), *report.files]:
        print(f"  {name}: {_VIETNAMESE[word]} / {_ENGLISH[word]}")
    print(f"Khóa thiết bị / device key: {report.key}")
    if not key_is_trusted:
        print(
            "  Hãy so khóa này với khóa mà trung tâm giữ (--key). / "
            "Compare this key with the one the centre holds (--key)."
        )
    if report.is_sound:
        print("GÓI CHỨNG CỨ NGUYÊN VẸN / THE PACK IS INTACT")
    else:
        print("GÓI CHỨNG CỨ KHÔNG NGUYÊN VẸN / THE PACK IS NOT INTACT")


if __name__ == "__main__":
    sys.exit(main())
