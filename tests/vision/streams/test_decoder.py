"""A decoder hands over as many pictures as are wanted, whole, and decodes no more than it must."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from tests.vision.streams.packets import stream_packets
from tests.vision.streams.videos import encoded, number_in
from vision.scene.frame import Image
from vision.streams.decoder import DecodeMode, Decoder, KeyFrames, Rate
from vision.streams.packet import StreamPacket

GOP, FPS = 50, 25


class CountingDecoder(Decoder):
    """Counts what it gives to the codec."""

    def __init__(self) -> None:
        super().__init__()
        self.fed = 0

    def _feed(self, packet: StreamPacket | None):  # type: ignore[no-untyped-def]
        self.fed += packet is not None
        return super()._feed(packet)


def shown(
    decoder: Decoder, packets: list[StreamPacket], mode: DecodeMode
) -> Iterator[tuple[float, Image]]:
    for packet in packets:
        for picture in decoder.decode(packet, mode):
            yield round(picture.packet.media_s, 3), picture.frame.to_ndarray(format="bgr24")


@pytest.mark.parametrize("b_frames", [0, 2])
def test_few_pictures_are_as_good_as_all_of_them_and_cost_less(b_frames: int) -> None:
    packets = stream_packets(encoded(250, gop=GOP, b_frames=b_frames))
    everything = dict(shown(Decoder(), packets, Rate(FPS)))
    decoder = CountingDecoder()
    few = list(shown(decoder, packets, Rate(1 / 1.05)))
    times = [at_s for at_s, _ in few]
    assert 9 <= len(few) <= 11
    assert all(0.9 <= b - a <= 1.25 for a, b in pairwise(times))
    assert all(np.array_equal(image, everything[at_s]) for at_s, image in few)
    assert decoder.fed < 0.75 * len(packets)


def test_more_pictures_are_had_at_once_in_the_middle_of_a_group() -> None:
    packets = stream_packets(encoded(100, gop=GOP))
    decoder = Decoder()
    modes: list[tuple[DecodeMode, int]] = [(Rate(0.5), 20), (Rate(FPS), 10), (KeyFrames(), 5)]
    seen = []
    begin = 0
    for mode, count in modes:
        part = packets[begin : begin + count]
        seen.append([number_in(image) for _, image in shown(decoder, part, mode)])
        begin += count
    assert seen == [[0], list(range(20, 30)), []]
    last = shown(decoder, packets[begin : begin + 10], Rate(FPS))
    assert [number_in(image) for _, image in last] == list(range(35, 45))


def test_at_a_usual_rate_every_packet_is_decoded_as_it_comes() -> None:
    packets = stream_packets(encoded(100, gop=GOP))
    decoder = CountingDecoder()
    assert len(list(shown(decoder, packets, Rate(5)))) == 20
    assert decoder.fed == len(packets)
