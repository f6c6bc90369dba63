"""What a stream says about itself: state, cause and figures, as one object."""

import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

from quantrac_core.contracts.camera_messages import StreamCause
from vision.streams.packet import StreamPacket

RATE_WINDOW_S: Final = 10.0


@dataclass(slots=True, frozen=True)
class StreamState:
    """A snapshot; it never holds the address or the login.

    Args:
        cause: why no pictures come; ``none`` while they do.
        detail: one line for people, empty while all is well.
        since_ms: wall clock of the last change of ``cause``.
        codec: ``h264``, ``hevc``, or empty before the first connection.
        stream_fps: pictures a second as they arrive, decoded or not; mean of 10 s.
        key_interval_s: seconds between the last two key pictures; 0 when not known.
        packets: packets received since the start.
        dropped: pictures that were decoded but never taken, or left out because decoding lagged.
        undecodable: packets that the decoder refused.
        reconnects: connections after the first.
        rebases: how often the clock began anew (jumps of timestamps or of the wall clock).
        lag_s: from taken to received, of the newest packet, beside the fastest ones.
        hanging_readers: abandoned connections whose thread FFmpeg has not given back yet.
    """

    cause: StreamCause
    detail: str
    since_ms: int
    codec: str = ""
    width: int = 0
    height: int = 0
    stream_fps: float = 0.0
    key_interval_s: float = 0.0
    packets: int = 0
    dropped: int = 0
    undecodable: int = 0
    reconnects: int = 0
    rebases: int = 0
    lag_s: float = 0.0
    hanging_readers: int = 0

    @property
    def is_live(self) -> bool:
        """Whether pictures come."""
        return self.cause == "none"


class Arrivals:
    """Rates of one connection, from the times at which its packets arrive."""

    def __init__(self) -> None:
        self._times_s: deque[tuple[float, float]] = deque(maxlen=2000)
        self._last_key_s: float | None = None
        self.key_interval_s = 0.0

    def add(self, packet: StreamPacket) -> None:
        """Count a packet."""
        self._times_s.append((packet.received_s, packet.media_s))
        if packet.is_key:
            if self._last_key_s is not None:
                self.key_interval_s = max(0.0, packet.media_s - self._last_key_s)
            self._last_key_s = packet.media_s

    def per_second(self, now_s: float) -> float:
        """Return packets a second over the last ten seconds; it falls while none arrive."""
        recent = [times for times in self._times_s if now_s - times[0] <= RATE_WINDOW_S]
        if len(recent) < 2:
            return 0.0
        media_s = [media for _, media in recent]
        # Servers that begin with a burst send more a second than there is.
        span_s = max(max(media_s) - min(media_s), recent[-1][0] - recent[0][0], 1e-3)
        usual_s = span_s / (len(recent) - 1)
        return (len(recent) - 1) / (span_s + max(0.0, now_s - recent[-1][0] - 2 * usual_s))


class StateBoard:
    """Where the threads of one stream write what they see, and others read it."""

    def __init__(self, now_ms: int) -> None:
        self._lock = threading.Lock()
        self._state = StreamState("connecting", "", now_ms)
        self._arrivals = Arrivals()
        self._rebases_before = 0
        self._connections = 0

    @property
    def cause(self) -> StreamCause:
        """The cause as last set."""
        return self._state.cause

    @property
    def key_interval_s(self) -> float:
        """Seconds between the last two key pictures; 0 while unknown."""
        return self._arrivals.key_interval_s

    def set_cause(self, cause: StreamCause, detail: str, now_ms: int) -> bool:
        """Tell how it stands; True if that is news."""
        with self._lock:
            state = self._state
            if (state.cause, state.detail) == (cause, detail):
                return False
            since_ms = state.since_ms if state.cause == cause else now_ms
            self._state = replace(state, cause=cause, detail=detail, since_ms=since_ms)
            return True

    def begin_connection(self) -> None:
        """Another connection begins."""
        with self._lock:
            self._arrivals = Arrivals()
            self._rebases_before = self._state.rebases
            self._connections += 1
            self._state = replace(self._state, reconnects=self._connections - 1)

    def saw_packet(self, packet: StreamPacket, rebases: int, lag_s: float) -> None:
        """Count a packet that arrived."""
        with self._lock:
            self._arrivals.add(packet)
            self._state = replace(
                self._state,
                codec=packet.format.codec,
                width=packet.format.width,
                height=packet.format.height,
                packets=self._state.packets + 1,
                rebases=self._rebases_before + rebases,
                lag_s=lag_s,
            )

    def saw_undecodable(self, count: int) -> None:
        """Count packets that the decoder refused."""
        if count:
            with self._lock:
                state = self._state
                self._state = replace(state, undecodable=state.undecodable + count)

    def snapshot(self, now_s: float, dropped: int, hanging_readers: int) -> StreamState:
        """Return the state with its rates as of now (monotonic seconds)."""
        with self._lock:
            is_live = self._state.is_live
            return replace(
                self._state,
                stream_fps=self._arrivals.per_second(now_s) if is_live else 0.0,
                key_interval_s=self._arrivals.key_interval_s,
                dropped=dropped,
                hanging_readers=hanging_readers,
            )
