"""One RTSP connection: opens it with FFmpeg and reads it as stamped packets until it ends."""

import io
import threading
from collections.abc import Generator, Iterator
from typing import Final, get_args

import av
import av.error

from quantrac_core.runtime.clock import Clock
from vision.streams.access_units import AccessUnit, UnitJoiner
from vision.streams.faults import StreamFault, open_fault, read_fault
from vision.streams.media_clock import Arrival, MediaClock
from vision.streams.packet import StreamFormat, StreamPacket, VideoCodec
from vision.streams.parameter_sets import parameter_sets_in
from vision.streams.settings import StreamSettings

RECEIVE_BUFFER_BYTES: Final = 2 * 1024 * 1024
ONLY_VIDEO: Final = {"allowed_media_types": "video"}
ONE_BY_ONE_S: Final = 0.01
MAX_BURST_S: Final = 1.0
MAX_BURST: Final = 300


def _options(settings: StreamSettings) -> dict[str, str]:
    return {
        "rtsp_transport": settings.transport,
        # It fires at up to twice its value: the backstop of a reader nobody waits for any more.
        "timeout": str(round(max(settings.stall_timeout_s, settings.connect_timeout_s) * 1e6)),
        "buffer_size": str(RECEIVE_BUFFER_BYTES),
        "analyzeduration": "500000",
        "fpsprobesize": "0",
    }


class RtspSource:
    """Reads one connection on the caller's thread.

    PyAV could interrupt a read after a time-out, but asks Python's lock several times for each
    RTP packet to do so: beside a busy Python thread the stream then falls behind by seconds. So
    reads have only FFmpeg's own time-out, and whoever owns the thread abandons it when it hangs.
    """

    def __init__(self, settings: StreamSettings, clock: Clock, media_clock: MediaClock) -> None:
        self._settings = settings
        self._clock = clock
        self._media_clock = media_clock
        self._format: StreamFormat | None = None
        self.opened_s: float | None = None
        self.last_unit_s: float | None = None
        self.lag_s = 0.0

    def packets(self, abandoned: threading.Event) -> Generator[StreamPacket, None, None]:
        """Yield the packets from the first key picture on, until ``abandoned`` is set.

        ``opened_s`` and ``last_unit_s`` tell other threads how far it has come (monotonic).

        Raises:
            StreamFault: why it could not be opened or does not go on.
        """
        container = self._open()
        try:
            if not container.streams.video:
                raise StreamFault("no_video", "the stream has no video")
            stream = container.streams.video[0]
            self._format = _first_format(stream)
            if abandoned.is_set():
                return
            self.opened_s = self._clock.monotonic()
            yield from self._read(container, stream, abandoned)
        finally:
            container.close()

    def _open(self) -> av.container.InputContainer:
        timeout_s = self._settings.connect_timeout_s
        began_s = self._clock.monotonic()
        try:
            try:
                return self._open_with(ONLY_VIDEO)
            except av.error.HTTPOtherClientError:
                # Playing nothing is refused too: a stream of sound alone then says what it is.
                return self._open_with({})
        except (av.error.FFmpegError, OSError, ValueError) as error:
            elapsed_s = self._clock.monotonic() - began_s
            # Without its chain: FFmpeg's message quotes the address with the password.
            raise open_fault(error, elapsed_s, timeout_s, self._settings.transport) from None

    def _open_with(self, more_options: dict[str, str]) -> av.container.InputContainer:
        return av.open(
            self._settings.address_with_login(),
            mode="r",
            options=_options(self._settings) | more_options,
            timeout=(self._settings.connect_timeout_s, None),
        )

    def _read(
        self,
        container: av.container.InputContainer,
        stream: av.VideoStream,
        abandoned: threading.Event,
    ) -> Iterator[StreamPacket]:
        assert self._format is not None
        joiner = UnitJoiner(self._format.codec)
        burst: list[AccessUnit] | None = []
        has_key = False
        try:
            for received in container.demux(stream):
                if abandoned.is_set():
                    return
                if received.size == 0:
                    continue
                unit = self._unit(received)
                if burst is None:
                    whole = joiner.push(unit)
                else:
                    burst.append(unit)
                    if not _is_over(burst):
                        continue
                    self._media_clock.prime([each.arrival for each in burst])
                    whole, burst = joiner.join(burst), None
                for each in whole:
                    has_key = has_key or each.is_key
                    if has_key:
                        yield self._packet(each)
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise read_fault(error) from None
        raise read_fault(None)

    def _unit(self, received: "av.Packet[av.VideoStream]") -> AccessUnit:
        self.last_unit_s = received_s = self._clock.monotonic()
        pts_s = None if received.pts is None else float(received.pts * received.time_base)
        arrival = Arrival(pts_s, received_s, self._clock.now_ms() / 1000)
        return AccessUnit(bytes(received), received.is_keyframe, arrival)

    def _packet(self, unit: AccessUnit) -> StreamPacket:
        stamp = self._media_clock.stamp(unit.arrival)
        self.lag_s = stamp.lag_s
        assert self._format is not None
        if unit.is_key:
            self._format = _format_of(unit.data, self._format)
        return StreamPacket(
            data=unit.data,
            is_key=unit.is_key,
            at_ms=stamp.at_ms,
            media_s=stamp.media_s,
            received_s=unit.arrival.received_s,
            connection=stamp.connection,
            format=self._format,
        )


def _is_over(burst: list[AccessUnit]) -> bool:
    """Tell whether units now come one by one, and no longer from a buffer."""
    times_s = [unit.arrival.received_s for unit in burst]
    return (
        (len(burst) > 1 and times_s[-1] - times_s[-2] >= ONE_BY_ONE_S)
        or times_s[-1] - times_s[0] >= MAX_BURST_S
        or len(burst) >= MAX_BURST
    )


def _first_format(stream: av.VideoStream) -> StreamFormat:
    context = stream.codec_context
    codec = context.name if context is not None else "unknown"
    if codec not in get_args(VideoCodec):
        raise StreamFault("no_video", f"the video is {codec}; h264 and hevc (H.265) can be used")
    known: VideoCodec = "h264" if codec == "h264" else "hevc"
    return StreamFormat(known, bytes(context.extradata or b""), context.width, context.height)


def _format_of(data: bytes, before: StreamFormat) -> StreamFormat:
    """Return the format that a key picture declares; ``before`` where it tells nothing new."""
    sets = parameter_sets_in(data, before.codec)
    if not sets or sets == before.parameter_sets:
        return before
    try:
        with av.open(io.BytesIO(data), mode="r", format=before.codec) as probe:
            context = probe.streams.video[0].codec_context
            width, height = context.width, context.height
    except (av.error.FFmpegError, IndexError):
        return before
    if not width or not height:
        return before
    return StreamFormat(before.codec, sets, width, height)
