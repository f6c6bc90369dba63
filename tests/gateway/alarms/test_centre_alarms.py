"""What the centre makes of what it sees: delays, returns, and gateways that disagree."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.alarms.centre_alarms import (
    ConditionKey,
    Observation,
    Step,
    Suspicion,
    plan,
    see_cameras,
    see_losses,
    see_stations,
)
from gateway.alarms.inhibition import ChannelService, inhibited_by, newer_words
from gateway.alarms.settings import AlarmSettings

SETTINGS = AlarmSettings(station_delay_s=60)
KEY = ConditionKey("thanh-hai", "station_offline")
PRESENT, CLEAR = Observation("present"), Observation("clear")


def test_a_condition_is_suspected_first_and_raised_after_its_delay() -> None:
    assert plan({KEY: PRESENT}, {}, SETTINGS, 0) == [Step(KEY, "suspect")]
    assert plan({KEY: PRESENT}, {KEY: Suspicion(0)}, SETTINGS, 59_999) == []
    assert plan({KEY: PRESENT}, {KEY: Suspicion(0)}, SETTINGS, 60_000) == [Step(KEY, "raise")]
    assert plan({KEY: PRESENT}, {KEY: Suspicion(0, "id")}, SETTINGS, 90_000) == []


def test_a_gateway_that_knows_better_clears_it() -> None:
    assert plan({KEY: CLEAR}, {KEY: Suspicion(0)}, SETTINGS, 1) == [Step(KEY, "forget")]
    assert plan({KEY: CLEAR}, {KEY: Suspicion(0, "id")}, SETTINGS, 1) == [Step(KEY, "return")]


def test_a_gateway_that_knows_nothing_changes_nothing() -> None:
    assert plan({}, {KEY: Suspicion(0, "id")}, SETTINGS, 10**9) == []


def test_a_station_that_never_announced_itself_is_not_missed() -> None:
    seen = see_stations([("new", "unknown", "synced", False), ("old", "unknown", "synced", True)])
    assert seen == {ConditionKey("old", "station_offline"): PRESENT}


def test_an_unsynced_clock_is_seen_only_while_the_station_speaks() -> None:
    seen = see_stations([("a", "online", "unsynced", True), ("b", "silent", "unsynced", True)])
    assert seen[ConditionKey("a", "clock_unsynced")] == PRESENT
    assert ConditionKey("b", "clock_unsynced") not in seen


def test_a_starting_camera_is_neither_well_nor_down() -> None:
    seen = see_cameras([("a", "starting"), ("b", "down"), ("c", "degraded")])
    assert seen == {
        ConditionKey("b", "camera_down"): PRESENT,
        ConditionKey("c", "camera_down"): CLEAR,
    }


def test_a_loss_is_an_alarm_at_once_and_over_when_nothing_more_is_lost() -> None:
    key = ConditionKey("thanh-hai", "data_lost")
    seen = see_losses({"thanh-hai": 12}, [])
    assert plan(seen, {key: Suspicion(5)}, SETTINGS, 5) == [Step(key, "raise", 12.0)]
    assert see_losses({}, [key]) == {key: CLEAR}


def test_an_absent_station_silences_its_channels_and_not_the_news_of_its_absence() -> None:
    away = frozenset({"s"})
    assert inhibited_by("s", "cod", "limit", away, {}) == "station_offline"
    assert inhibited_by("s", "clock_unsynced", "fault", away, {}) == "station_offline"
    assert inhibited_by("s", "station_offline", "fault", away, {}) is None
    assert inhibited_by("other", "cod", "limit", away, {}) is None


def test_calibration_silences_its_own_channel_only() -> None:
    services = {("s", "cod"): ChannelService("calibrating", 1)}
    assert inhibited_by("s", "cod", "limit", frozenset(), services) == "calibrating"
    assert inhibited_by("s", "ph", "limit", frozenset(), services) is None


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from(["measuring", "calibrating"]))))
def test_the_newest_word_wins_in_whatever_order_gateways_speak(
    words: list[tuple[int, str]],
) -> None:
    kept: dict[tuple[str, str], ChannelService] = {}
    for at_ms, state in words:
        kept.update(newer_words([("s", "cod", state, at_ms)], kept))
    service = kept.get(("s", "cod"))
    calibrations = [at_ms for at_ms, state in words if state == "calibrating"]
    if calibrations and service is not None and service.cause is None:
        assert any(state == "measuring" and at_ms == service.at_ms for at_ms, state in words)
    if not calibrations:
        assert service is None
