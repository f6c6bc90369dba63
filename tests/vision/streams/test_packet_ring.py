"""What the packet ring keeps, what it gives for a time asked for, and recordings that follow."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.streams.packets import BEGAN_MS, FORMAT, OTHER_FORMAT, STEP_MS, packet
from vision.streams.packet import StreamPacket
from vision.streams.packet_ring import ClipUnavailable, PacketRing


@dataclass(frozen=True)
class Step:
    """A GOP as a test draws it; what separates it from the one before."""

    length: int
    size: int
    break_before: str


steps = st.lists(
    st.builds(
        Step,
        st.integers(1, 12),
        st.integers(1, 400),
        st.sampled_from(["none", "none", "none", "reconnect", "format"]),
    ),
    min_size=1,
    max_size=25,
)


def fill(ring: PacketRing, gops: list[Step]) -> list[StreamPacket]:
    sent: list[StreamPacket] = []
    connection, shape = 0, FORMAT
    for gop in gops:
        if gop.break_before == "reconnect":
            connection += 1
            ring.connection_ended()
        elif gop.break_before == "format":
            shape = replace(FORMAT, parameter_sets=b"changed at %d" % len(sent))
        for number in range(gop.length):
            sent.append(
                packet(
                    len(sent),
                    is_key=number == 0,
                    size=gop.size,
                    connection=connection,
                    shape=shape,
                )
            )
            ring.add(sent[-1])
    return sent


@given(steps, st.floats(0.1, 3.0), st.integers(400, 6000))
def test_it_keeps_the_time_promised_and_no_more_bytes_than_allowed(
    gops: list[Step], seconds: float, max_bytes: int
) -> None:
    ring = PacketRing(seconds, max_bytes)
    sent = fill(ring, gops)
    assert ring.size_bytes <= max_bytes
    span = ring.span_ms()
    if span is None:
        assert ring.oversized
        return
    kept = [each for each in sent if each.at_ms >= span[0]]
    assert kept[0].is_key
    assert sum(len(each.data) for each in kept) == ring.size_bytes
    second_key = next((p for p in kept[1:] if p.is_key), None)
    if second_key is not None:
        assert sent[-1].received_s - second_key.received_s <= seconds


@given(steps, st.integers(-5, 200), st.integers(0, 100), st.integers(0, 100))
def test_footage_is_decodable_shows_the_moment_and_covers_what_there_is(
    gops: list[Step], start: int, before: int, after: int
) -> None:
    ring = PacketRing(1000, 10**9)
    sent = fill(ring, gops)
    moment_ms = BEGAN_MS + start * STEP_MS
    from_ms, to_ms = moment_ms - before * STEP_MS, moment_ms + after * STEP_MS
    held = [each for each in sent if from_ms <= each.at_ms <= to_ms]
    if not held:
        with pytest.raises(ClipUnavailable, match="the ring holds"):
            ring.footage(from_ms, to_ms, moment_ms)
        return
    packets = list(ring.footage(from_ms, to_ms, moment_ms).packets)
    index = sent.index(packets[0])
    assert packets == sent[index : index + len(packets)]
    assert packets[0].is_key
    assert {(each.connection, each.format) for each in packets} == {
        (packets[0].connection, packets[0].format)
    }
    of_run = [
        p for p in held if (p.connection, p.format) == (packets[0].connection, packets[0].format)
    ]
    assert packets[-1].at_ms <= to_ms
    assert packets[-1] == of_run[-1]
    # No whole GOP more than needed at the front.
    keys = [each for each in packets if each.is_key and each.at_ms <= from_ms]
    assert len(keys) <= 1
    shown = next((each for each in sent if each.at_ms == moment_ms), None)
    if shown is not None:
        assert shown in packets


def test_a_gop_larger_than_the_ring_is_dropped_and_counted() -> None:
    ring = PacketRing(10, 100)
    for index in range(30):
        ring.add(packet(index, is_key=index == 0))
    assert ring.oversized == 1
    assert ring.size_bytes == 0
    with pytest.raises(ClipUnavailable, match="no video has arrived yet"):
        ring.footage(BEGAN_MS, BEGAN_MS + 1000)
    ring.add(packet(30, is_key=True))
    assert ring.span_ms() == (packet(30).at_ms, packet(30).at_ms)


def recording_ring() -> PacketRing:
    ring = PacketRing(10, 10**6)
    for index in range(30):
        ring.add(packet(index, is_key=index % 10 == 0))
    return ring


def test_a_recording_begins_in_the_ring_and_follows_until_its_time_is_over() -> None:
    ring = recording_ring()
    recording = ring.record(BEGAN_MS + 12 * STEP_MS, BEGAN_MS + 40 * STEP_MS)
    for index in range(30, 60):
        ring.add(packet(index, is_key=index % 10 == 0))
    assert not recording.is_open
    footage = recording.finish()
    assert footage.ending == "complete"
    assert footage.packets == [packet(i, is_key=i % 10 == 0) for i in range(10, 41)]
    assert ring.recordings == 0


def test_a_recording_of_what_has_already_passed_is_complete_at_once() -> None:
    recording = recording_ring().record(BEGAN_MS + 2 * STEP_MS, BEGAN_MS + 8 * STEP_MS)
    assert not recording.is_open
    assert recording.finish().packets == [packet(i, is_key=i == 0) for i in range(9)]


def test_a_recording_may_begin_with_the_next_picture() -> None:
    ring = recording_ring()
    recording = ring.record(BEGAN_MS + 35 * STEP_MS, BEGAN_MS + 40 * STEP_MS)
    assert recording.is_open


def test_a_recording_is_extended_while_the_incident_goes_on() -> None:
    ring = recording_ring()
    recording = ring.record(BEGAN_MS + 20 * STEP_MS, BEGAN_MS + 31 * STEP_MS)
    ring.add(packet(30, is_key=True))
    assert recording.extend(BEGAN_MS + 35 * STEP_MS)
    for index in range(31, 40):
        ring.add(packet(index))
    assert not recording.extend(BEGAN_MS + 90 * STEP_MS)
    assert recording.finish().packets[-1].at_ms == BEGAN_MS + 35 * STEP_MS


def test_a_recording_ends_at_a_reconnect_and_says_so() -> None:
    ring = recording_ring()
    recording = ring.record(BEGAN_MS + 20 * STEP_MS, BEGAN_MS + 50 * STEP_MS)
    ring.connection_ended()
    assert not recording.is_open
    assert recording.finish().ending == "reconnect"
    late = ring.record(BEGAN_MS + 20 * STEP_MS, BEGAN_MS + 50 * STEP_MS)
    assert late.finish().ending == "reconnect"


def test_a_recording_ends_at_a_change_of_format_and_says_so() -> None:
    ring = recording_ring()
    recording = ring.record(BEGAN_MS + 20 * STEP_MS, BEGAN_MS + 50 * STEP_MS)
    ring.add(packet(30, is_key=True, shape=OTHER_FORMAT))
    footage = recording.finish()
    assert footage.ending == "format_change"
    assert footage.packets[-1] == packet(29)


def test_a_recording_ends_before_it_grows_too_large_and_says_so() -> None:
    ring = recording_ring()
    recording = ring.record(BEGAN_MS + 20 * STEP_MS, BEGAN_MS + 500 * STEP_MS, max_bytes=150)
    for index in range(30, 60):
        ring.add(packet(index))
    footage = recording.finish()
    assert footage.ending == "size_limit"
    assert sum(len(each.data) for each in footage.packets) == 150


def test_a_recording_finished_by_hand_holds_what_came() -> None:
    ring = recording_ring()
    recording = ring.record(BEGAN_MS + 20 * STEP_MS, BEGAN_MS + 50 * STEP_MS)
    footage = recording.finish()
    assert footage.ending == "stopped"
    ring.add(packet(30, is_key=True))
    assert ring.recordings == 0
    assert footage.packets[-1] == packet(29)
