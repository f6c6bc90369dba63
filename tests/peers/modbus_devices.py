"""Many Modbus TCP devices in one process, cheap enough not to disturb what is measured.

Holding register pairs hold float32 values that change with time; every reply can be delayed.
``python -m tests.peers.modbus_devices COUNT DELAY_S`` prints the first port and serves.
"""

import asyncio
import struct
import sys
import time
from functools import partial


def reply_to(frame: bytes) -> bytes:
    """Return the reply to one read request (MBAP and PDU of the Modbus specification)."""
    transaction, _, _, unit, function, _, count = struct.unpack(">HHHBBHH", frame)
    value = time.time() % 1000.0
    data = struct.pack(">f", value) * ((count + 1) // 2)
    body = struct.pack(">BBB", unit, function, 2 * count) + data[: 2 * count]
    return struct.pack(">HHH", transaction, 0, len(body)) + body


async def _serve(
    delay_s: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        while True:
            frame = await reader.readexactly(12)
            if delay_s:
                await asyncio.sleep(delay_s)
            writer.write(reply_to(frame))
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main(count: int, delay_s: float) -> None:
    servers = [
        await asyncio.start_server(partial(_serve, delay_s), "127.0.0.1", 0) for _ in range(count)
    ]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
