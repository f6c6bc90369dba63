"""What each unit of a station's link answers now: memory, refusals, silence and delay. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from demo.simulator.register_encode import Words, encode_unit
from demo.simulator.simulation import Simulation
from station_drivers.links import UnitSettings
from station_drivers.register_map import Function


@dataclass(frozen=True)
class UnitView:
    """One unit at one instant; ``refused`` are the places that answer with exception 2."""

    words: Words
    refused: frozenset[tuple[Function, int]]
    silent: bool
    delay_s: float


@dataclass
class UnitFaults:
    """Disturbances of one unit, set by hand: beside the scenes of its station."""

    silent: bool = False
    delay_s: float = 0.0
    raw: Words = field(default_factory=dict)


class StationLink:
    """The units of one station, all fed by one simulation."""

    def __init__(self, simulation: Simulation, units: Mapping[int, UnitSettings]) -> None:
        self.simulation = simulation
        self.units = dict(units)
        self.faults = {unit_id: UnitFaults() for unit_id in units}
        self.request_counts = dict.fromkeys(units, 0)

    def view(self, unit_id: int, now_s: float) -> UnitView:
        """Return what the unit shows at ``now_s`` (Unix seconds).

        Raises:
            KeyError: no such unit on this link.
        """
        unit, faults = self.units[unit_id], self.faults[unit_id]
        picture = self.simulation.picture(now_s)
        words = encode_unit(unit, picture.values, picture.states)
        words.update(faults.raw)
        refused = frozenset(
            (channel.function, address)
            for channel in unit.map.channels
            if unit.station_channel(channel.name) in picture.illegal
            for address in range(channel.address, channel.address + channel.register_count)
        )
        return UnitView(
            words,
            refused,
            silent=picture.silent or faults.silent,
            delay_s=max(picture.delay_s, faults.delay_s),
        )
