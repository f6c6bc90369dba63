"""Two agents under one station id: visible, bounded, and neither loses what it measured."""

import re
from pathlib import Path

from tests.demo.simulator_process import SimulatorProcess
from tests.edge_agent.conftest import SIMULATED
from tests.edge_agent.outbox_rows import assert_every_number_once, rows_on_disk
from tests.peers.agent import Agent, agent_config
from tests.peers.listener import Listener
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import until


def delays_s(agent: Agent) -> list[float]:
    """Return the pauses before each new try at the broker."""
    return [
        float(text) for text in re.findall(r"next try at the MQTT broker in (\S+) s", agent.log())
    ]


def test_two_agents_with_one_station_id_say_so_back_off_and_go_on_measuring(
    tmp_path: Path,
    broker: Mosquitto,
    simulator: SimulatorProcess,
    listener: Listener,
    station: str,
) -> None:
    port = simulator.port(SIMULATED)
    folders = [tmp_path / "first", tmp_path / "second"]
    agents = [
        Agent(folder, agent_config(folder, station, broker.port, port), log_level="DEBUG")
        for folder in folders
    ]
    with agents[0], agents[1]:
        for agent in agents:
            until(lambda who=agent: len(delays_s(who)) >= 3)  # type: ignore[misc]
            expected = f"another agent speaks as station {station}: give one of the two"
            assert agent.log().count(expected) == 1, "one line, not one for each time"
            assert delays_s(agent)[2] > 2 * delays_s(agent)[0]
        assert listener.newest_metric("namesakes_total") >= 1
        until(lambda: len({scan.outbox_id for scan in listener.scans()}) == 2)
        for agent in agents:
            assert agent.stop() == 0
            assert "Traceback" not in agent.log()
    for folder in folders:
        rows = rows_on_disk(folder / "data" / "outbox.sqlite")
        assert len(rows) > 10
        assert_every_number_once(rows, rows[-1].seq)
