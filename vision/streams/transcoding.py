"""A copy of a clip in H.264: for browsers that do not play H.265, and with masks burnt in."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import av.error
import numpy as np

from vision.scene.frame import Image
from vision.streams.atomic_file import HashedWriter, hashed_file
from vision.streams.clip import MP4_OPTIONS, ClipFailed, ClipInfo

X264: Final = {"preset": "veryfast", "crf": "23", "x264-params": "scenecut=0"}
KEY_EVERY: Final = 50


def transcode_clip(
    source: Path | bytes,
    target: Path,
    of: ClipInfo,
    paint: Callable[[Image], None] | None = None,
    threads: int = 1,
) -> ClipInfo:
    """Write a copy in H.264 with the same times, atomically.

    Args:
        source: a clip as a file or in memory.
        of: what is known of the source.
        paint: changes each picture (height × width × 3, BGR) in place before it is encoded.
        threads: of the encoder; one keeps the cores for detection.

    Raises:
        ClipFailed: the source cannot be read or holds no picture.
        OSError: the disk is full or the folder is missing.
    """
    with hashed_file(target) as writer:
        try:
            width, height, pictures = _copy(source, writer, paint, threads)
        except av.error.FFmpegError as error:
            raise ClipFailed(f"no copy of the clip: {error.strerror}") from error
        if not pictures:
            raise ClipFailed("no copy of the clip: it holds no picture")
    return replace(
        of,
        codec="h264",
        width=width,
        height=height,
        pictures=pictures,
        is_reencoded=True,
        size_bytes=writer.size_bytes,
        sha256=writer.sha256(),
    )


def _copy(
    source: Path | bytes,
    writer: HashedWriter,
    paint: Callable[[Image], None] | None,
    threads: int,
) -> tuple[int, int, int]:
    opened = io.BytesIO(source) if isinstance(source, bytes) else str(source)
    encoder: av.VideoStream | None = None
    pictures = 0
    with (
        av.open(opened, mode="r") as clip,
        av.open(writer, "w", format="mp4", options=MP4_OPTIONS) as target,
    ):
        clip.streams.video[0].codec_context.thread_count = 1
        for frame in _painted(clip, paint):
            if encoder is None:
                encoder = _encoder(target, frame, threads)
            for packet in encoder.encode(frame):
                target.mux(packet)
            pictures += 1
        if encoder is None:
            return 0, 0, 0
        for packet in encoder.encode(None):
            target.mux(packet)
        return encoder.width, encoder.height, pictures


def _painted(
    clip: av.container.InputContainer, paint: Callable[[Image], None] | None
) -> Iterator[av.VideoFrame]:
    for frame in clip.decode(clip.streams.video[0]):
        # Encoders of 4:2:0 need even sides.
        width, height = frame.width + frame.width % 2, frame.height + frame.height % 2
        if paint is None:
            yield frame.reformat(width, height, format="yuv420p", threads=1)
            continue
        image = np.ascontiguousarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
        paint(image)
        painted = av.VideoFrame.from_ndarray(image, format="bgr24")
        painted.pts, painted.time_base = frame.pts, frame.time_base
        yield painted.reformat(width, height, format="yuv420p", threads=1)


def _encoder(
    target: av.container.OutputContainer, frame: av.VideoFrame, threads: int
) -> av.VideoStream:
    stream = target.add_stream("libx264", options=X264)
    assert isinstance(stream, av.VideoStream)
    context = stream.codec_context
    context.width, context.height, context.pix_fmt = frame.width, frame.height, "yuv420p"
    context.time_base = frame.time_base or Fraction(1, 90_000)
    context.gop_size, context.max_b_frames = KEY_EVERY, 0
    context.thread_count = threads
    return stream
