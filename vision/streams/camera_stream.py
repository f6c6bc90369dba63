"""One stream of one camera: connected, watched, decoded as far as wanted, and connected again."""

import logging
import threading
from typing import Final

from quantrac_core.runtime.backoff import Backoff
from quantrac_core.runtime.clock import Clock
from vision.scene.frame import Frame
from vision.streams.decoder import DecodeMode, Decoder, KeyFrames
from vision.streams.faults import StreamFault
from vision.streams.media_clock import MediaClock
from vision.streams.packet_ring import PacketRing
from vision.streams.reader import Reader
from vision.streams.rtsp_source import RtspSource
from vision.streams.settings import StreamSettings
from vision.streams.slot import FrameSlot
from vision.streams.state import StateBoard, StreamState
from vision.streams.watch import Watch

log = logging.getLogger(__name__)
LOOK_EVERY_S: Final = 0.2
MAX_HANGING: Final = 3


class CameraStream:
    """Owns the threads of one stream: one that reads, one that watches and decodes.

    Whatever the camera does ends in a state with its cause and another try; nothing is shared with
    other streams. Every method may be called from any thread.

    Args:
        name: for logs and threads, for example ``viettel-360/main``.
        ring: gets every packet as it came; None where nothing is recorded.
        mode: how much is decoded at first; key pictures only where it is None.
    """

    def __init__(
        self,
        name: str,
        settings: StreamSettings,
        clock: Clock,
        *,
        ring: PacketRing | None = None,
        mode: DecodeMode | None = None,
    ) -> None:
        self.name = name
        self.ring = ring
        self._settings = settings
        self._clock = clock
        self._mode: DecodeMode = mode or KeyFrames()
        self._slot = FrameSlot()
        self._board = StateBoard(clock.now_ms())
        self._stopping = threading.Event()
        self._watching = threading.Thread(target=self._run, name=f"stream {name}", daemon=True)
        self._reader: Reader | None = None
        self._hanging: list[Reader] = []
        self._left_out = 0
        self._tries = 0
        self._connection = -1

    def start(self) -> None:
        """Begin to connect; returns at once. A stream is started once.

        Raises:
            RuntimeError: it was started before.
        """
        self._watching.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """End the stream and wake every taker; waits at most ``timeout_s`` for its threads.

        A read that hangs inside FFmpeg ends by itself, within twice the longer time-out.
        """
        deadline_s = self._clock.monotonic() + timeout_s
        self._stopping.set()
        reader = self._reader
        if reader is not None:
            reader.queue.wake()
        if self._watching.ident is not None:
            self._watching.join(timeout_s)
        self._slot.close()
        for reader in list(self._hanging):
            if not reader.join(max(0.0, deadline_s - self._clock.monotonic())):
                log.warning("%s: a read hangs; it ends by its own time-out", self.name)

    def take(self, timeout_s: float, *, width_px: int | None = None) -> Frame | None:
        """Return the newest picture that nobody has taken, or None after ``timeout_s``.

        Args:
            width_px: make it at most this wide, in the same pass as the conversion.
        """
        return self._slot.take(timeout_s, width_px)

    def peek(self, *, width_px: int | None = None) -> Frame | None:
        """Return the newest picture, taken or not; None before the first. Takes it from nobody."""
        return self._slot.peek(width_px)

    def set_mode(self, mode: DecodeMode) -> None:
        """Decode key pictures only, or everything; effective with the next packet."""
        self._mode = mode

    def state(self) -> StreamState:
        """Return a snapshot."""
        reader = self._reader
        left_out = self._left_out + (reader.queue.left_out if reader is not None else 0)
        hanging = sum(reader.is_alive for reader in list(self._hanging))
        return self._board.snapshot(self._clock.monotonic(), self._slot.dropped + left_out, hanging)

    @property
    def key_interval_s(self) -> float:
        """See `StreamState.key_interval_s`; cheap enough for every picture."""
        return self._board.key_interval_s

    def _run(self) -> None:
        settings = self._settings
        backoff = Backoff(settings.retry_first_s, settings.retry_most_s)
        while not self._stopping.is_set():
            watch = Watch(settings, self._clock.monotonic())
            try:
                self._follow_one_connection(watch)
            except StreamFault as fault:
                self._report(fault)
            except Exception:
                # Nobody awaits this thread: a stream that died silently would stay dark.
                log.exception("%s: unexpected", self.name)
                self._report(StreamFault("ended", "an unexpected error; see the log"))
            self._slot.expire()
            if self.ring is not None:
                self.ring.connection_ended("stopped" if self._stopping.is_set() else "reconnect")
            if watch.was_healthy(self._clock.monotonic()):
                backoff.reset()
            delay_s = backoff.next_delay_s()
            if self._board.cause == "unauthorised":
                # Cameras lock a user out after a few wrong passwords in a row.
                delay_s = max(delay_s, settings.retry_most_s)
            self._stopping.wait(delay_s)

    def _report(self, fault: StreamFault) -> None:
        if self._board.set_cause(fault.cause, fault.detail, self._clock.now_ms()):
            log.warning("%s: %s (%s)", self.name, fault.detail, fault.cause)

    def _follow_one_connection(self, watch: Watch) -> None:
        self._hanging = [reader for reader in self._hanging if reader.is_alive]
        if len(self._hanging) >= MAX_HANGING:
            raise StreamFault("stalled", f"{MAX_HANGING} earlier connections hang")
        self._tries += 1
        clock = MediaClock(self._connection + 1)
        source = RtspSource(self._settings, self._clock, clock)
        reader = Reader(
            f"stream {self.name} read {self._tries}",
            source,
            self.ring.add if self.ring is not None else None,
        )
        self._reader = reader
        reader.start()
        try:
            self._decode_until_it_ends(reader, clock, watch)
        finally:
            reader.abandon()
            self._hanging.append(reader)
            if reader.source.last_unit_s is not None:
                self._connection = clock.connection
            self._left_out += reader.queue.left_out
            self._reader = None

    def _decode_until_it_ends(self, reader: Reader, clock: MediaClock, watch: Watch) -> None:
        decoder = Decoder()
        is_first = True
        while not self._stopping.is_set():
            packet, has_gap = reader.queue.take(LOOK_EVERY_S)
            now_s = self._clock.monotonic()
            watch.check(now_s, reader.source.opened_s, reader.source.last_unit_s)
            if has_gap:
                decoder.lost_packets()
            if packet is None:
                continue
            if is_first:
                self._board.begin_connection()
                is_first = False
            self._board.saw_packet(packet, clock.rebases, reader.source.lag_s)
            if packet.is_key:
                watch.saw_key()
            errors = decoder.errors
            for picture in decoder.decode(packet, self._mode):
                self._slot.offer(picture)
                watch.saw_picture(now_s)
                if self._board.set_cause("none", "", self._clock.now_ms()):
                    shape = packet.format
                    log.info(
                        "%s: live, %s %d × %d", self.name, shape.codec, shape.width, shape.height
                    )
            self._board.saw_undecodable(decoder.errors - errors)
