"""A built page, a gateway with three live stations, and a Chromium: one of each per module."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.peers.gateway import Api, embedded_config, gateway
from tests.peers.mosquitto import LONG_QUEUES, Mosquitto
from tests.peers.process import Process, running, until
from tests.web.desk_camera import DeskCamera
from tests.web.node import install_and_build
from tests.web.plant import STATIONS, LiveStation

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 20_000


class Centre:
    """A gateway that serves the built page, and the stations that report to it."""

    def __init__(
        self, process: Process, port: int, broker_port: int, stations: dict[str, LiveStation]
    ) -> None:
        self.process = process
        self.broker_port = broker_port
        self.stations = stations
        self.api = Api(port)
        self.base_url = f"http://127.0.0.1:{port}"

    def kill(self) -> None:
        """Kill the gateway without warning."""
        self.process.stop(signal.SIGKILL)

    def start(self) -> None:
        """Start it again on the same port."""
        self.process.start()


@pytest.fixture(scope="session")
def built_page(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Make sure that the page that the gateway serves is that of the sources."""
    install_and_build(tmp_path_factory.getbasetemp().parent)


@pytest.fixture(scope="session")
def centre(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """One centre for every module that leaves it as it was; the others have `own_centre`."""
    with running_centre(tmp_path_factory.mktemp("centre")) as centre:
        yield centre


@pytest.fixture(scope="session")
def desk(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """One centre for the modules about cameras; each of their tests has cameras of its own."""
    with running_centre(tmp_path_factory.mktemp("desk")) as centre:
        yield centre


@pytest.fixture
def new_camera(desk: Centre) -> Iterator[Callable[[str], DeskCamera]]:
    """Bring cameras to the desk; they say goodbye at the end of the test."""
    with contextlib.ExitStack() as stack:

        def bring(camera: str) -> DeskCamera:
            fake = DeskCamera(desk.broker_port, desk.api.port, camera)
            stack.callback(fake.close)
            fake.announce()
            until(lambda: camera in [one["id"] for one in desk.api.get("/cameras")["cameras"]])
            return fake

        yield bring


@pytest.fixture(scope="module")
def own_centre(built_page: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A centre of this module alone, whose alarms are counted or whose gateway is killed."""
    with running_centre(tmp_path_factory.mktemp("own_centre")) as centre:
        yield centre


@contextlib.contextmanager
def running_centre(folder: Path, **changes: Any) -> Iterator[Centre]:
    """Run a broker, a gateway and the three stations until the end of the block."""
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(running(Mosquitto(folder, extra=LONG_QUEUES)))
        assert broker.port is not None
        config = embedded_config(folder, broker.port, **changes)
        process = stack.enter_context(running(gateway(folder, config)))
        api = Api(config["http"]["port"])
        # These stations send each scan once, so the centre has to listen before they begin.
        until(lambda: api.get("/health")["checks"]["mqtt"]["ok"])
        stations = {}
        for station in STATIONS:
            stations[station] = LiveStation(broker.port, station)
            stack.callback(stations[station].close)
        centre = Centre(process, config["http"]["port"], broker.port, stations)
        until(
            lambda: (
                all(
                    station["state"] == "online" and station["channels"][0]["latest"]
                    for station in centre.api.get("/stations")["stations"]
                )
                and len(centre.api.get("/stations")["stations"]) == len(STATIONS)
            )
        )
        yield centre


@pytest.fixture(scope="module")
def base_url(centre: Centre) -> str:
    return centre.base_url


# Not of the session: the playwright of a thread occupies its event loop, and other
# modules have asynchronous tests.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).is_file():
        pytest.skip(f"{CHROMIUM} is not installed")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser, base_url: str) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.set_default_timeout(PATIENCE_MS)
    sign_in(context, base_url)
    yield context
    context.close()


def sign_in(context: BrowserContext, base_url: str) -> None:
    """Give a browser the session of somebody who may do everything."""
    port = urlsplit(base_url).port
    assert port is not None
    context.add_cookies([Api(port).session_cookie()])


@pytest.fixture
def page(context: BrowserContext, base_url: str) -> Iterator[Page]:
    """The page as a new browser sees it; a script error or a refused resource fails the test."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: (
            faults.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    page.goto(base_url)
    expect(page.locator("[data-link=live]")).to_be_visible()
    yield page
    assert faults == []
