"""What systemd hears from the agent, over a real notification socket."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.demo.simulator_process import SimulatorProcess
from tests.edge_agent.conftest import SIMULATED
from tests.edge_agent.outbox_rows import rows_on_disk
from tests.peers.agent import Agent, agent_config
from tests.peers.mosquitto import Mosquitto
from tests.peers.process import free_port, until


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


@contextlib.contextmanager
def silent_peer() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        yield server.getsockname()[1]


@contextlib.contextmanager
def unreachable_peer() -> Iterator[int]:
    """A port whose connections neither succeed nor fail, as behind a firewall."""
    with socket.socket() as server, contextlib.ExitStack() as queue:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            filler = queue.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
        yield server.getsockname()[1]


@contextlib.contextmanager
def absent_peer() -> Iterator[int]:
    """A port that nobody listens on."""
    yield free_port()


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
