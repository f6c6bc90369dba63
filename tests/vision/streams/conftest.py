"""A camera server for a module, streams that are stopped at the end, and leaked threads found."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from quantrac_core.runtime.clock import SystemClock
from tests.peers.process import until
from vision.streams.camera_stream import CameraStream
from vision.streams.packet_ring import PacketRing
from vision.streams.settings import StreamSettings

Open = Callable[..., CameraStream]
PATIENT = {
    "connect_timeout_s": 4.0,
    "stall_timeout_s": 1.0,
    "retry_first_s": 0.1,
    "retry_most_s": 0.3,
}


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("p@ss:w/rd?ố\n")
    return file


@pytest.fixture
def open_stream() -> Iterator[Open]:
    """Start streams by their url; stop them at the end and see that no thread stays behind."""
    streams: list[CameraStream] = []

    def open_one(
        url: str, *, ring: PacketRing | None = None, mode: Any = None, **settings: Any
    ) -> CameraStream:
        stream = CameraStream(
            f"cam-{len(streams)}/main",
            StreamSettings.model_validate({"url": url, **PATIENT, **settings}),
            SystemClock(),
            ring=ring,
            mode=mode,
        )
        streams.append(stream)
        stream.start()
        return stream

    yield open_one
    for stream in streams:
        stream.stop()
    until(lambda: not stream_threads())


def stream_threads() -> list[str]:
    """Return the names of the threads that streams have started and that still run."""
    return [each.name for each in threading.enumerate() if each.name.startswith("stream ")]
