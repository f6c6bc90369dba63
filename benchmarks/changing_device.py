"""A Modbus TCP device whose registers change at noted instants, independently of who polls.

``python -m benchmarks.changing_device CHANNELS PERIOD_S`` prints its port, then a line
``channel number changed_s served_s`` (monotonic clock) when an answer first carries a change.
Even numbers lie below `LIMIT`, odd ones above it: each change raises or ends an alarm.
"""

import asyncio
import random
import struct
import sys
import time

LIMIT = 5_000_000.0
"""Between the two levels; float32 holds whole numbers up to 16,777,216."""


def value_of(number: int) -> float:
    """Return the register's value after ``number`` changes."""
    return number + (2 * LIMIT if number % 2 else 0.0)


def number_of(value: float) -> int:
    """Return how many changes led to ``value``."""
    return round(value - 2 * LIMIT if value > LIMIT else value)


class Device:
    """Channels that change on their own, each change at least 1.1 periods after the last."""

    def __init__(self, channels: int, period_s: float) -> None:
        self._period_s = period_s
        self._numbers = [0] * channels
        self._changed_s = [0.0] * channels
        self._served = [0] * channels

    async def change(self, channel: int) -> None:
        """Change one channel for ever, at times that have nothing to do with the polls."""
        while True:
            await asyncio.sleep(self._period_s * random.uniform(1.1, 2.1))
            self._numbers[channel] += 1
            self._changed_s[channel] = time.monotonic()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection (MBAP and PDU of the Modbus specification)."""
        try:
            while True:
                frame = await reader.readexactly(12)
                transaction, _, _, unit, function, address, count = struct.unpack(">HHHBBHH", frame)
                channels = range(address // 2, (address + count) // 2)
                data = b"".join(struct.pack(">f", value_of(self._numbers[c])) for c in channels)
                body = struct.pack(">BBB", unit, function, len(data)) + data
                served_s = time.monotonic()
                writer.write(struct.pack(">HHH", transaction, 0, len(body)) + body)
                self._note(channels, served_s)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _note(self, channels: range, served_s: float) -> None:
        for channel in channels:
            number = self._numbers[channel]
            if number != self._served[channel]:
                self._served[channel] = number
                changed_s = self._changed_s[channel]
                print(channel, number, f"{changed_s:.6f}", f"{served_s:.6f}", flush=True)


async def main(channels: int, period_s: float) -> None:
    """Serve until killed."""
    device = Device(channels, period_s)
    server = await asyncio.start_server(device.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.gather(*(device.change(channel) for channel in range(channels)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
