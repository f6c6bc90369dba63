"""Where a device keeps what: a register map file as seen from the device's side."""

from pathlib import Path
from typing import Literal

import msgspec

from quantrac_core.contracts.errors import ConfigError
from quantrac_core.contracts.quality import State

Function = Literal["holding", "input", "coil", "discrete"]
Order = Literal["big", "little"]
RegisterType = Literal[
    "int16", "uint16", "int32", "uint32", "int64", "float32", "float64", "bit", "string"
]
REGISTER_COUNT: dict[RegisterType, int] = {
    "int16": 1,
    "uint16": 1,
    "bit": 1,
    "int32": 2,
    "uint32": 2,
    "float32": 2,
    "int64": 4,
    "float64": 4,
}


class StateField(msgspec.Struct, forbid_unknown_fields=True):
    """Where a measurement state is kept; ``values`` maps the device's code to the state."""

    function: Function = "holding"
    address: int = 0
    type: RegisterType = "uint16"
    bit: int | None = None
    values: dict[int, State] = msgspec.field(default_factory=dict)

    def code_of(self, state: State) -> int:
        """Return the device's code of ``state``; a device that lacks it shows its fault code."""
        for wanted in (state, State.FAULT):
            for code, known in self.values.items():
                if known == wanted:
                    return code
        return next(iter(self.values), 0)


class ChannelField(msgspec.Struct, forbid_unknown_fields=True):
    """Where and how one channel's value is kept (value = raw × scale + offset)."""

    name: str
    function: Function
    address: int
    type: RegisterType
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    valid_min: float | None = None
    valid_max: float | None = None
    byte_order: Order | None = None
    word_order: Order | None = None
    bit: int | None = None
    length: int | None = None
    state: StateField | None = None

    @property
    def registers(self) -> range:
        """Addresses that the value takes."""
        count = self.length or 1 if self.type == "string" else REGISTER_COUNT[self.type]
        return range(self.address, self.address + count)


class RegisterLayout(msgspec.Struct, forbid_unknown_fields=True):
    """One device: its channels, its state and its orders."""

    device: str
    channels: list[ChannelField]
    byte_order: Order = "big"
    word_order: Order = "big"
    max_registers: int = 125
    max_gap: int = 0
    pacing_s: float = 0.0
    state: StateField | None = None

    def state_of(self, channel: ChannelField) -> StateField | None:
        """Return where the state of ``channel`` is kept."""
        return channel.state or self.state


def load_layout(path: Path) -> RegisterLayout:
    """Read a register map file.

    Raises:
        ConfigError: the file is missing, is not YAML or does not have the shape of a map.
    """
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=RegisterLayout)
    except OSError as error:
        raise ConfigError(str(path), "(file)", str(path), "a readable file") from error
    except msgspec.MsgspecError as error:
        raise ConfigError(str(path), "(map)", str(error), "a register map") from error
