"""A camera of the police desk's tests: real pictures and a real clip, uploaded as vision does."""

import contextlib
import io
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import av
import cv2
import numpy as np

from quantrac_core.contracts.camera_messages import RuleNotice
from tests.gateway.camera import FakeCamera, evidence_file
from tests.peers.process import until

FILES = ("snapshot.jpg", "snapshot_boxed.jpg", "snapshot_blurred.jpg", "clip.mp4")
"""Of an event, as a camera's computer makes them unless told otherwise."""
CLIP_S = 8.0
CLIP_FPS = 25
MOMENT_IN_CLIP_S = 3.0
PREVIEW_INTERVAL_S = 0.3
GATE = RuleNotice(
    "dot-nhap",
    "intrusion",
    "cong-chinh",
    "Đột nhập cổng chính",
    "Intrusion at the main gate",
    [(11.5796, 108.9901), (11.5796, 108.9905), (11.5799, 108.9905)],
)


@cache
def picture(text: str, grey: int = 120) -> bytes:
    """Return a JPEG of 640 × 640 pixels with an object at the event's box."""
    image = np.full((640, 640, 3), grey, np.uint8)
    cv2.rectangle(image, (256, 192), (288, 320), (30, 30, 220), -1)
    cv2.putText(image, text, (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (255, 255, 255), 3)
    return cv2.imencode(".jpg", image)[1].tobytes()


@cache
def clip() -> bytes:
    """Return a fragmented MP4 (H.264) of ``CLIP_S`` seconds, as clips are written."""
    file = io.BytesIO()
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    with av.open(file, "w", format="mp4", options=options) as container:
        stream = container.add_stream("libx264", rate=CLIP_FPS)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.gop_size = CLIP_FPS
        stream.options = {"bf": "0"}
        for number in range(int(CLIP_S * CLIP_FPS)):
            image = np.full((240, 320, 3), 40 + number % 200, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


class DeskCamera(FakeCamera):
    """One camera with its own numbers, whose events a test makes happen."""

    def __init__(self, broker_port: int, http_port: int, camera: str) -> None:
        super().__init__(broker_port, http_port, camera)
        self.seq = 0

    def announce(self, state: str = "live", **more: Any) -> None:
        """Publish the status, with the rule at the gate."""
        self.send(self.status(state, rules=[GATE], **more))

    def happen(
        self,
        number: int,
        ago_s: float = 20.0,
        files: tuple[str, ...] = FILES,
        upload: bool = True,
        **more: Any,
    ) -> str:
        """Publish an event that began ``ago_s`` ago and send its files; return its id.

        It is over after 3 s, unless ``phase`` says otherwise.
        """
        began = datetime.now(UTC) - timedelta(seconds=ago_s)
        is_open = more.get("phase", "end") != "end"
        contents = {name: self.content(name) for name in files}
        fields: dict[str, Any] = {
            "phase": "end",
            "began_at": began,
            "ended_at": None if is_open else began + timedelta(seconds=3),
            "clip_began_at": began - timedelta(seconds=MOMENT_IN_CLIP_S),
            "evidence": [evidence_file(name, body) for name, body in contents.items()],
        }
        self.seq += 1
        event = self.event(self.seq, number, **{**fields, **more})
        self.send(event)
        until(lambda: self.durable_seq() >= self.seq)
        if upload:
            self.deliver(event.id, files)
        return event.id

    def deliver(self, event_id: str, files: tuple[str, ...]) -> None:
        """Upload the files of an event."""
        for name in files:
            assert self.upload(event_id, name, self.content(name)) == 201

    def content(self, name: str) -> bytes:
        """Return the bytes of a file by its name."""
        return clip() if name.endswith(".mp4") else picture(name.partition(".")[0])

    def show(self, jpeg: bytes, taken_at: datetime | None = None) -> None:
        """Send one preview picture."""
        at = (taken_at or datetime.now(UTC)).isoformat()
        headers = {"Content-Type": "image/jpeg", "X-Taken-At": at}
        status, _, text = self.put(f"/api/v1/cameras/{self.camera}/preview", jpeg, headers)
        assert status == 200, text

    @contextlib.contextmanager
    def filming(self) -> Iterator[Callable[[], int]]:
        """Send preview pictures until the end of the block; yields how many were sent."""
        stop = threading.Event()
        sent = 0

        def film() -> None:
            nonlocal sent
            while not stop.is_set():
                self.show(picture(f"{sent % 7}", 60 + sent % 7 * 25))
                sent += 1
                stop.wait(PREVIEW_INTERVAL_S)

        thread = threading.Thread(target=film, name=f"film {self.camera}")
        thread.start()
        try:
            yield lambda: sent
        finally:
            stop.set()
            thread.join()
