"""A relay before an RTSP server that strikes the connections through it: cut, frozen, garbled."""

import asyncio
import contextlib
import random
import threading
from collections.abc import Iterator
from typing import Literal

Strike = Literal["cut", "freeze", "garbage"]
STRIKES: tuple[Strike, ...] = ("cut", "freeze", "garbage")
CHUNK_BYTES = 65_536
GARBLED_SHARE = 0.02
"""Of the bytes; enough that neither the framing nor a picture survives."""
GARBLED_S = 3.0


class StrikingRelay:
    """Passes connections through to one server, and strikes those that are open.

    What connects after a strike is passed through untouched, as a camera is that came back.
    Garbage comes for `GARBLED_S`, then the connection is as it was, if it is still there.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._open: dict[asyncio.Task[None], list[Strike]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._random = random.Random(7)
        self.port = 0
        self.passed_bytes = 0
        """From the server, through connections that no strike has hit."""

    def strike(self, how: Strike) -> None:
        """Hit every open connection, and count the bytes that pass from 0 again."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._strike(how), self._loop).result(5)

    async def _strike(self, how: Strike) -> None:
        self.passed_bytes = 0
        assert self._loop is not None
        for task, hits in self._open.items():
            hits.append(how)
            if how == "cut":
                task.cancel()
            elif how == "garbage":
                self._loop.call_later(GARBLED_S, hits.remove, how)

    async def run(self, is_listening: threading.Event, ended: asyncio.Event) -> None:
        """Serve until ``ended``."""
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        is_listening.set()
        await ended.wait()
        server.close()
        for task in list(self._open):
            task.cancel()
        await server.wait_closed()

    async def _pass(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        hits = self._open[task] = []
        to_server: asyncio.StreamWriter | None = None
        try:
            server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
            upwards = asyncio.create_task(self._upwards(client, to_server), name="relay upwards")
            try:
                await self._downwards(server, to_client, hits)
            finally:
                upwards.cancel()
                await asyncio.gather(upwards, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            # Cancelled by a strike or the end, or one side is gone: either way it is over.
            pass
        finally:
            del self._open[task]
            for writer in (to_client, to_server):
                if writer is not None:
                    writer.transport.abort()

    async def _upwards(self, client: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await client.read(CHUNK_BYTES):
                server.write(data)
                await server.drain()

    async def _downwards(
        self, server: asyncio.StreamReader, client: asyncio.StreamWriter, hits: list[Strike]
    ) -> None:
        while data := await server.read(CHUNK_BYTES):
            if "freeze" in hits:
                continue
            client.write(self._garbled(data) if "garbage" in hits else data)
            await client.drain()
            if not hits:
                self.passed_bytes += len(data)

    def _garbled(self, data: bytes) -> bytes:
        spoilt = bytearray(data)
        for _ in range(max(1, int(len(spoilt) * GARBLED_SHARE))):
            spoilt[self._random.randrange(len(spoilt))] = self._random.randrange(256)
        return bytes(spoilt)


@contextlib.contextmanager
def striking_relay(server_port: int) -> Iterator[StrikingRelay]:
    """Run a relay in a thread of its own."""
    relay = StrikingRelay(server_port)
    is_listening = threading.Event()
    ended = asyncio.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(relay.run(is_listening, ended)),
        name="striking relay",
    )
    thread.start()
    try:
        if not is_listening.wait(5):
            raise ConnectionError("the relay does not listen")
        yield relay
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
