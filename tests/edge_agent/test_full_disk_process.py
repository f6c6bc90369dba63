"""The agent on a disk that is full: it lives, says so, is killed, and loses no number."""

from pathlib import Path

import pytest

from tests.demo.simulator_process import SimulatorProcess
from tests.edge_agent.conftest import SIMULATED
from tests.edge_agent.outbox_rows import assert_every_number_once, rows_on_disk
from tests.peers.agent import Agent, agent_config
from tests.peers.listener import Listener
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import until
from tests.peers.small_disk import Neighbour, small_disk

pytestmark = pytest.mark.faults


def test_an_agent_on_a_full_disk_lives_says_so_and_covers_every_number(
    tmp_path: Path,
    broker: Mosquitto,
    simulator: SimulatorProcess,
    listener: Listener,
    station: str,
) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        config = agent_config(tmp_path, station, broker.port, simulator.port(SIMULATED))
        config["data_dir"] = str(disk / "data")
        config["outbox"] = {"free_low_mb": 0.1, "free_high_mb": 0.2, "reserve_mb": 0.5}
        neighbour = Neighbour(disk)
        with Agent(tmp_path, config) as agent:
            until(lambda: len(listener.scans()) > 5, told_by=agent.log)
            neighbour.take_all()
            (disk / "data" / "outbox.reserve").unlink()
            neighbour.take_all()
            until(lambda: listener.newest_metric("disk_refusals_total") > 0, told_by=agent.log)
            until(lambda: listener.newest_metric("outbox_waiting") > 5, told_by=agent.log)
            assert listener.newest_metric("disk_tight") == 1.0
            agent.kill()
            agent.start()
            births = len(listener.statuses())
            until(lambda: len(listener.statuses()) > births, told_by=agent.log)
            until(lambda: listener.newest_metric("scans_total") > 0, told_by=agent.log)
            neighbour.leave()
            before = listener.scans()[-1].seq
            until(lambda: listener.scans()[-1].seq > before + 20, told_by=agent.log)
            until(lambda: listener.newest_metric("outbox_waiting") == 0, told_by=agent.log)
            assert agent.stop() == 0
            assert "Traceback" not in agent.log()
        rows = rows_on_disk(disk / "data" / "outbox.sqlite")
        assert_every_number_once(rows, rows[-1].seq)
        assert rows[-1].seq > before + 20
