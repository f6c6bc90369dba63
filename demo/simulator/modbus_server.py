"""The only file that touches pymodbus's server: one station link on TCP, RTU over TCP or serial."""

import asyncio
import logging
import time
from functools import partial
from typing import Literal

from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerType
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.server.requesthandler import ServerRequestHandler
from pymodbus.simulator import DataType, SimData, SimDevice

from demo.simulator.register_encode import Words
from demo.simulator.station_link import StationLink, UnitView
from station_drivers.register_map import Function

TcpTransport = Literal["tcp", "rtu_over_tcp"]
TABLE_OF_CODE = {
    1: Function.COIL,
    2: Function.DISCRETE,
    3: Function.HOLDING,
    4: Function.INPUT,
}

# The library dumps every frame and every lost client; the simulator has its own words for both.
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


class PortBusy(OSError):
    """The address cannot be listened on."""


class _LinkHandler(ServerRequestHandler):
    """Answers one request at a time, late or never when the unit's view says so.

    The library answers whichever request came last, so that a delayed reply would carry
    the next request's transaction id; here each reply keeps its own.
    """

    def __init__(self, server: "_TcpServer | _SerialServer") -> None:
        super().__init__(server, None, None, None)  # type: ignore[no-untyped-call]
        self._link_server = server
        self._turn = asyncio.Lock()

    def handle_later(self) -> None:
        if self.last_pdu is not None:
            task = self.loop.create_task(
                self._answer(self.last_pdu, self.last_addr), name="modbus-answer"
            )
            self._link_server.answers.add(task)
            task.add_done_callback(self._link_server.answers.discard)

    async def _answer(self, request: ModbusPDU, addr: tuple[str, int] | None) -> None:
        link, unit_id = self._link_server.link, request.dev_id
        async with self._turn:
            if unit_id not in link.units:
                if self._link_server.shared_line:
                    return
                response: ModbusPDU = ExceptionResponse(
                    request.function_code, ExcCodes.GATEWAY_NO_RESPONSE
                )
            else:
                link.request_counts[unit_id] += 1
                view = link.view(unit_id, time.time())
                if view.silent:
                    return
                if view.delay_s > 0:
                    await asyncio.sleep(view.delay_s)
                response = await request.datastore_update(self.server.context, unit_id)
            response.transaction_id = request.transaction_id
            response.dev_id = unit_id
            self.server_send(response, addr)  # type: ignore[no-untyped-call]


class _TcpServer(ModbusTcpServer):
    def __init__(self, link: StationLink, transport: TcpTransport, host: str, port: int) -> None:
        self.link, self.shared_line = link, transport == "rtu_over_tcp"
        self.answers: set[asyncio.Task[None]] = set()
        framer = FramerType.RTU if transport == "rtu_over_tcp" else FramerType.SOCKET
        super().__init__(_devices(link), framer=framer, address=(host, port))

    def callback_new_connection(self) -> _LinkHandler:
        return _LinkHandler(self)


class _SerialServer(ModbusSerialServer):
    def __init__(self, link: StationLink, device: str, baudrate: int) -> None:
        self.link, self.shared_line = link, True
        self.answers: set[asyncio.Task[None]] = set()
        super().__init__(_devices(link), framer=FramerType.RTU, port=device, baudrate=baudrate)

    def callback_new_connection(self) -> _LinkHandler:
        return _LinkHandler(self)


class LinkServer:
    """A running server of one station link; close it with `stop`."""

    def __init__(self, server: _TcpServer | _SerialServer, port: int | None) -> None:
        self._server = server
        self.port = port

    async def stop(self) -> None:
        """Close the listener and every connection, and await the answers under way."""
        await self._server.shutdown()  # type: ignore[no-untyped-call]
        answers = list(self._server.answers)
        for task in answers:
            task.cancel()
        await asyncio.gather(*answers, return_exceptions=True)


async def serve_tcp(
    link: StationLink, host: str, port: int, transport: TcpTransport = "tcp"
) -> LinkServer:
    """Serve ``link`` on ``host:port`` (port 0: any free one, see ``LinkServer.port``).

    Raises:
        PortBusy: the address is taken or not ours.
    """
    server = _TcpServer(link, transport, host, port)
    try:
        await server.serve_forever(background=True)
    except RuntimeError as error:
        raise PortBusy(f"cannot listen on {host}:{port}") from error
    listener = server.transport
    assert isinstance(listener, asyncio.Server)
    return LinkServer(server, listener.sockets[0].getsockname()[1])


async def serve_serial(link: StationLink, device: str, baudrate: int = 9600) -> LinkServer:
    """Serve ``link`` as RTU on a serial device.

    Raises:
        PortBusy: the device cannot be opened.
    """
    server = _SerialServer(link, device, baudrate)
    try:
        await server.serve_forever(background=True)
    except RuntimeError as error:
        raise PortBusy(f"cannot open {device}") from error
    return LinkServer(server, None)


def _devices(link: StationLink) -> list[SimDevice]:
    return [_device(link, unit_id) for unit_id in link.units]


def _device(link: StationLink, unit_id: int) -> SimDevice:
    words = link.view(unit_id, time.time()).words
    # Each table must exist for the library; one that the device lacks refuses every address.
    tables = (
        _bit_table(words, Function.COIL),
        _bit_table(words, Function.DISCRETE),
        _word_table(words, Function.HOLDING),
        _word_table(words, Function.INPUT),
    )
    return SimDevice(unit_id, simdata=tables, action=partial(_refresh, link, unit_id))


def _word_table(words: Words, function: Function) -> list[SimData]:
    addresses = [address for table, address in words if table == function]
    if not addresses:
        return [SimData(65_535, datatype=DataType.INVALID)]
    # Registers between two channels are readable, as on most PLCs; those outside are not.
    first, last = min(addresses), max(addresses)
    count = last - first + 1
    return [SimData(first, values=[0] * count, datatype=DataType.REGISTERS, readonly=True)]


def _bit_table(words: Words, function: Function) -> list[SimData]:
    addresses = [address for table, address in words if table == function]
    if not addresses:
        return [SimData(65_520, values=[False] * 16, datatype=DataType.BITS, readonly=True)]
    first = min(addresses) // 16 * 16
    count = (max(addresses) // 16 + 1) * 16 - first
    return [SimData(first, values=[False] * count, datatype=DataType.BITS, readonly=True)]


async def _refresh(
    link: StationLink,
    unit_id: int,
    function_code: int,
    start_address: int,
    address: int,
    count: int,
    registers: list[int],
    _written: list[int] | list[bool] | None,
) -> ExcCodes | None:
    function = TABLE_OF_CODE.get(function_code)
    if function is None:
        return ExcCodes.ILLEGAL_FUNCTION
    view = link.view(unit_id, time.time())
    if _is_refused(view, function, address, count):
        return ExcCodes.ILLEGAL_ADDRESS
    for (table, place), word in view.words.items():
        if table != function:
            continue
        if not function.holds_bits:
            registers[place - start_address] = word
        else:
            index, mask = place // 16 - start_address, 1 << place % 16
            registers[index] = registers[index] | mask if word else registers[index] & ~mask
    return None


def _is_refused(view: UnitView, function: Function, address: int, count: int) -> bool:
    return any(
        table == function and address <= place < address + count for table, place in view.refused
    )
