"""Parameter sets are found in front of pictures, and nothing is found in garbage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.streams.videos import encoded
from vision.streams.packet import VideoCodec
from vision.streams.parameter_sets import parameter_sets_in, split_units

bodies = st.binary(min_size=1, max_size=30).filter(
    lambda body: b"\x00\x00" not in body and not body.endswith(b"\x00") and body[0] != 1
)


@given(st.lists(bodies, max_size=12), st.booleans())
def test_units_come_back_as_they_were_joined(units: list[bytes], long_code: bool) -> None:
    code = b"\x00\x00\x00\x01" if long_code else b"\x00\x00\x01"
    assert list(split_units(b"".join(code + unit for unit in units))) == units


@given(st.binary(max_size=400), st.sampled_from(["h264", "hevc"]))
def test_any_bytes_give_sets_that_are_whole_or_none(data: bytes, codec: VideoCodec) -> None:
    sets = parameter_sets_in(data, codec)
    assert parameter_sets_in(sets, codec) == sets


@pytest.mark.parametrize(("name", "codec"), [("h264", "h264"), ("h265", "hevc")])
def test_a_key_picture_of_a_real_encoder_carries_them_and_others_do_not(
    name: str, codec: VideoCodec
) -> None:
    key, other = encoded(2, codec=name)[:2]  # type: ignore[arg-type]
    assert len(parameter_sets_in(key[0], codec)) > 20
    assert parameter_sets_in(other[0], codec) == b""
