"""Composition root of the simulator: arguments, servers, orders on standard input, orderly stop."""

import argparse
import asyncio
import signal
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec

from demo.simulator.control import Order, OrderRefused, Reply, apply_order, parse_order
from demo.simulator.modbus_server import PortBusy, serve_serial, serve_tcp
from demo.simulator.pty_line import PtyLine
from demo.simulator.scenes import SCENES
from demo.simulator.station_files import SimulatedStation, load_station, station_file
from demo.simulator.station_link import StationLink
from demo.simulator.stations import STATIONS
from quantrac_core.contracts.errors import ConfigErrors

EXIT_USAGE = 2


def main(argv: list[str] | None = None) -> int:
    """Run until SIGTERM, SIGINT or, with ``--control``, the end of standard input."""
    options = _parser().parse_args(argv)
    try:
        return asyncio.run(_run(options))
    except (ConfigErrors, OrderRefused, PortBusy) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return EXIT_USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.simulator", description=__doc__)
    parser.add_argument(
        "--station",
        action="append",
        metavar="ID[=FILE]",
        help="station to serve, with its configuration file (default: all three examples)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--port",
        type=int,
        help="port of the first station, the others follow; 0 picks free ports "
        "(default: the ports in the stations' files)",
    )
    parser.add_argument("--transport", choices=["tcp", "rtu_over_tcp"], default="tcp")
    parser.add_argument(
        "--pty",
        action="append",
        default=[],
        metavar="ID=PATH",
        help="serve this station as RTU on a pseudo-terminal linked at PATH, instead of TCP",
    )
    parser.add_argument(
        "--scene",
        action="append",
        default=[],
        metavar="ID:SCENE[@SECONDS]",
        help=f"play a scene after so many seconds: {', '.join(SCENES)}",
    )
    parser.add_argument(
        "--control", action="store_true", help="take orders as JSON lines on standard input"
    )
    return parser


async def _run(options: argparse.Namespace) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    stations = [_load(text) for text in options.station or STATIONS]
    links = {station.name: station.link for station in stations}
    terminals = dict(_pair(text, "--pty", "=") for text in options.pty)
    addresses: dict[str, dict[str, Any]] = {}
    async with AsyncExitStack() as stack:
        for position, (name, link, written_port) in enumerate(stations):
            if name in terminals:
                line = PtyLine(Path(terminals[name]))
                stack.callback(line.close)
                line.connect()
                server = await serve_serial(link, line.far)
                addresses[name] = {"device": line.near}
            else:
                port = _port(options.port, position, written_port)
                server = await serve_tcp(link, options.host, port, options.transport)
                addresses[name] = {"host": options.host, "port": server.port}
            stack.push_async_callback(server.stop)
        tasks = [
            asyncio.create_task(_play_later(links, text), name=f"scene-{text}")
            for text in options.scene
        ]
        if options.control:
            tasks.append(asyncio.create_task(_take_orders(links, stop), name="orders"))
        stack.push_async_callback(_cancel, tasks)
        _say({"event": "ready", "stations": addresses})
        await _until_stopped(stop, tasks)
    return 0


async def _until_stopped(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    stopped = asyncio.create_task(stop.wait(), name="stop")
    pending: set[asyncio.Task[Any]] = {stopped, *tasks}
    while not stop.is_set():
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    stopped.cancel()


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _play_later(links: dict[str, StationLink], text: str) -> None:
    name, rest = _pair(text, "--scene", ":")
    scene, _, after = rest.partition("@")
    try:
        after_s = float(after or 0)
    except ValueError as error:
        raise OrderRefused(f"--scene {text}: {after!r} is not a number of seconds") from error
    await asyncio.sleep(after_s)
    _say(msgspec.to_builtins(apply_order(Order(name, scene=scene), links, time.time())))


async def _take_orders(links: dict[str, StationLink], stop: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    async with asyncio.TaskGroup() as later:
        while line := await reader.readline():
            if not line.strip():
                continue
            try:
                order = parse_order(line)
            except OrderRefused as error:
                _say(msgspec.to_builtins(Reply("refused", error=str(error))))
                continue
            if order.at is None or order.at <= time.time():
                _carry_out(order, links)
            else:
                later.create_task(_carry_out_at(order, order.at, links))
        # Whoever gave the orders is gone, and nobody else would end this process.
        stop.set()


async def _carry_out_at(order: Order, at_s: float, links: dict[str, StationLink]) -> None:
    await asyncio.sleep(at_s - time.time())
    _carry_out(order, links)


def _carry_out(order: Order, links: dict[str, StationLink]) -> None:
    try:
        reply = apply_order(order, links, time.time())
    except OrderRefused as error:
        reply = Reply("refused", order.id, error=str(error))
    _say(msgspec.to_builtins(reply))


def _port(first: int | None, position: int, written: int) -> int:
    if first is None:
        return written
    return first + position if first else 0


def _load(text: str) -> SimulatedStation:
    name, _, path = text.partition("=")
    return load_station(Path(path) if path else station_file(name))


def _pair(text: str, option: str, separator: str) -> tuple[str, str]:
    name, found, rest = text.partition(separator)
    if not found or name not in STATIONS:
        raise OrderRefused(f"{option} {text}: begin with one of {', '.join(STATIONS)}{separator}")
    return name, rest


def _say(event: dict[str, Any]) -> None:
    print(msgspec.json.encode(event).decode(), flush=True)
