"""Looks into compressed pictures (Annex B of H.264 and H.265) as far as clips need it."""

from collections.abc import Iterator
from typing import Final

from vision.streams.packet import VideoCodec

START: Final = b"\x00\x00\x01"
_NEEDED: Final = {"h264": (7, 8), "hevc": (32, 33, 34)}


def split_units(data: bytes) -> Iterator[bytes]:
    """Yield the NAL units of an Annex B byte stream without their start codes."""
    begin = data.find(START)
    while begin >= 0:
        begin += len(START)
        end = data.find(START, begin)
        unit = data[begin:end] if end >= 0 else data[begin:]
        # A unit never ends in a zero byte; the zeros belong to the next start code.
        yield unit.rstrip(b"\x00")
        begin = end


def _kind(unit: bytes, codec: VideoCodec) -> int:
    if not unit:
        return -1
    return unit[0] & 0x1F if codec == "h264" else unit[0] >> 1 & 0x3F


def _is_picture(kind: int, codec: VideoCodec) -> bool:
    return 1 <= kind <= 5 if codec == "h264" else 0 <= kind <= 31


def parameter_sets_in(data: bytes, codec: VideoCodec) -> bytes:
    """Return the different parameter sets in front of the first picture, in their order.

    Empty where one kind is missing: such a set cannot open a decoder.
    """
    needed = _NEEDED[codec]
    found: list[bytes] = []
    kinds: set[int] = set()
    for unit in split_units(data):
        kind = _kind(unit, codec)
        if _is_picture(kind, codec):
            break
        if kind in needed:
            found.append(b"\x00" + START + unit)
            kinds.add(kind)
    return b"".join(dict.fromkeys(found)) if kinds == set(needed) else b""


def begins_picture(data: bytes, codec: VideoCodec) -> bool:
    """Tell whether the first slice in ``data`` is the first of its picture; True without slices."""
    for unit in split_units(data):
        if _is_picture(_kind(unit, codec), codec):
            header = 1 if codec == "h264" else 2
            # H.264: first_mb_in_slice is 0; H.265: first_slice_segment_in_pic_flag is set.
            return len(unit) <= header or bool(unit[header] & 0x80)
    return True
