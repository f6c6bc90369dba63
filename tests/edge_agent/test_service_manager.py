"""What systemd hears from the agent, over a real notification socket."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.demo.simulator_process import SimulatorProcess
from tests.edge_agent.conftest import SIMULATED
from tests.edge_agent.outbox_rows import rows_on_disk
from tests.peers.agent import Agent, agent_config
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import until
from tests.peers.service_manager import (
    absent_peer,
    notification_socket,
    silent_peer,
    unreachable_peer,
)


def test_ready_then_watchdog_again_and_again_then_stopping(
    tmp_path: Path, broker: Mosquitto, simulator: SimulatorProcess, station: str
) -> None:
    path = tmp_path / "notify"
    with notification_socket(path) as manager:
        agent = Agent(
            tmp_path,
            agent_config(tmp_path, station, broker.port, simulator.port(SIMULATED)),
            environment={"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "300000"},
        )
        with agent:
            heard: list[bytes] = []
            while b"READY=1" not in heard or heard.count(b"WATCHDOG=1") < 4:
                heard.append(manager.recv(200))
            assert agent.stop() == 0
            while b"STOPPING=1" not in heard:
                heard.append(manager.recv(200))
    assert set(heard) == {b"READY=1", b"WATCHDOG=1", b"STOPPING=1"}
    assert heard.count(b"READY=1") == 1


@pytest.mark.parametrize("peer", [absent_peer, silent_peer, unreachable_peer])
def test_no_state_of_broker_or_device_holds_up_the_start_or_the_stop(
    tmp_path: Path, station: str, peer: Callable[[], AbstractContextManager[int]]
) -> None:
    path = tmp_path / "notify"
    with notification_socket(path) as manager, peer() as broker_port, peer() as device_port:
        config = agent_config(tmp_path, station, broker_port, device_port)
        config["mqtt"]["connect_timeout_s"] = 120
        config["links"][0]["connect_timeout_s"] = 120
        with Agent(tmp_path, config, environment={"NOTIFY_SOCKET": str(path)}) as agent:
            assert manager.recv(200) == b"READY=1"
            rows = tmp_path / "data" / "outbox.sqlite"
            until(lambda: len(rows_on_disk(rows)) > 5, told_by=agent.log)
            assert agent.stop(within_s=30) == 0
            assert "Traceback" not in agent.log()
