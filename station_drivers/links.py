"""Links: how a station reaches its devices, and which units speak on each line."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from quantrac_core.config.strict import StrictModel
from station_drivers.register_map import ChannelName, RegisterMap

LINK_NAME: Final = r"^[a-z][a-z0-9_-]{0,31}$"
Transport = Literal["tcp", "rtu", "rtu_over_tcp"]
Seconds = Annotated[float, Field(gt=0.0, le=600.0)]


class UnitSettings(StrictModel):
    """One device on a link: its unit id, its register map, and its channels' station names."""

    unit_id: Annotated[int, Field(ge=0, le=255)]
    map: RegisterMap
    rename: dict[str, ChannelName] = Field(default_factory=dict)

    def station_channel(self, map_channel: str) -> str:
        """Return the station's name of a channel of the map."""
        return self.rename.get(map_channel, map_channel)

    @model_validator(mode="after")
    def _check_rename(self) -> Self:
        known = {channel.name for channel in self.map.channels}
        for name in self.rename:
            if name not in known:
                raise ValueError(f"rename only of channels of the map ({name} is not one)")
        names = [self.station_channel(name) for name in sorted(known)]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"different names for different channels ({name} twice)")
        return self


class LinkSettings(StrictModel):
    """One line or socket. Times in seconds.

    ``timeout_s`` ends the wait for a reply; ``worst_reply_s`` (default 2 × timeout) is the
    latest moment after a request at which its answer can still arrive: on RTU transports
    nothing is sent before it has passed, so that a late answer never meets a new request.
    """

    name: Annotated[str, Field(pattern=LINK_NAME)]
    transport: Transport
    host: Annotated[str, Field(min_length=1, max_length=253)] | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 502
    device: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    baud_rate: Annotated[int, Field(ge=300, le=4_000_000)] = 9600
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1
    timeout_s: Seconds = 1.0
    worst_reply_s: Seconds | None = None
    pacing_s: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    connect_timeout_s: Seconds = 3.0
    units: Annotated[list[UnitSettings], Field(min_length=1, max_length=247)]

    @property
    def quiet_s(self) -> float:
        """How long after a request its late answer may still come (s)."""
        return 2.0 * self.timeout_s if self.worst_reply_s is None else self.worst_reply_s

    @property
    def address_text(self) -> str:
        """The peer as a person writes it: a device path or host:port."""
        return str(self.device) if self.transport == "rtu" else f"{self.host}:{self.port}"

    @model_validator(mode="after")
    def _check_link(self) -> Self:
        if self.transport == "rtu":
            if self.device is None:
                raise ValueError("device (a serial path such as /dev/ttyS0) for transport rtu")
            if self.host is not None:
                raise ValueError("device alone, without host, for transport rtu")
        elif self.host is None:
            raise ValueError(f"host for transport {self.transport}")
        elif self.device is not None:
            raise ValueError(f"host alone, without device, for transport {self.transport}")
        if self.worst_reply_s is not None and self.worst_reply_s < self.timeout_s:
            raise ValueError("worst_reply_s of at least timeout_s")
        self._check_units()
        return self

    def _check_units(self) -> None:
        seen: set[int] = set()
        for unit in self.units:
            if unit.unit_id in seen:
                raise ValueError(f"unit ids once each ({unit.unit_id} appears twice)")
            seen.add(unit.unit_id)
            if self.transport != "tcp" and not 1 <= unit.unit_id <= 247:
                raise ValueError(f"unit ids 1..247 on {self.transport} (got {unit.unit_id})")
        check_channel_names([self])


def check_channel_names(links: "list[LinkSettings]") -> None:
    """Refuse two links of one name, and two channels of one station name.

    Raises:
        ValueError: one sentence that names the first clash.
    """
    names: set[str] = set()
    owner: dict[str, str] = {}
    for link in links:
        if link.name in names:
            raise ValueError(f"link names once each ({link.name} appears twice)")
        names.add(link.name)
        for unit in link.units:
            for channel in unit.map.channels:
                name = unit.station_channel(channel.name)
                here = f"{link.name} unit {unit.unit_id}"
                other = owner.setdefault(name, here)
                if other != here:
                    raise ValueError(
                        f"channel names once each in a station ({name} is in {other} and in "
                        f"{here}: use rename)"
                    )
