"""Packets wait in a bounded queue; when decoding lags, whole GOPs are left out."""

import pytest

from tests.vision.streams.packets import packet
from vision.streams.faults import StreamFault
from vision.streams.packet import StreamPacket
from vision.streams.packet_queue import MAX_BACKLOG, PacketQueue


def drain(queue: PacketQueue) -> tuple[list[StreamPacket], bool]:
    packets, gap = [], False
    while True:
        packet, has_gap = queue.take(0)
        gap = gap or has_gap
        if packet is None:
            return packets, gap
        packets.append(packet)


def test_packets_come_out_in_order_while_decoding_keeps_up() -> None:
    queue = PacketQueue()
    sent = [packet(index, is_key=index == 0) for index in range(20)]
    for each in sent:
        queue.put(each)
    assert drain(queue) == (sent, False)


def test_a_lag_of_more_than_a_second_leaves_out_what_was_before_the_newest_key() -> None:
    queue = PacketQueue()
    for index in range(40):
        queue.put(packet(index, is_key=index % 20 == 0))
    packets, has_gap = drain(queue)
    assert [each.received_s for each in packets] == [packet(i).received_s for i in range(20, 40)]
    assert has_gap
    assert queue.left_out == 20


def test_a_lag_within_one_gop_leaves_out_the_rest_of_it() -> None:
    queue = PacketQueue()
    for index in range(60):
        queue.put(packet(index, is_key=index in (0, 50)))
    packets, has_gap = drain(queue)
    assert packets[0] == packet(50, is_key=True)
    assert has_gap
    assert queue.left_out == 50


def test_the_queue_is_bounded_even_for_packets_that_arrive_at_once() -> None:
    queue = PacketQueue()
    for _ in range(3 * MAX_BACKLOG):
        queue.put(packet(0, is_key=True))
    assert len(drain(queue)[0]) <= MAX_BACKLOG


def test_the_end_of_the_connection_comes_after_its_packets() -> None:
    queue = PacketQueue()
    queue.put(packet(0, is_key=True))
    queue.end(StreamFault("ended", "over"))
    assert queue.take(0)[0] == packet(0, is_key=True)
    with pytest.raises(StreamFault, match="over"):
        queue.take(10)


def test_a_fault_that_is_kept_holds_nothing_of_who_was_told() -> None:
    """Else a decoder, with its pictures, outlives its connection until garbage is collected."""
    queue = PacketQueue()
    fault = StreamFault("ended", "over")
    queue.end(fault)
    with pytest.raises(StreamFault):
        queue.take(0)
    assert fault.__traceback__ is None
