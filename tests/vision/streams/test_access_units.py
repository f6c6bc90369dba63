"""Pictures whose slices FFmpeg takes for pictures of their own are joined again."""

import pytest

from tests.vision.streams.videos import encoded
from vision.streams.access_units import AccessUnit, UnitJoiner
from vision.streams.media_clock import Arrival
from vision.streams.packet import VideoCodec
from vision.streams.parameter_sets import begins_picture

ARRIVAL = Arrival(0.0, 0.0, 0.0)
FIRST, SECOND, THIRD = (b"\x00\x00\x01\x65\x88" + bytes([n] * 9) for n in (1, 2, 3))
REST_OF_FIRST, REST_OF_SECOND = (b"\x00\x00\x01\x65\x00\xff" + bytes([n] * 9) for n in (4, 5))


def unit(data: bytes) -> AccessUnit:
    return AccessUnit(data, True, ARRIVAL)


def test_whole_pictures_pass_without_delay() -> None:
    joiner = UnitJoiner("h264")
    assert joiner.push(unit(FIRST)) == [unit(FIRST)]
    assert joiner.push(unit(SECOND)) == [unit(SECOND)]


def test_slices_in_the_first_burst_are_joined_from_the_first_picture_on() -> None:
    joiner = UnitJoiner("h264")
    burst = [unit(FIRST), unit(REST_OF_FIRST), unit(SECOND)]
    assert joiner.join(burst) == [unit(FIRST + REST_OF_FIRST)]
    assert joiner.push(unit(REST_OF_SECOND)) == []
    assert joiner.push(unit(THIRD)) == [unit(SECOND + REST_OF_SECOND)]
    assert joiner.lost == 0


def test_slices_that_come_later_are_joined_from_the_next_picture_on() -> None:
    joiner = UnitJoiner("h264")
    assert joiner.join([unit(FIRST)]) == [unit(FIRST)]
    assert joiner.push(unit(REST_OF_FIRST)) == []
    assert joiner.lost == 1
    assert joiner.push(unit(SECOND)) == []
    assert joiner.push(unit(REST_OF_SECOND)) == []
    assert joiner.push(unit(THIRD)) == [unit(SECOND + REST_OF_SECOND)]


@pytest.mark.parametrize(("name", "codec"), [("h264", "h264"), ("h265", "hevc")])
@pytest.mark.parametrize("b_frames", [0, 2])
def test_every_picture_of_a_real_encoder_begins_with_its_first_slice(
    name: str, codec: VideoCodec, b_frames: int
) -> None:
    packets = encoded(100, codec=name, b_frames=b_frames)  # type: ignore[arg-type]
    assert all(begins_picture(data, codec) for data, _, _ in packets)
