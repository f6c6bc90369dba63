"""A broker and a simulated station for each worker; a station id and a listener for each test."""

import hashlib
from collections.abc import Iterator

import pytest

from tests.demo.simulator_process import SimulatorProcess, running_simulator
from tests.peers.listener import Listener
from tests.peers.mosquitto import Mosquitto

SIMULATED = "thanh-hai"


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path_factory.mktemp("broker"))
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture(scope="session")
def shared_simulator() -> Iterator[SimulatorProcess]:
    with running_simulator("--station", SIMULATED) as simulator:
        yield simulator


@pytest.fixture
def simulator(shared_simulator: SimulatorProcess) -> Iterator[SimulatorProcess]:
    """The simulated station, undisturbed at the begin of each test."""
    yield shared_simulator
    channels = ("tss", "cod", "ph", "temp", "do", "nh4_n", "flow_in", "flow_out")
    reset = shared_simulator.order(
        SIMULATED,
        set=dict.fromkeys(channels),
        state=dict.fromkeys((*channels, "*")),
        silent=False,
        end_scenes=True,
    )
    assert reset["event"] == "applied"


@pytest.fixture
def station(request: pytest.FixtureRequest) -> str:
    """A station id of this test alone, so that tests sharing a broker do not meet."""
    return "t-" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]


@pytest.fixture
def listener(broker: Mosquitto, station: str) -> Iterator[Listener]:
    with Listener(broker.port, station) as listener:
        yield listener
