"""The relay reads RTP timestamps out of interleaved RTSP, however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.rtsp_relay import InterleavedParser, SentPictures


def rtp(timestamp: int, channel: int = 0, payload: bytes = b"picture") -> bytes:
    packet = bytes([0x80, 96, 0, 1]) + timestamp.to_bytes(4, "big") + bytes(4) + payload
    return b"$" + bytes([channel]) + len(packet).to_bytes(2, "big") + packet


STREAM = (
    b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 5\r\n\r\nv=0$$"
    + rtp(1_000)
    + rtp(77, channel=1)
    + rtp(4_600, payload=b"$\r\n\r\n")
    + b"RTSP/1.0 200 OK\r\nCSeq: 4\r\n\r\n"
    + rtp(2**32 - 1)
)


@given(st.lists(st.integers(1, len(STREAM)), max_size=12))
def test_timestamps_are_found_however_the_stream_is_cut(cuts: list[int]) -> None:
    parser = InterleavedParser()
    ends = sorted({*cuts, len(STREAM)})
    found = [
        timestamp
        for begin, end in zip([0, *ends], ends, strict=False)
        for timestamp in parser.feed(STREAM[begin:end])
    ]
    assert found == [1_000, 4_600, 2**32 - 1]


def test_a_second_between_two_pictures_was_sent_between_them() -> None:
    sent = SentPictures()
    for timestamp, at_s in ((9_000, 50.0), (9_000, 50.03), (18_000, 50.1), (27_000, 50.3)):
        sent.note(timestamp, at_s)
    assert sent.sent_s(0.05) == pytest.approx(50.05)
    assert sent.sent_s(0.15) == pytest.approx(50.2)
    assert sent.sent_s(0.25) is None
    assert sent.newest_s == 0.2
    assert sent.spread_s() == 0.0
