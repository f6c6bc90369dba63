"""Register maps: what a device keeps where, as data that a technician can write.

Addresses are zero-based protocol addresses (the manual's 40001 is holding 0), 0..65535.
"""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from quantrac_core.config.strict import StrictModel
from quantrac_core.contracts.identifiers import CHANNEL_NAME_RULE, is_channel_name
from quantrac_core.contracts.quality import State

MAX_REGISTERS: Final = 125
MAX_BITS: Final = 2000
MAX_CHANNELS: Final = 5_000


class Function(StrEnum):
    """The four tables of a Modbus device that can be read."""

    COIL = "coil"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"

    @property
    def holds_bits(self) -> bool:
        """Whether one address of this table is one bit (otherwise one 16-bit register)."""
        return self in (Function.COIL, Function.DISCRETE)


class Order(StrEnum):
    """Which part comes first: the most (``big``) or the least significant."""

    BIG = "big"
    LITTLE = "little"


class ValueType(StrEnum):
    """How the registers of one channel are read."""

    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BIT = "bit"
    STRING = "string"


REGISTERS_OF: Final[dict[ValueType, int]] = {
    ValueType.INT16: 1,
    ValueType.UINT16: 1,
    ValueType.INT32: 2,
    ValueType.UINT32: 2,
    ValueType.INT64: 4,
    ValueType.FLOAT32: 2,
    ValueType.FLOAT64: 4,
    ValueType.BIT: 1,
}
_STATE_TYPES: Final = (ValueType.UINT16, ValueType.INT16, ValueType.UINT32, ValueType.BIT)


def _check_channel_name(name: str) -> str:
    if not is_channel_name(name):
        raise ValueError(CHANNEL_NAME_RULE)
    return name


ChannelName = Annotated[str, AfterValidator(_check_channel_name)]
Address = Annotated[int, Field(ge=0, le=65535)]


class Location(StrictModel):
    """Where a value lies: function, zero-based address, type, order (None: the map's)."""

    function: Function = Function.HOLDING
    address: Address
    type: ValueType = ValueType.FLOAT32
    bit: Annotated[int, Field(ge=0, le=15)] | None = None
    byte_order: Order | None = None
    word_order: Order | None = None
    length: Annotated[int, Field(ge=1, le=MAX_REGISTERS)] | None = None

    @property
    def register_count(self) -> int:
        """How many addresses the value spans."""
        if self.type is ValueType.STRING:
            return self.length or 1
        return REGISTERS_OF[self.type]

    @model_validator(mode="after")
    def _check_location(self) -> Self:
        if self.function.holds_bits:
            if self.type is not ValueType.BIT:
                raise ValueError(f"type bit, the only one a {self.function} can have")
            if self.bit is not None:
                raise ValueError(f"no bit number: a {self.function} is one bit")
        elif (self.type is ValueType.BIT) != (self.bit is not None):
            raise ValueError("bit: 0..15 together with type bit, for a bit of a register")
        if (self.type is ValueType.STRING) != (self.length is not None):
            raise ValueError("length (registers) together with type string, and only there")
        if self.address + self.register_count > 65536:
            raise ValueError("an address whose last register is at most 65535")
        return self


class StateSource(Location):
    """Where the measurement state comes from, and what its numbers mean.

    A number that ``values`` does not name gives state ``fault`` with ``unknown_state``.
    """

    type: ValueType = ValueType.UINT16
    values: dict[int, State] = Field(min_length=1, max_length=256)

    @model_validator(mode="after")
    def _check_state(self) -> Self:
        if self.type not in _STATE_TYPES:
            raise ValueError(f"type one of {', '.join(_STATE_TYPES)} for a state")
        if State.COMMS_LOST in self.values.values():
            raise ValueError("a state that a device can report (comms_lost is not one)")
        return self


class ChannelMap(Location):
    """One channel of a device: ``value = registers · scale + offset`` in ``unit``."""

    name: ChannelName
    scale: float = 1.0
    offset: float = 0.0
    unit: Annotated[str, Field(max_length=20)] = ""
    valid_min: float | None = None
    valid_max: float | None = None
    state: StateSource | None = None

    @model_validator(mode="after")
    def _check_channel(self) -> Self:
        low, high = self.valid_min, self.valid_max
        if low is not None and high is not None and low >= high:
            raise ValueError(f"valid_min below valid_max (got {low:g} and {high:g})")
        if self.scale == 0.0:
            raise ValueError("a scale other than 0")
        if self.type is ValueType.STRING and (self.scale != 1.0 or self.offset != 0.0):
            raise ValueError("no scale and no offset for a string")
        return self


class RegisterMap(StrictModel):
    """Everything that must be known to read one kind of device.

    ``max_registers`` and ``max_bits`` are the device's own limits for one request,
    ``max_gap`` the unwanted addresses a request may bridge, ``pacing_s`` the pause (s)
    the device needs between requests.
    """

    device: Annotated[str, Field(min_length=1, max_length=120)]
    byte_order: Order = Order.BIG
    word_order: Order = Order.BIG
    max_registers: Annotated[int, Field(ge=1, le=MAX_REGISTERS)] = MAX_REGISTERS
    max_bits: Annotated[int, Field(ge=1, le=MAX_BITS)] = MAX_BITS
    max_gap: Annotated[int, Field(ge=0, le=MAX_BITS)] = 8
    pacing_s: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    state: StateSource | None = None
    channels: Annotated[list[ChannelMap], Field(min_length=1, max_length=MAX_CHANNELS)]

    @model_validator(mode="after")
    def _check_map(self) -> Self:
        seen: set[str] = set()
        for channel in self.channels:
            if channel.name in seen:
                raise ValueError(f"channel names once each ({channel.name} appears twice)")
            seen.add(channel.name)
            self._check_fits(channel.name, channel)
            if channel.state is not None:
                self._check_fits(f"the state of {channel.name}", channel.state)
        if self.state is not None:
            self._check_fits("the state", self.state)
        self._check_overlaps()
        return self

    def _check_fits(self, what: str, location: Location) -> None:
        if not location.function.holds_bits and location.register_count > self.max_registers:
            raise ValueError(
                f"max_registers of at least {location.register_count}, which {what} needs"
            )

    def _check_overlaps(self) -> None:
        """Refuse channels that share a register; bits may share their word with others."""
        owner: dict[tuple[Function, int, int | None], str] = {}
        for channel in self.channels:
            for address in range(channel.address, channel.address + channel.register_count):
                other = owner.setdefault((channel.function, address, channel.bit), channel.name)
                if other != channel.name:
                    raise ValueError(
                        f"channels that do not overlap ({other} and {channel.name} share "
                        f"{channel.function} {address})"
                    )
