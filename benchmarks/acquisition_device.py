"""The device of the acquisition benchmarks, run as a process of its own; prints its port.

`slow`: answers each read after a fixed delay, one thread a connection, so that its own
timing is as even as the machine allows. `pymodbus`: the library's asyncio server.
"""

import argparse
import asyncio
import socket
import struct
import sys
import threading
import time

REGISTERS = struct.pack(">65536H", *(index & 0x3FFF for index in range(65536)))


def serve_slowly(delay_s: float) -> None:
    """Answer any number of connections until the parent ends this process."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        peer, _ = listener.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_answer, args=(peer, delay_s), daemon=True).start()


def _answer(peer: socket.socket, delay_s: float) -> None:
    while len(request := peer.recv(12, socket.MSG_WAITALL)) == 12:
        due_s = time.perf_counter() + delay_s
        transaction, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", request)
        data = REGISTERS[2 * address : 2 * (address + count)]
        head = struct.pack(">HHHBBB", transaction, 0, len(data) + 3, unit, function, len(data))
        if delay_s:
            time.sleep(max(0.0, due_s - time.perf_counter()))
        peer.sendall(head + data)


async def serve_pymodbus() -> None:
    """Serve 1,000 registers of unit 1 with pymodbus's own server."""
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    device = SimDevice(
        1, simdata=[SimData(0, count=1000, values=0x41C8, datatype=DataType.REGISTERS)]
    )
    server = ModbusTcpServer(device, address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    print(server.transport.sockets[0].getsockname()[1], flush=True)  # type: ignore[attr-defined]
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["slow", "pymodbus"])
    parser.add_argument("--delay-ms", type=float, default=0.0)
    options = parser.parse_args()
    if options.kind == "slow":
        serve_slowly(options.delay_ms / 1000)
    else:
        sys.exit(asyncio.run(serve_pymodbus()))
