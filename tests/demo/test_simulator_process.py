"""The process model: reproducible, near the quoted readings, smooth, and moving together."""

from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.simulator.process import ChannelModel, StationProcess
from demo.simulator.stations import STATIONS, THANH_HAI

NOON_S = 1_734_411_600.0  # 2024-12-17 12:00 in Asia/Ho_Chi_Minh
QUOTED = {
    "thanh-hai": {"tss": 2.20, "cod": 52.50, "ph": 7.90, "do": 3.60, "flow_in": 38.20},
    "bia-sg-nt": {"tss": 3.50, "cod": 24.03, "ph": 8.38, "flow_in": 20.06, "flow_out": 0.0},
    "bh-phan-rang": {"nox": 41.0, "o2": 13.30, "so2": 0.0, "co": 317.60, "pm": 12.50},
}


@pytest.mark.parametrize("station", QUOTED)
def test_the_mean_of_a_day_is_near_the_quoted_reading(station: str) -> None:
    process = STATIONS[station]
    for channel, quoted in QUOTED[station].items():
        day = [process.value(channel, NOON_S + minute * 300) for minute in range(288)]
        assert fmean(day) == pytest.approx(quoted, rel=0.05)


@given(at_s=st.floats(NOON_S, NOON_S + 86_400), order=st.permutations(list(THANH_HAI.channels)))
@settings(max_examples=40)
def test_any_instant_gives_the_same_values_in_any_order(at_s: float, order: list[str]) -> None:
    again = StationProcess(THANH_HAI.channels, THANH_HAI.drivers, THANH_HAI.seed)
    assert {name: again.value(name, at_s) for name in order} == THANH_HAI.values(at_s)


def test_another_seed_gives_other_noise() -> None:
    other = StationProcess(THANH_HAI.channels, THANH_HAI.drivers, seed=7)
    assert other.value("cod", NOON_S) != THANH_HAI.value("cod", NOON_S)


def test_noise_remembers_itself_over_seconds_and_forgets_over_minutes() -> None:
    process = StationProcess({"cod": ChannelModel(50, noise=1, correlation_s=120)}, {})
    times = [NOON_S + 60 * step for step in range(400)]
    near = fmean(abs(process.value("cod", t + 2) - process.value("cod", t)) for t in times)
    far = fmean(abs(process.value("cod", t + 900) - process.value("cod", t)) for t in times)
    assert near < far / 4


def test_channels_with_a_shared_driver_move_together() -> None:
    times = [NOON_S + 120 * step for step in range(600)]
    oxygen = [STATIONS["bh-phan-rang"].value("o2", t) for t in times]
    heat = [STATIONS["bh-phan-rang"].value("temp", t) for t in times]
    assert _correlation(oxygen, heat) < -0.5


def _correlation(left: list[float], right: list[float]) -> float:
    mean_left, mean_right = fmean(left), fmean(right)
    pairs = list(zip(left, right, strict=True))
    covariance = sum((a - mean_left) * (b - mean_right) for a, b in pairs)
    spread_left = sum((a - mean_left) ** 2 for a in left)
    spread_right = sum((b - mean_right) ** 2 for b in right)
    return float(covariance / (spread_left * spread_right) ** 0.5)
