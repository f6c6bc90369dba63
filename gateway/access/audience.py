"""Who hears which kind of event on the stream of server-sent events."""

from collections.abc import Callable
from typing import Final, Literal

from gateway.access.permissions import Permission
from gateway.access.principal import Principal

Audience = Callable[[str, str], bool]
"""Tells of an event's kind and subject (a station or camera) whether somebody may hear it."""
CAMERA_PREFIX: Final = "camera/"
"""Before a camera where a subject may be either; no station's id holds a slash."""
SINK_PREFIX: Final = "sink/"
"""Before a sink for notices, which concerns the whole centre."""
Subject = Literal["station", "camera", "source", "all"]
HEARD_WITH: Final[dict[str, tuple[Permission, Subject]]] = {
    "scan": (Permission.SEE_STATIONS, "station"),
    "station": (Permission.SEE_STATIONS, "station"),
    "alarm": (Permission.SEE_STATIONS, "source"),
    "camera": (Permission.SEE_EVENTS, "camera"),
    "event": (Permission.SEE_EVENTS, "camera"),
}
"""By kind of event: what it takes, and what its subject is. A kind that is missing fails loudly."""


def everybody(_event: str, _subject: str) -> bool:
    """Let everything through."""
    return True


def audience_of(principal: Principal) -> Audience:
    """Return the filter for one listener."""

    def hears(event: str, subject: str) -> bool:
        permission, kind = HEARD_WITH[event]
        if not principal.may(permission):
            return False
        if kind == "source" and subject.startswith(SINK_PREFIX):
            return principal.reaches_everything
        if kind == "source":
            kind = "camera" if subject.startswith(CAMERA_PREFIX) else "station"
            subject = subject.removeprefix(CAMERA_PREFIX)
        if kind == "station":
            return principal.reaches_station(subject)
        return kind == "all" or principal.reaches_camera(subject)

    return hears
