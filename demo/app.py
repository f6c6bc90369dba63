"""Composition root of `quantrac-demo`: the whole product on one laptop, on loopback only."""

import argparse
import asyncio
import fcntl
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import gateway
from demo.child import Child, ChildSpec, end_all
from demo.gateway_client import GatewayClient
from demo.generated_configs import DemoFiles, DemoPorts, write_configs
from demo.narration import prepare_terminal, say
from demo.play import announce, play_scenes, watch_alarms, watch_security
from demo.ports import LOOPBACK, PortBusy, check_port, free_ports
from demo.simulator.stations import STATIONS
from quantrac_core.contracts.errors import QuantracError
from quantrac_core.runtime.program import EXIT_CONFIG, EXIT_OK, run_program
from quantrac_core.runtime.tasks import TaskScope

DEFAULT_PORT = 8080
ACKNOWLEDGE_AFTER_S = 20.0


class AlreadyRunning(QuantracError):
    """Another demo works in the same folder."""


def main(argv: list[str] | None = None) -> int:
    """Run the demo until Ctrl-C; 2 when it cannot start as asked."""
    options = _parser().parse_args(argv)
    prepare_terminal()
    folder = Path(options.data_dir).resolve()
    try:
        with _only_one(folder):
            check_port(options.port)
            mqtt_port, rtsp_port, *modbus_ports = free_ports(2 + len(STATIONS))
            ports = DemoPorts(options.port, mqtt_port, rtsp_port)
            stations = dict(zip(STATIONS, modbus_ports, strict=True))
            files = write_configs(folder, ports, stations)
            code = run_program(lambda stop: serve(options, files, ports, stop))
    except (PortBusy, AlreadyRunning) as error:
        print(error, file=sys.stderr)
        return EXIT_CONFIG
    if code == EXIT_OK:
        say("Đã dừng, không còn tiến trình nào", "Stopped, nothing is left running")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="quantrac-demo", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help=f"port of the page (default {DEFAULT_PORT})"
    )
    parser.add_argument(
        "--data-dir", default=".demo", help="configurations, data and logs (default .demo)"
    )
    parser.add_argument(
        "--auto-acknowledge",
        action=argparse.BooleanOptionalAction,
        default=True,
        help=f"acknowledge alarms that nobody took for {ACKNOWLEDGE_AFTER_S:.0f} s (default: yes)",
    )
    return parser


async def serve(
    options: argparse.Namespace, files: DemoFiles, ports: DemoPorts, stop: asyncio.Event
) -> None:
    """Run every part until ``stop`` is set, then end them in order, within five seconds.

    Raises:
        ChildGaveUp: a part cannot be kept running.
        DemoFailed: the page did not come up.
    """
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, stop.set)
    simulator_ready = asyncio.Event()
    broker = Child(_spec(files, "broker", _module("demo.broker", str(files.broker))), say)
    simulator = Child(
        _spec(files, "simulator", _module("demo.simulator", "--control", *_station_options(files))),
        say,
        on_line=lambda line: _notice_ready(line, simulator_ready),
    )
    centre = Child(
        _spec(files, "gateway", _program("quantrac-gateway", "--config", str(files.gateway))), say
    )
    camera = Child(
        _spec(files, "camera", _module("demo.street_camera", "--port", str(ports.rtsp))), say
    )
    vision = Child(
        _spec(files, "vision", _program("quantrac-vision", "--config", str(files.vision))), say
    )
    agents = [
        Child(_spec(files, f"agent-{name}", _program("quantrac-agent", "--config", str(path))), say)
        for name, path in files.stations.items()
    ]
    client = GatewayClient(options.port, files.token.read_text(encoding="ascii"))
    address = f"http://{LOOPBACK}:{options.port}"
    _greet(files, ports.mqtt, options.auto_acknowledge)
    async with TaskScope() as scope:

        async def conduct() -> None:
            await announce(client, centre, address)
            after_s = ACKNOWLEDGE_AFTER_S if options.auto_acknowledge else None
            scope.start("alarms", lambda: watch_alarms(client, after_s))
            scope.start("security", lambda: watch_security(client))
            await simulator_ready.wait()
            await play_scenes(client, simulator)

        children = [broker, simulator, camera, centre, vision, *agents]
        tasks = [scope.start(child.spec.name, child.run) for child in children]
        scope.start("play", conduct)
        try:
            await scope.wait(stop)
        finally:
            say("Đang dừng…", "Stopping…")
            await end_all([*agents, vision, camera, simulator, centre], [broker], tasks)


def _greet(files: DemoFiles, mqtt_port: int, auto_acknowledge: bool) -> None:
    say("Quan Trắc: đang khởi động", "Quan Trắc: starting; Ctrl-C ends everything")
    say(
        f"Dữ liệu và nhật ký: {files.folder}; MQTT {LOOPBACK}:{mqtt_port}",
        f"data and logs: {files.folder}; MQTT {LOOPBACK}:{mqtt_port}",
    )
    if auto_acknowledge:
        say(
            f"Cảnh báo chưa ai tiếp nhận sau {ACKNOWLEDGE_AFTER_S:.0f} s sẽ được tự động tiếp nhận",
            f"alarms that nobody takes for {ACKNOWLEDGE_AFTER_S:.0f} s are acknowledged by the "
            "demo (--no-auto-acknowledge: never)",
        )
    if not (Path(gateway.__file__).parent / "web_dist" / "index.html").is_file():
        say("Trang web chưa được dựng, hãy chạy: make web", "the page is not built: make web")


def _spec(files: DemoFiles, name: str, argv: list[str]) -> ChildSpec:
    return ChildSpec(name, argv, files.log(name))


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _program(name: str, *arguments: str) -> list[str]:
    return [str(Path(sys.executable).parent / name), *arguments]


def _station_options(files: DemoFiles) -> list[str]:
    return [f"--station={name}={path}" for name, path in files.stations.items()]


def _notice_ready(line: bytes, ready: asyncio.Event) -> None:
    if not line.startswith(b"{"):
        return
    try:
        event = json.loads(line)
    except ValueError:
        return
    if event.get("event") == "ready":
        ready.set()


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as handle:
        _lock(handle, folder)
        yield


def _lock(handle: IO[str], folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise AlreadyRunning(
            f"Demo đang chạy trong {folder}  |  a demo is already running in {folder}; "
            "end it, or choose another folder: --data-dir"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
