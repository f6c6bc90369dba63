"""One picture of a camera's stream, for a preview."""

from pathlib import Path
from typing import Final

from quantrac_core.contracts.errors import QuantracError
from quantrac_core.runtime.clock import SystemClock
from vision.scene.frame import Image
from vision.settings import load_vision_settings
from vision.streams.camera_stream import CameraStream

PATIENCE_S: Final = 20.0


class NoPicture(QuantracError):
    """The camera gave no picture in time; the text says why."""


def grab_picture(config: Path, camera: str) -> Image:
    """Return the first picture of the stream that detection would see.

    Raises:
        ConfigErrors: the configuration is faulty.
        NoPicture: none came within twenty seconds.
    """
    settings = load_vision_settings(config)
    streams = next(it.streams for it in settings.cameras if it.id == camera)
    stream = CameraStream(camera, streams.stream(streams.serving("detect")), SystemClock())
    stream.start()
    try:
        frame = stream.take(PATIENCE_S)
        if frame is None:
            state = stream.state()
            raise NoPicture(f"camera {camera}: {state.detail or state.cause}; or give --picture")
        return frame.image
    finally:
        stream.stop()
