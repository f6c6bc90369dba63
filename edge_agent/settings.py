"""The configuration of a station: identity, links, channels with limits, outbox, broker."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from edge_agent.alarms.rules import AlarmRule, contradictions
from edge_agent.quality.rules import QualityRules, default_rules
from quantrac_core.config.load import apply_environment, load_config, read_yaml, validate
from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.errors import ConfigError, ConfigErrors
from quantrac_core.contracts.identifiers import STATION_ID_RULE, is_station_id
from quantrac_core.contracts.messages import Level, Side
from quantrac_core.runtime.mqtt_settings import MqttSettings
from station_drivers.links import LinkSettings, check_channel_names
from station_drivers.register_map import RegisterMap

SHOWN_NAMES = 40
_BASIS = re.compile(r"value|mean_([1-9][0-9]{0,5})s")


def _check_station_id(text: str) -> str:
    if not is_station_id(text):
        raise ValueError(STATION_ID_RULE)
    return text


class StationSettings(StrictModel):
    """Who this station is, and where: ``lat``, ``lon`` in degrees (WGS 84), both or neither."""

    id: Annotated[str, AfterValidator(_check_station_id)]
    name_vi: Annotated[str, Field(max_length=120)] = ""
    name_en: Annotated[str, Field(max_length=120)] = ""
    kind: Literal["wastewater", "stack", "other"] = "other"
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None

    @model_validator(mode="after")
    def _stands_somewhere(self) -> "StationSettings":
        if (self.lat is None) != (self.lon is None):
            raise ValueError("give both lat and lon, or neither")
        return self


class LimitSettings(StrictModel):
    """A limit in the channel's unit; it is shown beside the value and makes an alarm.

    ``basis`` is ``value`` or ``mean_<n>s``; ``source`` names the standard or the permit, and
    ``verified`` says whether somebody has checked the figure against it.
    """

    level: Level
    side: Side = "high"
    value: float
    basis: Annotated[str, Field(pattern=f"^(?:{_BASIS.pattern})$")] = "value"
    deadband: Annotated[float, Field(ge=0)] = 0.0
    on_delay_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    off_delay_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    min_coverage: Annotated[float, Field(gt=0, le=1)] = 0.8
    source: Annotated[str, Field(max_length=200)] = ""
    verified: bool = False

    def as_rule(self, channel: str) -> AlarmRule:
        """Return the alarm rule of this limit."""
        window = _BASIS.fullmatch(self.basis)
        seconds = window.group(1) if window is not None else None
        return AlarmRule(
            channel=channel,
            level=self.level,
            side=self.side,
            threshold=self.value,
            basis="mean" if seconds else "value",
            window_s=int(seconds) if seconds else None,
            deadband=self.deadband,
            on_delay_s=self.on_delay_s,
            off_delay_s=self.off_delay_s,
            min_coverage=self.min_coverage,
        )


class ChannelSettings(StrictModel):
    """How a channel is named, shown and judged."""

    label_vi: Annotated[str, Field(max_length=60)] = ""
    label_en: Annotated[str, Field(max_length=60)] = ""
    symbol: Annotated[str, Field(max_length=20)] = ""
    decimals: Annotated[int, Field(ge=0, le=6)] = 2
    quality: QualityRules | None = None
    limits: Annotated[list[LimitSettings], Field(max_length=20)] = Field(default_factory=list)


class OutboxSettings(StrictModel):
    """How the log on disk is kept."""

    history_days: Annotated[int, Field(ge=1, le=3650)] = 60
    free_low_mb: Annotated[float, Field(ge=0)] = 100.0
    free_high_mb: Annotated[float, Field(ge=0)] = 150.0
    reserve_mb: Annotated[float, Field(ge=0, le=100)] = 8.0

    @model_validator(mode="after")
    def _marks_are_apart(self) -> Self:
        if self.free_low_mb >= self.free_high_mb:
            raise ValueError("free_low_mb below free_high_mb")
        return self


class DeliverySettings(StrictModel):
    """How the outbox reaches the centre."""

    ack_timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    backfill_rate_per_s: Annotated[float, Field(gt=0, le=5000)] = 500.0
    heartbeat_s: Annotated[float, Field(ge=1, le=600)] = 10.0


class AgentSettings(StrictModel):
    """Everything `quantrac-agent` needs."""

    station: StationSettings
    poll_interval_s: Annotated[float, Field(ge=0.02, le=3600)] = 1.0
    data_dir: Path
    mqtt: MqttSettings = MqttSettings()
    links: Annotated[list[LinkSettings], Field(min_length=1, max_length=64)]
    channels: dict[str, ChannelSettings] = Field(default_factory=dict)
    outbox: OutboxSettings = OutboxSettings()
    delivery: DeliverySettings = DeliverySettings()

    @model_validator(mode="after")
    def _channels_have_names_of_their_own(self) -> Self:
        check_channel_names(self.links)
        return self

    def known_channels(self) -> set[str]:
        """Names of all channels of all links, as the station calls them."""
        return {
            unit.station_channel(channel.name)
            for link in self.links
            for unit in link.units
            for channel in unit.map.channels
        }

    def alarm_rules(self) -> list[AlarmRule]:
        """One rule for each limit of each channel."""
        return [
            limit.as_rule(name)
            for name, channel in self.channels.items()
            for limit in channel.limits
        ]

    def quality_rules(
        self, channel: str, valid_min: float | None, valid_max: float | None
    ) -> QualityRules:
        """Return the rules of a channel: written ones, else defaults, with the map's range."""
        settings = self.channels.get(channel)
        rules = default_rules(channel)
        if settings is not None and settings.quality is not None:
            written = settings.quality.model_dump(exclude_unset=True)
            rules = QualityRules.model_validate(rules.model_dump() | written)
        low = valid_min if rules.valid_min is None else rules.valid_min
        high = valid_max if rules.valid_max is None else rules.valid_max
        return rules.model_copy(update={"valid_min": low, "valid_max": high})


def load_agent_settings(path: Path) -> AgentSettings:
    """Return the configuration in ``path``; register maps are files beside it.

    Raises:
        ConfigErrors: one entry per fault, naming the file that holds it.
    """
    document = apply_environment(read_yaml(path), os.environ)
    faults: list[ConfigError] = []
    for unit in _units(document):
        name = unit.get("map")
        if isinstance(name, str):
            try:
                unit["map"] = load_config(path.parent / name, RegisterMap, {})
            except ConfigErrors as found:
                faults += [fault for fault in found.errors if str(fault) not in map(str, faults)]
    if faults:
        raise ConfigErrors(faults)
    settings = validate(document, AgentSettings, str(path))
    if faults := _disagreements(settings, str(path)):
        raise ConfigErrors(faults)
    if not settings.data_dir.is_absolute():
        settings = settings.model_copy(update={"data_dir": path.parent / settings.data_dir})
    return settings


def _disagreements(settings: AgentSettings, file: str) -> list[ConfigError]:
    """Return what each part allows and the whole does not."""
    known = settings.known_channels()
    faults = [
        ConfigError(file, "channels", name, f"a channel of the register maps: {_few(known)}")
        for name in sorted(set(settings.channels) - known)
    ]
    faults += [
        ConfigError(file, "channels", "this combination of limits", sentence)
        for sentence in contradictions(settings.alarm_rules())
    ]
    return faults


def _few(names: set[str]) -> str:
    shown = sorted(names)[:SHOWN_NAMES]
    return ", ".join(shown) + (" …" if len(names) > SHOWN_NAMES else "")


def _units(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the units of a document that nobody has checked yet."""
    links = document.get("links")
    units: list[dict[str, Any]] = []
    for link in links if isinstance(links, list) else []:
        inner = link.get("units") if isinstance(link, dict) else None
        units += (
            [unit for unit in inner if isinstance(unit, dict)] if isinstance(inner, list) else []
        )
    return units
