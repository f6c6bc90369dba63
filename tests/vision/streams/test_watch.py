"""The watchdog's judgement, on scripted times."""

import pytest

from vision.streams.faults import StreamFault
from vision.streams.settings import StreamSettings
from vision.streams.watch import Watch

SETTINGS = StreamSettings(
    url="rtsp://host/live", connect_timeout_s=4, stall_timeout_s=2, picture_timeout_s=20
)


def cause_at(watch: Watch, now_s: float, opened_s: float | None, unit_s: float | None) -> str:
    with pytest.raises(StreamFault) as caught:
        watch.check(now_s, opened_s, unit_s)
    return caught.value.cause


def test_a_camera_that_does_not_answer_is_given_up_after_its_time() -> None:
    watch = Watch(SETTINGS, 100.0)
    watch.check(104.4, None, None)
    assert cause_at(watch, 104.6, None, None) == "no_connection"


def test_a_hint_at_the_firewall_goes_with_udp_only() -> None:
    udp = SETTINGS.model_copy(update={"transport": "udp"})
    with pytest.raises(StreamFault, match="firewall"):
        Watch(udp, 0.0).check(10.0, None, None)
    with pytest.raises(StreamFault) as caught:
        Watch(SETTINGS, 0.0).check(10.0, None, None)
    assert "firewall" not in caught.value.detail


def test_silence_counts_from_the_last_packet_or_from_the_opening() -> None:
    watch = Watch(SETTINGS, 100.0)
    watch.check(102.9, 101.0, None)
    assert cause_at(watch, 103.1, 101.0, None) == "stalled"
    watch.check(109.9, 101.0, 108.0)
    assert cause_at(watch, 110.1, 101.0, 108.0) == "stalled"


def test_packets_without_a_picture_are_garbage_in_the_end() -> None:
    watch = Watch(SETTINGS, 100.0)
    watch.check(120.0, 101.0, 120.0)
    assert cause_at(watch, 121.5, 101.0, 121.0) == "garbage"
    watch = Watch(SETTINGS, 100.0)
    watch.saw_key()
    watch.saw_picture(102.0)
    watch.saw_key()
    assert cause_at(watch, 122.5, 101.0, 122.0) == "garbage"


def test_a_long_wait_for_the_next_key_picture_is_no_fault() -> None:
    watch = Watch(SETTINGS, 100.0)
    watch.saw_key()
    watch.saw_picture(102.0)
    watch.check(160.0, 101.0, 159.9)
    assert watch.was_healthy(112.0)


def test_a_camera_without_pictures_was_never_healthy() -> None:
    watch = Watch(SETTINGS, 100.0)
    assert not watch.was_healthy(1000.0)
    watch.saw_picture(1000.0)
    assert not watch.was_healthy(1009.0)
