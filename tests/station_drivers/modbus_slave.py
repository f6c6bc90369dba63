"""A hand-written Modbus slave that can be told to answer late, short, wrong or not at all."""

import asyncio
import contextlib
import os
import struct
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

READS_BITS = (1, 2)
Answer = list[tuple[float, bytes]]
"""Pieces of an answer as sent on the wire, each with the delay (s) before it."""


@dataclass(frozen=True)
class Request:
    """One request as received; ``frame`` builds the wire form of a PDU from any unit."""

    unit: int
    function: int
    address: int
    count: int
    frame: Callable[[int, bytes], bytes]

    def honest(self, memory: "dict[int, int] | None", shift: int = 0) -> bytes:
        """The right answer from a memory of address to value; missing addresses: exception 2."""
        if memory is None:
            return self.refuse(1)
        wanted = range(self.address + shift, self.address + shift + self.count)
        if any(address not in memory for address in wanted):
            return self.refuse(2)
        return self.frame(self.unit, self.pdu([memory[address] for address in wanted]))

    def pdu(self, values: list[int]) -> bytes:
        if self.function in READS_BITS:
            data = bytearray((len(values) + 7) // 8)
            for index, value in enumerate(values):
                data[index // 8] |= (value & 1) << index % 8
        else:
            data = bytearray(struct.pack(f">{len(values)}H", *values))
        return bytes((self.function, len(data))) + bytes(data)

    def refuse(self, code: int) -> bytes:
        return self.frame(self.unit, bytes((self.function | 0x80, code)))


Behaviour = Callable[[Request], Answer]


@dataclass
class Slave:
    """Tables by (unit, function code); ``behaviour`` overrides the honest answer."""

    tables: dict[tuple[int, int], dict[int, int]] = field(default_factory=dict)
    behaviour: Behaviour | None = None
    seen: list[Request] = field(default_factory=list)
    connections: int = 0

    def set(self, unit: int, function: int, first: int, *values: int) -> None:
        table = self.tables.setdefault((unit, function), {})
        table.update({first + index: value for index, value in enumerate(values)})

    def honest(self, request: Request) -> Answer:
        units = {unit for unit, _ in self.tables}
        if request.unit not in units:
            return []
        table = self.tables.get((request.unit, request.function))
        return [(0.0, request.honest(table))]

    def answer(self, request: Request) -> Answer:
        self.seen.append(request)
        return (self.behaviour or self.honest)(request)


def crc16(data: bytes) -> bytes:
    """The Modbus checksum, bit by bit from its definition, as sent on the wire."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return struct.pack("<H", crc)


def rtu_frame(unit: int, pdu: bytes) -> bytes:
    body = bytes((unit,)) + pdu
    return body + crc16(body)


def _rtu_requests(buffer: bytearray) -> Iterator[Request]:
    while len(buffer) >= 8:
        raw = bytes(buffer[:8])
        del buffer[:8]
        assert crc16(raw[:6]) == raw[6:], "the master sent a damaged frame"
        unit, function, address, count = struct.unpack(">BBHH", raw[:6])
        yield Request(unit, function, address, count, rtu_frame)


def _tcp_requests(buffer: bytearray) -> Iterator[Request]:
    while len(buffer) >= 12:
        transaction, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", buffer[:12])
        del buffer[:12]
        yield Request(unit, function, address, count, _MbapFrame(transaction))


@dataclass(frozen=True)
class _MbapFrame:
    transaction: int

    def __call__(self, unit: int, pdu: bytes, transaction: int | None = None) -> bytes:
        number = self.transaction if transaction is None else transaction
        return struct.pack(">HHHB", number & 0xFFFF, 0, len(pdu) + 1, unit) + pdu


class TcpSlave:
    """Serves a `Slave` on a free loopback port, framed as ``tcp`` or ``rtu``."""

    def __init__(self, slave: Slave, framing: str = "tcp", port: int = 0) -> None:
        self.slave = slave
        self.port = port
        self._parse = _tcp_requests if framing == "tcp" else _rtu_requests
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "TcpSlave":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.drop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def drop(self) -> None:
        """Close every connection."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.slave.connections += 1
        buffer = bytearray()
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while data := await reader.read(1024):
                buffer += data
                for request in self._parse(buffer):
                    self._start(_send(self.slave.answer(request), writer.write))
        self._writers.discard(writer)
        writer.close()

    def _start(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class PtySlave:
    """Serves a `Slave` on one end of a pty pair made by socat; ``device`` is the other end."""

    def __init__(self, slave: Slave, folder: Path) -> None:
        self.slave = slave
        self.device = str(folder / "master")
        self.far = str(folder / "slave")
        self._socat: asyncio.subprocess.Process | None = None
        self._fd = -1
        self._buffer = bytearray()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "PtySlave":
        self._socat = await asyncio.create_subprocess_exec(
            "socat", f"pty,raw,echo=0,link={self.device}", f"pty,raw,echo=0,link={self.far}"
        )
        await asyncio.to_thread(_wait_for_files, self.device, self.far)
        self._fd = os.open(self.far, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._fd)
        asyncio.get_running_loop().add_reader(self._fd, self._readable)
        return self

    async def __aexit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        os.close(self._fd)
        assert self._socat is not None
        if self._socat.returncode is None:
            self._socat.terminate()
        await self._socat.wait()

    def release(self) -> None:
        """Leave the far end to another program; `far` is its path."""
        asyncio.get_running_loop().remove_reader(self._fd)

    def cut(self) -> None:
        """Pull the cable: socat ends, and the pty pair with it."""
        assert self._socat is not None
        asyncio.get_running_loop().remove_reader(self._fd)
        self._socat.terminate()

    def write(self, data: bytes) -> None:
        """Put bytes on the line that nobody asked for."""
        os.write(self._fd, data)

    def _readable(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._buffer += os.read(self._fd, 1024)
        for request in _rtu_requests(self._buffer):
            task = asyncio.get_running_loop().create_task(
                _send(self.slave.answer(request), self.write)
            )
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


def _wait_for_files(*paths: str) -> None:
    deadline_s = time.monotonic() + 5.0
    while not all(os.path.exists(path) for path in paths):
        assert time.monotonic() < deadline_s, "socat made no pty"
        time.sleep(0.01)


async def _send(answer: Answer, write: Callable[[bytes], object]) -> None:
    for delay_s, data in answer:
        if delay_s:
            await asyncio.sleep(delay_s)
        write(data)
