"""Who owns an outbox: a station by its bare id, a camera behind a prefix that no id can have."""

from typing import Final

from quantrac_core.contracts.topics import camera_topic, station_topic

_CAMERA: Final = "camera/"


def camera_source(camera: str) -> str:
    """Return the source that stands for a camera."""
    return _CAMERA + camera


def is_camera_source(source: str) -> bool:
    """Tell whether a source is a camera."""
    return source.startswith(_CAMERA)


def source_topic(source: str, leaf: str) -> str:
    """Return the topic on which a source is answered."""
    if is_camera_source(source):
        return camera_topic(source.removeprefix(_CAMERA), leaf)
    return station_topic(source, leaf)
