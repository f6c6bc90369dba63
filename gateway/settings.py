"""The gateway's configuration file, as strict models."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from gateway.access.settings import AccessSettings
from gateway.alarms.settings import AlarmSettings
from gateway.api.map_settings import MapSettings
from gateway.api.settings import HttpSettings
from gateway.evidence.settings import CameraId, EvidenceSettings
from gateway.notification.settings import NotificationSettings
from gateway.reports.settings import ReportSettings
from quantrac_core.config.secrets import Secret
from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.identifiers import STATION_ID_RULE, is_station_id
from quantrac_core.runtime.mqtt_settings import MqttSettings


def _station_id(text: str) -> str:
    if not is_station_id(text):
        raise ValueError(STATION_ID_RULE)
    return text


StationId = Annotated[str, AfterValidator(_station_id)]
HttpUrl = Annotated[str, Field(pattern=r"^https?://[^\s/@]+(/[^\s?#]*)?$", max_length=300)]


class GatewaySettings(StrictModel):
    """Who this gateway is; processes that share the load need different names."""

    name: str = Field(default="gateway", pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")


class SqliteStoreSettings(StrictModel):
    """The embedded store, one file."""

    kind: Literal["sqlite"]
    path: Path
    raw_days: int = Field(default=400, ge=1, le=36_500)
    rollup_days: int = Field(default=3_650, ge=1, le=36_500)


def is_loopback_url(url: str) -> bool:
    """Tell whether ``url`` names this machine, where compressing costs more than it saves."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class InfluxStoreSettings(StrictModel):
    """InfluxDB 2; retention is set there; ``gzip`` is on by default to another machine only."""

    kind: Literal["influxdb2"]
    url: HttpUrl
    org: str = Field(min_length=1, max_length=200)
    bucket: str = Field(min_length=1, max_length=200)
    token: Secret | None = None
    timeout_s: float = Field(default=5.0, gt=0, le=60)
    gzip: bool | None = None


class VictoriaStoreSettings(StrictModel):
    """VictoriaMetrics; ``settle_s`` is how long a crash of it may still lose what it took."""

    kind: Literal["victoriametrics"]
    url: HttpUrl
    token: Secret | None = None
    timeout_s: float = Field(default=5.0, gt=0, le=60)
    gzip: bool | None = None
    settle_s: float = Field(default=10.0, ge=0, le=600)


def wants_gzip(settings: InfluxStoreSettings | VictoriaStoreSettings) -> bool:
    """Tell whether writes are compressed."""
    return not is_loopback_url(settings.url) if settings.gzip is None else settings.gzip


StoreSettings = Annotated[
    SqliteStoreSettings | InfluxStoreSettings | VictoriaStoreSettings, Field(discriminator="kind")
]


class DatabaseSettings(StrictModel):
    """A SQLite file (``path``), or an address with its password (``url``), as a secret."""

    path: Path | None = None
    url: Secret | None = None

    @model_validator(mode="after")
    def _names_one_place(self) -> "DatabaseSettings":
        if (self.path is None) == (self.url is None):
            raise ValueError("give exactly one of 'path' and 'url'")
        return self

    def address(self) -> str:
        """Return the SQLAlchemy URL."""
        if self.url is not None:
            return self.url.reveal()
        assert self.path is not None
        return f"sqlite:///{self.path.absolute()}"

    def beside(self, name: str) -> Path:
        """Return a file beside the database's; for a server, where systemd lets us keep state."""
        if self.path is not None:
            return self.path.with_name(name)
        return Path(os.environ.get("STATE_DIRECTORY", ".").partition(":")[0], name)


class IngestSettings(StrictModel):
    """Bounds and patience of the way from MQTT to the store."""

    batch_values: int = Field(default=20_000, ge=1, le=100_000)
    linger_ms: int = Field(default=50, ge=0, le=5_000)
    ack_interval_ms: int = Field(default=100, ge=10, le=60_000)
    receive_maximum: int = Field(default=2_000, ge=1, le=65_535)
    max_waiting: int = Field(default=20_000, ge=100, le=1_000_000)
    max_future_s: float = Field(default=300.0, ge=1, le=86_400)
    replay_after_s: float = Field(default=10.0, ge=0.5, le=3_600)
    replay_interval_s: float = Field(default=10.0, ge=0.5, le=3_600)
    max_unsettled_values: int = Field(default=2_000_000, ge=1_000, le=100_000_000)
    session_expiry_s: int = Field(default=3_600, ge=0, le=604_800)
    shared_group: str | None = Field(default=None, pattern=r"^[a-z0-9-]{1,40}$")


class GatewayConfig(StrictModel):
    """Everything in ``gateway.yaml``."""

    gateway: GatewaySettings = GatewaySettings()
    mqtt: MqttSettings
    store: StoreSettings
    database: DatabaseSettings
    http: HttpSettings = HttpSettings()
    access: AccessSettings = AccessSettings()
    stations: list[StationId] = Field(default=[], max_length=10_000)
    accept_any_station: bool = False
    cameras: list[CameraId] = Field(default=[], max_length=10_000)
    accept_any_camera: bool = False
    evidence: EvidenceSettings | None = None
    reports: ReportSettings | None = None
    ingest: IngestSettings = IngestSettings()
    alarms: AlarmSettings = AlarmSettings()
    notification: NotificationSettings = NotificationSettings()
    map: MapSettings = MapSettings()

    @model_validator(mode="after")
    def _knows_its_peers(self) -> "GatewayConfig":
        for key, names in (("stations", self.stations), ("cameras", self.cameras)):
            if len(set(names)) != len(names):
                twice = sorted({name for name in names if names.count(name) > 1})
                raise ValueError(f"{key}: {', '.join(twice)} is listed twice")
        if not self.stations and not self.accept_any_station:
            raise ValueError("stations: at least one id, or accept_any_station: true")
        return self
