"""A scripted scene as a camera's stream without a network: encoded, stamped, kept, decoded."""

from collections.abc import Iterator
from fractions import Fraction

import av

from demo.street.painter import Picture
from demo.street.script import SceneScript
from demo.street.street import Street
from vision.scene.frame import Frame
from vision.streams.decoder import DecodeMode, Decoder, KeyFrames
from vision.streams.packet import StreamFormat, StreamPacket
from vision.streams.packet_ring import PacketRing
from vision.streams.parameter_sets import parameter_sets_in
from vision.streams.slot import FrameSlot

BEGAN_MS = 1_790_000_000_000
"""Wall clock of a scene's second 0."""
KEY_EVERY_S = 1.0


class SceneCamera:
    """Plays a scene as fast as it is asked for; its clock is the scene's.

    Args:
        ring: gets every packet.
        fps: pictures a second that the camera sends.
    """

    def __init__(self, script: SceneScript, ring: PacketRing, fps: int) -> None:
        self._script = script
        self._ring = ring
        self._fps = fps
        self.mode: DecodeMode = KeyFrames()
        self.sent = 0

    def frames(self) -> Iterator[Frame]:
        """Yield what the decoder hands over in the ``mode`` that holds at each packet."""
        decoder, slot = Decoder(), FrameSlot()
        for packet in self._packets():
            self.sent += 1
            self._ring.add(packet)
            for picture in decoder.decode(packet, self.mode):
                slot.offer(picture)
                frame = slot.take(0.0)
                if frame is not None:
                    yield frame

    def _packets(self) -> Iterator[StreamPacket]:
        street = Street(self._script)
        coder = _coder(street.camera.size_px, self._fps)
        form: StreamFormat | None = None
        for number in range(round(self._script.duration_s * self._fps)):
            at_s = number / self._fps
            for unit in coder.encode(_coded(street.view(at_s).picture, number, self._fps)):
                data = bytes(unit)
                if form is None:
                    size = street.camera.size_px
                    form = StreamFormat("h264", parameter_sets_in(data, "h264"), size, size)
                at_ms = BEGAN_MS + round(at_s * 1000)
                yield StreamPacket(data, unit.is_keyframe, at_ms, at_s, at_s, 0, form)


def _coder(size_px: int, fps: int) -> av.VideoCodecContext:
    coder = av.CodecContext.create("libx264", "w")
    assert isinstance(coder, av.VideoCodecContext)
    coder.width = coder.height = size_px
    coder.pix_fmt = "yuv420p"
    coder.time_base, coder.framerate = Fraction(1, fps), Fraction(fps)
    coder.gop_size = round(KEY_EVERY_S * fps)
    # Without delay and B-frames a picture comes out as it goes in, as cameras do it.
    coder.options = {
        "preset": "superfast",
        "tune": "zerolatency",
        "crf": "24",
        "x264-params": "scenecut=0:threads=1",
    }
    return coder


def _coded(picture: Picture, number: int, fps: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
    frame.pts, frame.time_base = number, Fraction(1, fps)
    return frame
