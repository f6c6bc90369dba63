"""One Modbus connection, one request at a time: the only file that imports pymodbus.

pymodbus gives the frames, the checksums, the request messages and the asyncio serial
transport. Its own transaction layer is not used: on RTU it hands the late answer of a
timed-out request to the next one. Here an answer counts only if unit, function, length
and transaction id or checksum are those of the request, and on RTU nothing is sent while
a late answer can still be under way.
"""

import asyncio
import contextlib
import logging
import termios
from dataclasses import dataclass
from typing import Final

from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest
from pymodbus.transport.serialtransport import SerialTransport, create_serial_connection

from quantrac_core.runtime.clock import Clock
from station_drivers.faults import BadReply, ConnectionGone, RefusedByDevice, ReplyTimeout
from station_drivers.links import LinkSettings
from station_drivers.planner import Span
from station_drivers.register_map import Function

logging.getLogger("pymodbus").setLevel(logging.CRITICAL)

_REQUESTS: Final = {
    Function.COIL: ReadCoilsRequest,
    Function.DISCRETE: ReadDiscreteInputsRequest,
    Function.HOLDING: ReadHoldingRegistersRequest,
    Function.INPUT: ReadInputRegistersRequest,
}
_MOST_BUFFERED: Final = 4096
_SILENT_BEFORE_REOPEN: Final = 3
_SETTLE_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """A read of ``span`` in one table of one unit, encoded once for all scans."""

    unit_id: int
    function_code: int
    pdu: bytes
    rtu_frame: bytes
    byte_count: int


def build_read(unit_id: int, function: Function, span: Span) -> ReadRequest:
    """Return the read of ``span`` (1..125 registers or 1..2000 bits) of a unit."""
    message = _REQUESTS[function](address=span.first, count=span.length, dev_id=unit_id)
    pdu = bytes((message.function_code,)) + message.encode()
    return ReadRequest(
        unit_id=unit_id,
        function_code=message.function_code,
        pdu=pdu,
        rtu_frame=_RTU.encode(pdu, unit_id, 0),
        byte_count=(span.length + 7) // 8 if function.holds_bits else 2 * span.length,
    )


class _Wire(asyncio.Protocol):
    """One opened socket or serial device; what a closed one still says is not heard."""

    def __init__(self, owner: "ModbusConnection") -> None:
        self._owner = owner
        self.transport: asyncio.Transport | None = None
        self.made: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if not self.made.done():
            self.made.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self._owner.wire is self:
            self._owner.receive(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self._owner.wire is self:
            self._owner.lose(exc)


class ModbusConnection:
    """A connection to one peer; `exchange` must not be called twice at once."""

    def __init__(self, link: LinkSettings, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._is_tcp = link.transport == "tcp"
        self.wire: _Wire | None = None
        self._buffer = b""
        self._request: ReadRequest | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._transaction_id = 0
        self._strays = 0
        self._silent_in_row = 0
        self._must_reopen = False
        self._quiet_until_s = 0.0
        self._pause_until_s = 0.0
        character_s = (10 + link.stop_bits) / link.baud_rate
        self._frame_gap_s = max(3.5 * character_s, 0.00175) if link.transport == "rtu" else 0.0
        self.on_lost: asyncio.Event = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether requests can be sent."""
        return self.wire is not None and self.wire.transport is not None

    async def connect(self) -> None:
        """Open the peer; on RTU, also listen until no answer to anybody can be under way.

        Raises:
            ConnectionGone: if the peer is absent or does not accept within the timeout.
        """
        await self._open()
        if not self._is_tcp:
            # A program that ended a moment ago may have left a request on the line.
            self._quiet_until_s = self._clock.monotonic() + self._link.quiet_s
            await self._wait_until_quiet()

    async def _open(self) -> None:
        self.close()
        opened: asyncio.Transport | None = None
        link, wire, loop = self._link, _Wire(self), asyncio.get_running_loop()
        try:
            async with asyncio.timeout(link.connect_timeout_s):
                if link.transport == "rtu":
                    opened, _ = await create_serial_connection(
                        loop,
                        lambda: wire,
                        link.device,
                        baudrate=link.baud_rate,
                        bytesize=8,
                        parity=link.parity,
                        stopbits=link.stop_bits,
                        timeout=link.timeout_s,
                    )
                    await wire.made
                else:
                    opened, _ = await loop.create_connection(
                        lambda: wire, link.host or "", link.port
                    )
                self.wire = wire
        except (OSError, TimeoutError, ValueError) as error:
            raise ConnectionGone(f"{link.name}: {link.address_text}: {error!r}") from error
        finally:
            if self.wire is not wire and opened is not None:
                opened.abort()
        self._silent_in_row = 0
        self._must_reopen = False

    def close(self) -> None:
        """Close the connection; a request in flight fails with ``ConnectionGone``."""
        wire, self.wire = self.wire, None
        if wire is not None and wire.transport is not None:
            wire.transport.abort()
        self._fail(ConnectionGone(f"{self._link.name}: closed"))

    async def exchange(self, request: ReadRequest, pacing_s: float = 0.0) -> bytes:
        """Send a read and return the data bytes of its answer, exactly as many as asked.

        ``pacing_s`` is the pause that the device needs after this exchange.

        Raises:
            ReplyTimeout, BadReply, ConnectionGone, RefusedByDevice: see `faults`.
        """
        if self._quiet_until_s or self._pause_until_s or self._must_reopen:
            await self._wait_until_quiet()
        transport = self.wire.transport if self.wire is not None else None
        if transport is None:
            raise ConnectionGone(f"{self._link.name}: {self._link.address_text} is not connected")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        self._answer, self._request, self._strays, self._buffer = answer, request, 0, b""
        if self._is_tcp:
            self._transaction_id = self._transaction_id % 0xFFFF + 1
            transport.write(_SOCKET.encode(request.pdu, request.unit_id, self._transaction_id))
        else:
            transport.write(request.rtu_frame)
        timer = loop.call_later(self._link.timeout_s, self._timed_out)
        try:
            data = await answer
            self._silent_in_row = 0
            return data
        finally:
            timer.cancel()
            self._answer = self._request = None
            pause_s = max(pacing_s, self._link.pacing_s, self._frame_gap_s)
            if pause_s > 0.0:
                self._pause_until_s = self._clock.monotonic() + pause_s

    async def _wait_until_quiet(self) -> None:
        """Wait out pauses and late answers, then throw away whatever has come in."""
        gives_up_s = self._clock.monotonic() + 2.0 * self._link.quiet_s + 10.0
        while (now_s := self._clock.monotonic()) < (
            until_s := max(self._quiet_until_s, self._pause_until_s)
        ):
            if now_s >= gives_up_s:
                raise BadReply(f"{self._link.name}: the line is never quiet")
            await self._clock.sleep(until_s - now_s)
        was_quiet_for_fault = self._quiet_until_s > 0.0
        self._quiet_until_s = self._pause_until_s = 0.0
        if self._must_reopen:
            await self._open()
        elif was_quiet_for_fault and self.wire is not None:
            transport = self.wire.transport
            if isinstance(transport, SerialTransport) and transport.sync_serial is not None:
                with contextlib.suppress(OSError, termios.error):
                    transport.sync_serial.reset_input_buffer()

    def lose(self, cause: Exception | None) -> None:
        """Take note that the connection broke (called by the wire)."""
        self.wire = None
        self._fail(ConnectionGone(f"{self._link.name}: {self._link.address_text}: {cause!r}"))
        self.on_lost.set()

    def receive(self, data: bytes) -> None:
        """Take bytes from the wire: the answer awaited, or something to be ignored."""
        request = self._request
        if request is None or self._answer is None or self._answer.done():
            self._note_stray()
            return
        self._buffer = (self._buffer + data)[-_MOST_BUFFERED:]
        if self._is_tcp:
            self._take_tcp(request, self._answer)
        else:
            self._take_rtu(request, self._answer)

    def _note_stray(self) -> None:
        """Bytes that nobody asked for: on RTU the line must first become silent again."""
        if not self._is_tcp:
            self._quiet_until_s = max(self._quiet_until_s, self._clock.monotonic() + _SETTLE_S)

    def _take_tcp(self, request: ReadRequest, answer: asyncio.Future[bytes]) -> None:
        while True:
            used, unit_id, transaction_id, pdu = _SOCKET.decode(self._buffer)
            if not used:
                return
            self._buffer = self._buffer[used:]
            if transaction_id != self._transaction_id:
                self._strays += 1
                continue
            if unit_id == request.unit_id and len(pdu) >= 2:
                if pdu[0] == request.function_code and pdu[1] == request.byte_count:
                    if len(pdu) == 2 + request.byte_count:
                        answer.set_result(pdu[2:])
                        return
                elif pdu[0] == request.function_code | 0x80:
                    answer.set_exception(RefusedByDevice(pdu[1]))
                    return
            answer.set_exception(
                BadReply(f"{self._link.name}: unit {request.unit_id}: not the answer asked for")
            )
            return

    def _take_rtu(self, request: ReadRequest, answer: asyncio.Future[bytes]) -> None:
        head = bytes((request.unit_id, request.function_code, request.byte_count))
        frame = self._find_frame(head, request.byte_count + 5)
        if frame is not None:
            answer.set_result(frame[3:-2])
            return
        head = bytes((request.unit_id, request.function_code | 0x80))
        frame = self._find_frame(head, 5)
        if frame is not None:
            answer.set_exception(RefusedByDevice(frame[2]))

    def _find_frame(self, head: bytes, size: int) -> bytes | None:
        """Return the frame that begins with ``head`` and whose checksum is right, if any."""
        start = self._buffer.find(head)
        while start >= 0:
            frame = self._buffer[start : start + size]
            if len(frame) == size and FramerRTU.check_CRC(
                frame[:-2], int.from_bytes(frame[-2:], "big")
            ):
                if len(self._buffer) > start + size:
                    self._note_stray()
                return frame
            start = self._buffer.find(head, start + 1)
        return None

    def _timed_out(self) -> None:
        link, request = self._link, self._request
        assert request is not None
        where = f"{link.name}: unit {request.unit_id}"
        if not self._is_tcp:
            late_s = max(0.0, link.quiet_s - link.timeout_s)
            self._quiet_until_s = self._clock.monotonic() + late_s
            self._must_reopen = link.transport == "rtu_over_tcp"
        self._silent_in_row += 1
        if self._is_tcp and (self._buffer or self._silent_in_row >= _SILENT_BEFORE_REOPEN):
            self._must_reopen = True
        if self._buffer or self._strays:
            self._silent_in_row = 0
            self._fail(BadReply(f"{where}: {len(self._buffer)} bytes that are not the answer"))
        else:
            self._fail(ReplyTimeout(f"{where}: no answer within {link.timeout_s:g} s"))

    def _fail(self, fault: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(fault)


_DECODER: Final = DecodePDU(False)
_RTU: Final = FramerRTU(_DECODER)
_SOCKET: Final = FramerSocket(_DECODER)
