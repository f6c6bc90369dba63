"""Which units and register maps a station has, read from the very file that its agent uses."""

from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec

from demo.simulator.register_layout import RegisterLayout, load_layout
from demo.simulator.simulation import Simulation
from demo.simulator.station_link import StationLink
from demo.simulator.stations import STATIONS
from quantrac_core.contracts.errors import ConfigError

CONFIG_DIR = Path(__file__).resolve().parents[2] / "configs"


class _Unit(msgspec.Struct):
    unit_id: int
    map: str


class _Link(msgspec.Struct):
    name: str
    units: list[_Unit]
    port: int = 0


class _Station(msgspec.Struct):
    id: str


class _StationFile(msgspec.Struct):
    station: _Station
    links: Annotated[list[_Link], msgspec.Meta(min_length=1)]


def station_file(station: str, config_dir: Path = CONFIG_DIR) -> Path:
    """Return the path of the example configuration of a station."""
    return config_dir / "stations" / f"{station}.yaml"


class SimulatedStation(NamedTuple):
    """A station's name, its simulated link, and the port that its agent expects it on."""

    name: str
    link: StationLink
    port: int


def load_station(path: Path) -> SimulatedStation:
    """Return what the station file describes; all its units share one simulated link.

    Raises:
        ConfigError: the file cannot be used, or no simulated station has its channels.
    """
    try:
        content = msgspec.yaml.decode(path.read_bytes(), type=_StationFile)
    except OSError as error:
        raise ConfigError(str(path), "(file)", str(path), "a readable file") from error
    except msgspec.MsgspecError as error:
        raise ConfigError(str(path), "(file)", str(error), "a station file") from error
    name = content.station.id
    if name not in STATIONS:
        raise ConfigError(str(path), "station.id", name, f"one of {', '.join(STATIONS)}")
    simulation = Simulation(STATIONS[name])
    units: dict[int, RegisterLayout] = {}
    for link in content.links:
        for unit in link.units:
            layout = load_layout(path.parent / unit.map)
            unknown = {channel.name for channel in layout.channels} - set(simulation.channels)
            if unknown:
                expected = f"channels among {', '.join(simulation.channels)}"
                raise ConfigError(str(path), f"links.{link.name}", sorted(unknown), expected)
            units[unit.unit_id] = layout
    return SimulatedStation(name, StationLink(simulation, units), content.links[0].port)
