"""Files of events come in pieces, from whoever has the token, and only whole and true."""

import hashlib
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.browser import Browser
from tests.gateway.camera import FakeCamera, evidence_file
from tests.gateway.conftest import Centre
from tests.peers.process import until
from tests.peers.small_disk import Neighbour, small_disk

CLIP = bytes(os.urandom(3_000_000))
EVENT = "nightly-event-1"


def folder_of(centre: Centre) -> Path:
    return Path(centre.config["evidence"]["path"])


def kept(centre: Centre, event: str) -> list[Path]:
    return sorted(folder_of(centre).glob(f"[0-9]*/*/*/{event}/*"))


def test_a_file_comes_in_pieces_and_shows_as_arrived(centre: Centre, camera: FakeCamera) -> None:
    event = camera.event_id(1)
    camera.send(camera.event(1, evidence=[evidence_file("clip.mp4", CLIP)]))
    until(lambda: camera.durable_seq() == 1)
    browser = Browser(centre.api.port)
    browser.next("hello")

    assert camera.offset(event, "clip.mp4", CLIP) == (200, 0)
    status, headers, _ = camera.put_piece(event, "clip.mp4", CLIP, 0, 1_000_000)
    assert (status, headers["upload-offset"]) == (204, "1000000")
    assert camera.offset(event, "clip.mp4", CLIP) == (200, 1_000_000)
    assert camera.put_piece(event, "clip.mp4", CLIP, 1_000_000, len(CLIP))[0] == 201

    assert browser.next("event", id=event)["evidence"][0]["arrived"] is True
    browser.close()
    assert centre.api.get(f"/events/{event}")["evidence"][0]["arrived"] is True
    (path,) = kept(centre, event)
    assert path.read_bytes() == CLIP
    began = camera.event(1).began_at
    assert path.parent.parent == folder_of(centre) / began.strftime("%Y/%m/%d")
    assert not list(folder_of(centre).glob("staging/*"))


def test_what_is_there_already_is_said_and_not_taken_twice(
    centre: Centre, camera: FakeCamera
) -> None:
    event = camera.event_id(1)
    assert camera.upload(event, "snapshot.jpg", CLIP) == 201

    digest = {"X-Content-SHA256": hashlib.sha256(CLIP).hexdigest()}
    path = camera.file_path(event, "snapshot.jpg")
    status, headers, _ = camera.put(path, b"", digest, "HEAD")
    assert (status, headers["upload-complete"]) == (200, "1")
    assert headers["upload-offset"] == str(len(CLIP))
    assert camera.put_piece(event, "snapshot.jpg", CLIP, 0, len(CLIP))[0] == 201
    assert len(kept(centre, event)) == 1
    # Without a hash the last one of that name is meant.
    assert camera.put(path, b"", {}, "HEAD")[1]["upload-complete"] == "1"


def test_a_file_may_come_before_its_event(centre: Centre, camera: FakeCamera) -> None:
    event = camera.event_id(1)
    assert camera.upload(event, "clip.mp4", CLIP) == 201
    camera.send(camera.event(1, evidence=[evidence_file("clip.mp4", CLIP)]))

    until(lambda: camera.durable_seq() == 1)

    assert centre.api.get(f"/events/{event}")["evidence"][0]["arrived"] is True


def test_another_content_under_the_same_name_is_another_file(
    centre: Centre, camera: FakeCamera
) -> None:
    event = camera.event_id(1)
    first, second = b"first" * 100, b"second" * 100
    assert camera.upload(event, "snapshot.jpg", first) == 201
    camera.send(camera.event(1, evidence=[evidence_file("snapshot.jpg", second)]))
    until(lambda: camera.durable_seq() == 1)
    assert centre.api.get(f"/events/{event}")["evidence"][0]["arrived"] is False

    assert camera.upload(event, "snapshot.jpg", second) == 201

    assert centre.api.get(f"/events/{event}")["evidence"][0]["arrived"] is True
    assert sorted(path.read_bytes() for path in kept(centre, event)) == [first, second]


def test_an_empty_file_is_a_file(centre: Centre, camera: FakeCamera) -> None:
    digest = {"X-Content-SHA256": hashlib.sha256(b"").hexdigest(), "Content-Length": "0"}

    assert camera.put(camera.file_path(EVENT, "manifest.json"), b"", digest)[0] == 201


def test_a_wrong_hash_throws_the_file_away_and_it_starts_anew(
    centre: Centre, camera: FakeCamera
) -> None:
    event = camera.event_id(1)
    damaged = CLIP[:-1] + bytes([CLIP[-1] ^ 1])
    headers = {
        "Content-Range": f"bytes 0-{len(CLIP) - 1}/{len(CLIP)}",
        "X-Content-SHA256": hashlib.sha256(CLIP).hexdigest(),
    }

    status, _, text = camera.put(camera.file_path(event, "clip.mp4"), damaged, headers)

    assert status == 422
    assert "anew" in text
    assert camera.offset(event, "clip.mp4", CLIP) == (200, 0)
    assert kept(centre, event) == []
    assert camera.upload(event, "clip.mp4", CLIP) == 201


@pytest.mark.parametrize("begin", [500, 1_500_000])
def test_a_piece_that_does_not_follow_is_told_where_to_go_on(
    centre: Centre, camera: FakeCamera, begin: int
) -> None:
    event = camera.event_id(1)
    assert camera.put_piece(event, "clip.mp4", CLIP, 0, 1_000_000)[0] == 204

    status, headers, _ = camera.put_piece(event, "clip.mp4", CLIP, begin, begin + 1_000_000)

    assert (status, headers["upload-offset"]) == (409, "1000000")
    assert camera.upload(event, "clip.mp4", CLIP) == 201


def test_a_piece_that_breaks_off_is_kept_and_gone_on_with(
    centre: Centre, camera: FakeCamera
) -> None:
    event = camera.event_id(1)
    head = (
        f"PUT {camera.file_path(event, 'clip.mp4')} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{centre.api.port}\r\nAuthorization: Bearer {camera.token}\r\n"
        f"Content-Range: bytes 0-{len(CLIP) - 1}/{len(CLIP)}\r\nContent-Length: {len(CLIP)}\r\n"
        f"X-Content-SHA256: {hashlib.sha256(CLIP).hexdigest()}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", centre.api.port)) as connection:
        connection.sendall(head.encode() + CLIP[:1_234_567])

    offset = until(lambda: camera.offset(event, "clip.mp4", CLIP)[1])

    assert 0 < offset <= 1_234_567
    assert camera.upload(event, "clip.mp4", CLIP) == 201
    assert kept(centre, event)[0].read_bytes() == CLIP


def test_a_file_that_came_whole_before_a_kill_is_kept_when_somebody_asks(
    centre: Centre, camera: FakeCamera
) -> None:
    event = camera.event_id(1)
    assert camera.put_piece(event, "clip.mp4", CLIP, 0, 1_000_000)[0] == 204
    partials = [it for it in folder_of(centre).rglob("*") if it.is_file() and it.stat().st_size]
    (partial,) = [it for it in partials if it.stat().st_size == 1_000_000]
    with partial.open("ab") as file:
        file.write(CLIP[1_000_000:])

    assert camera.offset(event, "clip.mp4", CLIP) == (200, len(CLIP))
    (path,) = kept(centre, event)
    assert path.read_bytes() == CLIP


def test_transfers_of_one_file_at_the_same_time_do_not_spoil_it(
    centre: Centre, camera: FakeCamera
) -> None:
    event = camera.event_id(1)
    statuses: list[int] = []

    def send() -> None:
        for _ in range(400):
            status, offset = camera.offset(event, "clip.mp4", CLIP)
            if offset >= len(CLIP):
                statuses.append(status)
                return
            end = min(len(CLIP), offset + 100_000)
            camera.put_piece(event, "clip.mp4", CLIP, offset, end)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 4
    (path,) = kept(centre, event)
    assert path.read_bytes() == CLIP


REFUSED: dict[str, tuple[int, Callable[[FakeCamera], tuple[str, bytes, dict[str, str]]]]] = {
    "no hash": (400, lambda c: (c.file_path(EVENT, "clip.mp4"), b"x", {})),
    "a hash that is none": (
        400,
        lambda c: (c.file_path(EVENT, "clip.mp4"), b"x", {"X-Content-SHA256": "../../etc"}),
    ),
    "a name with a path": (
        415,
        lambda c: (c.file_path(EVENT, "..%2F..%2Fetc_passwd.jpg"), b"x", hashed(b"x")),
    ),
    "a name with a slash": (
        415,
        lambda c: (c.file_path(EVENT, "a/b.jpg"), b"x", hashed(b"x")),
    ),
    "a name with dots": (400, lambda c: (c.file_path(EVENT, "..jpg"), b"x", hashed(b"x"))),
    "a name with a zero": (400, lambda c: (c.file_path(EVENT, "a%00.jpg"), b"x", hashed(b"x"))),
    "a name with a line feed": (
        400,
        lambda c: (c.file_path(EVENT, "a.jpg%0A"), b"x", hashed(b"x")),
    ),
    "another ending": (400, lambda c: (c.file_path(EVENT, "page.html"), b"x", hashed(b"x"))),
    "an event with a path": (
        415,
        lambda c: (c.file_path("..%2F..%2Fstaging", "a.jpg"), b"x", hashed(b"x")),
    ),
    "an event of dots": (400, lambda c: (c.file_path("..", "a.jpg"), b"x", hashed(b"x"))),
    "a range of nonsense": (
        400,
        lambda c: (
            c.file_path(EVENT, "a.jpg"),
            b"x",
            {**hashed(b"x"), "Content-Range": "bytes */1"},
        ),
    ),
    "a range that ends before it begins": (
        400,
        lambda c: (
            c.file_path(EVENT, "a.jpg"),
            b"x",
            {**hashed(b"x"), "Content-Range": "bytes 5-3/9"},
        ),
    ),
    "a range beyond its total": (
        400,
        lambda c: (
            c.file_path(EVENT, "a.jpg"),
            b"x",
            {**hashed(b"x"), "Content-Range": "bytes 9-9/9"},
        ),
    ),
    "a range that is not the body": (
        400,
        lambda c: (
            c.file_path(EVENT, "a.jpg"),
            b"xx",
            {**hashed(b"x"), "Content-Range": "bytes 0-0/9"},
        ),
    ),
    "a file that is too large": (
        413,
        lambda c: (
            c.file_path(EVENT, "a.jpg"),
            b"x",
            {**hashed(b"x"), "Content-Range": f"bytes 0-0/{600 << 20}"},
        ),
    ),
    "a wrong token": (
        401,
        lambda c: (
            c.file_path(EVENT, "a.jpg"),
            b"x",
            {**hashed(b"x"), "Authorization": "Bearer of bad news"},
        ),
    ),
    "another scheme": (
        401,
        lambda c: (
            c.file_path(EVENT, "a.jpg"),
            b"x",
            {**hashed(b"x"), "Authorization": f"Basic {c.token}"},
        ),
    ),
    "another site": (
        403,
        lambda c: (
            c.file_path(EVENT, "a.jpg"),
            b"x",
            {**hashed(b"x"), "Origin": "https://evil.example"},
        ),
    ),
}


def hashed(content: bytes) -> dict[str, str]:
    return {"X-Content-SHA256": hashlib.sha256(content).hexdigest()}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_upload_gets_one_sentence_and_leaves_nothing(
    centre: Centre, camera: FakeCamera, name: str
) -> None:
    expected, make = REFUSED[name]
    path, body, headers = make(camera)
    before = sorted(folder_of(centre).rglob("*"))

    status, _, text = camera.put(path, body, headers)

    assert status == expected, text
    assert '"detail":"' in text
    assert sorted(folder_of(centre).rglob("*")) == before


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


def test_a_full_disk_is_said_and_nothing_is_lost(
    new_centre: Callable[..., Centre],
    new_camera: Callable[..., FakeCamera],
    unique: str,
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        neighbour = Neighbour(disk)
        base = new_centre().config["evidence"]
        centre = new_centre(evidence={**base, "path": str(disk / "evidence")})
        camera = new_camera(centre, unique)
        event = camera.event_id(1)
        assert camera.put_piece(event, "clip.mp4", CLIP, 0, 1_000_000)[0] == 204
        neighbour.take_all(leave_bytes=100_000)

        status, _, text = camera.put_piece(event, "clip.mp4", CLIP, 1_000_000, len(CLIP))
        assert status == 507
        assert "free" in text
        neighbour.leave()

        assert camera.offset(event, "clip.mp4", CLIP) == (200, 1_000_000)
        assert camera.upload(event, "clip.mp4", CLIP) == 201


def test_a_disk_that_fills_in_the_middle_of_a_piece_keeps_what_came(
    new_centre: Callable[..., Centre],
    new_camera: Callable[..., FakeCamera],
    unique: str,
    tmp_path: Path,
) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        neighbour = Neighbour(disk)
        base = new_centre().config["evidence"]
        centre = new_centre(evidence={**base, "path": str(disk / "evidence")})
        camera = new_camera(centre, unique)
        event = camera.event_id(1)
        headers = {
            **hashed(CLIP),
            "Content-Range": f"bytes 0-{len(CLIP) - 1}/{len(CLIP)}",
            "Content-Length": str(len(CLIP)),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = (
            f"PUT {camera.file_path(event, 'clip.mp4')} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{centre.api.port}\r\nAuthorization: Bearer {camera.token}\r\n{lines}"
        )
        with socket.create_connection(("127.0.0.1", centre.api.port)) as connection:
            connection.sendall(head.encode() + b"\r\n" + CLIP[:1_500_000])
            until(lambda: camera.offset(event, "clip.mp4", CLIP)[1] > 0)
            neighbour.take_all()
            connection.sendall(CLIP[1_500_000:])
            assert connection.recv(12) == b"HTTP/1.1 507"
        neighbour.leave()

        assert camera.offset(event, "clip.mp4", CLIP)[1] >= 1 << 20
        assert camera.upload(event, "clip.mp4", CLIP) == 201
