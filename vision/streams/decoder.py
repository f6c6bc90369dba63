"""Decodes a stream as far as somebody wants to see it: key pictures only, or every picture."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

import av
import av.error

from vision.streams.packet import StreamFormat, StreamPacket

log = logging.getLogger(__name__)
MAX_HELD: Final = 600
EARLY_S: Final = 0.01
MAX_HELD_BYTES: Final = 32 * 1024 * 1024
HELD_FROM_S: Final = 0.5
"""Pictures wanted no more often than this are decoded when they are due: what came after the last
one of a GOP never is."""


@dataclass(slots=True, frozen=True)
class KeyFrames:
    """Decode key pictures only: about an eighth of the cost, one picture for each GOP."""


@dataclass(slots=True, frozen=True)
class Rate:
    """Decode everything and hand over at most ``fps`` pictures a second (> 0)."""

    fps: float


DecodeMode = KeyFrames | Rate


@dataclass(slots=True, frozen=True)
class Picture:
    """A decoded picture, not yet converted, with the packet it came from."""

    frame: av.VideoFrame
    packet: StreamPacket


class Decoder:
    """One decoder of one thread; a change of format or connection makes it begin anew.

    Pictures whose references are missing are never handed over: while only key pictures are
    decoded, or few, the packets since the last one are held, so that a change of `Rate` takes
    effect at once, in the middle of a GOP.
    """

    def __init__(self) -> None:
        self.errors = 0
        self._context: av.VideoCodecContext | None = None
        self._format: StreamFormat | None = None
        self._connection = -1
        self._needs_key = True
        self._held: list[StreamPacket] = []
        self._held_bytes = 0
        self._due_s = 0.0

    def decode(self, packet: StreamPacket, mode: DecodeMode) -> Iterator[Picture]:
        """Yield the pictures to hand over after ``packet``, in the order of presentation."""
        if packet.format is not self._format or packet.connection != self._connection:
            self._begin(packet)
        if packet.is_key:
            self._needs_key = False
            self._leave_held_out()
        if self._needs_key:
            return
        if isinstance(mode, KeyFrames):
            yield from self._decode_key(packet)
        else:
            yield from self._decode_all(packet, mode)

    def lost_packets(self) -> None:
        """Tell that packets were left out: nothing can be decoded before the next key picture."""
        self._needs_key = True
        self._forget_held()

    def _begin(self, packet: StreamPacket) -> None:
        context = av.CodecContext.create(packet.format.codec, "r")
        assert isinstance(context, av.VideoCodecContext)
        context.thread_count = 1
        context.copy_opaque = True
        context.extradata = packet.format.parameter_sets or None
        self._context, self._format = context, packet.format
        self._connection = packet.connection
        self._needs_key = True
        self._forget_held()
        self._due_s = 0.0

    def _leave_held_out(self) -> None:
        assert self._context is not None
        if self._held:
            self._context.flush_buffers()
        self._forget_held()

    def _hold(self, packet: StreamPacket) -> None:
        self._held.append(packet)
        self._held_bytes += len(packet.data)
        if len(self._held) > MAX_HELD or self._held_bytes > MAX_HELD_BYTES:
            self.lost_packets()

    def _forget_held(self) -> None:
        self._held.clear()
        self._held_bytes = 0

    def _decode_key(self, packet: StreamPacket) -> Iterator[Picture]:
        assert self._context is not None
        if packet.is_key:
            # Drained at once: a decoder that waits for B-frames would keep it for a whole GOP.
            self._context.flush_buffers()
            pictures = [*self._feed(packet), *self._feed(None)]
            self._context.flush_buffers()
            yield from pictures[-1:]
            self._due_s = 0.0
        self._hold(packet)

    def _decode_all(self, packet: StreamPacket, mode: Rate) -> Iterator[Picture]:
        step_s = 1.0 / mode.fps
        if step_s >= HELD_FROM_S and not self._is_due(packet.media_s, step_s):
            self._hold(packet)
            return
        caught_up = [picture for held in self._held for picture in self._feed(held)]
        self._forget_held()
        fed = self._feed(packet)
        if caught_up:
            # The newest alone: the others were due before.
            fed = iter([*caught_up, *fed][-1:])
        for picture in fed:
            media_s = picture.packet.media_s
            if not self._is_due(media_s, step_s):
                continue
            is_steady = abs(self._due_s - media_s) < step_s
            self._due_s = (self._due_s if is_steady else media_s) + step_s
            yield picture

    def _is_due(self, media_s: float, step_s: float) -> bool:
        return not EARLY_S < self._due_s - media_s <= step_s + EARLY_S

    def _feed(self, packet: StreamPacket | None) -> Iterator[Picture]:
        assert self._context is not None
        try:
            frames = self._context.decode(None if packet is None else _unit(packet))
        except av.error.EOFError:
            return
        except (av.error.FFmpegError, MemoryError) as error:
            self.errors += 1
            log.debug("a packet could not be decoded: %s", type(error).__name__)
            return
        for frame in frames:
            if isinstance(frame.opaque, StreamPacket):
                yield Picture(frame, frame.opaque)


def _unit(packet: StreamPacket) -> "av.Packet[av.VideoStream]":
    unit = cast("av.Packet[av.VideoStream]", av.Packet(packet.data))
    unit.pts = round(packet.media_s * 90_000)
    unit.is_keyframe = packet.is_key
    unit.opaque = packet
    return unit
