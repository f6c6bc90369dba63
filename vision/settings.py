"""The configuration of `quantrac-vision`: cameras, model, evidence, centre, broker."""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from quantrac_core.config.load import load_config
from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.identifiers import STATION_ID_RULE, is_station_id
from quantrac_core.runtime.mqtt_settings import MqttSettings
from vision.attention.settings import AttentionSettings
from vision.background.settings import BackgroundSettings
from vision.delivery.settings import CentreSettings, DeliverySettings
from vision.detection.settings import ModelSettings
from vision.evidence.settings import EvidenceSettings, MaskSettings
from vision.optics.settings import AutoViews, LensSettings, ManualViews, MastSettings, ViewsSettings
from vision.rules.calendars import Calendar
from vision.rules.contradictions import contradictions
from vision.rules.settings import Rules, Zones, ZoneSettings
from vision.streams.settings import StreamsSettings
from vision.tracking.settings import TrackerSettings
from vision.trust.settings import TrustSettings

PICTURE_VIEW = "picture"


def _safe_id(text: str) -> str:
    if not is_station_id(text):
        raise ValueError(STATION_ID_RULE)
    return text


SafeId = Annotated[str, AfterValidator(_safe_id)]


class VisionIdentity(StrictModel):
    """Which machine this is."""

    id: SafeId


class CameraSettings(StrictModel):
    """One camera: where it hangs, what it shows, what is watched for."""

    id: SafeId
    name_vi: Annotated[str, Field(max_length=120)] = ""
    name_en: Annotated[str, Field(max_length=120)] = ""
    streams: StreamsSettings
    lens: LensSettings
    mast: MastSettings
    views: ViewsSettings = AutoViews()
    zones: Zones = Field(default_factory=list)
    rules: Rules = Field(default_factory=list)
    masks: Annotated[list[MaskSettings], Field(max_length=50)] = Field(default_factory=list)
    attention: AttentionSettings = AttentionSettings()
    tracking: TrackerSettings = TrackerSettings()
    background: BackgroundSettings = BackgroundSettings()
    trust: TrustSettings = TrustSettings()

    @property
    def zone_views(self) -> set[str]:
        """Names of the views in which zones are drawn."""
        return {zone.view for zone in self.zones if zone.view is not None}

    @property
    def ruled_zones(self) -> list[ZoneSettings]:
        """The zones that some rule watches."""
        named = {rule.zone_name for rule in self.rules}
        return [zone for zone in self.zones if zone.name in named]


class VisionSettings(StrictModel):
    """Everything `quantrac-vision` needs."""

    vision: VisionIdentity
    data_dir: Path
    mqtt: MqttSettings = MqttSettings()
    centre: CentreSettings = CentreSettings()
    delivery: DeliverySettings = DeliverySettings()
    model: ModelSettings
    evidence: EvidenceSettings = EvidenceSettings()
    calendars: Annotated[dict[str, Calendar], Field(max_length=50)] = Field(default_factory=dict)
    cameras: Annotated[list[CameraSettings], Field(min_length=1, max_length=64)]

    @model_validator(mode="after")
    def _cameras_are_sound(self) -> Self:
        doubled = [name for name, n in Counter(each.id for each in self.cameras).items() if n > 1]
        if doubled:
            raise ValueError(f"cameras: an id of its own for each, but {doubled[0]} appears twice")
        faults = [
            f"camera {camera.id}: {fault}"
            for camera in self.cameras
            for fault in contradictions(
                camera.rules,
                camera.zones,
                calendars=self.calendars,
                views=_view_names(camera.views),
                labels=self.model.classes or None,
            )
        ]
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _view_names(views: ViewsSettings) -> set[str] | None:
    """The views' names where the configuration lists them, else None."""
    if isinstance(views, ManualViews):
        return {view.name for view in views.views} | {PICTURE_VIEW}
    return None


def load_vision_settings(path: Path) -> VisionSettings:
    """Return the checked configuration in ``path``.

    Raises:
        ConfigErrors: one entry per fault.
    """
    return load_config(path, VisionSettings)


def config_sha256(path: Path) -> str:
    """Return the hash of the configuration as it was read, for manifests."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
