"""The demo's configurations are accepted by the programs that will read them."""

import socket
from pathlib import Path

import pytest

from demo.generated_configs import DemoPorts, write_configs
from demo.ports import PortBusy, check_port, free_ports
from demo.scenario import STEPS
from demo.simulator.scenes import SCENES
from demo.simulator.stations import STATIONS
from edge_agent.settings import load_agent_settings

PORTS = DemoPorts(http=8080, mqtt=1883, rtsp=8554)


@pytest.mark.parametrize("station", STATIONS)
def test_an_agent_accepts_its_generated_configuration(tmp_path: Path, station: str) -> None:
    files = write_configs(tmp_path, PORTS, dict.fromkeys(STATIONS, 5020))
    settings = load_agent_settings(files.stations[station])
    assert settings.station.id == station
    assert settings.links[0].port == 5020
    assert settings.data_dir.is_relative_to(tmp_path)
    assert sorted(settings.known_channels()) == sorted(STATIONS[station].channels)
    assert settings.channels.keys() == settings.known_channels()


@pytest.mark.parametrize("station", STATIONS)
def test_no_limit_of_an_example_claims_to_be_verified(tmp_path: Path, station: str) -> None:
    files = write_configs(tmp_path, PORTS, dict.fromkeys(STATIONS, 5020))
    settings = load_agent_settings(files.stations[station])
    limits = [limit for channel in settings.channels.values() for limit in channel.limits]
    assert limits
    assert all(limit.source and not limit.verified for limit in limits)


def test_every_step_of_the_play_is_a_scene_of_a_station() -> None:
    assert {step.station for step in STEPS} <= STATIONS.keys()
    assert {step.scene for step in STEPS} <= SCENES.keys()
    assert [step.at_s for step in STEPS] == sorted(step.at_s for step in STEPS)


def test_a_port_in_use_is_named_together_with_the_option() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortBusy, match=rf"port {port} .* --port {port + 1}"):
            check_port(port)


def test_free_ports_are_all_different() -> None:
    ports = free_ports(8)
    assert len(set(ports)) == 8
