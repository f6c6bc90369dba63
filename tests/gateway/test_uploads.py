"""Files of events come in pieces, from whoever has the token, and only whole and true."""

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.browser import Browser
from tests.gateway.camera import FakeCamera, evidence_file, hashed
from tests.gateway.conftest import Centre
from tests.peers.process import until
from tests.peers.small_disk import Neighbour, small_disk

CLIP = bytes(os.urandom(3_000_000))
EVENT = "nightly-event-1"


def kept(centre: Centre, event: str) -> list[Path]:
    return sorted(centre.evidence_folder.glob(f"[0-9]*/*/*/{event}/*"))


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
    assert path.parent.parent == centre.evidence_folder / began.strftime("%Y/%m/%d")
    assert not list(centre.evidence_folder.glob("staging/*"))


def test_what_is_there_already_is_said_and_not_taken_twice(
    centre: Centre, camera: FakeCamera
) -> None:
    event = camera.event_id(1)
    assert camera.upload(event, "snapshot.jpg", CLIP) == 201

    path = camera.file_path(event, "snapshot.jpg")
    status, headers, _ = camera.put(path, b"", hashed(CLIP), "HEAD")
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
    headers = {**hashed(b""), "Content-Length": "0"}

    assert camera.put(camera.file_path(EVENT, "manifest.json"), b"", headers)[0] == 201


def test_a_wrong_hash_throws_the_file_away_and_it_starts_anew(
    centre: Centre, camera: FakeCamera
) -> None:
    event = camera.event_id(1)
    damaged = CLIP[:-1] + bytes([CLIP[-1] ^ 1])
    headers = {
        "Content-Range": f"bytes 0-{len(CLIP) - 1}/{len(CLIP)}",
        **hashed(CLIP),
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
        f"X-Content-SHA256: {hashed(CLIP)['X-Content-SHA256']}\r\n\r\n"
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
    partials = [
        it for it in centre.evidence_folder.rglob("*") if it.is_file() and it.stat().st_size
    ]
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
