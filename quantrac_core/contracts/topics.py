"""MQTT topics of the product, built and parsed in one place."""

from typing import Final, NamedTuple

ROOT: Final = "quantrac/v1"


class StationTopic(NamedTuple):
    """A parsed ``quantrac/v1/stations/<station>/<leaf>``."""

    station: str
    leaf: str


def station_topic(station: str, leaf: str) -> str:
    """Return the topic of one station, for example ``…/stations/thanh-hai/readings``."""
    return f"{ROOT}/stations/{station}/{leaf}"


def every_station(leaf: str) -> str:
    """Return the filter that matches ``leaf`` of every station."""
    return f"{ROOT}/stations/+/{leaf}"


def parse_station_topic(topic: str) -> StationTopic | None:
    """Return station and leaf, or None where the topic is not a station's."""
    parts = topic.split("/")
    if len(parts) != 5 or parts[0] != "quantrac" or parts[1] != "v1" or parts[2] != "stations":
        return None
    return StationTopic(parts[3], parts[4])


class CameraTopic(NamedTuple):
    """A parsed ``quantrac/v1/cameras/<camera>/<leaf>``."""

    camera: str
    leaf: str


def camera_topic(camera: str, leaf: str) -> str:
    """Return the topic of one camera, for example ``…/cameras/viettel-360/events``."""
    return f"{ROOT}/cameras/{camera}/{leaf}"


def every_camera(leaf: str) -> str:
    """Return the filter that matches ``leaf`` of every camera."""
    return f"{ROOT}/cameras/+/{leaf}"


def parse_camera_topic(topic: str) -> CameraTopic | None:
    """Return camera and leaf, or None where the topic is not a camera's."""
    parts = topic.split("/")
    if len(parts) != 5 or parts[0] != "quantrac" or parts[1] != "v1" or parts[2] != "cameras":
        return None
    return CameraTopic(parts[3], parts[4])
