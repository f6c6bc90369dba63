"""Known places in the picture, as a person writes them down to calibrate a camera."""

from pathlib import Path
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from quantrac_core.config.load import read_yaml, validate
from quantrac_core.config.strict import StrictModel
from vision.optics.arrays import Floats
from vision.optics.local_plane import LocalPlane
from vision.optics.settings import MastSettings, Size

MIN_LANDMARKS = 3


class Landmark(StrictModel):
    """One place: where it appears, and where it is.

    ``pixel`` counts from the picture's upper left corner. Give ``lat`` and ``lon``, or metres
    ``east_m`` and ``north_m`` of the mast. ``height_m`` is that of the point above the ground
    at the mast's foot.
    """

    name: Annotated[str, Field(max_length=60)] = ""
    pixel: tuple[float, float]
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    east_m: Annotated[float, Field(ge=-50_000, le=50_000)] | None = None
    north_m: Annotated[float, Field(ge=-50_000, le=50_000)] | None = None
    height_m: Annotated[float, Field(ge=-1000, le=5000)] = 0.0

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        by_latlon = (self.lat is not None, self.lon is not None)
        by_metres = (self.east_m is not None, self.north_m is not None)
        if (by_latlon, by_metres) not in (
            ((True, True), (False, False)),
            ((False, False), (True, True)),
        ):
            raise ValueError("either lat and lon, or east_m and north_m")
        return self


class LandmarkList(StrictModel):
    """The file of landmarks; ``picture_px`` is the size of the picture they were read from."""

    picture_px: Size | None = None
    landmarks: Annotated[list[Landmark], Field(min_length=MIN_LANDMARKS, max_length=500)]


def load_landmarks(path: Path) -> LandmarkList:
    """Return the landmarks in a YAML file.

    Raises:
        ConfigErrors: one entry for each fault.
    """
    return validate(read_yaml(path), LandmarkList, str(path))


def from_lens(landmarks: list[Landmark], mast: MastSettings) -> Floats:
    """Return metres east, north, up (n, 3) of the landmarks, seen from the camera's lens."""
    plane = LocalPlane(mast.lat, mast.lon)
    places = np.empty((len(landmarks), 3))
    for row, landmark in enumerate(landmarks):
        if landmark.lat is not None and landmark.lon is not None:
            places[row, :2] = plane.ground(np.array([landmark.lat, landmark.lon]))
        else:
            places[row, :2] = landmark.east_m or 0.0, landmark.north_m or 0.0
        places[row, 2] = landmark.height_m - mast.height_m
    return places
