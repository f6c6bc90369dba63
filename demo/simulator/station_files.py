"""Which units and register maps a station has, read from the very file that its agent uses."""

from pathlib import Path
from typing import NamedTuple

from demo.simulator.simulation import Simulation
from demo.simulator.station_link import StationLink
from demo.simulator.stations import STATIONS
from edge_agent.settings import load_agent_settings
from quantrac_core.contracts.errors import ConfigError, ConfigErrors

CONFIG_DIR = Path(__file__).resolve().parents[2] / "configs"


class SimulatedStation(NamedTuple):
    """A station's name, its simulated link, and the port that its agent expects it on."""

    name: str
    link: StationLink
    port: int


def station_file(station: str, config_dir: Path = CONFIG_DIR) -> Path:
    """Return the path of the example configuration of a station."""
    return config_dir / "stations" / f"{station}.yaml"


def load_station(path: Path) -> SimulatedStation:
    """Return what the station file describes; all its units share one simulated link.

    Raises:
        ConfigErrors: the file cannot be used, or no simulated station has its channels.
    """
    settings = load_agent_settings(path)
    name = settings.station.id
    if name not in STATIONS:
        expected = f"one of {', '.join(STATIONS)}"
        raise ConfigErrors([ConfigError(str(path), "station.id", name, expected)])
    simulation = Simulation(STATIONS[name])
    unknown = settings.known_channels() - set(simulation.channels)
    if unknown:
        expected = f"channels among {', '.join(simulation.channels)}"
        raise ConfigErrors([ConfigError(str(path), "links", sorted(unknown), expected)])
    units = {unit.unit_id: unit for link in settings.links for unit in link.units}
    return SimulatedStation(name, StationLink(simulation, units), settings.links[0].port)
