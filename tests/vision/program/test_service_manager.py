"""What systemd hears from vision, over a real notification socket."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.peers.process import running, until
from tests.peers.rtsp_server import Mount, RtspServer
from tests.peers.service_manager import (
    absent_peer,
    notification_socket,
    silent_peer,
    unreachable_peer,
)
from tests.peers.vision import Vision, vision_config
from tests.vision.program import yard
from tests.vision.program.site import Site, camera


def test_ready_then_watchdog_again_and_again_then_stopping(
    site: Site, pictures: yard.Picture, tmp_path: Path
) -> None:
    path = tmp_path / "notify"
    mounts = {"/main": Mount(yard.encode(pictures[:20]), 2_000)}
    environment = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "300000"}
    with (
        notification_socket(path) as manager,
        running(RtspServer(tmp_path, mounts)) as server,
        site.vision(camera("kho", server.url()), environment=environment) as vision,
    ):
        heard: list[bytes] = []
        while b"READY=1" not in heard or heard.count(b"WATCHDOG=1") < 4:
            heard.append(manager.recv(200))
        assert vision.stop() == 0
        while b"STOPPING=1" not in heard:
            heard.append(manager.recv(200))
    assert set(heard) == {b"READY=1", b"WATCHDOG=1", b"STOPPING=1"}
    assert heard.count(b"READY=1") == 1


@pytest.mark.parametrize("peer", [absent_peer, silent_peer, unreachable_peer])
def test_no_state_of_broker_centre_or_camera_holds_up_the_start_or_the_stop(
    model: dict[str, Any], tmp_path: Path, peer: Callable[[], AbstractContextManager[int]]
) -> None:
    path = tmp_path / "notify"
    with (
        notification_socket(path) as manager,
        peer() as broker_port,
        peer() as http_port,
        peer() as camera_port,
    ):
        one = camera("kho", f"rtsp://127.0.0.1:{camera_port}/main")
        one["streams"]["main"]["connect_timeout_s"] = 120
        config = vision_config(tmp_path, broker_port, http_port, model, [one])
        config["mqtt"]["connect_timeout_s"] = 120
        with Vision(tmp_path, config, environment={"NOTIFY_SOCKET": str(path)}) as vision:
            assert manager.recv(200) == b"READY=1"
            until(lambda: "watching kho" in vision.log(), told_by=vision.log)
            assert vision.stop(within_s=30) == 0
            assert "Traceback" not in vision.log()
