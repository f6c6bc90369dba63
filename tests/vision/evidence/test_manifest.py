"""A signed manifest names what was true of an event, and any plain Python can check it."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from quantrac_core.contracts.camera_messages import CameraEvent
from quantrac_core.contracts.pack_verifier import verify_folder
from vision.evidence.manifest import Provenance, manifest_payload, signed_manifest
from vision.evidence.signing import KEY_NAME, KeyUnusable, open_device_key
from vision.evidence.store import EvidenceStore

AT_MS = 1_790_000_000_000
EVENT = "cam-1-20260921-abcd"
PROVENANCE = Provenance("yolo11n", "ab" * 32, "cd" * 32, "quantrac 0.1.0")


def event(**changes: object) -> CameraEvent:
    began_at = datetime(2026, 9, 21, 13, 33, 20, 250_000, tzinfo=UTC)
    values: dict[str, object] = {
        "camera": "cam-1",
        "outbox_id": "o",
        "boot_id": "b",
        "seq": 3,
        "at": began_at,
        "clock": "synced",
        "id": EVENT,
        "phase": "end",
        "revision": 3,
        "rule": "dot-nhap",
        "kind": "intrusion",
        "label": "person",
        "score": 0.9,
        "zone": "cổng chính",
        "began_at": began_at,
        "clip_began_at": datetime(2026, 9, 21, 13, 33, 15, 0, tzinfo=UTC),
        **changes,
    }
    return CameraEvent(**values)  # type: ignore[arg-type]


def test_the_manifest_of_a_stored_event_is_verified_by_the_packs_own_verifier(
    tmp_path: Path,
) -> None:
    key = open_device_key(tmp_path / "keys")
    folder = EvidenceStore(tmp_path / "evidence").event("cam-1", EVENT, AT_MS)
    folder.write("snapshot.jpg", "snapshot", b"picture", AT_MS)
    folder.write("clip.mp4", "clip", b"film", AT_MS, "no re-encoding")
    payload = manifest_payload(event(), folder.births(), PROVENANCE, AT_MS)
    folder.write("manifest.json", "manifest", signed_manifest(payload, key), AT_MS)
    (folder.path / "files.jsonl").unlink()
    report = verify_folder(str(folder.path), key.public_hex)
    assert report.is_sound, report
    assert (report.event, [file.name for file in report.files]) == (
        EVENT,
        ["snapshot.jpg", "clip.mp4"],
    )


def test_the_payload_holds_times_in_utc_and_the_moment_within_the_clip() -> None:
    payload = manifest_payload(event(), [], PROVENANCE, AT_MS)
    assert payload == {
        "version": 1,
        "camera": "cam-1",
        "event": EVENT,
        "rule": "dot-nhap",
        "kind": "intrusion",
        "label": "person",
        "zone": "cổng chính",
        "began_at": "2026-09-21T13:33:20.250Z",
        "ended_at": None,
        "moment_in_clip_s": 5.25,
        "clock": "synced",
        "files": [],
        "model": "yolo11n",
        "model_sha256": "ab" * 32,
        "config_sha256": "cd" * 32,
        "software": "quantrac 0.1.0",
        "made_at": "2026-09-21T14:13:20.000Z",
    }
    without_clip = manifest_payload(event(clip_began_at=None), [], PROVENANCE, AT_MS)
    assert without_clip["moment_in_clip_s"] is None


def test_the_key_stays_the_same_over_starts_and_only_its_owner_may_read_it(
    tmp_path: Path,
) -> None:
    first = open_device_key(tmp_path / "keys")
    path = tmp_path / "keys" / KEY_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    assert open_device_key(tmp_path / "keys").public_hex == first.public_hex
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [KEY_NAME]


def foreign_key() -> bytes:
    return generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is no private key"), (b"rubbish", "backup"), (foreign_key(), "no Ed25519 key")],
)
def test_a_broken_key_is_told_in_one_line_and_never_replaced(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / KEY_NAME).write_bytes(content)
    with pytest.raises(KeyUnusable, match=words):
        open_device_key(tmp_path)
    assert (tmp_path / KEY_NAME).read_bytes() == content


def test_the_manifest_file_is_json_that_people_can_read(tmp_path: Path) -> None:
    key = open_device_key(tmp_path)
    text = signed_manifest(manifest_payload(event(), [], PROVENANCE, AT_MS), key).decode()
    assert "cổng chính" in text
    assert json.loads(text)["signature"]["algorithm"] == "ed25519"
