"""The verifier inside every pack says a clear word about every file and about the signature."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from quantrac_core.contracts import pack_verifier
from quantrac_core.contracts.pack_verifier import (
    ManifestUnreadable,
    canonical_json,
    verify_ed25519,
    verify_folder,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FILES = {"clip.mp4": b"a clip" * 9_000, "snapshot.jpg": b"a picture", "snapshot_boxed.jpg": b"box"}

# RFC 8032, section 7.1, tests 1 and 2.
RFC_VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
        "1cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
        "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


def public_hex(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def manifest(payload: dict[str, Any], key: Ed25519PrivateKey = KEY) -> bytes:
    value = key.sign(canonical_json(payload)).hex()
    signature = {"algorithm": "ed25519", "public_key": public_hex(key), "value": value}
    return json.dumps({"payload": payload, "signature": signature}, indent=1).encode()


def payload_of(files: dict[str, bytes]) -> dict[str, Any]:
    listed = [
        {
            "name": name,
            "sha256": hashlib.sha256(content).hexdigest(),
            "size_bytes": len(content),
            "media_type": "x/y",
            "note": "chợ Phan Rang",
        }
        for name, content in files.items()
    ]
    return {"version": 1, "event": "cam-1-abc", "moment_in_clip_s": 5.25, "files": listed}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (folder / "manifest.json").write_bytes(manifest(payload_of(FILES)))
    shutil.copy(pack_verifier.__file__, folder / "verify.py")
    return folder


def words(folder: Path, key: str | None = None) -> dict[str, str]:
    report = verify_folder(str(folder), key)
    return {"signature": report.signature, **dict(report.files)}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_an_untouched_pack_is_intact_and_names_its_key(pack: Path) -> None:
    done = run(pack)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "GÓI CHỨNG CỨ NGUYÊN VẸN / THE PACK IS INTACT" in done.stdout
    assert public_hex(KEY) in done.stdout
    assert run(pack, str(pack), "--key", public_hex(KEY)).returncode == 0


def test_one_changed_byte_is_told_for_that_file_only(pack: Path) -> None:
    content = bytearray(FILES["clip.mp4"])
    content[100] ^= 1
    (pack / "clip.mp4").write_bytes(content)
    done = run(pack)
    assert done.returncode == 1
    assert "clip.mp4: ĐÃ BỊ SỬA / CHANGED" in done.stdout
    assert "snapshot.jpg: nguyên vẹn / intact" in done.stdout


def test_a_missing_and_an_added_file_are_told(pack: Path) -> None:
    (pack / "snapshot.jpg").unlink()
    (pack / "more.jpg").write_bytes(b"not from the device")
    found = words(pack)
    assert (found["snapshot.jpg"], found["more.jpg"]) == ("missing", "unlisted")
    assert not verify_folder(str(pack)).is_sound


def test_a_file_replaced_by_a_link_is_not_followed(pack: Path, tmp_path: Path) -> None:
    (pack / "clip.mp4").rename(tmp_path / "elsewhere.mp4")
    (pack / "clip.mp4").symlink_to(tmp_path / "elsewhere.mp4")
    assert words(pack)["clip.mp4"] == "changed"


def test_a_changed_manifest_has_a_wrong_signature(pack: Path) -> None:
    text = (pack / "manifest.json").read_text()
    (pack / "manifest.json").write_text(text.replace("5.25", "6.25"))
    assert words(pack)["signature"] == "forged"
    assert run(pack).returncode == 1


def test_a_changed_signature_is_wrong(pack: Path) -> None:
    document = json.loads((pack / "manifest.json").read_bytes())
    value = document["signature"]["value"]
    document["signature"]["value"] = value[:-4] + ("0000" if value[-4:] != "0000" else "1111")
    (pack / "manifest.json").write_text(json.dumps(document))
    assert words(pack)["signature"] == "forged"


def test_a_pack_signed_anew_by_somebody_else_is_caught_by_the_centres_key(pack: Path) -> None:
    forged = {**FILES, "snapshot.jpg": b"another picture"}
    (pack / "snapshot.jpg").write_bytes(forged["snapshot.jpg"])
    stranger = Ed25519PrivateKey.generate()
    (pack / "manifest.json").write_bytes(manifest(payload_of(forged), stranger))
    assert words(pack)["signature"] == "good"
    assert words(pack, public_hex(KEY))["signature"] == "foreign"
    assert run(pack, str(pack), "--key", public_hex(KEY)).returncode == 1


@pytest.mark.parametrize("name", ["../outside.jpg", "/etc/passwd", "a\\b.jpg", "manifest.json", ""])
def test_a_name_that_leads_elsewhere_is_refused_and_not_opened(pack: Path, name: str) -> None:
    payload = payload_of(FILES)
    payload["files"][0]["name"] = name
    (pack / "manifest.json").write_bytes(manifest(payload))
    assert words(pack)[name] == "refused"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"payload":{"files":[]},"payload":{},"signature":{}}',
        b"[" * 100_000,
        b'{"payload":{"files":[1]},"signature":{}}',
    ],
)
def test_what_is_no_manifest_ends_with_one_line(pack: Path, content: bytes) -> None:
    (pack / "manifest.json").write_bytes(content)
    done = run(pack)
    assert done.returncode == 2
    assert done.stdout.startswith("KHÔNG KIỂM TRA ĐƯỢC / CANNOT BE CHECKED: manifest.json")
    assert done.stderr == ""


def test_a_pack_without_manifest_cannot_be_checked(pack: Path) -> None:
    (pack / "manifest.json").unlink()
    with pytest.raises(ManifestUnreadable, match=r"manifest\.json cannot be read"):
        verify_folder(str(pack))


@pytest.mark.parametrize(("key", "message", "signature"), RFC_VECTORS)
def test_signatures_of_the_rfc_are_good(key: str, message: str, signature: str) -> None:
    parts = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify_ed25519(*parts)
    assert not verify_ed25519(parts[0], parts[1] + b"x", parts[2])


@settings(max_examples=15, deadline=None)
@given(
    seed=st.binary(min_size=32, max_size=32),
    message=st.binary(max_size=200),
    flip=st.integers(0, 64 * 8 - 1),
)
def test_it_agrees_with_a_library_about_true_and_damaged_signatures(
    seed: bytes, message: bytes, flip: int
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    signature = bytearray(key.sign(message))
    public = key.public_key().public_bytes_raw()
    assert verify_ed25519(public, message, bytes(signature))
    signature[flip // 8] ^= 1 << flip % 8
    assert not verify_ed25519(public, message, bytes(signature))


@pytest.mark.parametrize("key", [b"", b"\xff" * 32, bytes(31) + b"\x80", b"\x02" + bytes(31)])
def test_a_key_that_is_no_point_verifies_nothing(key: bytes) -> None:
    assert not verify_ed25519(key, b"", bytes(64))
