"""Pictures, clips and packs go out whole, in ranges, blurred first, and every opening is noted."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quantrac_core.contracts.pack_verifier import canonical_json
from tests.gateway.camera import JPEG, FakeCamera, evidence_file
from tests.gateway.conftest import Centre
from tests.peers.gateway import CALLER
from tests.peers.process import until

CLIP = bytes(range(256)) * 1_000


def deliver(centre: Centre, camera: FakeCamera, files: dict[str, bytes]) -> str:
    """Send event 1 with its files; return its path in the API."""
    evidence = [evidence_file(name, content) for name, content in files.items()]
    camera.send(camera.event(1, evidence=evidence))
    for name, content in files.items():
        assert camera.upload(camera.event_id(1), name, content) == 201
    until(lambda: camera.durable_seq() == 1)
    return f"/api/v1/events/{camera.event_id(1)}"


def get(
    centre: Centre, path: str, headers: dict[str, str] | None = None, who: str = CALLER
) -> tuple[int, bytes, dict[str, str]]:
    return centre.api.of(who).binary(path, headers=headers)


def log_of(centre: Centre, camera: FakeCamera) -> list[tuple[str, str, str]]:
    log = centre.api.get(f"/events/{camera.event_id(1)}/custody")
    assert log["intact"] is True
    return [
        (line["action"], line["by"].removeprefix("service:"), line["detail"])
        for line in log["entries"]
    ]


def test_the_boxed_picture_is_shown_and_another_on_demand(
    centre: Centre, camera: FakeCamera
) -> None:
    plain = JPEG + b"\xff\xd9"
    path = deliver(centre, camera, {"snapshot.jpg": plain, "snapshot_boxed.jpg": JPEG})

    status, body, headers = get(centre, f"{path}/snapshot.jpg?reason=x")
    assert (status, body, headers["content-type"]) == (200, JPEG, "image/jpeg")
    same = get(centre, f"{path}/snapshot.jpg?reason=x", {"If-None-Match": headers["etag"]})
    assert same[0] == 304
    assert get(centre, f"{path}/snapshot.jpg?kind=plain&reason=x")[1] == plain
    assert get(centre, f"{path}/snapshot.jpg?kind=blurred")[0] == 404


def test_pictures_and_clips_without_a_blurred_one_are_for_those_who_may_see_faces(
    centre: Centre, camera: FakeCamera
) -> None:
    path = deliver(centre, camera, {"snapshot_boxed.jpg": JPEG, "clip.mp4": CLIP})
    for file in ("snapshot.jpg", "clip.mp4"):
        assert get(centre, f"{path}/{file}")[0] == 422
        assert centre.api.of("operator").binary(f"{path}/{file}?reason=x")[0] == 403
    assert log_of(centre, camera) == []


def test_a_face_is_shown_only_to_somebody_who_may_and_says_why(
    centre: Centre, camera: FakeCamera
) -> None:
    blurred = JPEG + b"\xff\xd9"
    path = deliver(centre, camera, {"snapshot_boxed.jpg": JPEG, "snapshot_blurred.jpg": blurred})

    assert get(centre, f"{path}/snapshot.jpg")[1] == blurred
    assert get(centre, f"{path}/snapshot.jpg?kind=boxed")[0] == 422
    assert get(centre, f"{path}/files/snapshot_boxed.jpg")[0] == 422
    asked = f"{path}/snapshot.jpg?kind=boxed&reason={quote('truy tìm')}"
    assert get(centre, asked, who="operator")[0] == 403
    assert get(centre, asked, who="administrator")[0] == 403
    assert get(centre, asked, who="Lan")[1] == JPEG
    original = f"{path}/files/snapshot_boxed.jpg?reason=x"
    assert get(centre, original, who="operator")[0] == 403
    status, body, headers = get(centre, original, who="Minh")

    assert (status, body) == (200, JPEG)
    assert "no-store" in headers["cache-control"]
    assert log_of(centre, camera) == [
        ("unblurred", "Lan", "snapshot_boxed.jpg: truy tìm"),
        ("unblurred", "Minh", "snapshot_boxed.jpg: x"),
    ]


def test_a_blurred_picture_that_has_not_come_is_not_replaced_by_a_clear_one(
    centre: Centre, camera: FakeCamera
) -> None:
    evidence = [
        evidence_file("snapshot_boxed.jpg", JPEG),
        evidence_file("snapshot_blurred.jpg", b"later"),
    ]
    camera.send(camera.event(1, evidence=evidence))
    assert camera.upload(camera.event_id(1), "snapshot_boxed.jpg", JPEG) == 201
    until(lambda: camera.durable_seq() == 1)

    status, body, _ = get(centre, f"/api/v1/events/{camera.event_id(1)}/snapshot.jpg")

    assert status == 404
    assert b"has not come yet" in body


@pytest.mark.parametrize(
    ("asked", "status", "part", "content_range"),
    [
        (None, 200, slice(None), None),
        ("bytes=0-99", 206, slice(0, 100), "bytes 0-99/256000"),
        ("bytes=255990-", 206, slice(255_990, None), "bytes 255990-255999/256000"),
        ("bytes=-10", 206, slice(-10, None), "bytes 255990-255999/256000"),
        ("bytes=999999-", 416, slice(0, 0), None),
    ],
)
def test_a_clip_is_given_in_ranges(
    centre: Centre,
    camera: FakeCamera,
    asked: str | None,
    status: int,
    part: slice,
    content_range: str | None,
) -> None:
    path = deliver(centre, camera, {"clip.mp4": CLIP})

    answer = get(centre, f"{path}/clip.mp4?reason=x", {"Range": asked} if asked else {})

    assert answer[0] == status
    if status != 416:
        assert answer[1] == CLIP[part]
        assert answer[2].get("content-range") == content_range
        assert answer[2]["accept-ranges"] == "bytes"
        assert answer[2]["content-type"] == "video/mp4"


def test_the_clip_that_browsers_play_is_preferred(centre: Centre, camera: FakeCamera) -> None:
    path = deliver(centre, camera, {"clip.mp4": CLIP, "clip_playback.mp4": b"h264"})

    assert get(centre, f"{path}/clip.mp4?reason=x")[1] == b"h264"
    assert get(centre, f"{path}/files/clip.mp4?reason=x")[1] == CLIP


def test_each_opening_is_noted_once_with_who_it_was(centre: Centre, camera: FakeCamera) -> None:
    path = deliver(centre, camera, {"clip.mp4": CLIP})
    for begin in (0, 100, 200):
        get(centre, f"{path}/clip.mp4?reason=x", {"Range": f"bytes={begin}-"}, "Lan")
    get(centre, f"{path}/clip.mp4?reason=x")
    get(centre, f"{path}/files/clip.mp4?reason=x", who="Đại uý Minh")

    assert log_of(centre, camera) == [
        ("played", "Lan", "clip.mp4: x"),
        ("played", CALLER, "clip.mp4: x"),
        ("opened", "Đại uý Minh", "clip.mp4: x"),
    ]


def test_what_is_not_there_is_said_in_one_sentence(centre: Centre, camera: FakeCamera) -> None:
    path = deliver(centre, camera, {"snapshot.jpg": JPEG})

    for rest in ("/clip.mp4", "/files/clip.mp4", "/files/..%2F..%2Fgateway.db", "/files/x.html"):
        status, body, _ = get(centre, path + rest)
        assert status in (404, 422)
        assert b'"detail":"' in body or b"Not Found" in body


def signed_manifest(camera: FakeCamera, files: dict[str, bytes]) -> tuple[bytes, str]:
    """Return a manifest as the device signs it, and the device's public key."""
    key = Ed25519PrivateKey.generate()
    payload = {
        "version": 1,
        "camera": camera.camera,
        "event": camera.event_id(1),
        "files": [
            {
                "name": name,
                "sha256": hashlib.sha256(content).hexdigest(),
                "size_bytes": len(content),
            }
            for name, content in files.items()
        ],
    }
    public = key.public_key().public_bytes_raw().hex()
    value = key.sign(canonical_json(payload)).hex()
    signature = {"algorithm": "ed25519", "public_key": public, "value": value}
    return json.dumps({"payload": payload, "signature": signature}).encode(), public


def unpack(centre: Centre, path: str, folder: Path) -> Path:
    body = json.dumps({"reason": "hồ sơ 12/2026"})
    headers = {"Content-Type": "application/json"}
    status, content, answer = centre.api.of("Đại uý Minh").binary(
        f"{path}/export", "POST", body, headers
    )
    assert (status, answer["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        assert pack.testzip() is None
        pack.extractall(folder)
    return folder


def verify(folder: Path, *options: str) -> Any:
    command = [sys.executable, "-I", str(folder / "verify.py"), str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_pack_verifies_with_nothing_but_python(
    centre: Centre, camera: FakeCamera, tmp_path: Path
) -> None:
    files = {"snapshot.jpg": JPEG, "clip.mp4": CLIP}
    manifest, key = signed_manifest(camera, files)
    camera.send(camera.status(signing_key=key))
    path = deliver(centre, camera, {**files, "manifest.json": manifest})
    centre.api.get(path.removeprefix("/api/v1"))

    folder = unpack(centre, path, tmp_path / "pack")

    assert sorted(file.name for file in folder.iterdir()) == [
        "README.txt",
        "clip.mp4",
        "custody.json",
        "event.json",
        "manifest.json",
        "snapshot.jpg",
        "verify.py",
    ]
    assert verify(folder, "--key", key).returncode == 0
    readme = (folder / "README.txt").read_text()
    assert key in readme
    assert "Cách kiểm tra" in readme
    assert json.loads((folder / "event.json").read_text())["id"] == camera.event_id(1)
    log = json.loads((folder / "custody.json").read_text())
    assert log["whole_log_intact"] is True
    assert [line["action"] for line in log["entries"]] == ["exported"]
    (line,) = log["entries"]
    sealed = {name: line[name] for name in line if name not in ("previous", "hash")}
    expected = line["previous"].encode() + b"\n" + canonical_json(sealed)
    assert hashlib.sha256(expected).hexdigest() == line["hash"]
    assert log_of(centre, camera) == [("exported", "Đại uý Minh", "hồ sơ 12/2026")]

    (folder / "clip.mp4").write_bytes(CLIP + b"x")
    assert verify(folder, "--key", key).returncode == 1


def test_a_pack_tells_what_has_not_come_yet(
    centre: Centre, camera: FakeCamera, tmp_path: Path
) -> None:
    evidence = [evidence_file("snapshot.jpg", JPEG), evidence_file("clip.mp4", CLIP)]
    camera.send(camera.event(1, evidence=evidence))
    assert camera.upload(camera.event_id(1), "snapshot.jpg", JPEG) == 201
    until(lambda: camera.durable_seq() == 1)

    folder = unpack(centre, f"/api/v1/events/{camera.event_id(1)}", tmp_path / "pack")

    assert "not in the pack: clip.mp4" in (folder / "README.txt").read_text()
    assert not (folder / "clip.mp4").exists()


@pytest.mark.parametrize("body", [{}, {"reason": " "}, {"by": "Lan", "reason": "x"}], ids=str)
def test_nobody_takes_a_pack_without_saying_why(
    centre: Centre, camera: FakeCamera, body: Any
) -> None:
    path = deliver(centre, camera, {"snapshot.jpg": JPEG})

    assert centre.api.post(f"{path.removeprefix('/api/v1')}/export", body)[0] == 422
    assert log_of(centre, camera) == []
