"""Packets for tests of what needs no decoder."""

from vision.streams.packet import StreamFormat, StreamPacket

FORMAT = StreamFormat("h264", b"sets", 320, 192)
OTHER_FORMAT = StreamFormat("h264", b"other sets", 640, 384)
BEGAN_MS = 1_795_000_000_000
STEP_MS = 40


def packet(
    index: int,
    *,
    is_key: bool = False,
    size: int = 10,
    connection: int = 0,
    shape: StreamFormat = FORMAT,
) -> StreamPacket:
    """Return the packet that arrived as number ``index`` at 25 a second."""
    return StreamPacket(
        data=bytes(size),
        is_key=is_key,
        at_ms=BEGAN_MS + index * STEP_MS,
        media_s=index * STEP_MS / 1000,
        received_s=1000 + index * STEP_MS / 1000,
        connection=connection,
        format=shape,
    )
