"""A broker for the session; a gateway and a station for each test."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.database.engine import Database
from gateway.database.schema import METADATA
from tests.gateway.camera import FakeCamera
from tests.gateway.report_office import Office
from tests.gateway.report_samples import filled_store
from tests.gateway.station import FakeStation
from tests.peers.gateway import Api, embedded_config, gateway
from tests.peers.mosquitto import LONG_QUEUES, Mosquitto
from tests.peers.postgresql import postgresql
from tests.peers.process import Process, free_port, running, until


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with running(Mosquitto(tmp_path_factory.mktemp("broker"), extra=LONG_QUEUES)) as process:
        yield process


class Centre:
    """A running gateway with its broker."""

    def __init__(self, process: Process, config: dict[str, Any], broker_port: int) -> None:
        self.process = process
        self.config = config
        self.broker_port = broker_port
        self.api = Api(config["http"]["port"])

    @property
    def evidence_folder(self) -> Path:
        """Where files of events are kept."""
        return Path(self.config["evidence"]["path"])


@pytest.fixture
def new_centre(broker: Process, tmp_path: Path) -> Iterator[Callable[..., Centre]]:
    """Start gateways with changed settings; all end with the test."""
    assert broker.port is not None
    port = broker.port
    with contextlib.ExitStack() as stack:

        def start(**changes: Any) -> Centre:
            changes = {"gateway": {"name": f"test-{free_port()}"}, **changes}
            config = embedded_config(tmp_path, port, **changes)
            process = stack.enter_context(running(gateway(tmp_path, config)))
            centre = Centre(process, config, port)
            until(lambda: centre.api.get("/health")["checks"]["mqtt"]["ok"])
            return centre

        yield start


@pytest.fixture
def new_station(broker: Process) -> Iterator[Callable[..., FakeStation]]:
    with contextlib.ExitStack() as stack:

        def connect(station: str, **more: Any) -> FakeStation:
            assert broker.port is not None
            fake = FakeStation(broker.port, station, **more)
            stack.callback(fake.close)
            return fake

        yield connect


@pytest.fixture
def station(new_station: Callable[..., FakeStation], request: pytest.FixtureRequest) -> FakeStation:
    """A station whose name is the test's, so that tests sharing a broker do not meet."""
    return new_station(_station_id_of(request))


@pytest.fixture
def unique(request: pytest.FixtureRequest) -> str:
    """A station id of this test alone."""
    return _station_id_of(request)


def _station_id_of(request: pytest.FixtureRequest) -> str:
    digest = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]
    return f"t-{digest}"


@pytest.fixture(scope="module")
def centre(broker: Process, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """One gateway for the tests of a module that do not disturb one another."""
    assert broker.port is not None
    folder = tmp_path_factory.mktemp("shared")
    config = embedded_config(folder, broker.port, gateway={"name": f"shared-{free_port()}"})
    with running(gateway(folder, config)) as process:
        centre = Centre(process, config, broker.port)
        until(lambda: centre.api.get("/health")["checks"]["mqtt"]["ok"])
        yield centre


@pytest.fixture
def new_camera(broker: Process) -> Iterator[Callable[..., FakeCamera]]:
    with contextlib.ExitStack() as stack:

        def connect(centre: Centre, camera: str, **more: Any) -> FakeCamera:
            fake = FakeCamera(centre.broker_port, centre.api.port, camera, **more)
            stack.callback(fake.close)
            return fake

        yield connect


@pytest.fixture
def camera(centre: Centre, new_camera: Callable[..., FakeCamera], unique: str) -> FakeCamera:
    """A camera of the module's centre whose name is the test's."""
    return new_camera(centre, unique)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture
def office(tmp_path: Path, database: Database) -> Iterator[Office]:
    """A store with a day of readings and desks to make reports at."""
    store = filled_store(tmp_path, database, hours=24)
    made = Office(tmp_path, database, store)
    yield made
    for desk in made.desks:
        desk.close()
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/gateway.db"
    else:
        url = request.getfixturevalue("postgres_url")
    opened = Database(url)
    with opened.writing() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
    yield opened
    opened.close()
