"""The thread that reads one connection; it can be left behind when FFmpeg does not return."""

import contextlib
import threading
from collections.abc import Callable

from vision.streams.faults import StreamFault
from vision.streams.packet import StreamPacket
from vision.streams.packet_queue import PacketQueue
from vision.streams.rtsp_source import RtspSource


class Reader:
    """Reads one connection into a queue, and hands each packet to ``keep`` (the ring) before.

    Args:
        name: of its thread.
        keep: called on the reader's thread, never after `abandon` has returned.
    """

    def __init__(
        self, name: str, source: RtspSource, keep: Callable[[StreamPacket], None] | None
    ) -> None:
        self.queue = PacketQueue()
        self.source = source
        self._keep = keep
        self._abandoned = threading.Event()
        self._delivering = threading.Lock()
        # A daemon: a read that FFmpeg never ends must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether its thread still runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to connect and to read."""
        self._thread.start()

    def abandon(self) -> None:
        """Take nothing from it any more; its thread ends as soon as FFmpeg returns."""
        with self._delivering:
            self._abandoned.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for its thread; tell whether it has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        fault = StreamFault("ended", "reading failed unexpectedly; see the log")
        try:
            with contextlib.closing(self.source.packets(self._abandoned)) as packets:
                for packet in packets:
                    self._deliver(packet)
        except StreamFault as reason:
            # Anew: its trace would hold FFmpeg's buffers as long as the fault is kept.
            fault = StreamFault(reason.cause, reason.detail)
        finally:
            self.queue.end(fault)

    def _deliver(self, packet: StreamPacket) -> None:
        with self._delivering:
            if self._abandoned.is_set():
                return
            if self._keep is not None:
                self._keep(packet)
            self.queue.put(packet)
