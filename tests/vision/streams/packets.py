"""Packets for tests of what needs no decoder."""

from vision.streams.packet import StreamFormat, StreamPacket, VideoCodec
from vision.streams.parameter_sets import parameter_sets_in, split_units

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


def stream_packets(
    units: tuple[tuple[bytes, float, bool], ...],
    codec: VideoCodec = "h264",
    *,
    width: int = 320,
    height: int = 192,
    began_ms: int = BEGAN_MS,
    connection: int = 0,
    in_band: bool = True,
) -> list[StreamPacket]:
    """Return real pictures as packets; without ``in_band`` only their format has parameter sets."""
    sets = parameter_sets_in(units[0][0], codec)
    shape = StreamFormat(codec, sets, width, height)
    return [
        StreamPacket(
            data=data if in_band else without_parameter_sets(data, codec),
            is_key=is_key,
            at_ms=began_ms + round(pts_ms),
            media_s=pts_ms / 1000,
            received_s=began_ms / 1000 + index * STEP_MS / 1000,
            connection=connection,
            format=shape,
        )
        for index, (data, pts_ms, is_key) in enumerate(units)
    ]


def without_parameter_sets(data: bytes, codec: VideoCodec) -> bytes:
    """Return an access unit as a camera sends it that tells its parameter sets only in the SDP."""
    kinds = (7, 8) if codec == "h264" else (32, 33, 34)
    shift = 0 if codec == "h264" else 1
    return b"".join(
        b"\x00\x00\x00\x01" + unit
        for unit in split_units(data)
        if (unit[0] >> shift & (0x1F if codec == "h264" else 0x3F)) not in kinds
    )
