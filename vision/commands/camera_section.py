"""The part of the configuration that geometry needs, of one camera."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from quantrac_core.config.load import apply_environment, read_yaml, validate
from quantrac_core.contracts.errors import ConfigError, ConfigErrors
from vision.optics.arrays import OpticsFault
from vision.optics.coverage import CoverageMap, WatchedZone
from vision.optics.settings import AutoViews, LensSettings, MastSettings, ViewsSettings
from vision.optics.spaces import Spaces
from vision.pipeline.blind_rules import rules_that_cannot_see, watched_zone
from vision.rules.settings import Rules, Zones


class CameraSection(BaseModel):
    """A camera's geometry, zones and rules; its streams and the rest are not looked at."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    lens: LensSettings
    mast: MastSettings
    views: ViewsSettings = AutoViews()
    zones: Zones = Field(default_factory=list)
    rules: Rules = Field(default_factory=list)

    def watched_zones(self) -> list[WatchedZone]:
        """Return the zones as geometry takes them."""
        return [watched_zone(zone) for zone in self.zones]

    def picture_px(self) -> tuple[int, int]:
        """Return the size of the picture that the lens speaks of.

        Raises:
            OpticsFault: if the lens does not say it.
        """
        size: tuple[int, int] | None = getattr(self.lens, "picture_px", None)
        if size is None:
            raise OpticsFault(
                f"camera {self.id}: the size of its picture is not known; "
                f"give a picture, or lens.picture_px"
            )
        return size

    def rules_that_cannot_see(self, coverage: CoverageMap, spaces: Spaces) -> list[str]:
        """Return a sentence for each rule whose zone lies where its objects are too small."""
        return rules_that_cannot_see(self.rules, self.zones, self.views, coverage, spaces)


class _Cameras(BaseModel):
    model_config = ConfigDict(extra="ignore")

    cameras: list[CameraSection] = Field(min_length=1, max_length=1000)


def load_camera(path: Path, camera: str | None) -> CameraSection:
    """Return one camera's section of a configuration file.

    Args:
        camera: its id; None where the file has only one.

    Raises:
        ConfigErrors: one entry for each fault, or for a camera that is not there.
    """
    document = apply_environment(read_yaml(path), os.environ)
    cameras = validate(document, _Cameras, str(path)).cameras
    if camera is None and len(cameras) == 1:
        return cameras[0]
    for section in cameras:
        if section.id == camera:
            return section
    allowed = "--camera with one of " + ", ".join(section.id for section in cameras)
    raise ConfigErrors([ConfigError(str(path), "cameras", camera or "(not said)", allowed)])
