"""An upload that is wrong gets one sentence, and leaves nothing behind."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from tests.gateway.camera import FakeCamera, hashed
from tests.gateway.conftest import Centre

EVENT = "nightly-event-1"


class Wrong(NamedTuple):
    """What is wrong with an upload of one byte; ``{token}`` stands for the camera's own."""

    status: int
    name: str = "a.jpg"
    event: str = EVENT
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b"x"


WRONG = {
    "no hash": Wrong(400, headers={"X-Content-SHA256": ""}),
    "a hash that is none": Wrong(400, headers={"X-Content-SHA256": "../../etc"}),
    "a name with a path": Wrong(415, "..%2F..%2Fetc_passwd.jpg"),
    "a name with a slash": Wrong(415, "a/b.jpg"),
    "a name with dots": Wrong(400, "..jpg"),
    "a name with a zero": Wrong(400, "a%00.jpg"),
    "a name with a line feed": Wrong(400, "a.jpg%0A"),
    "another ending": Wrong(400, "page.html"),
    "an event with a path": Wrong(415, event="..%2F..%2Fstaging"),
    "an event of dots": Wrong(400, event=".."),
    "a range of nonsense": Wrong(400, headers={"Content-Range": "bytes */1"}),
    "a range that ends before it begins": Wrong(400, headers={"Content-Range": "bytes 5-3/9"}),
    "a range beyond its total": Wrong(400, headers={"Content-Range": "bytes 9-9/9"}),
    "a range that is not the body": Wrong(
        400, headers={"Content-Range": "bytes 0-0/9"}, body=b"xx"
    ),
    "a file that is too large": Wrong(413, headers={"Content-Range": f"bytes 0-0/{600 << 20}"}),
    "a wrong token": Wrong(401, headers={"Authorization": "Bearer of bad news"}),
    "another scheme": Wrong(401, headers={"Authorization": "Basic {token}"}),
    "another site": Wrong(403, headers={"Origin": "https://evil.example"}),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_upload_gets_one_sentence_and_leaves_nothing(
    centre: Centre, camera: FakeCamera, name: str
) -> None:
    wrong = WRONG[name]
    said = {key: text.format(token=camera.token) for key, text in wrong.headers.items()}
    headers = {key: text for key, text in {**hashed(wrong.body), **said}.items() if text}
    before = sorted(centre.evidence_folder.rglob("*"))

    path = camera.file_path(wrong.event, wrong.name)
    status, _, text = camera.put(path, wrong.body, headers)

    assert status == wrong.status, text
    assert '"detail":"' in text
    assert sorted(centre.evidence_folder.rglob("*")) == before


def test_no_other_route_takes_a_binary_body(centre: Centre, camera: FakeCamera) -> None:
    for path in ("/api/v1/events/nightly-event-1/lock", "/api/v1/alarms/some/ack"):
        assert camera.put(path, b"x", {}, "POST")[0] == 415
    assert camera.put(f"/api/v1/cameras/{camera.camera}", b"x")[0] == 415
    assert camera.put(camera.file_path(EVENT, "a.jpg"), b"x", hashed(b"x"), "POST")[0] == 415


def test_an_event_has_so_many_files_and_no_more(centre: Centre, camera: FakeCamera) -> None:
    statuses = []
    for number in range(50):
        content = b"%d" % number
        statuses.append(camera.put(camera.file_path(EVENT, "a.jpg"), content, hashed(content))[0])

    assert statuses == [201] * 48 + [413] * 2


def test_a_token_may_be_for_some_cameras_only(
    new_centre: Callable[..., Centre], new_camera: Callable[..., FakeCamera], tmp_path: Path
) -> None:
    (tmp_path / "narrow").write_text("a-token-for-one-camera")
    token = {"token": {"file": str(tmp_path / "narrow")}, "cameras": ["gate-1"]}
    evidence = {"path": str(tmp_path / "e"), "upload_tokens": [token], "min_free_mb": 0}
    centre = new_centre(evidence=evidence, accept_any_camera=False, cameras=["gate-1", "gate-2"])
    for name, status in (("gate-1", 201), ("gate-2", 403)):
        camera = new_camera(centre, name)
        camera.token = "a-token-for-one-camera"
        answer = camera.put(camera.file_path(EVENT, "a.jpg"), b"x", hashed(b"x"))
        assert answer[0] == status, answer[2]


@pytest.mark.parametrize("evidence", [None, {"path": "nowhere"}], ids=["no folder", "no token"])
def test_without_folder_and_token_uploads_are_refused_with_a_clear_word(
    new_centre: Callable[..., Centre],
    new_camera: Callable[..., FakeCamera],
    unique: str,
    evidence: Any,
) -> None:
    centre = new_centre(evidence=evidence)
    camera = new_camera(centre, unique)

    status, _, text = camera.put(camera.file_path(EVENT, "a.jpg"), b"x", hashed(b"x"))

    assert status == 403
    assert "evidence.upload_tokens" in text
