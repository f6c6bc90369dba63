"""What systemd hears from the agent, over a real notification socket."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

from tests.demo.simulator_process import SimulatorProcess
from tests.edge_agent.conftest import SIMULATED
from tests.peers.agent import Agent, agent_config
from tests.peers.mosquitto import Mosquitto


@contextlib.contextmanager
def notification_socket(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(20.0)
        yield manager


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


def test_readiness_does_not_wait_for_an_absent_broker_or_device(
    tmp_path: Path, station: str
) -> None:
    path = tmp_path / "notify"
    with notification_socket(path) as manager:
        config = agent_config(tmp_path, station, 1, 1)
        with Agent(tmp_path, config, environment={"NOTIFY_SOCKET": str(path)}):
            assert manager.recv(200) == b"READY=1"
